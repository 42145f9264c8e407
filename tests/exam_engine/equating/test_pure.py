"""Equating without a database: anchors, drift, methods, equivalents and tables."""

from collections.abc import Sequence
from uuid import UUID, uuid4, uuid5

import numpy as np
import pytest
from numpy.typing import NDArray

from exam_engine.calibration.scales.queries import FormScale
from exam_engine.equating import methods
from exam_engine.equating.anchors import ENOUGH, Question, anchor_plan
from exam_engine.equating.drift import by_parameters, by_shares, deltas, principal_axis
from exam_engine.equating.equivalents import BY_GROUPS, Group, equivalents
from exam_engine.equating.errors import EquatingUnsound
from exam_engine.equating.material import FormMaterial, Material, OwnRun
from exam_engine.equating.methods import Facts, Parameters, advice, chosen
from exam_engine.equating.placing import placed
from exam_engine.equating.plans import Plan
from exam_engine.equating.states import EquatingState, after
from exam_engine.exams.conversion import provisional
from exam_engine.results.marking import Counting
from item_bank.parameters.queries import Held
from psychometrics.equating import counts

NAMESPACE = uuid4()
BASE = provisional(10, 6, 0, 800, 600)


def question(code: str, position: int, **changes: object) -> Question:
    facts: dict[str, object] = {
        "code": code,
        "version_id": uuid5(NAMESPACE, code),
        "number": 1,
        "role": "scored",
        "area": code[0],
        "position": position,
        "state": "operational",
    }
    return Question(**(facts | changes))  # type: ignore[arg-type]


def form_of(*codes: str) -> list[Question]:
    return [question(code, position) for position, code in enumerate(codes, 1)]


# ---- anchors


def test_anchors_are_the_item_versions_that_are_scored_on_both_forms() -> None:
    form = form_of("A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2")
    base = [
        question("A1", 8),
        question("A2", 2, version_id=uuid4(), number=2),
        question("B1", 3, role="pretest"),
        *(question(code, place) for place, code in enumerate(("C1", "C2", "D1", "D2"), 4)),
    ]
    form[4] = question("C1", 5, state="retired")
    found = anchor_plan(form, base, {"A": 2, "B": 2, "D": 2}, {"D2": "it leaked"})
    assert found.codes == ("A1", "C2", "D1")
    assert {one.code: (one.reason, one.by) for one in found.apart} == {
        "A2": ("version 1 here and version 2 on the base form: not one question", "forms"),
        "B1": ("not scored on the base form", "forms"),
        "C1": ("its item is retired since", "forms"),
        "D2": ("it leaked", "person"),
    }
    assert [(one.code, one.blueprint, one.on_form, one.anchors) for one in found.areas] == [
        ("A", 2, 2, 1), ("B", 2, 2, 0), ("D", 2, 2, 1), ("C", 0, 2, 1),
    ]  # fmt: skip
    assert (found.anchors[0].shift, found.n_form, found.n_base) == (-7, 8, 6)
    assert found.refusals == ()
    warnings = " ".join(found.warnings)
    assert f"3 anchors are few: {ENOUGH} or more" in warnings
    assert "No anchor is from B:" in warnings
    assert "A1 (\N{MINUS SIGN}7)" in warnings
    assert "A2: another version" in warnings


@pytest.mark.parametrize(
    ("shared", "length", "words"),
    [(0, 20, "no item in common"), (2, 20, "2 of them can be anchors"), (3, 20, "15% of the form")],
)
def test_too_few_anchors_are_refused_with_what_to_do(shared: int, length: int, words: str) -> None:
    base = form_of(*(f"A{k}" for k in range(length)))
    form = form_of(*(f"{'A' if k < shared else 'B'}{k}" for k in range(length)))
    (refusal,) = anchor_plan(form, base, {}, {}).refusals
    assert words in refusal
    assert "Choose a" in refusal


def test_a_fifth_of_the_form_is_enough() -> None:
    base = form_of(*(f"A{k}" for k in range(20)))
    form = form_of(*(f"{'A' if k < 4 else 'B'}{k}" for k in range(20)))
    assert anchor_plan(form, base, {}, {}).refusals == ()


# ---- drift


def test_the_principal_axis_is_the_first_eigenvector() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(13, 2, 40)
    y = 0.8 * x + rng.normal(3, 0.5, 40)
    _, vectors = np.linalg.eigh(np.cov(x, y))
    slope, intercept = principal_axis(x, y)
    assert slope == pytest.approx(vectors[1, 1] / vectors[0, 1], rel=1e-9)
    assert intercept == pytest.approx(y.mean() - slope * x.mean())


def test_deltas_are_those_of_the_tables() -> None:
    # Angoff & Ford (1973): 13 at one half, 4 more at the share that is right a deviation below
    assert deltas([(500, 1000)])[0] == pytest.approx(13.0)
    assert deltas([(15865, 100_000)])[0] == pytest.approx(17.0, abs=0.001)


def shares(p: Sequence[float]) -> dict[str, tuple[int, int]]:
    return {f"A{k}": (round(1000 * one), 1000) for k, one in enumerate(p)}


def test_the_delta_plot_finds_the_anchor_that_moved_and_not_the_abler_group() -> None:
    p = [0.35, 0.42, 0.5, 0.55, 0.6, 0.66, 0.72, 0.8]
    abler = [min(one + 0.08, 0.97) for one in p]
    abler[3] = 0.25
    found = by_shares(shares(abler), shares(p), "displacement")
    assert found is not None
    assert list(found.left_out) == ["A3"]
    assert found.rows[3].by > 1.5
    assert not found.lost
    seen = by_shares(shares(abler), shares(p), "none")
    assert seen is not None
    assert seen.left_out == {}
    assert seen.rows[3].over
    aside = by_shares(shares(abler), shares(p), "none", ["A3"])
    assert aside is not None
    assert aside.axis == pytest.approx(found.axis)
    assert (aside.rows[3].by, aside.rows[3].z) == (pytest.approx(found.rows[3].by), None)
    assert "A3" not in {row.code for row in aside.judged}


def test_where_most_anchors_moved_it_is_said_that_none_can_be_told_stable() -> None:
    p = [0.05, 0.15, 0.3, 0.7, 0.85, 0.95]
    found = by_shares(shares(p[::-1]), shares(p), "displacement")
    assert found is not None
    assert found.lost
    assert len(found.left_out) == len(p) // 2


def held(code: str, b: float, a: float = 1.0, c: float = 0.0) -> Held:
    values = {"a": a, "b": b, "c": c, "u": 1.0, "intercept": -a * b}
    model = "3PL" if c else "2PL"
    return Held("", code, 0, uuid5(NAMESPACE, code), model, values, {}, 500, "")


def own_run(rows: Sequence[Held]) -> OwnRun:
    return OwnRun(uuid4(), tuple(rows), 500, 0.0, 1.0)


def test_drift_by_parameters_is_on_the_base_scale_and_positive_where_an_item_got_harder() -> None:
    b = [-1.2, -0.6, -0.2, 0.1, 0.5, 1.1, 1.4]
    base = own_run([held(f"A{k}", one) for k, one in enumerate(b)])
    # the form's own scale: theta_base = 1.2 theta_form + 0.3
    moved = [(one + (1.5 if k == 2 else 0) - 0.3) / 1.2 for k, one in enumerate(b)]
    form = own_run([held(f"A{k}", one, a=1.2) for k, one in enumerate(moved)])
    found = by_parameters(form, base, [f"A{k}" for k in range(7)], "displacement")
    assert found is not None
    assert list(found.left_out) == ["A2"]
    assert found.rows[2].by == pytest.approx(1.5, abs=1e-4)
    assert found.link is not None
    np.testing.assert_allclose([found.link.A, found.link.B], [1.2, 0.3], atol=1e-4)


# ---- methods


def test_the_thresholds_are_those_of_the_library() -> None:
    assert methods.ENOUGH_FOR_LINEAR == counts.ENOUGH_FOR_LINEAR
    assert methods.FEWEST_PERSONS == counts.ENOUGH_FOR_ANYTHING


SCALE = Parameters("S:1, version 1", "2PL", 300)


@pytest.mark.parametrize(
    ("facts", "taken"),
    [
        (Facts(500, 500, 10, 10, SCALE, None), "true-score"),
        (Facts(500, 500, 10, 10, Parameters("S", "2PL", 100), None), "tucker"),
        (Facts(500, 500, 10, 10, Parameters("S", "2PL", 300, ("A1",)), SCALE), "linked-true-score"),
        (Facts(500, 399, 10, 10, None, None), "circle-arc"),
        (Facts(24, 500, 10, 10, None, None), "identity"),
        (Facts(0, 0, 10, 12, Parameters("S", "Rasch", 20), None), "true-score"),
    ],
)
def test_the_richest_method_that_the_data_support_is_taken(facts: Facts, taken: str) -> None:
    assert chosen(advice(facts), None).method == taken


def test_what_cannot_be_computed_is_refused_with_its_reason() -> None:
    with pytest.raises(EquatingUnsound, match="24 candidates sat the form and 500"):
        chosen(advice(Facts(24, 500, 10, 10, None, None)), "levine")
    facts = Facts(500, 500, 10, 10, Parameters("S", "2PL", 300, ("A1",)), None)
    with pytest.raises(EquatingUnsound, match=r"1 scored items have no usable .* \(A1\)"):
        chosen(advice(facts), "true-score")
    with pytest.raises(EquatingUnsound, match=r"no calibrated scale yet.*10 and 12 scored items"):
        chosen(advice(Facts(0, 0, 10, 12, None, None)), None)


# ---- equivalents


def material(form: Sequence[Held], base: Sequence[Held]) -> Material:
    def side(name: str, rows: Sequence[Held]) -> FormMaterial:
        codes = tuple(one.code for one in rows)
        counts = Counting(tuple(range(1, len(rows) + 1)))
        scale = FormScale("S:1", 1, UUID(int=0), codes, tuple(rows), 0.0, 1.0, codes, counts)
        table = provisional(len(rows), len(rows) // 2, 0, 800, 600)
        questions = tuple(form_of(*codes))
        return FormMaterial(uuid4(), name, questions, counts, 0, table, 0, True, scale, None)

    return Material(Plan("S", "F-2", "F-1"), uuid4(), side("F-2", form), side("F-1", base), {})


def expected(rows: Sequence[Held], theta: float) -> float:
    """The true score, an item after the other."""
    total = 0.0
    for one in rows:
        v = one.values
        total += v["c"] + (1 - v["c"]) / (1 + np.exp(-v["a"] * (theta - v["b"])))
    return total


def halved(rows: Sequence[Held], score: float) -> float:
    """Theta of a true score by halving an interval a hundred times."""
    low, high = -40.0, 40.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(rows, middle) < score else (low, middle)
    return (low + high) / 2


def test_true_score_equivalents_are_those_of_a_slow_obvious_search() -> None:
    rng = np.random.default_rng(3)
    form, base = (
        [
            held(f"{name}{k}", rng.normal(shift), rng.lognormal(0, 0.2), 0.15 * (k % 2))
            for k in range(12)
        ]
        for name, shift in (("A", 0.3), ("B", -0.2))
    )
    found, _ = equivalents(material(form, base), "true-score", (), None)
    guessing = sum(one.values["c"] for one in form)
    for raw in range(1, 12):
        if raw > guessing:
            slow = expected(base, halved(form, raw))
            assert found.equivalent[raw] == pytest.approx(slow, abs=1e-8)
    assert found.equivalent[[0, 12]].tolist() == [0.0, 12.0]


def test_a_form_equated_to_a_copy_of_itself_has_its_own_table() -> None:
    rows = [held(f"A{k}", 0.3 * k - 1.4, 0.8 + 0.1 * k, 0.1) for k in range(10)]
    both = material(rows, rows)
    found, _ = equivalents(both, "true-score", (), None)
    assert found.equivalent.tolist() == pytest.approx(list(range(11)), abs=1e-9)
    table = placed(found.equivalent.tolist(), both.base.conversion, "true-score")
    assert table.scaled == both.base.conversion.scaled


def group(rng: np.random.Generator, ability: float, highest: int = 40) -> Group:
    p = 1 / (1 + np.exp(-rng.normal(ability, 1.0, 60)))
    right: NDArray[np.bool_] = rng.random((60, highest)) < p[:, None]
    total, anchor = right.sum(axis=1), right[:, :12].sum(axis=1)
    return Group(total.astype(float), anchor.astype(float), highest, highest / 4)


def test_the_circle_arc_is_the_circle_of_the_published_formula() -> None:
    rng = np.random.default_rng(11)
    form, base = group(rng, 0.2), group(rng, 0.4)
    found = BY_GROUPS["circle-arc"](form, base)
    mean = form.total.mean()
    gamma = [np.cov(g.total, g.anchor, bias=True)[0, 1] / g.anchor.var() for g in (form, base)]
    gap = form.anchor.mean() - base.anchor.mean()
    spread = form.anchor.var() - base.anchor.var()
    mean_x, mean_y = mean - gamma[0] * gap / 2, base.total.mean() + gamma[1] * gap / 2
    var_x = form.total.var() - gamma[0] ** 2 * spread / 2 + (gamma[0] * gap) ** 2 / 4
    var_y = base.total.var() + gamma[1] ** 2 * spread / 2 + (gamma[1] * gap) ** 2 / 4
    tucker = mean_y + np.sqrt(var_y / var_x) * (mean - mean_x)
    # Livingston & Kim (2009), simplified: take the line through the ends off, here y = x; the
    # circle through the three points has its centre where the perpendicular bisectors meet
    points = np.array([(10.0, 0.0), (mean, tucker - mean), (40.0, 0.0)])
    sums = (points**2).sum(axis=1)
    centre = np.linalg.solve(2 * (points[1:] - points[0]), sums[1:] - sums[0])
    radius = np.hypot(*(points[0] - centre))
    for x in (10.0, 17.0, 25.0, 33.0, 40.0):
        side = np.sign(tucker - mean)
        arc = centre[1] + side * np.sqrt(radius**2 - (x - centre[0]) ** 2)
        assert found.equivalent[int(x)] == pytest.approx(x + arc, abs=1e-9)
    assert found.equivalent[4] == pytest.approx(4.0)


# ---- placing


def test_between_two_raw_scores_the_unrounded_base_table_is_read_on_a_line() -> None:
    table = placed([0, 1.5, 2, 3.25, 4, 5, 6, 7, 8, 9.5, 10.4], BASE, "tucker")
    assert table.scaled[1] == pytest.approx(150.0)
    assert table.scaled[3] == pytest.approx(325.0)
    assert table.scaled[9] == pytest.approx(775.0)
    assert table.scaled[10] == 800.0
    assert (table.method, table.cut) == ("equated-tucker-1", 600)


def test_arithmetic_fails_nobody() -> None:
    table = placed([0, 1, 2, 3, 4, 5, 6 - 1e-12, 7, 8, 9, 10], BASE, "true-score")
    assert table.passes(6)
    assert not placed([0, 1, 2, 3, 4, 5, 5.99, 7, 8, 9, 10], BASE, "true-score").passes(6)


@pytest.mark.parametrize(
    ("equivalent", "words"),
    [
        ([0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10], "Score 2 would be worth less than score 1"),
        ([0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5.5], "No score of the form would pass"),
        ([6, 7, 8, 9, 10, 10, 10, 10, 10, 10, 10], "Every score of the form would pass"),
    ],
)
def test_what_is_no_table_is_refused(equivalent: list[float], words: str) -> None:
    with pytest.raises(EquatingUnsound, match=words):
        placed(equivalent, BASE, "tucker")


def test_only_a_draft_is_decided_about() -> None:
    assert after(EquatingState.DRAFT, "approve") == EquatingState.APPROVED
    assert after(EquatingState.DRAFT, "reject") == EquatingState.REJECTED
    assert after(EquatingState.APPROVED, "reject") is None
    assert after(EquatingState.REJECTED, "approve") is None
