"""From raw scores to the reported scale, with the passing score where the standard is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, NotMonotone
from psychometrics.scales.flags import ScaleFlag

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ConversionTable:
    """What each raw score is worth on the reported scale.

    Attributes
    ----------
    raw : (S,) array of int
        0, 1, ..., the highest possible.
    scaled : (S,) array
        Unrounded; never falls; within ``low`` and ``high``.
    passes : (S,) array of bool
        Decided before any rounding: ``scaled >= cut``.
    reported : (S,) array of int
        What is printed: rounded half up, but a failing score never prints as ``cut``.
    raw_cut : int
        The lowest raw score that passes.
    low, high, cut : int
        The scale's ends and its passing score.
    flags : tuple of ScaleFlag
    """

    raw: NDArray[np.intp]
    scaled: Floats
    passes: NDArray[np.bool_]
    reported: NDArray[np.intp]
    raw_cut: int
    low: int
    high: int
    cut: int
    flags: tuple[ScaleFlag, ...]


def conversion_table(
    values: ArrayLike,
    cut_value: float,
    *,
    low: int = 0,
    high: int = 800,
    cut: int = 600,
    slope: float | None = None,
    tolerance: float = 1e-9,
) -> ConversionTable:
    """Place raw scores on a scale whose passing score is the same for every form.

    Parameters
    ----------
    values : (S,) array_like
        A measure for each raw score 0, 1, ...: the score itself, its equivalent on the base form
        (equating), or theta.  It may stay level but not fall.
    cut_value : float
        The standard in the same measure, for instance the form's true score at the theta of the
        cut; more than the lowest of ``values``, at most the highest.
    low, high, cut : int
        ``low < cut <= high``.
    slope : float, optional
        Scale points for one unit of the measure, above 0.  One line then runs through the cut on
        every form and is truncated at the ends of the scale.  Unless given, two lines meet at
        the cut: the lowest value becomes ``low`` and the highest ``high``.
    tolerance : float
        A value that misses the standard by no more passes: arithmetic fails nobody.

    Returns
    -------
    ConversionTable

    Raises
    ------
    NotMonotone
        A higher raw score has a lower value.
    BadOption
        The cut lies outside the scale, everyone or no one would pass, a value is not finite, or
        ``slope`` or ``tolerance`` is none.

    Notes
    -----
    The decision rests on the unrounded value.  Source: Kolen & Brennan (2014), chapter 8, for
    linear scales with one fixed point; that a printed score never contradicts the decision is a
    rule of ours.
    """
    measure = _checked_values(values)
    if not low < cut <= high:
        raise BadOption(f"a passing score of {cut} lies outside a scale from {low} to {high}")
    if slope is not None and not (np.isfinite(slope) and slope > 0):
        raise BadOption(f"a slope of {slope} does not rise")
    if not 0 <= tolerance < 1:
        raise BadOption(f"a tolerance of {tolerance} is not from 0 to below 1")
    passes = measure >= cut_value - tolerance
    _check_standard(measure, cut_value, passes)
    from_cut = measure - cut_value
    if slope is not None:
        scaled = cut + slope * from_cut
    else:
        below, above = from_cut[0], max(from_cut[-1], tolerance)
        scaled = np.where(
            from_cut < 0,
            low + (cut - low) * (measure - measure[0]) / -below,
            cut + (high - cut) * from_cut / above,
        )
        scaled[-1] = high if from_cut[-1] > tolerance else cut
    just_below = np.nextafter(float(cut), -np.inf)
    scaled = np.where(passes, np.maximum(scaled, cut), np.minimum(scaled, just_below))
    flags = [] if slope is None else list(_truncation(scaled, low, high))
    scaled = np.clip(scaled, low, high)
    flags += _level(scaled)
    rounded = np.floor(scaled + 0.5).astype(np.intp)
    return ConversionTable(
        raw=np.arange(len(measure)),
        scaled=scaled,
        passes=passes,
        reported=np.where(passes, rounded, np.minimum(rounded, cut - 1)),
        raw_cut=int(np.argmax(passes)),
        low=low,
        high=high,
        cut=cut,
        flags=tuple(flags),
    )


def _checked_values(values: ArrayLike) -> Floats:
    measure = np.asarray(values, dtype=np.float64)
    if measure.ndim != 1 or len(measure) < 2:
        raise BadOption("a conversion needs one value for each of two raw scores or more")
    if not np.isfinite(measure).all():
        raw = int(np.argmin(np.isfinite(measure)))
        raise BadOption(f"raw score {raw} has the value {measure[raw]}, which is not finite")
    falls = np.diff(measure) < 0
    if falls.any():
        raw = int(np.argmax(falls))
        raise NotMonotone(
            f"raw score {raw + 1} has the value {measure[raw + 1]:g}, less than the "
            f"{measure[raw]:g} of raw score {raw}: a higher score cannot be worth less"
        )
    return measure


def _check_standard(measure: Floats, cut_value: float, passes: NDArray[np.bool_]) -> None:
    if not np.isfinite(cut_value):
        raise BadOption(f"a standard of {cut_value} is not finite")
    if not passes.any():
        raise BadOption(
            f"no raw score reaches the standard: its value is {cut_value:g}, that of the highest "
            f"score {measure[-1]:g}"
        )
    if passes[0]:
        raise BadOption(
            f"every raw score passes: the standard's value is {cut_value:g}, that of the lowest "
            f"score {measure[0]:g}"
        )


def _truncation(scaled: Floats, low: int, high: int) -> list[ScaleFlag]:
    beyond = int((scaled < low).sum()), int((scaled > high).sum())
    if not any(beyond):
        return []
    sentence = (
        f"{beyond[0]} raw scores lie below {low} and {beyond[1]} above {high}: they are given the "
        "end of the scale."
    )
    return [ScaleFlag("truncated", sentence)]


def _level(scaled: Floats) -> list[ScaleFlag]:
    same = int((np.diff(scaled) == 0).sum())
    if not same:
        return []
    return [ScaleFlag("flat", f"{same} raw scores are worth no more than the one below them.")]
