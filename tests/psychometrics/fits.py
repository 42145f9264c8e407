"""The mirt fits of the reference figures, done again by us on the same nodes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics import Calibration, LogitNormal, calibrate, equally_spaced
from tests.psychometrics.figures import OWN, read_figures, read_matrix

GUESSING = LogitNormal(-1.386294361, 0.5)


@dataclass(frozen=True)
class Fit:
    """A file of figures ``mirt/{figures}.json`` about ``data/{data}.csv``."""

    figures: str
    data: str
    model: str
    lowest: int = 0  # the first category's number in the file

    @property
    def models(self) -> str | list[str]:
        return ["2PL"] * 12 + ["GRM"] * 4 if self.model == "mixed" else self.model

    @property
    def guessed(self) -> bool:
        return self.model == "3PL"


OURS = [
    Fit("rasch_small_Rasch", "rasch_small", "Rasch"),
    Fit("twopl_2PL", "twopl", "2PL"),
    Fit("twopl_Rasch", "twopl", "Rasch"),
    Fit("twopl_forms_2PL", "twopl_forms", "2PL"),
    Fit("threepl_3PL_logitnormal_g", "threepl", "3PL"),
    Fit("grm_GRM", "grm", "GRM"),
    Fit("gpcm_GPCM", "gpcm", "GPCM"),
    Fit("pcm_PCM", "pcm", "PCM"),
    Fit("mixed_2PL_GRM", "mixed", "mixed"),
    Fit("link_x_2PL", "link_x", "2PL"),
    Fit("link_y_2PL", "link_y", "2PL"),
]
CLASSIC = [
    Fit("LSAT6_1PL", "LSAT6", "1PL"),
    Fit("LSAT6_2PL", "LSAT6", "2PL"),
    Fit("LSAT6_Rasch", "LSAT6", "Rasch"),
    Fit("LSAT7_2PL", "LSAT7", "2PL"),
    Fit("LSAT7_Rasch", "LSAT7", "Rasch"),
    Fit("LSAT7_3PL_logitnormal_g", "LSAT7", "3PL"),
    Fit("LSAT7_missing_2PL", "LSAT7_missing", "2PL"),
    Fit("SAT12_2PL", "SAT12_scored", "2PL"),
    Fit("SAT12_Rasch", "SAT12_scored", "Rasch"),
    Fit("SAT12_3PL_logitnormal_g", "SAT12_scored", "3PL"),
    Fit("Bock1997_GPCM", "Bock1997", "GPCM", 1),
    Fit("Science_GPCM", "Science", "GPCM", 1),
    Fit("Science_GRM", "Science", "GRM", 1),
    Fit("Science_NRM", "Science", "NRM", 1),
    Fit("Science_PCM", "Science", "PCM", 1),
    Fit("Science_RSM", "Science", "RSM", 1),
    Fit("VerbalAggression_GPCM", "VerbalAggression", "GPCM"),
]


@cache
def figures_of(fit: Fit, folder: Path = OWN) -> dict[str, Any]:
    return read_figures(folder / "mirt" / f"{fit.figures}.json")


@cache
def data_of(fit: Fit, folder: Path = OWN) -> NDArray[np.float64]:
    items = [row["item"] for row in figures_of(fit, folder)["coef_slope_intercept"]]
    return read_matrix(folder / "data" / f"{fit.data}.csv", items) - fit.lowest


@cache
def fitted(fit: Fit, folder: Path = OWN) -> Calibration:
    """Our calibration on mirt's nodes."""
    return calibrate(
        data_of(fit, folder),
        fit.models,
        priors={"c": GUESSING} if fit.guessed else None,
        quadrature=equally_spaced(-6, 6, 61),
    )


def numbers(rows: list[dict[str, Any]], prefix: str) -> NDArray[np.float64]:
    """The columns d (or d1, d2, ...) of a list of rows, NaN where a row has none.

    A row's d without a number stands first, as the d1 of others.
    """
    names = sorted({key for row in rows for key in row if key.rstrip("0123456789") == prefix})
    names = [name for name in names if name not in {"d0", "ak0"}]
    if {prefix, f"{prefix}1"} <= set(names):
        rows = [{**row, f"{prefix}1": row.get(f"{prefix}1") or row.get(prefix)} for row in rows]
        names.remove(prefix)
    return np.array([[_number(row.get(name)) for name in names] for row in rows])


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
