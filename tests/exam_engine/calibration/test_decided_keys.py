"""What a calibration makes of questions whose key was decided about: what scores make of them."""

import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from exam_engine.calibration.at_cut import on_scale
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.errors import DataUnsound, PlanUnsound
from exam_engine.calibration.freezing.queries import forms_at_cut, freeze
from exam_engine.calibration.frozen import Column, Frozen, joined
from exam_engine.calibration.plans import Exclusion, Plan
from exam_engine.calibration.queries import list_run_items
from exam_engine.calibration.scales.queries import find_form_scale
from exam_engine.calibration.states import RunState
from exam_engine.calibration.supply import supplied
from exam_engine.exams.queries import get_conversion, list_form_items
from exam_engine.release.service import Releases
from exam_engine.results.marking import KeyDecision, Treatment
from psychometrics import calibrate
from tests.exam_engine.calibration.conftest import QUESTIONS, Past
from tests.exam_engine.calibration.test_pure import NONE, a_sheet, an_item, blocks

ALSO, EVERYBODY, NOT_SCORED = Treatment.ALSO, Treatment.EVERYBODY, Treatment.NOT_SCORED


async def decide(past: Past, position: int, treatment: Treatment, *also: str) -> None:
    async with past.database.transaction() as session:
        releases = Releases(session, await past.database.now(session))
        decision = KeyDecision(treatment, also)
        await releases.decide(past.programmed.form.id, position, decision, past.analyst, "Looked")


async def key_at(past: Past, position: int) -> str:
    async with past.database.reading() as session:
        items = await list_form_items(session, past.programmed.form.id)
    return past.programmed.keys[items[position - 1].item_version_id]


async def frozen_of(past: Past) -> Frozen:
    async with past.database.reading() as session:
        return await freeze(session, past.plan)


# ---- values in, values out


def test_any_of_the_right_answers_is_a_point_and_one_choice_among_the_options() -> None:
    column = Column(NONE, "A", 1, "scored", "IA", ("W", "X", "Y"), "Y", ("W",))
    found = joined([a_sheet([[1], [2], [3], [0], [-1]], "A", columns=(column,))], {})
    assert found.points("wrong").ravel().tolist() == [1, 0, 1, 0, -1]
    assert found.points("missing").ravel().tolist() == [1, 0, 1, -1, -1]
    chosen = found.chosen()
    labels = np.array([*chosen.labels, ""])[chosen.codes].ravel().tolist()
    assert labels == ["Y or W", "X", "Y or W", "no answer", ""]
    again = Frozen.from_bytes(found.to_bytes())
    assert (again.columns, again.sha256) == ((column,), found.sha256)


def test_data_without_decisions_have_the_hash_that_they_always_had() -> None:
    assert b"also" not in _header(joined([a_sheet([[2, 1]])], {}))
    column = Column(NONE, "A", 1, "scored", "IA", ("X", "Y"), "Y", ("X",))
    assert b'"also"' in _header(joined([a_sheet([[2]], "A", columns=(column,))], {}))


def _header(frozen: Frozen) -> bytes:
    return zlib.decompress(frozen.to_bytes())


def test_an_item_with_other_right_answers_on_another_form_is_refused() -> None:
    two = Column(NONE, "A", 1, "scored", "IA", ("X", "Y"), "Y", ("X",))
    sheets = [a_sheet([[1]], "A"), a_sheet([[1]], "A", form="G", columns=(two,))]
    with pytest.raises(DataUnsound, match="A has other right answers on one form"):
        joined(sheets, {})
    rest = [an_item("B"), an_item("C")]
    forms = {"F": [an_item("A"), *rest], "G": [decided("A", also=("X",)), *rest]}
    (refusal,) = supplied(Plan("X"), blocks(F=60, G=60), forms).refusals
    assert "A has other right answers" in refusal
    plan = Plan("X", exclusions=(Exclusion("item", "A", "two keys"),))
    assert supplied(plan, blocks(F=60, G=60), forms).refusals == ()


def test_what_asks_nobody_links_no_forms_and_is_named() -> None:
    forms = {
        "F": [an_item("A"), decided("B", asks_nobody=True)],
        "G": [an_item("B"), an_item("C")],
    }
    found = supplied(Plan("X"), blocks(F=60, G=60), forms)
    assert found.parts == (("F",), ("G",))
    assert {one.code: one.n for one in found.items} == {"A": 60, "B": 60, "C": 60}
    assert "no answer to them matters: B of F." in " ".join(found.remarks)


def decided(code: str, **changes: Any) -> Any:
    return replace(an_item(code), **changes)


# ---- on both databases


async def test_answers_are_right_in_a_calibration_where_they_are_right_in_a_score(
    past: Past,
) -> None:
    before = await frozen_of(past)
    key = await key_at(past, 3)
    other = next(one for one in "ABCD" if one != key)
    await decide(past, 3, ALSO, other)
    await decide(past, 5, EVERYBODY)
    await decide(past, 6, NOT_SCORED)
    after = await frozen_of(past)
    async with past.database.reading() as session:
        items = await list_form_items(session, past.programmed.form.id)
        supply = await read_supply(session, past.plan)
    codes = {one.item_version_id: one.code for one in before.columns}
    third, fifth, sixth = [codes[items[place].item_version_id] for place in (2, 4, 5)]
    kept = [one.code for one in before.columns if one.code not in (fifth, sixth)]
    assert [one.code for one in after.columns] == kept
    was, now = (one.select([third]) for one in (before, after))
    more = was.answers == now.columns[0].options.index(other) + 1
    assert more.any()
    assert (now.points("wrong") == (was.points("wrong") | more)).all()
    rest = [code for code in kept if code != third]
    assert (after.select(rest).points("wrong") == before.select(rest).points("wrong")).all()
    assert len(supply.items) == QUESTIONS - 2
    assert f"More than the key is right, as was decided: {third}." in supply.remarks

    run = await past.carried_through((await past.asked()).id)
    assert (run.state, run.n_items) == (RunState.FINISHED, QUESTIONS - 2)
    async with past.database.reading() as session:
        rows = await list_run_items(session, run.id)
    names = [one.code for one in after.columns]
    direct = calibrate(after.points("wrong"), "Rasch", missing=-1, item_names=names)
    assert [row.parameters["b"] for row in rows] == direct.b.tolist()
    counted = next(row for row in rows if row.code == third)
    assert counted.figures["p"] == pytest.approx(float(now.points("wrong").mean()), abs=1e-12)
    assert run.data_hash != before.sha256

    # what was frozen before the decisions stays as it was
    again = Frozen.from_bytes(before.to_bytes())
    assert (again.points("wrong") == before.points("wrong")).all()


async def test_a_form_at_its_cut_counts_what_scores_count(past: Past) -> None:
    form = past.programmed.form
    await decide(past, 2, EVERYBODY)
    await decide(past, 7, NOT_SCORED)
    async with past.database.reading() as session:
        (at,) = await forms_at_cut(session, past.plan)
        conversion = await get_conversion(session, form)
    assert len(at.scored) == QUESTIONS - 2
    # by hand: one point is everybody's, and eleven questions count
    by_hand = [conversion.at(own + 1, QUESTIONS - 1) for own in range(QUESTIONS - 1)]
    assert list(at.scaled) == by_hand
    assert by_hand[int(at.raw_cut)] >= conversion.cut > by_hand[int(at.raw_cut) - 1]

    run = await past.finished()
    await past.do(lambda runs: runs.approve(run.id, past.colleague))
    async with past.database.reading() as session:
        scale = await find_form_scale(session, form)
    assert scale is not None
    assert (len(scale.own), len(scale.missing)) == (QUESTIONS - 2, 2)
    assert set(scale.own) == {one.code for one in scale.held}
    known = on_scale(form.code, scale, conversion)
    values = [one.values for one in scale.held]
    right = [1 / (1 + np.exp(-one["a"] * (known["theta"] - one["b"]))) for one in values]
    assert sum(right) == pytest.approx(at.raw_cut, abs=1e-8)
    error = np.sqrt(sum(p * (1 - p) for p in right))
    assert known["raw_error"] == pytest.approx(error, abs=1e-8)
    assert known["scaled_error"] is not None  # nothing that counts is missing


async def test_a_decision_that_takes_every_question_leaves_nothing_to_calibrate(
    past: Past,
) -> None:
    for position in range(1, QUESTIONS):
        await decide(past, position, NOT_SCORED)
    with pytest.raises(PlanUnsound, match="1 items, and 2 are needed"):
        await past.asked()
