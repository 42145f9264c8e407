"""The forms that reference packages linked, as items of ours."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics import Items
from tests.psychometrics.figures import OWN, read_figures

Floats = NDArray[np.float64]

EQUATEIRT = read_figures(OWN / "linking" / "equateIRT_link.json")
PLINK = read_figures(OWN / "linking" / "plink_link.json")
GAUSS_HERMITE_30 = np.polynomial.hermite_e.hermegauss(30)
UNIFORM_40 = np.linspace(-4.0, 4.0, 40)  # the default of both packages
NORMAL_OGIVE = 1.7


def named_items(rows: list[dict[str, Any]]) -> Items:
    """Items of equateIRT's table: Dffclt.NAME, and Dscrmn.NAME unless slopes are 1."""
    values = {row["name"]: row["value"] for row in rows}
    names = [name.removeprefix("Dffclt.") for name in values if name.startswith("Dffclt.")]
    b = [values[f"Dffclt.{name}"] for name in names]
    a = [values.get(f"Dscrmn.{name}", 1.0) for name in names]
    model = "2PL" if f"Dscrmn.{names[0]}" in values else "Rasch"
    return Items.from_irt(model, a, b, names=names)


def own_form(form: str) -> tuple[Items, Floats]:
    """X or Y of our data, with the covariance of (a, d) item after item."""
    items = named_items(EQUATEIRT["items"][form])
    n = len(items)
    given = np.array(EQUATEIRT["item_vcov"][form]["var"])  # of (b_1, ..., b_n, a_1, ..., a_n)
    jacobian = np.zeros((2 * n, 2 * n))
    for j in range(n):
        jacobian[2 * j, n + j] = 1.0
        jacobian[2 * j + 1, j] = -items.a[j]
        jacobian[2 * j + 1, n + j] = -items.b[j]
    return items, jacobian @ given @ jacobian.T


def kolen_brennan_forms(shared: Path) -> tuple[Items, Items, dict[str, Any]]:
    """X and Y of Kolen & Brennan (2004), Table 6.5, D = 1.7, with plink's figures."""
    figures = read_figures(shared / "reference" / "psychometrics" / "linking" / "plink_KB04.json")
    common = {x: f"C{y}" for x, y in figures["common_rows_x_y"]}
    forms = []
    for form in ("form_x", "form_y"):
        rows = figures[form]
        forms.append(
            Items.from_irt(
                "3PL",
                [NORMAL_OGIVE * row["a"] for row in rows],
                [row["b"] for row in rows],
                [row["c"] for row in rows],
                names=[common.get(j, f"{form}{j}") for j in range(1, len(rows) + 1)],
            )
        )
    return forms[0], forms[1], figures


def equateirt_forms(shared: Path, name: str) -> tuple[dict[str, Items], dict[str, Any]]:
    """The five forms that equateIRT ships estimates of, and the figures on them."""
    path = shared / "reference" / "psychometrics" / "linking" / f"{name}.json"
    figures = read_figures(path)
    return {form: named_items(rows) for form, rows in figures["irt"].items()}, figures
