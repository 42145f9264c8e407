"""Percentile ranks of whole scores and the equipercentile function.

A score x stands for the interval from x - 0.5 to x + 0.5, over which its persons are spread evenly.
Source: Kolen & Brennan (2014), section 2.5.
"""

import numpy as np

from psychometrics.models import FloatArray


def percentile_ranks(probability: FloatArray) -> FloatArray:
    """Share below the middle of each score, in [0, 1]."""
    return np.asarray(np.cumsum(probability) - probability / 2.0)


def score_at(rank: FloatArray, probability: FloatArray) -> FloatArray:
    """The score whose percentile rank is ``rank``; the middle where a gap makes it a range.

    Rank 0 is -0.5 and rank 1 the highest score + 0.5, the ends of the scale.
    """
    above = np.concatenate([[0.0], np.cumsum(probability)])
    above /= above[-1]
    lower = _inverse(rank, above, "left")
    upper = _inverse(rank, above, "right")
    middle = (lower + upper) / 2.0
    ends = np.where(rank <= 0.0, -0.5, np.where(rank >= 1.0, len(probability) - 0.5, middle))
    return np.asarray(ends)


def _inverse(rank: FloatArray, above: FloatArray, side: str) -> FloatArray:
    """The first (left) or last (right) score at which the continuous distribution has a rank."""
    last = len(above) - 2
    if side == "left":
        score = np.searchsorted(above[1:], rank - 1e-14, side="left")
    else:
        score = np.searchsorted(above[1:], rank + 1e-14, side="right")
    score = np.minimum(score, last)
    mass = above[score + 1] - above[score]
    part = np.divide(rank - above[score], mass, out=np.zeros_like(rank), where=mass > 0)
    return np.asarray(score - 0.5 + np.clip(part, 0.0, 1.0))


def equipercentile(from_: FloatArray, to: FloatArray) -> FloatArray:
    """The score of the to-form with the percentile rank of each score of the from-form."""
    return score_at(percentile_ranks(from_ / from_.sum()), to / to.sum())
