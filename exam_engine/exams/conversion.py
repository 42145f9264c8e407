"""From a raw score to the reported scale.

Until a calibration and a standard exist, a form carries a *provisional linear* table: raw 0 is
the bottom of the scale, full marks the top, and the provisional raw cut lies exactly at the
passing score, with a straight line on each side:

    scaled(raw) = low + (cut - low) raw / raw_cut                          for raw <= raw_cut
    scaled(raw) = cut + (high - cut) (raw - raw_cut) / (raw_max - raw_cut)  above

Pass or fail is decided on the unrounded value; only the printed score is rounded, and never up
across the cut.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PROVISIONAL = "provisional-linear-1"


class ConversionUnsound(Exception):
    """A table does not fit its form: wrong length, not finite, falling, or off the scale."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """``scaled[raw]`` for raw = 0 .. len - 1, on the reported scale, not falling."""

    method: str
    scaled: tuple[float, ...]
    low: int
    high: int
    cut: int

    def __post_init__(self) -> None:
        if not self.scaled or not all(map(math.isfinite, self.scaled)):
            raise ConversionUnsound("A conversion table holds finite numbers only.")
        if any(b < a for a, b in zip(self.scaled, self.scaled[1:], strict=False)):
            raise ConversionUnsound("A higher raw score cannot convert to a lower scale score.")
        if self.scaled[0] < self.low or self.scaled[-1] > self.high:
            raise ConversionUnsound("A conversion table stays on the scale.")

    @property
    def raw_max(self) -> int:
        return len(self.scaled) - 1

    def at(self, raw: int, raw_max: int) -> float:
        """The unrounded scale score of ``raw`` right answers of ``raw_max``.

        Where fewer questions are scored than the table is for, the share of right answers counts:
        the value lies on the straight line between those of the two nearest raw scores.
        """
        whole, rest = divmod(raw * self.raw_max, raw_max) if raw_max else (0, 0)
        if not rest:
            return self.scaled[whole]
        low, high = self.scaled[whole], self.scaled[whole + 1]
        return low + (high - low) * (rest / raw_max)

    def decides(self, scaled: float) -> bool:
        """Whether an unrounded scale score passes."""
        return scaled >= self.cut

    def printed(self, scaled: float) -> int:
        """Rounded half up, but a value below the cut never prints as the cut."""
        value = math.floor(scaled + 0.5)
        return min(value, self.cut - 1) if scaled < self.cut else value

    def passes(self, raw: int) -> bool:
        return self.decides(self.scaled[raw])

    def reported(self, raw: int) -> int:
        """The printed score of a raw one."""
        return self.printed(self.scaled[raw])

    def to_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "scaled": list(self.scaled),
            "low": self.low,
            "high": self.high,
            "cut": self.cut,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Conversion":
        scaled: Sequence[float] = stored["scaled"]
        return cls(stored["method"], tuple(scaled), stored["low"], stored["high"], stored["cut"])


def provisional(raw_max: int, raw_cut: int, low: int, high: int, cut: int) -> Conversion:
    """The linear table of the module's docstring.

    0 < raw_cut < raw_max, in items, and low < cut <= high.
    """
    if not 0 < raw_cut < raw_max:
        raise ConversionUnsound("The raw cut lies between 0 and the number of scored items.")
    if not low < cut <= high:
        raise ConversionUnsound("The passing score lies on the scale, above its lowest score.")
    # loads numpy and scipy, which neither starting up nor reading a table needs
    from psychometrics.scales import conversion_table

    table = conversion_table(range(raw_max + 1), raw_cut, low=low, high=high, cut=cut)
    return Conversion(PROVISIONAL, tuple(table.scaled.tolist()), low, high, cut)
