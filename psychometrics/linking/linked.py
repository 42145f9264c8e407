"""`link`: the constants that bring one calibration to the scale of another."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.errors import BadItems, BadOption, PsychometricsError
from psychometrics.linking.anchors import (
    Anchors,
    checked_covariance,
    common_items,
    parameter_positions,
)
from psychometrics.linking.characteristic import optimum
from psychometrics.linking.moments import constants
from psychometrics.linking.result import Link, LinkFlag, Source
from psychometrics.models import FloatArray, Items

Method = Literal["stocking-lord", "haebara", "mean-sigma", "mean-mean", "mean-gmean"]

NODES = np.linspace(-4.0, 4.0, 81)
FEWEST_SHARE = 0.2  # Angoff (1971): a fifth of the form
FEWEST = 5


def link(
    items_from: Items,
    items_to: Items,
    *,
    method: Method = "stocking-lord",
    theta: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    symmetric: bool = False,
    cov_from: ArrayLike | None = None,
    cov_to: ArrayLike | None = None,
    anchors: Sequence[str] | None = None,
) -> Link:
    """The constants A and B with theta_to = A theta_from + B.

    Parameters
    ----------
    items_from, items_to : Items
        Two calibrations.  Items with the same name are anchors; each form has its own estimates
        of all their parameters, c included.
    method : {"stocking-lord", "haebara", "mean-sigma", "mean-mean", "mean-gmean"}
    theta : (Q,) array_like, optional
        Where curves are compared, in logits; -4, -3.9, ..., 4 if not given.
    weights : (Q,) array_like, optional
        Of these, at least 0; all 1 if not given.
    symmetric : bool
        Whether the criterion is taken on both scales, with the same ``theta`` and ``weights``, and
        not on the to-scale alone.  Moments know no such difference.
    cov_from, cov_to : (P, P) array_like, optional
        Covariances of all parameters of each form in the estimation metric, item after item in
        the order of ``items.rows`` (slope, intercepts, logit asymptotes); see `item_covariance`.
        A form without one counts as known without error.
    anchors : sequence of str, optional
        The anchors to use, if not all common items.

    Returns
    -------
    Link

    Raises
    ------
    NotLinked
        If there is no common item, or those there are do not determine A and B.
    BadItems
        If an anchor has other categories on the other form, is nominal under a method that needs
        scores, or has a slope that is not above 0.
    BadOption
        If a method is unknown, or ``theta``, ``weights`` or a covariance is impossible.

    Notes
    -----
    Mean-mean (Loyd & Hoover, 1980): A = mean a_from / mean a_to, B = mean b_to - A mean b_from.
    Mean-gmean (Mislevy & Bock, 1990): the same with geometric means of a.  Mean-sigma (Marco,
    1977): A = sd b_to / sd b_from.  Items of several steps count with each of them.

    Haebara (1980) minimises the weighted sum over theta, anchors and categories of (P_to - P_from
    rescaled)^2; Stocking & Lord (1983) that of (T_to - T_from rescaled)^2, T being the expected
    score on the anchors.  Kim & Lee (2006) for more than two categories: all of them count, 0
    included, which doubles Haebara's criterion for two categories and moves no optimum of it.

    Standard errors by the delta method and the implicit function theorem (Ogasawara, 2000, 2001).
    Anchors whose models have no slopes of their own (Rasch, PCM, RSM) leave A = 1.
    """
    if method not in get_args(Method):
        raise BadOption(
            f"there is no method {method!r}; there are {', '.join(sorted(get_args(Method)))}"
        )
    nodes, weighing = _checked_nodes(theta, weights)
    common = common_items(items_from, items_to, anchors)
    covariances = (
        checked_covariance(cov_from, items_from, "cov_from"),
        checked_covariance(cov_to, items_to, "cov_to"),
    )
    flags = [*_few_anchors(common, items_from, items_to), *_one_slope(common)]
    criterion = None
    if method in ("stocking-lord", "haebara"):
        _check_slopes(common, total=method == "stocking-lord")
        found = optimum(
            common,
            _starts(common),
            nodes,
            weighing,
            total=method == "stocking-lord",
            symmetric=symmetric,
        )
        A, B, by_from, by_to = found.A, found.B, found.by_from, found.by_to
        criterion = found.criterion
        if not found.converged:
            flags.append(
                LinkFlag(
                    "not_converged",
                    "The search for A and B stopped before their last digits were certain.",
                )
            )
    else:
        A, B, by_from, by_to = constants(common, method)
    flags += _taken_as_exact(covariances)
    sources = tuple(
        Source(items, covariance, _spread(by, items, common.names))
        for items, covariance, by in zip(
            (items_from, items_to), covariances, (by_from, by_to), strict=True
        )
    )
    return Link(A, B, method, symmetric, common.names, criterion, sources, tuple(flags))


def _checked_nodes(
    theta: ArrayLike | None, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    nodes = NODES if theta is None else np.asarray(theta, dtype=np.float64)
    if nodes.ndim != 1 or len(nodes) < 2 or not np.isfinite(nodes).all():
        raise BadOption("theta is not a row of two or more finite numbers")
    weighing = np.ones_like(nodes) if weights is None else np.asarray(weights, dtype=np.float64)
    if weighing.shape != nodes.shape:
        raise BadOption(f"there are {weighing.size} weights for {len(nodes)} values of theta")
    if not (np.isfinite(weighing).all() and (weighing >= 0).all() and weighing.sum() > 0):
        raise BadOption("weights are numbers from 0, and not all of them 0")
    return nodes, weighing / weighing.sum()


def _check_slopes(common: Anchors, *, total: bool) -> None:
    for items in (common.items_from, common.items_to):
        for name, model, slope in zip(items.names, items.models, items.a, strict=True):
            if not model.ordered and total:
                raise BadItems(f"anchor {name!r} is nominal and has no score: use Haebara's method")
            if slope <= 0:
                raise BadItems(f"anchor {name!r} has the slope {slope:.3g}: check its key first")


def _starts(common: Anchors) -> list[tuple[float, float]]:
    starts = [(1.0, 0.0)]
    for method in ("mean-mean", "mean-sigma"):
        try:
            A, B, *_ = constants(common, method)
        except PsychometricsError:  # nominal anchors have no moments, one anchor no spread
            continue
        starts.append((A, B))
    return starts


def _spread(by: FloatArray, items: Items, names: Sequence[str]) -> FloatArray:
    """Derivatives by the anchors' parameters among those by all parameters of a form."""
    result = np.zeros((2, sum(len(row) for row in items.rows)))
    result[:, parameter_positions(items, names)] = by
    return result


def _few_anchors(common: Anchors, items_from: Items, items_to: Items) -> list[LinkFlag]:
    n, longer = len(common.names), max(len(items_from), len(items_to))
    if n >= max(FEWEST, FEWEST_SHARE * longer):
        return []
    return [
        LinkFlag(
            "few_anchors",
            f"{n} anchors for a form of {longer} items: a fifth of the form, and {FEWEST} at "
            "least, are asked for.",
        )
    ]


def _one_slope(common: Anchors) -> list[LinkFlag]:
    if not common.one_slope:
        return []
    sentence = "The anchors have no slopes of their own, so A is 1 and only B was estimated."
    return [LinkFlag("one_slope", sentence)]


def _taken_as_exact(
    covariances: tuple[FloatArray | None, FloatArray | None],
) -> list[LinkFlag]:
    missing = [form for form, c in zip(("from", "to"), covariances, strict=True) if c is None]
    if len(missing) != 1:
        return []
    sentence = (
        f"The items linked {missing[0]} came without a covariance and count as known without "
        "error, so the standard errors are too small if they were estimated."
    )
    return [LinkFlag("taken_as_exact", sentence)]
