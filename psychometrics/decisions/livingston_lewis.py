"""Decisions on any score of known reliability.

Source: Livingston & Lewis (1995), Journal of Educational Measurement 32(2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from psychometrics.decisions.beta_binomial import TrueScores, fit_true_scores
from psychometrics.decisions.result import (
    Classified,
    DecisionFlag,
    Decisions,
    decisions_of,
    read_cuts,
)
from psychometrics.errors import BadOption, BadResponses, NotEnoughData, NotIdentified

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveTest:
    """The binomial test that measures as reliably as the one given.

    Attributes
    ----------
    length : float
        Items right or wrong, equally difficult, that give the same reliability.
    n_items : int
        The same, rounded.
    true_scores : TrueScores
        Of true proportions.
    decisions : Decisions
    """

    length: float
    n_items: int
    true_scores: TrueScores
    decisions: Decisions


def decisions_livingston_lewis(
    scores: ArrayLike,
    reliability: float,
    cuts: ArrayLike,
    *,
    highest: float,
    lowest: float = 0.0,
    match_observed: bool = False,
) -> Decisions:
    """Accuracy and consistency of decisions on scores of one form (Livingston & Lewis, 1995).

    Parameters
    ----------
    scores : (n_persons,) array_like
        Of any kind: raw, weighted or scaled linearly.
    reliability : float
        Of the scores, between 0 and 1.
    cuts : float or (C,) array_like
        In the measure of the scores, ascending; at or above one passes it.
    highest, lowest : float
        The highest and lowest score possible (not those observed).
    match_observed : bool
        Scale the columns of both tables to the shares of classes in fact observed, the last step
        of the paper, which betafunctions and BBClassify leave out.

    Returns
    -------
    Decisions
        Points are true proportions from 0 to 1; cuts and their standard errors are scores.

    Raises
    ------
    BadResponses
        A score is not finite or not possible.
    BadOption
        A cut lies outside the scores, the reliability is not between 0 and 1, or the range empty.
    NotEnoughData
        Fewer than two persons, or all with one score.
    NotIdentified
        The effective test would be shorter than two items, or no beta distribution fits.

    Notes
    -----
    The effective length is ``((M - lowest) (highest - M) - r s^2) / (s^2 (1 - r))``, rounded;
    scores are stretched to it, a beta distribution of true proportions is fitted by four moments
    (Hanson, 1991; by two, and flagged, where that fails), and scores given the true proportion
    are binomial.  A cut becomes the first whole score at or above its place on that test.
    `effective_test` gives the length and the distribution as well.
    """
    return effective_test(
        scores, reliability, cuts, highest=highest, lowest=lowest, match_observed=match_observed
    ).decisions


def effective_test(
    scores: ArrayLike,
    reliability: float,
    cuts: ArrayLike,
    *,
    highest: float,
    lowest: float = 0.0,
    match_observed: bool = False,
) -> EffectiveTest:
    """`decisions_livingston_lewis` with the steps between (Livingston & Lewis, 1995).

    Parameters
    ----------
    scores, reliability, cuts, highest, lowest, match_observed
        As there.

    Returns
    -------
    EffectiveTest

    Raises
    ------
    BadResponses, BadOption, NotEnoughData, NotIdentified
        As there.
    """
    at = read_cuts(cuts)
    if not (np.isfinite([lowest, highest]).all() and lowest < highest):
        raise BadOption(f"there are no scores from {lowest} to {highest}")
    if at[0] <= lowest or at[-1] > highest:
        beyond = at[0] if at[0] <= lowest else at[-1]
        raise BadOption(
            f"a cut of {beyond:g} lies outside the scores: above {lowest:g}, at most {highest:g}"
        )
    if not 0 < reliability < 1:
        raise BadOption(f"a reliability of {reliability} is not between 0 and 1")
    given = _read_scores(scores, lowest, highest)
    length = _effective_length(given, reliability, lowest, highest)
    n_items = round(length)
    if n_items < 2:
        raise NotIdentified(
            f"the scores measure like a test of {length:.2f} items: too short to say anything"
        )
    range_ = highest - lowest
    true_scores, four = fit_true_scores(n_items * (given - lowest) / range_, n_items)
    proportions = (at - lowest) / range_
    points, weights = true_scores.integral(proportions, n_items)
    first = np.ceil(n_items * proportions - 1e-9)
    below = np.column_stack([bdtr(k - 1, n_items, points) if k >= 1 else 0 * points for k in first])
    edges = np.hstack([np.zeros((len(points), 1)), below, np.ones((len(points), 1))])
    classified = Classified(
        points,
        weights,
        (points[:, None] >= proportions).sum(axis=1),
        np.diff(edges, axis=1),
    )
    errors = range_ * np.sqrt(proportions * (1 - proportions) / n_items)
    observed = np.bincount((given[:, None] >= at).sum(axis=1), minlength=len(at) + 1) / len(given)
    decisions = decisions_of(
        at,
        errors,
        classified,
        () if four else (_two_parameters(),),
        shares=observed if match_observed else None,
    )
    return EffectiveTest(length, n_items, true_scores, decisions)


def _read_scores(scores: ArrayLike, lowest: float, highest: float) -> Floats:
    given = np.asarray(scores, dtype=np.float64)
    if given.ndim != 1:
        raise BadResponses(f"scores have {given.ndim} dimensions, not one")
    bad = ~((given >= lowest) & (given <= highest))
    if bad.any():
        row = int(np.argmax(bad))
        raise BadResponses(
            f"row {row} has a score of {given[row]:g}, which is not from {lowest:g} to {highest:g}"
        )
    if len(given) < 2 or np.ptp(given) == 0:
        raise NotEnoughData("decisions need two persons or more with different scores")
    return given


def _effective_length(scores: Floats, reliability: float, lowest: float, highest: float) -> float:
    mean, variance = float(scores.mean()), float(scores.var(ddof=1))
    error = variance * (1 - reliability)
    return ((mean - lowest) * (highest - mean) - reliability * variance) / error


def _two_parameters() -> DecisionFlag:
    return DecisionFlag(
        "two_parameters",
        "No beta distribution within 0 to 1 has the four moments of the true scores: one on the "
        "whole interval matches mean and variance.",
    )
