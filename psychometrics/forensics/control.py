"""False accusations among many tests: adjusted probabilities by Benjamini-Hochberg, Holm and kin.

Sources: Holm (1979); Benjamini & Hochberg (1995); Benjamini & Yekutieli (2001).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption

Floats = NDArray[np.float64]
Control = Literal["benjamini-hochberg", "benjamini-yekutieli", "holm", "none"]

CONTROLS = ("benjamini-hochberg", "benjamini-yekutieli", "holm", "none")


@dataclass(frozen=True, slots=True, eq=False)
class Controlled:
    """Probabilities adjusted for the number of tests; arrays have the shape of ``p``.

    Attributes
    ----------
    p_adjusted : array
        The level at which each test would be the last to be flagged; NaN where p is NaN.
    flagged : array of bool
        ``p_adjusted`` at most the level; never where p is NaN.
    n_tests : int
        The tests that were made.
    """

    p_adjusted: Floats
    flagged: NDArray[np.bool_]
    n_tests: int


def control_false_positives(
    p: ArrayLike,
    *,
    by: Control = "benjamini-hochberg",
    level: float = 0.05,
    n_tests: int | None = None,
) -> Controlled:
    """Adjust probabilities for the number of tests that were made.

    Parameters
    ----------
    p : array_like
        Probabilities; NaN is no test.
    by : {"benjamini-hochberg", "benjamini-yekutieli", "holm", "none"}
        Holm keeps the chance of any false flag at the level.  Benjamini-Hochberg keeps the
        expected share of false ones among the flagged there, for tests that are independent or
        positively dependent; Benjamini-Yekutieli for any.
    level : float
        Above 0 and below 1.
    n_tests : int, optional
        Tests that were made, where ``p`` holds the smallest of their probabilities only.  Adjusted
        values are then right as far as they are below the smallest p left out.

    Returns
    -------
    Controlled

    Raises
    ------
    BadOption
        A probability is outside 0 to 1, or an option is not what it may be.

    Notes
    -----
    Holm (1979); Benjamini & Hochberg (1995); Benjamini & Yekutieli (2001).
    """
    level = read_level(level)
    if by not in CONTROLS:
        raise BadOption(f"there is no control by {by!r}: there are {', '.join(CONTROLS)}")
    values = np.asarray(p, dtype=np.float64)
    flat = values.ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    if ((flat[tested] < 0) | (flat[tested] > 1)).any():
        raise BadOption("a probability is outside 0 to 1")
    made = len(tested) if n_tests is None else n_tests
    if made < len(tested):
        raise BadOption(f"{len(tested)} probabilities are more than {made} tests")
    adjusted = np.full(len(flat), np.nan)
    order = tested[np.argsort(flat[tested], kind="stable")]
    adjusted[order] = _adjusted(flat[order], made, by)
    shaped = adjusted.reshape(values.shape)
    return Controlled(shaped, np.nan_to_num(shaped, nan=2.0) <= level, made)


def read_level(level: float) -> float:
    """A level of significance, or a probability to screen by.

    Raises
    ------
    BadOption
    """
    if not 0 < level < 1:
        raise BadOption(f"the level is {level}, but it is above 0 and below 1")
    return float(level)


def _adjusted(rising: Floats, n_tests: int, by: Control) -> Floats:
    """Of probabilities that do not fall."""
    rank = np.arange(1, len(rising) + 1)
    if by == "none":
        return rising
    if by == "holm":
        return np.minimum(np.maximum.accumulate(rising * (n_tests + 1 - rank)), 1.0)
    scaled = rising * n_tests / rank
    if by == "benjamini-yekutieli":
        scaled = scaled * (1.0 / np.arange(1, n_tests + 1)).sum()
    return np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
