"""Two groups that differ, each with its own form, and an anchor test that both took."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.equating.conversion import Conversion, EquatingFlag, linear
from psychometrics.equating.counts import ENOUGH_FOR_LINEAR, read_highest, small_sample
from psychometrics.errors import BadOption, BadResponses, NotEnoughData
from psychometrics.models import FloatArray


@dataclass(frozen=True, slots=True)
class _Group:
    """Moments of total and anchor in one group, n in the denominators."""

    n: int
    mean: float
    anchor_mean: float
    variance: float
    anchor_variance: float
    covariance: float


def equate_tucker(
    total_from: ArrayLike,
    anchor_from: ArrayLike,
    total_to: ArrayLike,
    anchor_to: ArrayLike,
    *,
    highest_from: int,
    highest_to: int,
    weight: float = 0.5,
) -> Conversion:
    """Tucker's linear equating: the regression of total on anchor is the same in both groups.

    Parameters
    ----------
    total_from, anchor_from : (n,) array_like
        Scores of those who took the from-form: on the form, and on the anchor.
    total_to, anchor_to : (m,) array_like
        The same of those who took the to-form.
    highest_from, highest_to : int
        The best score of each form.
    weight : float
        Of the from-group in the synthetic population, 0 to 1.

    Returns
    -------
    Conversion
        Linear, without standard errors.  Whether the anchor is part of the forms makes no
        difference.

    Raises
    ------
    BadResponses
        If scores are not finite numbers, or totals and anchors not as many.
    BadOption
        If ``weight`` or a highest score is impossible.
    NotEnoughData
        If a group has fewer than three persons, or an anchor or form does not vary.

    Notes
    -----
    Gulliksen (1950); Kolen & Brennan (2014), eqs. 4.17 to 4.22 with gamma = Cov(X, V) / Var(V).
    """
    first, second = _groups(total_from, anchor_from, total_to, anchor_to)
    gammas = (
        first.covariance / first.anchor_variance,
        second.covariance / second.anchor_variance,
    )
    return _synthetic("Tucker", first, second, gammas, (highest_from, highest_to), weight)


def equate_levine(
    total_from: ArrayLike,
    anchor_from: ArrayLike,
    total_to: ArrayLike,
    anchor_to: ArrayLike,
    *,
    highest_from: int,
    highest_to: int,
    weight: float = 0.5,
    internal: bool = True,
    true_score: bool = False,
) -> Conversion:
    """Levine's linear equating: true scores of total and anchor lie on one line in both groups.

    Parameters
    ----------
    total_from, anchor_from : (n,) array_like
        Scores of those who took the from-form: on the form, and on the anchor.
    total_to, anchor_to : (m,) array_like
        The same of those who took the to-form.
    highest_from, highest_to : int
        The best score of each form.
    weight : float
        Of the from-group in the synthetic population, 0 to 1; without effect on true scores.
    internal : bool
        Whether the anchor's items count in the totals.
    true_score : bool
        Whether true scores are equated and the line applied to observed ones, rather than the
        observed scores of the synthetic population.

    Returns
    -------
    Conversion
        Linear, without standard errors.

    Raises
    ------
    BadResponses
        If scores are not finite numbers, or totals and anchors not as many.
    BadOption
        If ``weight`` or a highest score is impossible.
    NotEnoughData
        If a group has fewer than three persons, an anchor or form does not vary, or total and
        anchor are not positively related.

    Notes
    -----
    Levine (1955) under Angoff's (1953) classical congeneric model; Kolen & Brennan (2014), section
    4.3, with gamma = Var(X) / Cov(X, V) for an internal anchor and (Var(X) + Cov(X, V)) / (Var(V)
    + Cov(X, V)) for an external one.
    """
    first, second = _groups(total_from, anchor_from, total_to, anchor_to)
    for form, group in (("from", first), ("to", second)):
        if not group.covariance > 0:
            raise NotEnoughData(
                f"total and anchor are not positively related in the {form}-group, so the anchor "
                "says nothing about the total"
            )
    gammas = (_levine_gamma(first, internal), _levine_gamma(second, internal))
    if not true_score:
        name = "Levine observed score"
        return _synthetic(name, first, second, gammas, (highest_from, highest_to), weight)
    _check_weight(weight)
    slope = gammas[1] / gammas[0]
    shift = gammas[1] * (first.anchor_mean - second.anchor_mean)
    return linear(
        "Levine true score",
        slope,
        second.mean + shift - slope * first.mean,
        read_highest(highest_from, "from"),
        read_highest(highest_to, "to"),
        tuple(_small(first, second)),
    )


def _levine_gamma(group: _Group, internal: bool) -> float:
    if internal:
        return group.variance / group.covariance
    return (group.variance + group.covariance) / (group.anchor_variance + group.covariance)


def _synthetic(
    method: str,
    first: _Group,
    second: _Group,
    gammas: tuple[float, float],
    highest: tuple[int, int],
    weight: float,
) -> Conversion:
    """The line between the two forms in the synthetic population."""
    _check_weight(weight)
    w1, w2 = weight, 1.0 - weight
    g1, g2 = gammas
    means = first.anchor_mean - second.anchor_mean
    variances = first.anchor_variance - second.anchor_variance
    mean_x = first.mean - w2 * g1 * means
    mean_y = second.mean + w1 * g2 * means
    variance_x = first.variance - w2 * g1**2 * variances + w1 * w2 * g1**2 * means**2
    variance_y = second.variance + w1 * g2**2 * variances + w1 * w2 * g2**2 * means**2
    for form, variance in (("from", variance_x), ("to", variance_y)):
        if not variance > 0:
            raise NotEnoughData(
                f"the {form}-form has no variance left in the synthetic population: the groups "
                "differ too much on the anchor for this method"
            )
    slope = float(np.sqrt(variance_y / variance_x))
    return linear(
        method,
        slope,
        mean_y - slope * mean_x,
        read_highest(highest[0], "from"),
        read_highest(highest[1], "to"),
        tuple(_small(first, second)),
    )


def _groups(
    total_from: ArrayLike, anchor_from: ArrayLike, total_to: ArrayLike, anchor_to: ArrayLike
) -> tuple[_Group, _Group]:
    return _group(total_from, anchor_from, "from"), _group(total_to, anchor_to, "to")


def _group(total: ArrayLike, anchor: ArrayLike, form: str) -> _Group:
    x, v = (np.asarray(values, dtype=np.float64) for values in (total, anchor))
    if x.ndim != 1 or x.shape != v.shape:
        raise BadResponses(
            f"the {form}-group has totals of shape {x.shape} and anchors of shape {v.shape}: one "
            "each a person is needed"
        )
    for name, values in (("total", x), ("anchor", v)):
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise BadResponses(f"row {bad[0]} of the {form}-group has no {name} score")
    if len(x) < 3:
        raise NotEnoughData(f"the {form}-group has {len(x)} persons: three or more are needed")
    for name, values in (("form", x), ("anchor", v)):
        if not np.ptp(values) > 0:
            raise NotEnoughData(f"all persons of the {form}-group have the same {name} score")
    deviations: tuple[FloatArray, FloatArray] = (x - x.mean(), v - v.mean())
    return _Group(
        len(x),
        float(x.mean()),
        float(v.mean()),
        float(np.mean(deviations[0] ** 2)),
        float(np.mean(deviations[1] ** 2)),
        float(np.mean(deviations[0] * deviations[1])),
    )


def _check_weight(weight: float) -> None:
    if not 0 <= weight <= 1:
        raise BadOption(f"the weight of the from-group is {weight}, not from 0 to 1")


def _small(first: _Group, second: _Group) -> list[EquatingFlag]:
    return small_sample(first.n, second.n, ENOUGH_FOR_LINEAR)
