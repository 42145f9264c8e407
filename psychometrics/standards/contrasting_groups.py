"""Contrasting groups: the score that best tells qualified candidates from the others.

Source: Livingston & Zieky (1982), Passing Scores, ch. 5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from psychometrics.errors import BadOption, BadResponses, NotEnoughData, NotIdentified
from psychometrics.standards.flags import StandardFlag

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SMALL_GROUP = 30
MOST_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class ContrastingGroups:
    """A cut between two groups of candidates.

    Attributes
    ----------
    cut : float
        Score from which being qualified is likely enough, by logistic regression.
    standard_error : float
        Of ``cut``, over candidates (delta method); NaN where a flag "separated" says why.
    midpoint : float
        Half way between the groups' mean scores.
    fewest_errors : float
        The score in the data that costs least as a cut.
    slope : float
        Logits for one score point; infinite where "separated".
    false_positive, false_negative : float
        At ``cut``: share of the unqualified who pass, and of the qualified who fail.
    flags : tuple of StandardFlag
    """

    cut: float
    standard_error: float
    midpoint: float
    fewest_errors: float
    slope: float
    false_positive: float
    false_negative: float
    flags: tuple[StandardFlag, ...]


def contrasting_groups(
    scores: ArrayLike, qualified: ArrayLike, *, cost: float = 1.0
) -> ContrastingGroups:
    """The cut between candidates judged qualified and not (Livingston & Zieky, 1982).

    Parameters
    ----------
    scores : (n_persons,) array_like
        Of any kind.
    qualified : (n_persons,) array_like of bool
        What those who know the candidates' work say, without regard to the scores.
    cost : float
        Of passing an unqualified candidate, where failing a qualified one costs 1; above 0.

    Returns
    -------
    ContrastingGroups

    Raises
    ------
    NotEnoughData
        A group is empty.
    NotIdentified
        The qualified do not score higher than the others.
    BadResponses
        A score is not finite, or a judgement is neither true nor false.
    BadOption
        ``cost`` is not above 0.

    Notes
    -----
    The cut is where ``P(qualified | score) = cost / (1 + cost)``.  It holds for a population with
    the groups' shares: if the sample holds more of one group than will sit the exam, let the cost
    make up for it.
    """
    given, is_qualified = _read(scores, qualified)
    if not (np.isfinite(cost) and cost > 0):
        raise BadOption(f"a cost of {cost} is not above 0")
    low, high = given[~is_qualified], given[is_qualified]
    if high.mean() <= low.mean():
        raise NotIdentified(
            f"the qualified score {high.mean():.2f} on average and the others {low.mean():.2f}: "
            "the scores do not tell them apart"
        )
    flags = [
        StandardFlag("small_group", f"There are only {len(group)} {name} candidates.")
        for name, group in (("unqualified", low), ("qualified", high))
        if len(group) < SMALL_GROUP
    ]
    if low.max() <= high.min():
        cut, error, slope = float((low.max() + high.min()) / 2), np.nan, np.inf
        sentence = (
            f"No unqualified candidate scores above {low.max():g} and no qualified one below "
            f"{high.min():g}: any cut between tells them apart, and half way is given."
        )
        flags.append(StandardFlag("separated", sentence))
    else:
        cut, error, slope = _logistic_cut(given, is_qualified, cost)
    return ContrastingGroups(
        cut=cut,
        standard_error=error,
        midpoint=float((low.mean() + high.mean()) / 2),
        fewest_errors=_fewest_errors(low, high, cost),
        slope=slope,
        false_positive=float((low >= cut).mean()),
        false_negative=float((high < cut).mean()),
        flags=tuple(flags),
    )


def _read(scores: ArrayLike, qualified: ArrayLike) -> tuple[Floats, Booleans]:
    given = np.asarray(scores, dtype=np.float64)
    said = np.asarray(qualified)
    if given.ndim != 1 or said.shape != given.shape:
        raise BadResponses(f"there are {said.size} judgements for {given.size} scores")
    if not np.isfinite(given).all():
        row = int(np.argmin(np.isfinite(given)))
        raise BadResponses(f"row {row} has a score of {given[row]}, which is not finite")
    if said.dtype.kind not in "biuf" or not np.isin(said, (0, 1)).all():
        raise BadResponses("a judgement is true or false, 1 or 0")
    is_qualified = said.astype(bool)
    for name, size in (("qualified", is_qualified.sum()), ("unqualified", (~is_qualified).sum())):
        if size == 0:
            raise NotEnoughData(f"there is no {name} candidate to contrast with the others")
    return given, is_qualified


def _logistic_cut(scores: Floats, qualified: Booleans, cost: float) -> tuple[float, float, float]:
    """Cut, standard error and slope of the regression, by Newton's method with halved steps."""
    middle, spread = scores.mean(), scores.std()
    design = np.column_stack([np.ones_like(scores), (scores - middle) / spread])
    sign = np.where(qualified, 1.0, -1.0)
    at = np.zeros(2)
    value = _loss(design, sign, at)
    for _ in range(MOST_STEPS):
        p = expit(design @ at)
        gradient = design.T @ (qualified - p)
        information = (design * (p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(information, gradient)
        while (reached := _loss(design, sign, at + step)) > value and np.abs(step).max() > 1e-14:
            step /= 2
        at, value = at + step, min(value, reached)
        if np.abs(step).max() < 1e-11:
            break
    place = (np.log(cost) - at[0]) / at[1]
    p = expit(design @ at)
    information = (design * (p * (1 - p))[:, None]).T @ design
    by_coefficient = np.array([-1.0, -place]) / at[1]
    variance = by_coefficient @ np.linalg.solve(information, by_coefficient)
    return (
        float(middle + spread * place),
        float(spread * np.sqrt(variance)),
        float(at[1] / spread),
    )


def _loss(design: Floats, sign: Floats, at: Floats) -> float:
    return float(np.logaddexp(0.0, -sign * (design @ at)).sum())


def _fewest_errors(low: Floats, high: Floats, cost: float) -> float:
    """The lowest of the scores that cost least as a cut."""
    cuts = np.unique(np.concatenate([low, high]))
    passing = len(low) - np.searchsorted(np.sort(low), cuts)
    failing = np.searchsorted(np.sort(high), cuts)
    return float(cuts[np.argmin(cost * passing + failing)])
