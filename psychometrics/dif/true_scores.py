"""Two groups at equal true scores: the arithmetic of SIBTEST, item by item.

Persons with equal scores have not equal abilities where the groups differ: a score regresses to the
mean of its group.  So the means of both groups at a score are moved, each along its own line, to
the true score that lies between (Shealy & Stout, 1993, pp. 190-193).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from psychometrics.responses import Codes

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """What `Sibtest` reports, one number an item: arrays of shape (n_items,)."""

    beta: Floats
    error: Floats
    chi2: Floats
    p: Floats
    beta_crossing: Floats
    crossing: Floats
    chi2_crossing: Floats
    df_crossing: Floats
    p_crossing: Floats


def corrected_differences(
    halves: tuple[Codes, Codes],
    anchors: Booleans,
    places: Floats | None,
    fewest: int,
    rng: np.random.Generator | None,
    draws: int,
) -> Differences:
    """SIBTEST's statistics of every item.

    Parameters
    ----------
    halves : tuple of (n_persons, n_items) arrays of int8
        Responses 0 and 1 of the reference and of the focal group, none missing.
    anchors : (n_items,) array of bool
        Items matched on; never the studied one.
    places : (n_items,) array or None
        Crossings; estimated where None.
    fewest : int
        Persons of each group that a score needs.
    rng, draws
        As for `sibtest`.
    """
    rows = []
    totals = tuple(half[:, anchors].sum(axis=1, dtype=np.int64) for half in halves)
    sums = [Reliability.of(half, total) for half, total in zip(halves, totals, strict=True)]
    n_anchors = int(anchors.sum())
    for item in range(len(anchors)):
        own = int(anchors[item])
        groups = [
            Matching.of(half[:, item], total - own * half[:, item], n_anchors - own, alpha)
            for half, total, alpha in zip(
                halves, totals, (s.alpha(anchors, item) for s in sums), strict=True
            )
        ]
        place = None if places is None else float(places[item])
        rows.append(_of_item(groups[0], groups[1], place, fewest, rng, draws))
    return Differences(*np.array(rows).T)


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Variances from which coefficient alpha of the anchors, or of all but one, follows."""

    variances: Floats
    of_total: float
    with_total: Floats

    @classmethod
    def of(cls, half: Codes, total: NDArray[np.int64]) -> "Reliability":
        centred = half - half.mean(axis=0)
        deviation = total - total.mean()
        return cls(
            (centred**2).mean(axis=0), float((deviation**2).mean()), deviation @ centred / len(half)
        )

    def alpha(self, anchors: Booleans, item: int) -> float:
        """Of the anchors without the item; 0 where it would be negative or they do not vary."""
        others = anchors.copy()
        others[item] = False
        number = int(others.sum())
        variance = self.of_total
        if anchors[item]:
            variance += self.variances[item] - 2 * self.with_total[item]
        if number < 2 or variance <= 0:
            return 0.0
        alpha = number / (number - 1) * (1 - self.variances[others].sum() / variance)
        return max(float(alpha), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """One group's answers to an item by matching score, 0 to the number of anchors."""

    number: Floats
    mean: Floats
    variance: Floats
    true_score: Floats

    @classmethod
    def of(
        cls, answers: Codes, scores: NDArray[np.int64], n_anchors: int, alpha: float
    ) -> "Matching":
        number = np.bincount(scores, minlength=n_anchors + 1).astype(np.float64)
        right = np.bincount(scores, weights=answers, minlength=n_anchors + 1)
        mean = right / np.maximum(number, 1.0)
        middle = scores.mean()
        return cls(
            number,
            mean,
            mean * (1 - mean) * number / np.maximum(number - 1, 1.0),
            (middle + alpha * (np.arange(n_anchors + 1) - middle)) / max(n_anchors, 1),
        )

    def at(self, true_score: Floats, scores: NDArray[np.intp]) -> Floats:
        """Means at ``scores``, moved along the line through their neighbours to a true score."""
        held = np.flatnonzero(self.number > 0)
        place = np.searchsorted(held, scores)
        below, above = held[np.maximum(place - 1, 0)], held[np.minimum(place + 1, len(held) - 1)]
        run = self.true_score[above] - self.true_score[below]
        rise = np.divide(
            self.mean[above] - self.mean[below], run, np.zeros_like(run), where=run != 0
        )
        return np.asarray(self.mean[scores] + rise * (true_score[scores] - self.true_score[scores]))


def _of_item(
    reference: Matching,
    focal: Matching,
    place: float | None,
    fewest: int,
    rng: np.random.Generator | None,
    draws: int,
) -> tuple[float, ...]:
    """The nine numbers of `Differences`."""
    number = reference.number + focal.number
    held = np.flatnonzero(number > 0)
    usable = (reference.number >= fewest) & (focal.number >= fewest)
    usable &= (reference.variance > 0) & (focal.variance > 0)
    usable[[held[0], held[-1]]] = False
    scores = np.flatnonzero(usable)
    if not len(scores):
        return (np.nan,) * 7 + (0.0, np.nan)
    weight = number[scores] / number[scores].sum()
    between = (reference.true_score + focal.true_score) / 2
    difference = reference.at(between, scores) - focal.at(between, scores)
    variance = weight**2 * (
        reference.variance[scores] / reference.number[scores]
        + focal.variance[scores] / focal.number[scores]
    )
    beta, error = float(weight @ difference), float(np.sqrt(variance.sum()))
    chi2 = (beta / error) ** 2
    seen = _two_sides(scores, difference[None], weight, variance, place)
    p_crossing = float(chdtrc(seen.df[0], seen.chi2[0]))
    if rng is not None and place is None:
        chance = rng.normal(scale=np.sqrt(variance) / weight, size=(draws, len(scores)))
        drawn = _two_sides(scores, chance, weight, variance, None).chi2
        p_crossing = float((1 + (drawn >= seen.chi2[0]).sum()) / (1 + draws))
    return (
        *(beta, error, chi2, float(chdtrc(1, chi2)), float(seen.turned[0])),
        *(float(seen.place[0]), float(seen.chi2[0]), float(seen.df[0]), p_crossing),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Below and above a crossing, for several sets of differences at once."""

    place: Floats
    turned: Floats
    chi2: Floats
    df: Floats


def _two_sides(
    scores: NDArray[np.intp],
    differences: Floats,
    weight: Floats,
    variance: Floats,
    place: float | None,
) -> _Sides:
    """Squared weighted sums of ``differences`` (m, n_scores) over their variances, side by side.

    The crossing is where the weighted regression of the differences on the score is 0; all scores
    lie on one side where that is flat.
    """
    if place is None:
        middle = weight @ scores
        slope = differences @ (weight * (scores - middle))
        spread = weight @ (scores - middle) ** 2
        places = np.full(len(slope), np.nan)
        np.divide((differences @ weight) * -spread, slope, out=places, where=slope != 0)
        places += middle
    else:
        places = np.full(len(differences), place)
    above = scores > places[:, None]
    chi2, df = np.zeros(len(places)), np.zeros(len(places))
    for side in (above, ~above):
        width = side @ variance
        there = width > 0
        chi2[there] += (side * differences @ weight)[there] ** 2 / width[there]
        df += there
    turned = np.abs(np.where(above, -differences, differences) @ weight)
    return _Sides(places, turned, chi2, df)
