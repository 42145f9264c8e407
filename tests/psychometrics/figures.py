"""Reference figures: ours in `reference/`, and others' in ../shared where it is present."""

import csv
import json
from collections.abc import Collection
from dataclasses import dataclass
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


@dataclass(frozen=True)
class MirtFit:
    """One of mirt's fits, with the data it is a fit of."""

    name: str
    figures: dict[str, Any]
    responses: NDArray[np.float64]

    @property
    def items(self) -> Items:
        items = mirt_items(self.figures)
        if self.name.endswith("1PL"):
            return Items.from_parameters("1PL", list(items.rows))
        return items

    @property
    def sd(self) -> float:
        """Standard deviation of theta in the population."""
        return float(np.sqrt(np.ravel(self.figures["latent_cov"])[0]))

    def eap(self) -> NDArray[np.float64]:
        """Posterior means on mirt's own 61 nodes, written out slowly."""
        nodes = np.linspace(-6, 6, 61)
        logs = self.items.log_probabilities(nodes)
        posterior = np.tile(-((nodes / self.sd) ** 2) / 2, (len(self.responses), 1))
        for item, column in enumerate(self.responses.T):
            given = ~np.isnan(column)
            posterior[given] += logs[item][column[given].astype(int)]
        weights = np.exp(posterior - posterior.max(axis=1, keepdims=True))
        return np.asarray(weights @ nodes / weights.sum(axis=1))

    def column(self, table: str, name: str) -> NDArray[np.float64]:
        """One column of a table of figures; NaN where there is none."""
        values = [row.get(name) for row in self.figures[table]]
        return np.array([np.nan if value is None else value for value in values], dtype=float)

    def square(self, table: str) -> NDArray[np.float64]:
        """A table of items by items."""
        names = [row["item"] for row in self.figures[table]]
        return np.stack([self.column(table, name) for name in names], axis=1)


OWN_FITS = (
    *("rasch_small_Rasch", "twopl_2PL", "twopl_Rasch", "twopl_forms_2PL"),
    *("threepl_3PL_logitnormal_g", "grm_GRM", "gpcm_GPCM", "pcm_PCM", "mixed_2PL_GRM"),
    *("link_x_2PL", "link_y_2PL"),
)
SHARED_FITS = (
    *("LSAT6_1PL", "LSAT6_2PL", "LSAT6_Rasch", "LSAT7_2PL", "LSAT7_Rasch"),
    *("LSAT7_3PL_logitnormal_g", "LSAT7_missing_2PL", "deAyala_Rasch"),
    *("SAT12_2PL", "SAT12_3PL_logitnormal_g", "SAT12_Rasch", "VerbalAggression_GPCM"),
    *("Bock1997_GPCM", "Science_GPCM", "Science_GRM", "Science_NRM", "Science_PCM", "Science_RSM"),
)


def fits_with(table: str, *, but: Collection[str] = ()) -> list[str]:
    """Names of the fits that hold a table of figures."""
    own = [name for name in OWN_FITS if isinstance(_own_figures(name).get(table), list)]
    return [name for name in (*own, *SHARED_FITS) if name not in but]


def own_fit(name: str) -> MirtFit:
    """A fit to our own data."""
    figures = _own_figures(name)
    return MirtFit(name, figures, read_matrix(OWN / figures["data"]))


def _own_figures(name: str) -> dict[str, Any]:
    return read_figures(OWN / "mirt" / f"{name}.json")


def shared_fit(shared: Path, name: str) -> MirtFit:
    """A fit to classic data, categories counted from 0."""
    folder = shared / "reference" / "psychometrics"
    figures = read_figures(folder / "mirt" / f"{name}.json")
    data = name.split("_")[0] + {"SAT12": "_scored"}.get(name.split("_")[0], "")
    data = "LSAT7_missing" if name == "LSAT7_missing_2PL" else data
    columns = [item["item"] for item in figures["coef_slope_intercept"]]
    responses = read_matrix(folder / "data" / f"{data}.csv", columns)
    return MirtFit(name, figures, responses - np.nanmin(responses, axis=0))
