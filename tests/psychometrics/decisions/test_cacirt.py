"""Lee's and Rudner's indices against cacIRT 1.4, on its 61 points (1e-6)."""

from collections.abc import Callable

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.decisions import Decisions, decisions_lee, decisions_rudner
from tests.psychometrics.figures import OWN, read_figures

FIGURES = read_figures(OWN / "classification" / "cacIRT_twopl.json")
ITEMS = Items.from_irt("2PL", *([row[key] for row in FIGURES["items"]] for key in "ab"))
POINTS = {"theta": FIGURES["theta"], "weights": FIGURES["w"]}


@pytest.mark.parametrize(
    ("table", "method"), [("Lee", decisions_lee), ("Rudner", decisions_rudner)]
)
def test_classes_are_as_accurate_and_consistent_as_in_cacirt(
    table: str, method: Callable[..., Decisions]
) -> None:
    figures = FIGURES[table]
    found = method(ITEMS, figures["cuts"], **POINTS)
    parts = [*(cut.agreement for cut in found.cuts), found]
    for row, part in zip(figures["marginal"], parts, strict=True):
        assert part.accuracy == pytest.approx(row["Accuracy"], abs=1e-6), row
        assert part.consistency == pytest.approx(row["Consistency"], abs=1e-6), row
    conditional = found.conditional
    np.testing.assert_allclose(conditional.accuracy, figures["cond_accuracy"], atol=1e-6)
    np.testing.assert_allclose(conditional.consistency, figures["cond_consistency"], atol=1e-6)


def test_a_single_cut_is_as_in_cacirt() -> None:
    for table, found in (
        ("Lee_single_cut_10", decisions_lee(ITEMS, 10, **POINTS)),
        ("Rudner_single_cut_0", decisions_rudner(ITEMS, 0, **POINTS)),
    ):
        assert found.accuracy == pytest.approx(FIGURES[table]["accuracy"], abs=1e-6)
        assert found.consistency == pytest.approx(FIGURES[table]["consistency"], abs=1e-6)
