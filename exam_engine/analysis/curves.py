"""Observed proportions beside an item's curves, without counting the item twice.

Persons are grouped by their expected ability given all *other* items, so that a good answer to
the item does not put its owner into a better group.  Under the model the share expected of a group
is the mean of the item's probabilities over its persons' posteriors; a group stands at the ability
at which the item's expected score equals that mean, so points scatter about the curve by chance
alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from exam_engine.analysis.populations import Populations
from exam_engine.analysis.responses import Responses
from psychometrics import Items
from psychometrics.quadrature import quadrature_for

Floats = NDArray[np.float64]

FEWEST = 40  # responses under which an item has no points
PERSONS_A_GROUP = 25
MOST_GROUPS = 10
MOST_CELLS = 1_000_000  # responses looked at; persons are taken evenly beyond it
ROWS = 1024
GRID = np.linspace(-8.0, 8.0, 641)
Z = float(ndtri(0.975))


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Groups of persons on one item; no groups where too few answered.

    Attributes
    ----------
    n_responses : int
    theta : (G,) array
        Where each group stands, in logits.
    n : (G,) array of int
    share, expected, lower, upper : (K, G) arrays
        Proportions by category: seen, expected, and Wilson's 95 % interval of what was seen.
    z : (G,) array
        Mean score less its expectation, in standard errors.
    """

    n_responses: int
    theta: Floats
    n: NDArray[np.intp]
    share: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    z: Floats


def observed_curves(
    responses: Responses, items: Items, populations: Populations
) -> tuple[Observed, ...]:
    """Observed and expected proportions by groups of ability, one `Observed` an item."""
    codes, groups = responses.codes, responses.groups
    most = max(MOST_CELLS // codes.shape[1], 1000)
    if len(codes) > most:
        some = np.unique(np.linspace(0, len(codes) - 1, most).astype(np.intp))
        codes = codes[some]
        groups = None if groups is None else tuple(groups[i] for i in some.tolist())
    ability, expected = _predictions(codes, items, populations, groups)
    return tuple(
        _observed(items, item, codes[:, item], ability[:, item], expected[item])
        for item in range(len(items))
    )


def _predictions(
    codes: NDArray[np.int8],
    items: Items,
    populations: Populations,
    groups: tuple[str, ...] | None,
) -> tuple[Floats, list[Floats]]:
    """Expected ability (n, J) and probabilities [(n, K)] of each person from the other items."""
    members = populations.members(groups, len(codes))
    information = items.information(np.linspace(-5.0, 5.0, 81)).sum(axis=0)
    quadrature = quadrature_for(
        information, np.array([m for _, m, _ in members]), np.array([s for _, _, s in members])
    )
    nodes = quadrature.nodes
    logs = items.log_probabilities(nodes)
    n_items = len(items)
    # a row of zeros at index -1 is the item not administered
    tables = [
        np.vstack([logs[j, : items.n_categories[j]], np.zeros(len(nodes))]) for j in range(n_items)
    ]
    curves = [np.exp(table[:-1]).T for table in tables]
    ability = np.empty(codes.shape)
    expected = [np.empty((len(codes), curve.shape[1])) for curve in curves]
    for who, mean, sd in members:
        prior = quadrature.log_weights(mean, sd)
        for start in range(0, len(who), ROWS):
            rows = who[start : start + ROWS]
            block = codes[rows]
            whole = np.tile(prior, (len(rows), 1))
            for j in range(n_items):
                whole += tables[j][block[:, j]]
            for j in range(n_items):
                rest = whole - tables[j][block[:, j]]
                rest -= rest.max(axis=1, keepdims=True)
                np.exp(rest, out=rest)
                rest /= rest.sum(axis=1, keepdims=True)
                ability[rows, j] = rest @ nodes
                expected[j][rows] = rest @ curves[j]
    return ability, expected


def _observed(
    items: Items, item: int, codes: NDArray[np.int8], ability: Floats, expected: Floats
) -> Observed:
    given = np.flatnonzero(codes >= 0)
    n_categories = expected.shape[1]
    if len(given) < FEWEST:
        none = np.empty((n_categories, 0))
        return Observed(
            len(given), np.empty(0), np.empty(0, np.intp), none, none, none, none, np.empty(0)
        )
    n_groups = int(np.clip(len(given) // PERSONS_A_GROUP, 2, MOST_GROUPS))
    order = given[np.argsort(ability[given], kind="stable")]
    parts = np.array_split(order, n_groups)
    n = np.array([len(part) for part in parts])
    share = np.stack(
        [np.bincount(codes[part], minlength=n_categories) / len(part) for part in parts]
    )
    awaited = np.stack([expected[part].mean(axis=0) for part in parts])
    scores = np.arange(n_categories, dtype=float)
    variance = np.array(
        [
            (expected[part] @ scores**2 - (expected[part] @ scores) ** 2).sum() / len(part) ** 2
            for part in parts
        ]
    )
    z = ((share - awaited) @ scores) / np.sqrt(np.maximum(variance, 1e-12))
    lower, upper = _wilson(share, n[:, None])
    middle = np.array([ability[part].mean() for part in parts])
    theta = _standing(items, item, awaited @ scores, middle)
    return Observed(len(given), theta, n, share.T, awaited.T, lower.T, upper.T, z)


def _standing(items: Items, item: int, scores: Floats, middle: Floats) -> Floats:
    """Where the item's expected score is ``scores``; ``middle`` for items without such a curve."""
    if not items.models[item].ordered:
        return middle
    curve = items.select([item]).expected_score(GRID)[0]
    steps = np.diff(curve)
    if (steps >= 0).all():
        return np.interp(scores, curve, GRID)
    if (steps <= 0).all():
        return np.interp(scores, curve[::-1], GRID[::-1])
    return middle


def _wilson(share: Floats, n: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Wilson's (1927) interval of a proportion."""
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
