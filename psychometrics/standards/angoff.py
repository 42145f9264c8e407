"""Modified Angoff: judges say how likely a just-qualified candidate answers each item right.

Source: Angoff (1971), in Thorndike (Ed.), Educational Measurement; Brennan & Lockwood (1980),
Applied Psychological Measurement 4(2), for the standard errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadRatings
from psychometrics.standards.flags import StandardFlag, few_judges
from psychometrics.standards.ratings import completed, read_points, read_ratings

Floats = NDArray[np.float64]

OUTLYING = 3.0  # standard deviations of the other judges
JUDGES_TO_COMPARE = 4


@dataclass(frozen=True, slots=True)
class RatingVariance:
    """Where ratings differ: variance components of judges crossed with items, none below 0.

    Attributes
    ----------
    judges : float
        Judges are severe or lenient.
    items : float
        Items are hard or easy.
    residual : float
        Judges differ on single items.
    single : float
        Agreement of one judge's ratings with another's, ICC(2,1) (Shrout & Fleiss, 1979).
    panel : float
        The same of the panel's mean ratings, ICC(2,k).  Both are NaN where a flag "no_variance"
        says that all ratings are alike.
    """

    judges: float
    items: float
    residual: float
    single: float
    panel: float


@dataclass(frozen=True, slots=True, eq=False)
class AngoffRound:
    """One round of ratings.

    Attributes
    ----------
    cut : float
        Mean of the judges' cuts, in points; not rounded.
    share : float
        ``cut`` as a share of all points.
    standard_error : float
        Of ``cut``, over judges, for these items: spread of the judges' cuts / sqrt(judges).
    standard_error_items : float
        The same if the items too are a sample of those that could have been rated.
    judge_cuts : (J,) array
        Points.
    item_ratings, item_spread : (I,) array
        Mean rating, and standard deviation over judges.
    judge_agreement : (J,) array
        Correlation over items of the judge's ratings with the mean of the others'; NaN where a
        flag "constant_judge" says that either does not vary.
    variance : RatingVariance
    flags : tuple of StandardFlag
    """

    cut: float
    share: float
    standard_error: float
    standard_error_items: float
    judge_cuts: Floats
    item_ratings: Floats
    item_spread: Floats
    judge_agreement: Floats
    variance: RatingVariance
    flags: tuple[StandardFlag, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Angoff:
    """The standard a panel recommends, and how it came to it.

    Attributes
    ----------
    cut, standard_error : float
        Of the last round, in points.
    rounds : tuple of AngoffRound
    cut_change : (R - 1,) array
        Change of the cut from each round to the next, in points.
    spread_change : (R - 1,) array
        Change of the standard deviation of the judges' cuts, in points; below 0 as they converge.
    ratings_changed : (R - 1,) array
        Share of ratings given in both rounds that differ.
    """

    cut: float
    standard_error: float
    rounds: tuple[AngoffRound, ...]
    cut_change: Floats
    spread_change: Floats
    ratings_changed: Floats


def angoff(ratings: ArrayLike | Sequence[ArrayLike], *, points: ArrayLike | None = None) -> Angoff:
    """The cut score of a modified Angoff panel (Angoff, 1971), over one or more rounds.

    Parameters
    ----------
    ratings : (J, I) or (R, J, I) array_like
        Of judges by items, or of rounds by judges by items: the share of just-qualified candidates
        who answer the item right, from 0 to 1 (the expected share of its points if there are
        several); NaN where a judge did not rate.
    points : (I,) array_like, optional
        Each item can give; 1 unless given.

    Returns
    -------
    Angoff

    Raises
    ------
    BadRatings
        A rating is outside 0 to 1, a judge rated nothing, or an item was rated by nobody.
    NotEnoughData
        Fewer than two judges or two items.
    NotLinked
        Judges fall into parts that rated no item in common.
    BadOption
        Points are not one positive number an item.

    Notes
    -----
    A judge's cut is the sum of the judge's ratings times points.  *Missing ratings* count as the
    panel's value for the item plus the judge's own severity, by least squares, and are flagged.
    With equal points, judges and items as samples, the error of the cut is ``sqrt(judges / J +
    items / I + residual / (I J))`` of the components, times all points (Brennan & Lockwood, 1980);
    ``standard_error`` is the same without the term of the items.
    """
    given = np.asarray(ratings, dtype=np.float64)
    if given.ndim not in {2, 3} or 0 in given.shape:
        raise BadRatings(
            f"ratings of shape {given.shape} are neither judges by items nor rounds of them"
        )
    several = given.ndim == 3
    tables = list(given) if several else [given]
    worth = read_points(points, tables[0].shape[1])
    read = [
        read_ratings(table, f"round {number + 1}: " if several else "")
        for number, table in enumerate(tables)
    ]
    rounds = tuple(_round(table, worth) for table in read)
    spreads = np.array([one.judge_cuts.std(ddof=1) for one in rounds])
    return Angoff(
        cut=rounds[-1].cut,
        standard_error=rounds[-1].standard_error,
        rounds=rounds,
        cut_change=np.diff([one.cut for one in rounds]),
        spread_change=np.diff(spreads),
        ratings_changed=np.array([_changed(before, after) for before, after in pairwise(read)]),
    )


def _round(given: Floats, worth: Floats) -> AngoffRound:
    full = completed(given)
    n_judges, n_items = full.shape
    total = float(worth.sum())
    judge_cuts = full @ worth
    cut = float(judge_cuts.mean())
    variance, flags = _variance(full)
    agreement, constant = _agreement(full)
    both = variance.judges / n_judges + variance.residual / (n_judges * n_items)
    return AngoffRound(
        cut=cut,
        share=cut / total,
        standard_error=float(judge_cuts.std(ddof=1) / np.sqrt(n_judges)),
        standard_error_items=total * float(np.sqrt(both + variance.items / n_items)),
        judge_cuts=judge_cuts,
        item_ratings=full.mean(axis=0),
        item_spread=full.std(axis=0, ddof=1),
        judge_agreement=agreement,
        variance=variance,
        flags=(
            *few_judges(n_judges),
            *_incomplete(given),
            *flags,
            *constant,
            *outlying_judges(judge_cuts),
        ),
    )


def _variance(full: Floats) -> tuple[RatingVariance, tuple[StandardFlag, ...]]:
    """Components from the mean squares of a crossed design."""
    n_judges, n_items = full.shape
    grand = full.mean()
    by_judge, by_item = full.mean(axis=1), full.mean(axis=0)
    ms_judges = n_items * ((by_judge - grand) ** 2).sum() / (n_judges - 1)
    ms_items = n_judges * ((by_item - grand) ** 2).sum() / (n_items - 1)
    left = full - by_judge[:, None] - by_item + grand
    ms_left = (left**2).sum() / ((n_judges - 1) * (n_items - 1))
    judges = max(0.0, float((ms_judges - ms_left) / n_items))
    items = max(0.0, float((ms_items - ms_left) / n_judges))
    residual = float(ms_left)
    all_of_it = judges + items + residual
    if all_of_it <= 1e-24:
        sentence = "All ratings are alike: agreement over items is undefined."
        flag = StandardFlag("no_variance", sentence)
        return RatingVariance(judges, items, residual, np.nan, np.nan), (flag,)
    single = items / all_of_it
    panel = items / (items + (judges + residual) / n_judges)
    return RatingVariance(judges, items, residual, single, panel), ()


def _agreement(full: Floats) -> tuple[Floats, tuple[StandardFlag, ...]]:
    """Each judge against the mean of the others."""
    n_judges = len(full)
    others = (full.sum(axis=0) - full) / (n_judges - 1)
    own = full - full.mean(axis=1, keepdims=True)
    their = others - others.mean(axis=1, keepdims=True)
    size = np.sqrt((own**2).sum(axis=1) * (their**2).sum(axis=1))
    varies = size > 1e-12
    agreement = np.full(n_judges, np.nan)
    np.divide((own * their).sum(axis=1), size, out=agreement, where=varies)
    flags = tuple(
        StandardFlag(
            "constant_judge",
            f"Judge {judge} or the rest of the panel rates all items alike: there is no "
            "correlation between them.",
            judge,
        )
        for judge in np.flatnonzero(~varies).tolist()
    )
    return agreement, flags


def outlying_judges(judge_cuts: Floats) -> tuple[StandardFlag, ...]:
    """Flags of judges whose cut is more than three standard deviations from the others'."""
    n_judges = len(judge_cuts)
    if n_judges < JUDGES_TO_COMPARE:
        return ()
    flags = []
    for judge in range(n_judges):
        others = np.delete(judge_cuts, judge)
        away = judge_cuts[judge] - others.mean()
        spread = others.std(ddof=1)
        if abs(away) > OUTLYING * spread and abs(away) > 1e-9:
            side = "above" if away > 0 else "below"
            sentence = (
                f"Judge {judge}'s cut of {judge_cuts[judge]:.2f} lies {abs(away):.2f} {side} the "
                f"mean of the others, whose standard deviation is {spread:.2f}."
            )
            flags.append(StandardFlag("outlying_judge", sentence, judge))
    return tuple(flags)


def _incomplete(given: Floats) -> tuple[StandardFlag, ...]:
    missing = np.isnan(given).sum(axis=1)
    return tuple(
        StandardFlag(
            "incomplete",
            f"Judge {judge} left {missing[judge]} of {given.shape[1]} items unrated: the panel's "
            "ratings and the judge's severity stand in.",
            judge,
        )
        for judge in np.flatnonzero(missing).tolist()
    )


def _changed(before: Floats, after: Floats) -> float:
    both = ~(np.isnan(before) | np.isnan(after))
    return float((before[both] != after[both]).mean()) if both.any() else 0.0
