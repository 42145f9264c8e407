"""Conversion files: what each raw score is worth on the reported scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.records import read_records

Floats = NDArray[np.float64]

RAW_NAMES = ("raw", "raw_score", "score", "number_right")
SCALED_NAMES = ("scaled", "scaled_score", "scale", "reported")


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """The reported score of raw scores 0, 1, ...

    Attributes
    ----------
    path : str
    scaled : (S,) array
        Never falls.
    """

    path: str
    scaled: Floats

    @property
    def highest(self) -> int:
        """The highest raw score."""
        return len(self.scaled) - 1

    def at(self, raw: float) -> float:
        """Of a raw score, on a straight line between whole ones."""
        return float(np.interp(raw, np.arange(len(self.scaled)), self.scaled))

    def raw_for(self, scaled: float) -> float:
        """The lowest raw score that reaches a scaled one.

        Raises
        ------
        BadFile
            None does, or all do.
        """
        reached = self.scaled >= scaled - 1e-9
        if not reached.any() or reached[0]:
            raise BadFile(
                f"A cut of {scaled:g} lies outside the scale of {self.path}, which runs from "
                f"{self.scaled[0]:g} to {self.scaled[-1]:g}. Name a cut above the lowest score "
                "and at most the highest."
            )
        return float(np.argmax(reached))


def read_conversion(path: str) -> Conversion:
    """Read a table with columns raw and scaled, a row for each raw score from 0.

    Raises
    ------
    BadFile
        A raw score is absent, or a higher one is worth less.
    """
    read = read_records(path, (), {"raw": RAW_NAMES, "scaled": SCALED_NAMES})
    raw, scaled = read.values["raw"], read.values["scaled"]
    for number, (score, row) in enumerate(zip(raw.tolist(), read.rows, strict=True)):
        if score != number:
            raise BadFile(
                f"{path}, row {row} holds raw score {score:g} where {number} belongs. Give every "
                "raw score a row, from 0 up."
            )
    falls = np.flatnonzero(np.diff(scaled) < 0)
    if len(falls):
        k = int(falls[0])
        raise BadFile(
            f"{path}, row {read.rows[k + 1]}: raw score {k + 1} is worth {scaled[k + 1]:g}, less "
            f"than the {scaled[k]:g} of raw score {k}. A higher score cannot be worth less: "
            "correct the table."
        )
    if len(raw) < 2:
        raise BadFile(f"{path} has one raw score. Give every raw score a row, from 0 up.")
    return Conversion(path, scaled)
