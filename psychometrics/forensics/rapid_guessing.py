"""Rapid guessing: answers given too quickly to have been worked out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.forensics.flags import ForensicFlag
from psychometrics.forensics.times import read_times

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class RapidGuessing:
    """Which answers were rapid guesses, and what that says of persons and items.

    Attributes
    ----------
    threshold : (n_items,) array
        Seconds; NaN for items without a time.
    rapid : (n_persons, n_items) array of bool
        Answered in less than the threshold.
    effort : (n_persons,) array
        Share of the person's answers that were not rapid (response time effort); NaN for persons
        without a time, flagged "no_time".
    fidelity : (n_items,) array
        Share of an item's answers that were not rapid; NaN for items without a time.
    unmotivated : (n_persons,) array of bool
        ``effort`` is below the least one that is asked for.
    n_rapid : int
    flags : tuple of ForensicFlag
    """

    threshold: Floats
    rapid: Booleans
    effort: Floats
    fidelity: Floats
    unmotivated: Booleans
    n_rapid: int
    flags: tuple[ForensicFlag, ...]


def rapid_guessing(
    seconds: ArrayLike,
    *,
    share: float = 0.10,
    most: float = 10.0,
    threshold: ArrayLike | None = None,
    least_effort: float = 0.90,
) -> RapidGuessing:
    """Tell rapid guesses from answers that were worked on.

    Parameters
    ----------
    seconds : (n_persons, n_items) array_like
        Above 0; NaN where not administered.  Times of 0 are left out and flagged.
    share : float
        Of the item's mean time, below which an answer is a rapid guess; above 0 and below 1.
    most : float
        Seconds that no threshold exceeds.
    threshold : float or (n_items,) array_like, optional
        In seconds, instead of ``share``.
    least_effort : float
        From 0 to 1.

    Returns
    -------
    RapidGuessing

    Raises
    ------
    BadTimes, BadOption
    NotEnoughData
        There is no time at all.

    Notes
    -----
    Thresholds: Wise & Ma (2012), NT10.  Effort and its limit of 0.90: Wise & Kong (2005).  A rapid
    guess says nothing of ability: such answers are better left out than scored.
    """
    if not (0 < share < 1 and most > 0 and 0 <= least_effort <= 1):
        raise BadOption(
            "share is above 0 and below 1, most above 0 seconds, least_effort from 0 to 1"
        )
    logs, flags = read_times(seconds)
    given = ~np.isnan(logs)
    time = np.where(given, np.exp(logs), 0.0)
    n_times = given.sum(axis=0)
    if threshold is None:
        limit = np.minimum(share * time.sum(axis=0) / np.maximum(n_times, 1), most)
    else:
        limit = _read_threshold(threshold, logs.shape[1])
    limit = np.where(n_times > 0, limit, np.nan)
    rapid = given & (time < np.where(n_times > 0, limit, 0.0))
    effort = _share_of(given & ~rapid, given, axis=1)
    return RapidGuessing(
        threshold=limit,
        rapid=rapid,
        effort=effort,
        fidelity=_share_of(given & ~rapid, given, axis=0),
        unmotivated=np.nan_to_num(effort, nan=1.0) < least_effort,
        n_rapid=int(rapid.sum()),
        flags=(*flags, *_untimed(n_times)),
    )


def _share_of(some: Booleans, every: Booleans, axis: int) -> Floats:
    n = every.sum(axis=axis)
    return np.where(n > 0, some.sum(axis=axis) / np.maximum(n, 1), np.nan)


def _read_threshold(threshold: ArrayLike, n_items: int) -> Floats:
    values = np.asarray(threshold, dtype=np.float64)
    if values.shape not in ((), (n_items,)):
        raise BadOption(f"thresholds have shape {values.shape} for {n_items} items")
    if not (np.isfinite(values) & (values > 0)).all():
        raise BadOption("a threshold is a number of seconds above 0")
    return np.broadcast_to(values, n_items)


def _untimed(n_times: NDArray[np.int64]) -> list[ForensicFlag]:
    none = np.flatnonzero(n_times == 0)
    if not len(none):
        return []
    sentence = f"{len(none)} items have no time; the first is {none[0]}."
    return [ForensicFlag("no_time", sentence, tuple(none.tolist()))]
