"""catR's next item and criteria, on our data and on its own bank."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Items, Quadrature, equally_spaced
from psychometrics.selection import Criterion, next_item
from tests.psychometrics.figures import OWN, read_figures, read_matrix
from tests.psychometrics.selection.sessions import catr_bank

STATES = read_figures(OWN / "cat" / "catR_threepl.json")["states"]
NODES = equally_spaced(-4.0, 4.0, 33)
OVER_LIKELIHOOD: tuple[Criterion, ...] = ("KL", "MLWI")
AT_A_POINT: tuple[Criterion, ...] = ("MFI", "MEI", "bOpt")
EVERY: tuple[Criterion, ...] = ("MFI", "MEI", "KL", "KLP", "MEPV", "MLWI", "MPWI", "bOpt")


def integral(items: Items, given: list[int], x: list[int], posterior: bool) -> float:
    """Of the likelihood, or of it times the prior, by trapezoids: catR does not divide by it."""
    p = items.probabilities(NODES.nodes)[given, x]
    weights = p.prod(axis=0)
    if posterior:
        weights = weights * np.exp(-(NODES.nodes**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(weights, NODES.nodes))


def catrs(items: Items, given: list[int], x: list[int], criterion: Criterion) -> Any:
    quadrature: Quadrature | None = None if criterion in AT_A_POINT else NODES
    found = next_item(items, given, x, criterion=criterion, estimate="MAP", quadrature=quadrature)
    scale = 1.0
    if criterion in {"KL", "KLP", "MLWI", "MPWI"}:
        scale = integral(items, given, x, posterior=criterion not in OVER_LIKELIHOOD)
    return found.item + 1, found.value * scale, found.values * scale


@pytest.mark.parametrize("criterion", ["MFI", "MEI", "KL", "KLP", "MEPV"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: f"person {state['person']}")
def test_the_next_item_is_catrs(state: dict[str, Any], criterion: Criterion) -> None:
    items = catr_bank()
    given = [k - 1 for k in state["given"]]
    item, value, values = catrs(items, given, state["x"], criterion)
    figure = state["next_item"][criterion]
    assert item == figure["item"]
    assert value == pytest.approx(figure["info"], rel=1e-4)
    left = [row["item"] - 1 for row in state["values"]]
    if criterion in state["values"][0]:
        theirs = [row[criterion] for row in state["values"]]
        np.testing.assert_allclose(values[left], theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("state", STATES, ids=lambda state: f"person {state['person']}")
def test_the_provisional_estimate_is_catrs(state: dict[str, Any]) -> None:
    found = next_item(catr_bank(), [k - 1 for k in state["given"]], state["x"], estimate="MAP")
    assert found.theta == pytest.approx(state["BM"]["theta"], abs=1e-4)
    found = next_item(
        catr_bank(),
        [k - 1 for k in state["given"]],
        state["x"],
        quadrature=equally_spaced(-4.0, 4.0, 161),
    )
    assert found.theta == pytest.approx(state["EAP"]["theta"], abs=1e-4)
    assert found.standard_error == pytest.approx(state["EAP"]["se"], abs=1e-4)


def test_every_criterion_is_catrs_on_its_bank(shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    bank: NDArray[np.float64] = read_matrix(folder / "data" / "catR_tcals_bank.csv")
    upper = np.where(bank[:, 3] < 1, bank[:, 3], 1 - 1e-15)
    items = Items.from_irt("4PL", bank[:, 0], bank[:, 1], bank[:, 2], upper)
    for case in read_figures(folder / "cat" / "catR_tcals.json")["cases"]:
        given = [k - 1 for k in case["items"]]
        for criterion in EVERY:
            figure = case["next"][criterion]
            item, value, _ = catrs(items, given, case["x"], criterion)
            assert item == figure["item"], (case["true"], criterion)
            # catR's mode, which all stand on, is good to 2e-5
            assert value == pytest.approx(figure["info"], rel=3e-4, abs=3e-5), criterion
