"""Response times: what callers give, checked once, in log seconds."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, BadTimes, NotEnoughData
from psychometrics.forensics.flags import SHOWN, ForensicFlag
from psychometrics.simulation import ResponseTimes

Floats = NDArray[np.float64]


def read_times(seconds: ArrayLike) -> tuple[Floats, tuple[ForensicFlag, ...]]:
    """Log seconds, NaN where there is no time, and what was left out.

    Parameters
    ----------
    seconds : (n_persons, n_items) array_like
        NaN where not administered.  A time of 0 is none that was measured: it is left out.

    Returns
    -------
    (n_persons, n_items) array, tuple of ForensicFlag

    Raises
    ------
    BadTimes
        A time is negative, infinite or text, or there are not two dimensions.
    NotEnoughData
        There is no time at all.
    """
    try:
        values = np.asarray(seconds, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadTimes("times are numbers of seconds, persons by items") from None
    if values.ndim != 2:
        raise BadTimes(f"times have {values.ndim} dimensions, not persons by items")
    bad = np.argwhere((values < 0) | np.isinf(values))
    if len(bad):
        row, column = bad[0]
        raise BadTimes(f"row {row}, column {column} holds {values[row, column]} seconds")
    zero = values == 0
    if not (values > 0).any():
        raise NotEnoughData("there is no time above 0")
    logs = np.log(np.where(values > 0, values, np.nan))
    flags = []
    if zero.any():
        persons = np.flatnonzero(zero.any(axis=1))
        sentence = (
            f"{int(zero.sum())} times are 0 seconds and are not used; the first is in row "
            f"{persons[0]}."
        )
        flags.append(ForensicFlag("zero_time", sentence, tuple(persons[:SHOWN].tolist())))
    without = np.flatnonzero(np.isnan(logs).all(axis=1))
    if len(without):
        sentence = f"{len(without)} persons have no time; the first is row {without[0]}."
        flags.append(ForensicFlag("no_time", sentence, tuple(without[:SHOWN].tolist())))
    return logs, tuple(flags)


def check_parameters(logs: Floats, parameters: ResponseTimes) -> None:
    """Refuse parameters of other items.

    Raises
    ------
    BadOption
    """
    if np.shape(parameters.intensity) != (logs.shape[1],):
        raise BadOption(
            f"times are of {logs.shape[1]} items, their parameters of "
            f"{np.size(parameters.intensity)}"
        )
