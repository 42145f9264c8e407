"""Classical item analysis: difficulty and discrimination of each item."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from psychometrics.classical.scores import attainable, rest_share, totals
from psychometrics.responses import read_responses

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """Classical statistics, one an item.  Every array has shape (n_items,).

    Attributes
    ----------
    n : array of int
        Persons who were given the item.
    maximum : array of int
        Points the item can give.
    difficulty : array
        Mean score as a share of ``maximum``: for right-wrong items the proportion right.
    standard_deviation : array
        Of the item score, in points (divisor n).
    point_biserial : array
        Correlation of the item score with the rest score, which leaves the item out.
    biserial : array
        The same for the normal variable behind the item (polyserial where an item has more than
        two categories); it can exceed 1 where that variable is far from normal.
    flags : tuple of tuple of str
        Sentences on each item; every NaN in the arrays has one that says why.
    """

    n: NDArray[np.int64]
    maximum: NDArray[np.int64]
    difficulty: Floats
    standard_deviation: Floats
    point_biserial: Floats
    biserial: Floats
    flags: tuple[tuple[str, ...], ...]


def analyse_items(
    responses: ArrayLike, *, maximum: ArrayLike | None = None, missing: int | None = None
) -> ItemAnalysis:
    """Difficulty, corrected point-biserial and biserial correlation of each item.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Item scores 0, 1, 2, ... points; NaN (or the code ``missing``) for not administered.
    maximum : int or (n_items,) array of int, optional
        Points each item can give; the highest score seen, and at least 1, unless given.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ItemAnalysis

    Raises
    ------
    BadResponses
        A response is not a whole number from 0, exceeds ``maximum``, or the matrix is empty.

    Notes
    -----
    *Missing responses*: an item's statistics rest on the persons who were given it.  Their rest
    score is the share they earned of the points they could earn on the other items they were
    given, so forms of different length compare; on complete data it orders persons as the sum.

    The biserial correlation is ``r s / sum of phi(z_k)``, with ``r`` the point-biserial, ``s`` the
    standard deviation of the item score and ``z_k`` the normal quantiles of the cumulative
    proportions below each category (Lord & Novick, 1968, ch. 15; Olsson, Drasgow & Dorans,
    1982, for more than two categories).
    """
    codes = read_responses(responses, missing=missing)
    given = codes >= 0
    points = attainable(codes, maximum)
    n_items = codes.shape[1]
    earned, possible = totals(codes, points)
    difficulty, deviation = np.full(n_items, np.nan), np.full(n_items, np.nan)
    point_biserial, biserial = np.full(n_items, np.nan), np.full(n_items, np.nan)
    flags: list[tuple[str, ...]] = []
    for item in range(n_items):
        who = given[:, item]
        if not who.any():
            flags.append(("No one was given this item: nothing is defined.",))
            continue
        score = codes[who, item].astype(float)
        difficulty[item] = score.mean() / points[item]
        deviation[item] = score.std()
        rest, has_rest = rest_share(score, earned[who], possible[who], points[item])
        why = _why_no_correlation(score[has_rest], rest[has_rest])
        if why is not None:
            flags.append((f"The correlations are undefined: {why}",))
            continue
        point_biserial[item] = np.corrcoef(score[has_rest], rest[has_rest])[0, 1]
        biserial[item] = point_biserial[item] * _biserial_factor(score[has_rest])
        flags.append(_remarks(point_biserial[item], biserial[item]))
    return ItemAnalysis(
        n=given.sum(axis=0),
        maximum=points,
        difficulty=difficulty,
        standard_deviation=deviation,
        point_biserial=point_biserial,
        biserial=biserial,
        flags=tuple(flags),
    )


def _remarks(point_biserial: float, biserial: float) -> tuple[str, ...]:
    remarks = []
    if point_biserial < 0:
        remarks.append("Better persons do worse on this item: check its key.")
    if abs(biserial) > 1:
        remarks.append("The biserial exceeds 1: what is behind the item is not normal.")
    return tuple(remarks)


def _why_no_correlation(score: Floats, rest: Floats) -> str | None:
    if len(score) < 2:
        return "fewer than two persons were given this item and another."
    if np.ptp(score) == 0:
        return "everyone scored the same on it."
    if np.ptp(rest) <= 1e-12:
        return "everyone scored the same on the other items."
    return None


def _biserial_factor(score: Floats) -> float:
    """The biserial over the point-biserial: standard deviation over the sum of ordinates."""
    _, counts = np.unique(score, return_counts=True)
    below = counts.cumsum()[:-1] / counts.sum()
    steps = np.diff(np.unique(score))
    ordinates = np.exp(-(ndtri(below) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float(score.std() / (steps * ordinates).sum())
