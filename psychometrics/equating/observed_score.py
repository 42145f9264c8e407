"""Observed-score equating: equal percentile ranks in the distributions that the model implies."""

from typing import NamedTuple

import numpy as np

from psychometrics.ability import score_probabilities
from psychometrics.ability.tables import check_prior
from psychometrics.equating.conversion import Conversion, converted
from psychometrics.equating.percentiles import percentile_ranks, score_at
from psychometrics.equating.placed import Moves, check_scored, has_errors, standard_errors
from psychometrics.errors import BadOption
from psychometrics.linking.curves import parameter_slopes
from psychometrics.linking.result import Link
from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature, quadrature_for

LEAST_MASS = 1e-300


class _Group(NamedTuple):
    """A part of the synthetic population on the scale of one form."""

    theta: FloatArray  # (Q,)
    weights: FloatArray  # (Q,), summing to the part's share
    by_link: FloatArray  # (Q, 2), of theta by A and B


def equate_observed_score(
    items_from: Items,
    items_to: Items,
    *,
    link: Link | None = None,
    population_from: tuple[float, float] = (0.0, 1.0),
    population_to: tuple[float, float] = (0.0, 1.0),
    weight: float = 0.5,
    quadrature: Quadrature | None = None,
) -> Conversion:
    """For scores of one form, the scores of the other with the same percentile rank.

    Parameters
    ----------
    items_from, items_to : Items
        The items that count on each form, each calibration on its own scale.
    link : Link, optional
        Takes the from-form's scale to the to-form's; without it the forms are on one scale.
    population_from, population_to : (float, float)
        Mean and standard deviation of theta in the group of each form, on that form's own scale.
    weight : float
        Of the from-group in the synthetic population, 0 to 1.
    quadrature : Quadrature, optional
        Nodes on each group's own scale; fine enough for both forms if not given.

    Returns
    -------
    Conversion
        With standard errors where the link came with covariances.

    Raises
    ------
    BadItems
        For nominal items and slopes that are not above 0.
    BadOption
        If ``weight`` or a population is impossible.

    Notes
    -----
    Kolen & Brennan (2014), section 6.6, with score distributions by Lord & Wingersky (1984).
    Standard errors: Ogasawara (2003), by the delta method over the parameters of both forms, A and
    B; populations count as known.
    """
    check_scored(items_from, items_to)
    if not 0 <= weight <= 1:
        raise BadOption(f"the weight of the from-group is {weight}, not from 0 to 1")
    A, B = (1.0, 0.0) if link is None else (link.A, link.B)
    groups_from, groups_to = [], []
    for share, prior, own in (
        (weight, check_prior(*population_from), True),
        (1.0 - weight, check_prior(*population_to), False),
    ):
        if share > 0:
            nodes = quadrature or _quadrature(items_from, items_to, A, *prior, own=own)
            here, there = _groups(nodes, prior, share, A, B, own=own)
            groups_from.append(here if own else there)
            groups_to.append(there if own else here)
    f, g = _distribution(items_from, groups_from), _distribution(items_to, groups_to)
    rank = percentile_ranks(f)
    equivalent = score_at(rank, g)
    moves = None
    if has_errors(link):
        moves = _moves(items_from, items_to, groups_from, groups_to, g, equivalent)
    error, flags = standard_errors(moves, link, items_from, items_to)
    return converted(
        "observed score",
        np.arange(float(len(f))),
        equivalent,
        len(g) - 1,
        standard_error=error,
        flags=flags,
        reach=0.5,
    )


def _groups(
    nodes: Quadrature, prior: tuple[float, float], share: float, A: float, B: float, *, own: bool
) -> tuple[_Group, _Group]:
    """A group on its own scale and on the other, which A and B lead to or (not ``own``) from."""
    t, one = nodes.nodes, np.ones_like(nodes.nodes)
    weights = share * np.exp(nodes.log_weights(*prior))
    here = _Group(t, weights, np.zeros((len(t), 2)))
    if own:
        return here, _Group(A * t + B, weights, np.stack([t, one], axis=1))
    u = (t - B) / A
    return here, _Group(u, weights, np.stack([-u / A, -one / A], axis=1))


def _quadrature(
    items_from: Items, items_to: Items, A: float, mean: float, sd: float, *, own: bool
) -> Quadrature:
    grid = np.linspace(-5.0, 5.0, 81)
    scales = (1.0, A) if own else (1.0 / A, 1.0)
    sharpest = max(
        float((items.information(grid).sum(axis=0)).max()) * scale**2
        for items, scale in zip((items_from, items_to), scales, strict=True)
    )
    return quadrature_for(sharpest, mean, sd)


def _distribution(items: Items, groups: list[_Group]) -> FloatArray:
    """Shares of the scores in the synthetic population, (S,)."""
    total = np.asarray(sum(score_probabilities(items, g.theta) @ g.weights for g in groups))
    return np.asarray(total / total.sum())


def _moves(
    items_from: Items,
    items_to: Items,
    groups_from: list[_Group],
    groups_to: list[_Group],
    g: FloatArray,
    equivalent: FloatArray,
) -> Moves:
    """From G(y) = F(x): dy = (dF(x) - dG(y)) / g(y)."""
    by_from, link_from = _distribution_moves(items_from, groups_from)
    by_to, link_to = _distribution_moves(items_to, groups_to)
    at = np.clip(np.floor(equivalent + 0.5).astype(int), 0, len(g) - 1)
    part = (equivalent - at + 0.5)[:, None]
    mass = np.maximum(g[at], LEAST_MASS)[:, None]

    def below(change: FloatArray) -> FloatArray:
        """Change of the share below y, from that of each score."""
        return np.asarray((np.cumsum(change, axis=0) - change)[at] + part * change[at])

    def ranks(change: FloatArray) -> FloatArray:
        return np.asarray(np.cumsum(change, axis=0) - change / 2.0)

    return Moves(
        ranks(by_from) / mass, -below(by_to) / mass, (ranks(link_from) - below(link_to)) / mass
    )


def _distribution_moves(items: Items, groups: list[_Group]) -> tuple[FloatArray, FloatArray]:
    """Derivatives of the score distribution by the items' parameters, (S, P), and A, B, (S, 2).

    P(score) is linear in each item's curves: with the item's category k it is the distribution of
    the rest, k points further on.
    """
    n_scores = int((items.n_categories - 1).sum()) + 1
    n_categories = int(items.n_categories.max())
    n_parameters = sum(map(len, items.rows))
    by_items, by_link = np.zeros((n_scores, n_parameters)), np.zeros((n_scores, 2))
    for group in groups:
        rest = np.zeros((n_scores, len(items), n_categories, len(group.theta)))
        p = items.probabilities(group.theta)
        others = _without_each(list(p), items.n_categories.tolist(), np.ones((1, p.shape[2])))
        for j, without in enumerate(others):
            for k in range(int(items.n_categories[j])):
                rest[k : k + len(without), j, k] = without
        rest *= group.weights
        by_items += parameter_slopes(items, group.theta, rest)
        first, _ = items.theta_derivatives(group.theta)
        by_link += np.einsum("sjkq,jkq,qi->si", rest, p * first, group.by_link, optimize=True)
    return by_items, by_link


def _without_each(
    p: list[FloatArray], n_categories: list[int], start: FloatArray
) -> list[FloatArray]:
    """The score distribution (S, Q) of all items but each one, after ``start``, by halves.

    What lies outside a half is added to ``start`` once for all items in it.
    """
    if len(p) == 1:
        return [start]
    half = len(p) // 2
    parts = []
    for inside, outside in (
        (slice(None, half), slice(half, None)),
        (slice(half, None), slice(None, half)),
    ):
        before = start
        for item, n in zip(p[outside], n_categories[outside], strict=True):
            after = np.zeros((len(before) + n - 1, before.shape[1]))
            for k in range(n):
                after[k : k + len(before)] += before * item[k]
            before = after
        parts += _without_each(p[inside], n_categories[inside], before)
    return parts
