"""Random groups: two samples of one population, each with its own form."""

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.equating.conversion import Conversion, EquatingFlag, converted, linear
from psychometrics.equating.counts import (
    ENOUGH_FOR_EQUIPERCENTILE,
    ENOUGH_FOR_LINEAR,
    mean_and_sd,
    read_frequencies,
    small_sample,
)
from psychometrics.equating.percentiles import equipercentile
from psychometrics.equating.presmoothing import presmooth
from psychometrics.errors import NotEnoughData
from psychometrics.models import FloatArray


def equate_mean(counts_from: ArrayLike, counts_to: ArrayLike) -> Conversion:
    """Scores moved by the difference of the means.

    Parameters
    ----------
    counts_from, counts_to : (S,) array_like
        Persons at each score 0, 1, ...; the forms may differ in length.

    Returns
    -------
    Conversion

    Raises
    ------
    BadResponses, NotEnoughData
        If the counts are none.

    Notes
    -----
    y(x) = x - mean X + mean Y; Kolen & Brennan (2014), eq. 2.8.
    """
    counts, to = read_frequencies(counts_from, "from"), read_frequencies(counts_to, "to")
    shift = mean_and_sd(to)[0] - mean_and_sd(counts)[0]
    return linear("mean", 1.0, shift, len(counts) - 1, len(to) - 1)


def equate_linear(counts_from: ArrayLike, counts_to: ArrayLike) -> Conversion:
    """Scores with equal standard scores.

    Parameters
    ----------
    counts_from, counts_to : (S,) array_like
        Persons at each score 0, 1, ...; the forms may differ in length.

    Returns
    -------
    Conversion

    Raises
    ------
    BadResponses
        If the counts are none.
    NotEnoughData
        If all persons of a form have one score.

    Notes
    -----
    y(x) = sd Y / sd X (x - mean X) + mean Y; Kolen & Brennan (2014), eq. 2.12.
    """
    counts, to = read_frequencies(counts_from, "from"), read_frequencies(counts_to, "to")
    (mean_x, sd_x), (mean_y, sd_y) = mean_and_sd(counts), mean_and_sd(to)
    for form, sd in (("from", sd_x), ("to", sd_y)):
        if not sd > 0:
            raise NotEnoughData(f"all persons of the {form}-form have the same score")
    slope = sd_y / sd_x
    flags = tuple(small_sample(counts.sum(), to.sum(), ENOUGH_FOR_LINEAR))
    intercept = mean_y - slope * mean_x
    return linear("linear", slope, intercept, len(counts) - 1, len(to) - 1, flags)


def equate_equipercentile(
    counts_from: ArrayLike, counts_to: ArrayLike, *, degree: int | tuple[int, int] | None = None
) -> Conversion:
    """Scores with equal percentile ranks.

    Parameters
    ----------
    counts_from, counts_to : (S,) array_like
        Persons at each score 0, 1, ...; the forms may differ in length.
    degree : int or (int, int), optional
        Of log-linear presmoothing, for both or each of the forms; none if not given.

    Returns
    -------
    Conversion
        Equivalents are between -0.5 and the highest score + 0.5.  Flagged ``empty_scores`` where
        nobody had a score: its equivalent then rests on the neighbours.

    Raises
    ------
    BadResponses, NotEnoughData
        If the counts are none.
    BadOption, NotIdentified
        If they cannot be smoothed so; see `presmooth`.

    Notes
    -----
    Kolen & Brennan (2014), eqs. 2.14 to 2.19; a score stands for the interval of half a point
    around it.  In a gap of the to-form the middle of the gap is taken.
    """
    counts, to = read_frequencies(counts_from, "from"), read_frequencies(counts_to, "to")
    flags = small_sample(counts.sum(), to.sum(), ENOUGH_FOR_EQUIPERCENTILE)
    method = "equipercentile"
    if degree is None:
        flags += _empty(counts)
    else:
        degrees = degree if isinstance(degree, tuple) else (degree, degree)
        counts = presmooth(counts, degrees[0]).frequencies
        to = presmooth(to, degrees[1]).frequencies
        method += f", log-linear {degrees[0]}" + (
            f" and {degrees[1]}" if len({*degrees}) > 1 else ""
        )
    return converted(
        method,
        np.arange(float(len(counts))),
        equipercentile(counts, to),
        len(to) - 1,
        flags=tuple(flags),
        reach=0.5,
    )


def _empty(counts: FloatArray) -> list[EquatingFlag]:
    empty = np.flatnonzero(counts == 0).astype(float)
    if len(empty) == 0:
        return []
    sentence = (
        f"Nobody had {len(empty)} of the {len(counts)} scores: their equivalents rest on their "
        "neighbours, so smooth the distributions."
    )
    return [EquatingFlag("empty_scores", sentence, tuple(empty.tolist()))]
