"""How persons work: the time they take, and the answers they take from others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTimes:
    """Lognormal response times: log seconds ~ N(intensity - speed, 1 / discrimination^2).

    Attributes
    ----------
    intensity : (n_items,) array
        Log seconds the item takes a person of speed 0.
    discrimination : (n_items,) array
        Reciprocal standard deviation of log seconds, above 0.
    speed_sd : float
        Standard deviation of speed over persons, in log seconds.
    correlation : float
        Of speed with ability, from -1 to 1.

    Source: van der Linden (2006, 2007).
    """

    intensity: Floats
    discrimination: Floats
    speed_sd: float = 0.3
    correlation: float = 0.0

    def __post_init__(self) -> None:
        if np.shape(self.intensity) != np.shape(self.discrimination):
            raise BadOption("intensity and discrimination are one number an item each")
        if not (np.asarray(self.discrimination) > 0).all():
            raise BadOption("time discrimination is above 0 for every item")
        if not (-1 <= self.correlation <= 1 and self.speed_sd >= 0):
            raise BadOption("speed has a correlation from -1 to 1 and a spread from 0")


def draw_response_times(
    n_items: int, *, rng: np.random.Generator, seconds: float = 40.0
) -> ResponseTimes:
    """Draw time parameters: intensity N(log ``seconds``, 0.25), discrimination U(1.5, 2.5).

    Parameters
    ----------
    n_items : int
    rng : numpy.random.Generator
    seconds : float
        What an item of middling intensity takes a person of speed 0; above 0.

    Returns
    -------
    ResponseTimes

    Raises
    ------
    BadOption
    """
    if not seconds > 0:
        raise BadOption(f"an item takes more than {seconds} seconds")
    return ResponseTimes(rng.normal(np.log(seconds), 0.25, n_items), rng.uniform(1.5, 2.5, n_items))


@dataclass(frozen=True, slots=True)
class Copying:
    """One person takes over another's answers.

    Attributes
    ----------
    source, copier : int
        Rows of the two persons.
    items : tuple of int
        Columns copied; those that either was not given stay as they are.
    time_factor : float
        What copying an answer takes of the time that working on it would.
    """

    source: int
    copier: int
    items: tuple[int, ...]
    time_factor: float = 0.5


def draw_copying(
    n_pairs: int,
    n_persons: int,
    n_items: int,
    *,
    share: float,
    rng: np.random.Generator,
    theta: ArrayLike | None = None,
) -> tuple[Copying, ...]:
    """Draw pairs of different persons, no person in two pairs, and the items copied.

    Parameters
    ----------
    n_pairs, n_persons, n_items : int
    share : float
        Of the items that each copier takes over, from 0 to 1.
    rng : numpy.random.Generator
    theta : (n_persons,) array, optional
        Abilities: in each pair the abler person is then the source.

    Returns
    -------
    tuple of Copying

    Raises
    ------
    BadOption
        There are not two persons a pair, or ``share`` is not from 0 to 1.
    """
    if not 0 <= 2 * n_pairs <= n_persons:
        raise BadOption(f"{n_pairs} pairs cannot be drawn from {n_persons} persons")
    if not 0 <= share <= 1:
        raise BadOption(f"a share of {share} of the items cannot be copied")
    pairs = rng.choice(n_persons, (n_pairs, 2), replace=False)
    if theta is not None:
        swap = np.diff(np.asarray(theta)[pairs], axis=1)[:, 0] > 0
        pairs[swap] = pairs[swap, ::-1]
    n_copied = round(share * n_items)
    return tuple(
        Copying(
            int(source), int(copier), tuple(sorted(rng.permutation(n_items)[:n_copied].tolist()))
        )
        for source, copier in pairs
    )
