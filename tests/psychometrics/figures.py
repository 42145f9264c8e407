"""Reference figures: ours in `reference/`, and others' in ../shared where it is present."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import Items

OWN = Path(__file__).parent / "reference"


def read_figures(path: Path) -> dict[str, Any]:
    """A JSON file of figures."""
    figures: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return figures


def read_matrix(path: Path, columns: list[str] | None = None) -> NDArray[np.float64]:
    """A CSV of responses, or some of its columns; an empty cell is NaN."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    wanted = [header.index(name) for name in columns or header]
    return np.array([[float(row[j]) if row[j] else np.nan for j in wanted] for row in rows])


def mirt_items(figures: dict[str, Any]) -> Items:
    """The items of one of mirt's fits, in its slope-intercept parameters."""
    models, rows = [], []
    for item in figures["coef_slope_intercept"]:
        given = {name: value for name, value in item.items() if value is not None}
        slope = given["a1"]
        if "b1" in given:  # mirt's rating scale: a location c and shared steps b
            models.append("RSM")
            rows.append([slope, given["c"], *-np.cumsum([given[f"b{k}"] for k in (1, 2, 3)])])
        elif "ak1" in given:
            last = max(int(name[1:]) for name in given if name[0] == "d")
            scores = [given[f"ak{k}"] for k in range(1, last + 1)]
            intercepts = [given[f"d{k}"] for k in range(1, last + 1)]
            if scores == list(range(1, last + 1)):
                models.append("GPCM" if figures["itemtype"] != "Rasch" else "PCM")
                rows.append([slope, *intercepts])
            else:
                models.append("NRM")
                rows.append([*(slope * score for score in scores), *intercepts])
        elif "d1" in given:
            models.append("GRM")
            rows.append([slope, *(given[f"d{k}"] for k in range(1, len(given) - 1))])
        elif given["g"] > 0:
            models.append("3PL")
            rows.append([slope, given["d"], np.log(given["g"] / (1 - given["g"]))])
        else:
            models.append("Rasch" if figures["itemtype"] == "Rasch" else "2PL")
            rows.append([slope, given["d"]])
    return Items.from_parameters(models, rows)
