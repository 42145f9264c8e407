"""States, plans, supply, frozen data, comparison: values in, values out."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from exam_engine.calibration.approval import left_out
from exam_engine.calibration.comparing import compare
from exam_engine.calibration.errors import DataUnsound, PlanUnsound
from exam_engine.calibration.frozen import Column, Frozen, Sheet, joined
from exam_engine.calibration.plans import Exclusion, Plan, check, exclusions_in
from exam_engine.calibration.states import MOVES, OPEN, RunState, after
from exam_engine.calibration.supply import RECOMMENDED, Block, FormItem, supplied
from exam_engine.web.api.calibrations import RunItem
from psychometrics.calibration.report import RECOMMENDED_PERSONS

NONE = UUID(int=0)


def test_only_what_a_worker_has_to_do_with_can_be_cancelled() -> None:
    assert {state for state in RunState if after(state, "cancel")} == OPEN


def test_only_a_finished_run_is_decided_and_a_decision_is_final() -> None:
    for verb in ("approve", "reject"):
        assert {state for state, move in MOVES if move == verb} == {RunState.FINISHED}
    for state in (RunState.APPROVED, RunState.REJECTED, RunState.FAILED, RunState.CANCELLED):
        assert not [move for move in MOVES if move[0] == state]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": ()}, "roles"),
        ({"max_cycles": 0}, "max_cycles"),
        ({"priors": ("c=beta:5,17",)}, "priors"),
        ({"priors": ("a=lognormal",)}, "priors"),
        ({"model": "Rasch", "priors": ("a=lognormal:0,0.5",)}, "priors"),
        ({"exclusions": (Exclusion("item", "A-1", " "),)}, "exclusions"),
    ],
)
def test_a_plan_that_no_data_could_make_right_is_refused_by_its_field(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(PlanUnsound) as refusal:
        check(Plan("X", **changes))
    assert refusal.value.field == field


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    plan = Plan("X", forms=("A",), exclusions=(Exclusion("item", "A-1", "two keys"),))
    assert Plan.from_json(plan.to_json()) == plan
    with pytest.raises(PlanUnsound):
        Plan.from_json({**plan.to_json(), "colour": "red"})


def test_guessing_gets_its_usual_prior_unless_the_plan_names_one() -> None:
    assert Plan("X", model="3PL").with_defaults().priors == ("c=beta:5,17",)
    own = Plan("X", model="3PL", priors=("c=beta:2,8",))
    assert own.with_defaults() == own
    assert Plan("X").with_defaults().priors == ()


def test_exclusions_are_written_one_a_line_with_their_reasons() -> None:
    assert exclusions_in("A-1: two right answers\n\n B-2 : leaked: seen online") == (
        Exclusion("item", "A-1", "two right answers"),
        Exclusion("item", "B-2", "leaked: seen online"),
    )
    with pytest.raises(PlanUnsound, match="B-2"):
        exclusions_in("A-1: old\nB-2")


# ---- supply


def an_item(code: str, content: str = "same", number: int = 1) -> FormItem:
    return FormItem(code, "scored", "IA", number, content)


def blocks(**counts: int) -> list[Block]:
    return [Block(form, "Spring", n, None, None) for form, n in counts.items()]


def test_forms_that_share_no_item_are_refused_and_named() -> None:
    forms = {"F": [an_item("A"), an_item("B")], "G": [an_item("C"), an_item("D")]}
    found = supplied(Plan("X"), blocks(F=100, G=100), forms)
    assert found.parts == (("F",), ("G",))
    assert "Not linked" in found.refusals[0]
    assert "F; G" in found.refusals[0]


def test_forms_are_linked_through_a_third_one_and_through_anchors() -> None:
    forms = {
        "F": [an_item("A"), an_item("B")],
        "G": [an_item("C"), an_item("D")],
        "H": [an_item("B"), an_item("C")],
    }
    chained = supplied(Plan("X"), blocks(F=50, G=50, H=50), forms)
    assert chained.parts == (("F", "G", "H"),)
    assert chained.shared == {("F", "G"): 0, ("F", "H"): 1, ("G", "H"): 1}
    anchored = supplied(Plan("X"), blocks(F=50, G=50), forms, frozenset({"A", "D"}))
    assert anchored.refusals == ()


def test_a_form_nobody_sat_does_not_count() -> None:
    forms = {"F": [an_item("A"), an_item("B")], "G": [an_item("C")]}
    found = supplied(Plan("X"), blocks(F=60, G=0), forms)
    assert found.refusals == ()
    assert [item.code for item in found.items] == ["A", "B"]


def test_an_item_that_changed_between_forms_is_refused_until_it_is_left_out() -> None:
    forms = {
        "F": [an_item("A"), an_item("B"), an_item("E")],
        "G": [an_item("A", "other", 2), an_item("B"), an_item("E", number=2)],
    }
    counts = blocks(F=60, G=60)
    (refusal,) = supplied(Plan("X"), counts, forms).refusals
    assert "A was shown as versions 1 and 2" in refusal
    plan = Plan("X", exclusions=(Exclusion("item", "A", "changed"),))
    assert supplied(plan, counts, forms).refusals == ()


@pytest.mark.parametrize(("n", "model"), [(9, "Rasch"), (99, "Rasch"), (250, "2PL"), (1000, "3PL")])
def test_what_so_few_support_is_said(n: int, model: str) -> None:
    found = supplied(Plan("X"), blocks(F=n), {"F": [an_item("A"), an_item("B")]})
    assert found.supported == model
    assert bool(found.refusals) == (n < 10)


def test_the_recommended_numbers_are_those_of_the_library() -> None:
    assert {name: RECOMMENDED_PERSONS[name] for name in RECOMMENDED} == RECOMMENDED


# ---- frozen data


def a_sheet(rows: list[list[int]], codes: str = "AB", **changes: Any) -> Sheet:
    columns = tuple(Column(NONE, code, 1, "scored", "IA", ("X", "Y"), "Y") for code in codes)
    facts: dict[str, Any] = {
        "form": "F",
        "administration": "Spring",
        "persons": tuple(f"{codes} {n}" for n in range(len(rows))),
        "columns": columns,
        "hashes": tuple(codes),
        "answers": np.array(rows, np.int8),
    } | changes
    return Sheet(**facts)


def test_sheets_of_overlapping_forms_are_one_matrix_by_item() -> None:
    found = joined([a_sheet([[2, 1]]), a_sheet([[0, 2]], "BC", form="G")], {})
    assert [column.code for column in found.columns] == ["A", "B", "C"]
    assert found.answers.tolist() == [[2, 1, -1], [-1, 0, 2]]
    assert found.points("wrong").tolist() == [[1, 0, -1], [-1, 0, 1]]
    assert found.points("missing").tolist() == [[1, 0, -1], [-1, -1, 1]]
    assert found.responses("wrong", "form").groups == ("F", "G")


def test_options_are_labels_whatever_place_they_have_in_their_item() -> None:
    other = Column(NONE, "B", 1, "scored", "IA", ("W", "X"), "W")
    columns = (a_sheet([[1, 1]]).columns[0], other)
    chosen = joined([a_sheet([[2, 1], [0, 2]], columns=columns)], {}).chosen()
    labels = np.array([*chosen.labels, ""])[chosen.codes]
    assert labels.tolist() == [["Y", "W"], ["no answer", "X"]]


def test_frozen_data_come_back_bit_by_bit_and_have_their_own_hash() -> None:
    found = joined([a_sheet([[2, 1], [0, 2]])], {})
    again = Frozen.from_bytes(found.to_bytes())
    assert again.columns == found.columns
    assert (again.answers == found.answers).all()
    assert again.sha256 == found.sha256
    assert joined([a_sheet([[2, 1], [1, 2]])], {}).sha256 != found.sha256


def test_contents_that_differ_under_one_code_are_not_one_column() -> None:
    with pytest.raises(DataUnsound, match="not to one question"):
        joined([a_sheet([[1, 1]]), a_sheet([[1, 1]], hashes=("A", "changed"))], {})
    assert len(joined([a_sheet([[1, 1]])], {"A": "old"}).columns) == 1


# ---- what comes of a run


def a_row(code: str, b: float | None, *flags: str) -> RunItem:
    parameters = {"a": 1.0, "b": b, "c": 0.0, "u": 1.0, "intercept": b}
    return RunItem(code, NONE, "scored", "IA", "2PL", 100, parameters, {}, {}, list(flags))


def test_suspect_items_stay_out_of_the_bank_each_with_a_reason() -> None:
    rows = [a_row("A", 0.1), a_row("B", 0.2, "negative_slope"), a_row("C", None, "all_same")]
    found = {one.code: one.reason for one in left_out([*rows, a_row("D", None)])}
    assert found.keys() == {"B", "C", "D"}
    assert "check its key" in found["B"]


def test_a_comparison_takes_the_shift_of_the_origin_out() -> None:
    errors = {"b": 0.3}
    then = {
        code: ({"a": 1.0, "b": b}, errors) for code, b in zip("ABCD", (-1, 0, 1, 2), strict=True)
    }
    now = {
        code: ({"a": 1.0, "b": b}, errors)
        for code, b in zip("ABCE", (-0.5, 0.5, 2.1, 0), strict=True)
    }
    found = compare(then, now)
    assert found is not None
    assert found.shift == pytest.approx(0.7)
    assert [pair.code for pair in found.pairs] == ["C", "A", "B"]
    assert found.pairs[0].z == pytest.approx(0.4 / (0.3 * 2**0.5))
    assert compare(then, {}) is None
