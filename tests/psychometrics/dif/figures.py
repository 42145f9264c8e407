"""difR's figures with the data they are of: ours, and the verbal aggression data in ../shared."""

import csv
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.psychometrics.figures import OWN, read_figures, read_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Published:
    """One set of figures: ``plain`` and ``purified`` by difR 5.1, and others."""

    figures: dict[str, Any]
    responses: Floats
    group: Floats

    def get(self, purify: bool, table: str) -> Any:
        return self.figures["purified" if purify else "plain"][table]


def ours() -> Published:
    data = read_matrix(OWN / "data" / "dif.csv")
    return Published(read_figures(OWN / "dif" / "difR_dif.json"), data[:, 1:], data[:, 0])


def verbal(shared: Path) -> Published:
    folder = shared / "reference" / "psychometrics"
    data = read_matrix(folder / "data" / "difR_verbal.csv")
    figures = read_figures(folder / "dif" / "difR_verbal.json")
    return Published(figures, data[:, :24], data[:, 25])


def simulated(shared: Path) -> tuple[dict[str, Any], Floats, list[str]]:
    """mirt's two-group figures on its simulated data, responses and labels."""
    folder = shared / "reference" / "psychometrics"
    with (folder / "data" / "simdif.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    responses = np.array([[float(cell) for cell in row[1:]] for row in rows])
    figures = read_figures(folder / "mirt" / "simdif_multigroup.json")
    return figures, responses, [row[0] for row in rows]


def numbered(flagged: NDArray[np.bool_]) -> list[int]:
    """Flags as R lists them: positions from 1."""
    return [int(item) + 1 for item in np.flatnonzero(flagged)]


def listed(flags: int | str | list[int]) -> list[int]:
    """R writes one flag as a number."""
    return flags if isinstance(flags, list) else [int(flags)]


def one_digit(number: float) -> float:
    """R's signif(number, 1)."""
    return round(number, -floor(log10(abs(number))))


def agree(ours: Any, theirs: Any, tolerance: float = 1e-6) -> None:
    np.testing.assert_allclose(ours, np.array(theirs, dtype=float), rtol=tolerance, atol=tolerance)


PURIFY = pytest.mark.parametrize("purify", [False, True], ids=["plain", "purified"])
BOTH = pytest.mark.parametrize("published", ["difR_dif", "difR_verbal"], indirect=True)
