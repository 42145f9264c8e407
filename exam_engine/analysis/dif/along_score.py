"""Shares right of both groups along the matching score: what one looks at before any statistic."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.dif.groups import TwoGroups

Floats = NDArray[np.float64]

MOST_BANDS = 8
FEWEST_IN_BAND = 20  # persons of both groups together
Z = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class AlongScore:
    """One item in bands of the matching score; arrays are (2, n_bands), reference first.

    Attributes
    ----------
    low, high : (n_bands,) array
        Share of the points earned on the matching items and the item itself, 0 to 1.
    n : array of int
    mean : array
        Share of the item's points earned; NaN where nobody of the group is in the band.
    lower, upper : array
        95 % intervals (Wilson), answers taken as right or wrong.
    difference : float
        Focal less reference at equal scores, weighted by the focal group; NaN where no band holds
        both.
    """

    low: Floats
    high: Floats
    n: NDArray[np.int64]
    mean: Floats
    lower: Floats
    upper: Floats
    difference: float


def along_score(groups: TwoGroups, item: int, anchors: NDArray[np.bool_]) -> AlongScore:
    """Shares right in at most eight bands of equal numbers of persons.

    Parameters
    ----------
    groups : TwoGroups
    item : int
    anchors : (n_items,) array of bool
        The matching items; the item itself is added.
    """
    codes = groups.responses.codes
    there = codes[:, item] >= 0
    codes, focal = codes[there], groups.focal[there]
    top = np.maximum(groups.responses.codes.max(axis=0), 1).astype(float)
    used = anchors.copy()
    used[item] = True
    given = codes[:, used] >= 0
    earned = np.where(given, codes[:, used], 0).sum(axis=1)
    score = earned / np.maximum(given @ top[used], 1.0)
    own = codes[:, item] / top[item]
    edges = _edges(score)
    band = np.searchsorted(edges, score, side="right") if len(edges) else np.zeros(len(score), int)
    n_bands = len(edges) + 1
    n, total = (np.zeros((2, n_bands)) for _ in range(2))
    np.add.at(n, (focal.astype(int), band), 1.0)
    np.add.at(total, (focal.astype(int), band), own)
    mean = np.divide(total, n, out=np.full_like(n, np.nan), where=n > 0)
    centre = (mean + Z**2 / (2 * np.maximum(n, 1))) / (1 + Z**2 / np.maximum(n, 1))
    half = Z * np.sqrt(
        np.maximum(mean * (1 - mean), 0) / np.maximum(n, 1) + Z**2 / (4 * np.maximum(n, 1) ** 2)
    )
    half /= 1 + Z**2 / np.maximum(n, 1)
    both = (n > 0).all(axis=0)
    weight = np.where(both, n[1], 0.0)
    gap = np.where(both, mean[1] - mean[0], 0.0)
    return AlongScore(
        low=np.array([score[band == k].min(initial=1.0) for k in range(n_bands)]),
        high=np.array([score[band == k].max(initial=0.0) for k in range(n_bands)]),
        n=n.astype(np.int64),
        mean=mean,
        lower=np.clip(centre - half, 0, 1),
        upper=np.clip(centre + half, 0, 1),
        difference=float(weight @ gap / weight.sum()) if weight.sum() else float("nan"),
    )


def _edges(score: Floats) -> Floats:
    """Between bands of about equal numbers, each edge a score that somebody has."""
    n_bands = int(np.clip(len(score) // FEWEST_IN_BAND, 1, MOST_BANDS))
    shares = np.arange(1, n_bands) / n_bands
    cuts: Floats = np.quantile(score, shares, method="higher") if n_bands > 1 else np.empty(0)
    return np.unique(cuts[cuts > score.min()])
