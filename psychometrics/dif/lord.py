"""Lord's chi-square: the distance of an item's parameters in two groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.dif.estimates import (
    ItemEstimates,
    check_pair,
    fewest_anchors,
    on_reference_scale,
    read_scale,
)
from psychometrics.dif.flags import DifFlag
from psychometrics.dif.purification import purified, read_anchors, read_level

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LordTest:
    """Lord's tests; arrays have shape (n_items,), NaN for items not calibrated in both groups.

    Attributes
    ----------
    chi2, p : array
    df : int
        Parameters an item has of its own.
    b_difference : array
        Focal less reference difficulty on the reference scale, logits; above 0 the item is harder
        for the focal group.
    flagged : array of bool
        ``p`` below the level.
    scale : (float, float)
        Slope and constant that put the focal group on the reference scale.
    anchors : array of bool
        The items these come from; none where they were given.
    rounds : int
        Of purification.
    flags : tuple of DifFlag
    """

    chi2: Floats
    p: Floats
    df: int
    b_difference: Floats
    flagged: Booleans
    scale: tuple[float, float]
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def lord(
    reference: ItemEstimates,
    focal: ItemEstimates,
    *,
    purify: bool = True,
    anchors: ArrayLike | None = None,
    scale: tuple[float, float] | None = None,
    level: float = 0.05,
) -> LordTest:
    """Test whether each item has the same parameters in both groups (Lord, 1980, p. 223).

    Parameters
    ----------
    reference, focal : ItemEstimates
        The same items in the same order, each group calibrated on its own.
    purify : bool
        Take the scale from the items that are not flagged, round by round.
    anchors : array_like, optional
        Items to take the scale from, by position or as a mask; they are not purified.
    scale : (float, float), optional
        Slope and constant with theta_reference = slope theta_focal + constant, for example from
        `psychometrics.linking`; (1, 0) where both are on one scale.  Nothing is purified.
    level : float
        Of significance.

    Returns
    -------
    LordTest

    Raises
    ------
    BadOption
        The groups have not the same items or kinds of parameters, or an option is out of range.
    NotEnoughData
        Fewer than two anchors (one with equal slopes) have estimates in both groups.

    Notes
    -----
    Without ``scale``, mean and standard deviation of b are made equal, or the mean alone where
    slopes are.  The constants are taken as known.  A badly placed item moves them: give ``scale``
    where a difficulty has a large error.
    """
    check_pair(reference, focal)
    n_items = len(reference.b)
    level, given_scale = read_level(level), read_scale(scale, reference)

    def evaluate(used: Booleans) -> tuple[tuple[Floats, Floats, tuple[float, float]], Booleans]:
        constants = given_scale or on_reference_scale(reference, focal, used)
        moved = focal.moved(*constants)
        chi2 = distances(reference, moved)
        found = chi2, moved.b - reference.b, constants
        return found, chdtrc(reference.n_free, chi2) < level

    last = purified(
        evaluate,
        n_items,
        anchors=read_anchors(anchors, n_items),
        purify=purify and scale is None,
        fewest=fewest_anchors(reference),
    )
    chi2, difference, constants = last.found
    p = np.asarray(chdtrc(reference.n_free, chi2))
    return LordTest(
        chi2=chi2,
        p=p,
        df=reference.n_free,
        b_difference=np.where(np.isnan(chi2), np.nan, difference),
        flagged=p < level,
        scale=constants,
        anchors=last.anchors & (scale is None),
        rounds=last.rounds,
        flags=(*last.flags, *not_compared(chi2)),
    )


def distances(reference: ItemEstimates, focal: ItemEstimates) -> Floats:
    """Squared Mahalanobis distances, shape (n_items,); NaN where a group has no estimate."""
    there = reference.there & focal.there
    chi2 = np.full(len(there), np.nan)
    if there.any():
        apart = (focal.free - reference.free)[there]
        together = (reference.covariance + focal.covariance)[there]
        chi2[there] = np.einsum(
            "jp,jp->j", apart, np.linalg.solve(together, apart[:, :, None])[:, :, 0]
        )
    return chi2


def not_compared(statistic: Floats) -> tuple[DifFlag, ...]:
    """A flag for each item without a statistic."""
    return tuple(
        DifFlag("not_calibrated", f"Item {item} has no estimate with its error in a group.", item)
        for item in np.flatnonzero(np.isnan(statistic)).tolist()
    )
