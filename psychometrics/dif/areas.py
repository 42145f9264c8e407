"""Raju's areas between the item characteristic curves of two groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtr

from psychometrics.dif.estimates import (
    ItemEstimates,
    check_pair,
    fewest_anchors,
    on_reference_scale,
    read_scale,
)
from psychometrics.dif.flags import DifFlag
from psychometrics.dif.lord import not_compared
from psychometrics.dif.purification import purified, read_anchors, read_level
from psychometrics.errors import BadOption
from psychometrics.models.logistic import log_expit

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Areas between two curves; arrays have shape (n_items,), NaN where a group has no estimate.

    Attributes
    ----------
    signed : array
        Area in logits, positive where the item is harder for the focal group; parts on either side
        of a crossing cancel.
    unsigned : array
        Area in logits, nothing cancelled; 0 or more.
    se_signed, se_unsigned : array
        Standard errors by the delta method.
    z_signed, z_unsigned : array
        Over the standard error; that of the unsigned area keeps the sign of Raju's H.
    p_signed, p_unsigned : array
        Two-sided, normal.
    flagged : array of bool
        By the kind of area that was asked for, at the level.
    scale : (float, float)
        Slope and constant that put the focal group on the reference scale.
    anchors : array of bool
        The items these come from; none where they were given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    signed: Floats
    unsigned: Floats
    se_signed: Floats
    se_unsigned: Floats
    z_signed: Floats
    z_unsigned: Floats
    p_signed: Floats
    p_unsigned: Floats
    flagged: Booleans
    scale: tuple[float, float]
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def raju(
    reference: ItemEstimates,
    focal: ItemEstimates,
    *,
    signed: bool = False,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    scale: tuple[float, float] | None = None,
    level: float = 0.05,
) -> Areas:
    """Areas between the curves of both groups over all theta, with tests (Raju, 1988, 1990).

    Parameters
    ----------
    reference, focal : ItemEstimates
        The same items in the same order, each group calibrated on its own; with a lower asymptote
        only if it is fixed and the same in both groups.
    signed : bool
        Whether items are flagged, and purified, by the signed area.
    purify : bool
        Take the scale from the items that are not flagged, round by round.
    anchors : array_like, optional
        Items to take the scale from, by position or as a mask; they are not purified.
    scale : (float, float), optional
        As for `lord`.
    level : float
        Of significance.

    Returns
    -------
    Areas

    Raises
    ------
    BadOption
        The groups have not the same items or kinds of parameters, asymptotes differ (the area is
        then infinite), or an option is out of range.
    NotEnoughData
        Too few anchors have estimates in both groups.

    Notes
    -----
    Raju (1988, equations 9 and 18; 1990 for the errors), D = 1.  The normal test of the unsigned
    area is Raju's; an area is never negative, so where there is no difference it is approximate.
    """
    check_pair(reference, focal)
    there = reference.there & focal.there
    if reference.n_free == 3 or not np.allclose(reference.c[there], focal.c[there]):
        raise BadOption("areas need lower asymptotes that are fixed and the same in both groups")
    n_items = len(reference.b)
    level, given_scale = read_level(level), read_scale(scale, reference)

    def evaluate(used: Booleans) -> tuple[tuple[_Parts, tuple[float, float]], Booleans]:
        constants = given_scale or on_reference_scale(reference, focal, used)
        parts = _areas(reference, focal.moved(*constants))
        z = parts.z_signed if signed else parts.z_unsigned
        return (parts, constants), _two_sided(z) < level

    last = purified(
        evaluate,
        n_items,
        anchors=read_anchors(anchors, n_items),
        purify=purify and scale is None,
        fewest=fewest_anchors(reference),
    )
    parts, constants = last.found
    p_signed, p_unsigned = _two_sided(parts.z_signed), _two_sided(parts.z_unsigned)
    return Areas(
        signed=parts.signed,
        unsigned=np.abs(parts.h),
        se_signed=parts.se_signed,
        se_unsigned=parts.se_h,
        z_signed=parts.z_signed,
        z_unsigned=parts.z_unsigned,
        p_signed=p_signed,
        p_unsigned=p_unsigned,
        flagged=(p_signed if signed else p_unsigned) < level,
        scale=constants,
        anchors=last.anchors & (scale is None),
        rounds=last.rounds,
        flags=(*last.flags, *not_compared(parts.signed)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    signed: Floats
    se_signed: Floats
    h: Floats
    se_h: Floats

    @property
    def z_signed(self) -> Floats:
        return self.signed / self.se_signed

    @property
    def z_unsigned(self) -> Floats:
        return self.h / self.se_h


def _areas(reference: ItemEstimates, focal: ItemEstimates) -> _Parts:
    there = reference.there & focal.there
    apart = np.where(there, focal.b - reference.b, np.nan)
    height = 1 - reference.c
    var_r, var_f = reference.covariance[:, -1, -1], focal.covariance[:, -1, -1]
    se_signed = np.where(there, np.sqrt(var_r + var_f), np.nan)
    if reference.n_free == 1:
        return _Parts(height * apart, height * se_signed, height * apart, height * se_signed)
    a_r, a_f = np.where(there, reference.a, 1.0), np.where(there, focal.a, 1.0)
    slopes = a_f - a_r
    with np.errstate(divide="ignore", invalid="ignore"):  # parallel curves: y is infinite
        y = np.where(slopes == 0, np.inf, a_f * a_r * apart / slopes)
    parallel = ~np.isfinite(y)
    finite = np.where(parallel, 0.0, y)
    log_sum = -log_expit(-finite)  # log(1 + exp(y))
    h = np.where(parallel, apart, 2 * slopes / (a_f * a_r) * log_sum - apart)
    by_b = np.where(parallel, 1.0, 2 * expit(finite) - 1)
    by_a = np.where(parallel, 0.0, 2 * (log_sum - finite * expit(finite)))
    gradient_f = np.stack([by_a / a_f**2, by_b], axis=1)
    gradient_r = np.stack([-by_a / a_r**2, -by_b], axis=1)
    variance = np.einsum("jp,jpq,jq->j", gradient_f, focal.covariance, gradient_f)
    variance += np.einsum("jp,jpq,jq->j", gradient_r, reference.covariance, gradient_r)
    se_h = np.where(there, np.sqrt(variance), np.nan)
    return _Parts(height * apart, height * se_signed, height * h, height * se_h)


def _two_sided(z: Floats) -> Floats:
    return np.asarray(2 * ndtr(-np.abs(z)))
