"""A run beside the parameters that were approved before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Pair:
    """Difficulty and slope of an item then and now; ``z`` is the change of b in its errors."""

    code: str
    b_then: float
    b_now: float
    a_then: float
    a_now: float
    z: float | None

    @property
    def change(self) -> float:
        return self.b_now - self.b_then


@dataclass(frozen=True, slots=True)
class Comparison:
    """``shift`` is the mean change of b: on two scales it is where their origins lie apart."""

    pairs: tuple[Pair, ...]
    shift: float
    correlation: float | None


Parameters = Mapping[str, float | None]


def compare(
    then: Mapping[str, tuple[Parameters, Parameters]],
    now: Mapping[str, tuple[Parameters, Parameters]],
) -> Comparison | None:
    """Items that both have, largest change (less the shift) first; None where there is none.

    Each value is (parameters, errors) by name.
    """
    common: list[tuple[str, float, float, float, float, float | None]] = []
    for code in sorted(then.keys() & now.keys()):
        (old, old_errors), (new, new_errors) = then[code], now[code]
        values = [old.get("b"), new.get("b"), old.get("a"), new.get("a")]
        if any(value is None for value in values):
            continue
        b_then, b_now, a_then, a_now = (value or 0.0 for value in values)
        errors = [one for one in (old_errors.get("b"), new_errors.get("b")) if one]
        spread = sqrt(sum(one**2 for one in errors)) if errors else None
        common.append((code, b_then, b_now, a_then, a_now, spread))
    if not common:
        return None
    shift = sum(row[2] - row[1] for row in common) / len(common)
    pairs = [
        Pair(
            code,
            b_then,
            b_now,
            a_then,
            a_now,
            (b_now - b_then - shift) / spread if spread else None,
        )
        for code, b_then, b_now, a_then, a_now, spread in common
    ]
    pairs.sort(key=lambda pair: -abs(pair.change - shift))
    return Comparison(tuple(pairs), shift, _correlation(pairs))


def _correlation(pairs: Sequence[Pair]) -> float | None:
    n = len(pairs)
    mean_then = sum(pair.b_then for pair in pairs) / n
    mean_now = sum(pair.b_now for pair in pairs) / n
    then = sum((pair.b_then - mean_then) ** 2 for pair in pairs)
    now = sum((pair.b_now - mean_now) ** 2 for pair in pairs)
    if n < 3 or then <= 0 or now <= 0:
        return None
    both = sum((pair.b_then - mean_then) * (pair.b_now - mean_now) for pair in pairs)
    return both / sqrt(then * now)
