"""Frequencies and scores as they come in, checked."""

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.equating.conversion import EquatingFlag
from psychometrics.errors import BadOption, BadResponses, NotEnoughData
from psychometrics.models import FloatArray

# Kolen & Brennan (2014), section 8.3.1: persons a form; Skaggs (2005) for the identity
ENOUGH_FOR_LINEAR = 400
ENOUGH_FOR_EQUIPERCENTILE = 1500
ENOUGH_FOR_ANYTHING = 25


def read_frequencies(counts: ArrayLike, form: str) -> FloatArray:
    """Persons at each score 0, 1, ..., as floats.

    Raises
    ------
    BadResponses
        If a count is negative or not finite, or the row has fewer than two scores.
    NotEnoughData
        If fewer than two persons are counted.
    """
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise BadResponses(
            f"the {form}-form's counts have shape {values.shape}: one for each score from 0 is "
            "needed"
        )
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise BadResponses(f"the {form}-form has {values[bad[0]]} persons at score {bad[0]}")
    if values.sum() < 2:
        raise NotEnoughData(f"the {form}-form has {values.sum():g} persons: two or more are needed")
    return values


def read_highest(highest: int, form: str) -> int:
    """The best score a form allows."""
    if isinstance(highest, bool) or highest != int(highest) or highest < 1:
        raise BadOption(f"the {form}-form's highest score is {highest}, not a whole number from 1")
    return int(highest)


def mean_and_sd(counts: FloatArray) -> tuple[float, float]:
    """Of the score, with n in the denominator."""
    score = np.arange(len(counts))
    mean = float(score @ counts / counts.sum())
    return mean, float(np.sqrt((score - mean) ** 2 @ counts / counts.sum()))


def small_sample(n_from: float, n_to: float, enough: int) -> list[EquatingFlag]:
    """A flag where the smaller group is too small for the method."""
    smaller = min(n_from, n_to)
    if smaller >= enough:
        return []
    instead = (
        "the identity is likely nearer the truth"
        if smaller < ENOUGH_FOR_ANYTHING
        else "a circle-arc or the identity may be nearer the truth"
    )
    return [
        EquatingFlag(
            "small_sample",
            f"The smaller group has {smaller:g} persons, and this method asks for {enough:,}: "
            f"{instead}.",
        )
    ]
