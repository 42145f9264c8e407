"""From values to an item: the best, or chance among the good ones to spread exposure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray

TIED = 1e-9  # items equal to so many digits are taken in the order of the bank
Generators = Sequence[np.random.Generator]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
Rows = slice | Indices


class Chance(Protocol):
    """How chance enters a choice."""

    @property
    def needs_information(self) -> bool:
        """Whether it weighs values, which may then not be negative."""

    @property
    def draws_from(self) -> int | None:
        """How many of the best it draws from; None for all, whatever their values."""

    def choose(self, values: FloatArray, n_given: int, rngs: Generators) -> Indices:
        """An item for each session, (n,), from values (n, J), -inf where it may not be."""


@dataclass(frozen=True, slots=True)
class Randomesque:
    """One of the best few, each as likely (Kingsbury & Zara, 1989).

    Attributes
    ----------
    best : int
        How many; 1 or more.
    """

    best: int = 5

    needs_information = False

    @property
    def draws_from(self) -> int:
        return self.best

    def __post_init__(self) -> None:
        if self.best < 1:
            raise BadOption(f"one of the best {self.best} items cannot be drawn: 1 or more")

    def choose(self, values: FloatArray, n_given: int, rngs: Generators) -> Indices:
        remaining = values.copy()
        left = np.minimum(np.isfinite(values).sum(axis=1), self.best)
        rank = (np.array([rng.random() for rng in rngs]) * left).astype(np.intp)
        chosen = best(remaining)
        for place in range(1, self.best):
            further = np.flatnonzero(rank >= place)
            if not len(further):
                break
            remaining[further, chosen[further]] = -np.inf
            chosen[further] = best(remaining[further])
        return chosen


@dataclass(frozen=True, slots=True)
class Progressive:
    """From chance to information as the test goes on (Revuelta & Ponsoda, 1998).

    The largest (1 - W) R + W value, R uniform between 0 and the largest value, with
    W = sum_(f <= q) (f - 1)^k / sum_(f <= length) (f - 1)^k for the qth item (Barrada et al.,
    2008).

    Attributes
    ----------
    length : int
        Items of the whole test; 2 or more.
    acceleration : float
        k, 0 or more: the larger, the longer chance rules.
    """

    length: int
    acceleration: float = 1.0

    needs_information = True
    draws_from = None

    def __post_init__(self) -> None:
        _check_growth(self.length, self.acceleration)

    def choose(self, values: FloatArray, n_given: int, rngs: Generators) -> Indices:
        weight = _growth(n_given, self.length, self.acceleration)
        drawn = np.array([rng.random(values.shape[1]) for rng in rngs])
        drawn *= (1.0 - weight) * values.max(axis=1, keepdims=True)
        there = np.isfinite(values)
        weighed = np.multiply(values, weight, out=np.full_like(values, -np.inf), where=there)
        return best(drawn + weighed)


@dataclass(frozen=True, slots=True)
class Proportional:
    """An item as likely as its value to the power H (Barrada et al., 2008).

    H = length W, with the W of `Progressive`.

    Attributes
    ----------
    length : int
        Items of the whole test; 2 or more.
    acceleration : float
        k, 0 or more.
    """

    length: int
    acceleration: float = 1.0

    needs_information = True
    draws_from = None

    def __post_init__(self) -> None:
        _check_growth(self.length, self.acceleration)

    def choose(self, values: FloatArray, n_given: int, rngs: Generators) -> Indices:
        power = self.length * _growth(n_given, self.length, self.acceleration)
        there = np.isfinite(values)
        largest = values.max(axis=1, keepdims=True)
        share = np.divide(values, largest, out=np.ones_like(values), where=there & (largest > 0.0))
        reached = np.where(there, np.maximum(share, 0.0) ** power, 0.0).cumsum(axis=1)
        drawn = np.array([rng.random() for rng in rngs])[:, None] * reached[:, -1:]
        return np.asarray((reached > drawn).argmax(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class SympsonHetter:
    """A chosen item is given with a probability of its own, else set aside for the session.

    Sympson & Hetter (1985).  Where all are set aside, the best of them is given, with a flag.

    Attributes
    ----------
    parameters : (J,) array
        Probabilities above 0 and up to 1, as of `exposure_parameters`.
    """

    parameters: FloatArray

    @classmethod
    def of(cls, parameters: ArrayLike) -> "SympsonHetter":
        """The same from anything like an array.

        Raises
        ------
        BadOption
            If one is not above 0 and up to 1.
        """
        given = np.asarray(parameters, dtype=np.float64)
        bad = np.flatnonzero(~((given > 0.0) & (given <= 1.0)))
        if given.ndim != 1 or len(bad):
            where = f"item {bad[0]} has {given[bad[0]]}" if given.ndim == 1 else "one an item"
            raise BadOption(f"exposure parameters are above 0 and up to 1: {where}")
        return cls(given)


def best(values: FloatArray) -> Indices:
    """The first item whose value is the largest, to nine digits, (n,)."""
    largest = values.max(axis=1, keepdims=True)
    return np.asarray((values >= largest - TIED * np.abs(largest)).argmax(axis=1))


def chosen_from(
    pick: Callable[[Rows, Mask, Generators], Indices],
    allowed: Mask,
    exposure: SympsonHetter | None,
    rngs: Generators,
) -> tuple[Indices, list[tuple[int, int]], Mask]:
    """An item for each session, (n,), pairs of session and item set aside, and whether all were.

    ``pick`` chooses for some sessions among the items allowed them, (n, J); what is set aside is
    taken out of ``allowed``.
    """
    everyone: Rows = slice(None)
    chosen = pick(everyone, allowed, rngs)
    aside: list[tuple[int, int]] = []
    exhausted = np.zeros(len(allowed), dtype=bool)
    if exposure is None:
        return chosen, aside, exhausted
    first = chosen.copy()
    trying = np.arange(len(allowed))
    while len(trying):
        candidates = chosen[trying]
        drawn = np.array([rngs[session].random() for session in trying.tolist()])
        refused = drawn >= exposure.parameters[candidates]
        trying, candidates = trying[refused], candidates[refused]
        aside.extend(zip(trying.tolist(), candidates.tolist(), strict=True))
        allowed[trying, candidates] = False
        nothing = ~allowed[trying].any(axis=1)
        exhausted[trying[nothing]] = True
        chosen[trying[nothing]] = first[trying[nothing]]
        trying = trying[~nothing]
        if len(trying):
            own = [rngs[session] for session in trying.tolist()]
            chosen[trying] = pick(trying, allowed[trying], own)
    return chosen, aside, exhausted


def _growth(n_given: int, length: int, acceleration: float) -> float:
    """W for the item after ``n_given``."""
    powers = np.arange(length, dtype=np.float64) ** acceleration
    return float(powers[: n_given + 1].sum() / powers.sum())


def _check_growth(length: int, acceleration: float) -> None:
    if length < 2:
        raise BadOption(f"length = {length}: chance gives way over 2 items or more")
    if not (np.isfinite(acceleration) and acceleration >= 0.0):
        raise BadOption(f"acceleration = {acceleration} is not 0 or more")
