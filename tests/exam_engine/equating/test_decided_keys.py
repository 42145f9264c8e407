"""Equating forms that hold questions whose key was decided about."""

from uuid import UUID

import numpy as np
import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration.queries import list_form_questions
from exam_engine.equating.anchors import anchor_plan
from exam_engine.equating.equivalents import group_of
from exam_engine.equating.errors import BasisChanged, EquatingUnsound
from exam_engine.equating.queries import get_equating_for_update, read_material
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import list_form_items
from exam_engine.release.service import Releases
from exam_engine.results.marking import KeyDecision, Treatment
from item_bank.queries import get_contents
from tests.exam_engine.equating.forms import QUESTIONS, Pair
from tests.exam_engine.equating.test_pure import form_of, question

ALSO, EVERYBODY, NOT_SCORED = Treatment.ALSO, Treatment.EVERYBODY, Treatment.NOT_SCORED
LINE = Conversion("line", tuple(map(float, range(QUESTIONS + 1))), 0, QUESTIONS, 13)
"""A scale score is the raw score itself."""


async def decide(pair: Pair, position: int, treatment: Treatment, *also: str) -> None:
    """About a question of F-2."""
    async with pair.database.transaction() as session:
        releases = Releases(session, await pair.database.now(session))
        decision = KeyDecision(treatment, also)
        await releases.decide(pair.form.id, position, decision, pair.analyst, "Looked at it")


def test_a_question_that_counts_otherwise_on_the_other_form_is_no_anchor() -> None:
    form = form_of("A", "B", "C", "D", "E")
    base = form_of("A", "B", "C", "D", "E")
    form[0] = question("A", 1, also=("X",))
    base[1] = question("B", 2, asks_nobody=True)
    form[2], base[2] = question("C", 3, also=("X",)), question("C", 3, also=("X",))
    found = anchor_plan(form, base, {}, {})
    assert found.codes == ("C", "D", "E")
    why = {one.code: one.reason for one in found.apart}
    assert "decided otherwise about its right answers" in why["A"]
    assert "no answer to it matters on the base form" in why["B"]


async def test_totals_of_a_group_are_the_raw_scores_that_its_candidates_have(pair: Pair) -> None:
    async with pair.database.reading() as session:
        before = (await read_material(session, pair.plan, answers=True)).form
    assert before.answers is not None
    plain = group_of(before, ())
    assert plain is not None
    points = before.answers.points("wrong").astype(float)
    places = {one.code: one.position for one in before.questions}
    at = {places[column.code]: j for j, column in enumerate(before.answers.columns)}

    await decide(pair, 20, EVERYBODY)
    await decide(pair, 19, NOT_SCORED)
    async with pair.database.reading() as session:
        material = await read_material(session, pair.plan, answers=True)
    after = group_of(material.form, ())
    assert after is not None
    assert (len(after.total), after.highest) == (len(plain.total), QUESTIONS)
    # as scoring has it, candidate by candidate
    points[:, at[20]] = 1.0
    raw = np.delete(points, at[19], axis=1).sum(axis=1).astype(int).tolist()
    scored = [LINE.at(one, QUESTIONS - 1) for one in raw]
    assert after.total.tolist() == pytest.approx(scored, abs=1e-12)
    assert material.form.n == before.n
    gone = {one.code for one in material.form.questions if one.position > 18}
    assert set(material.form.scored) - set(material.form.counted) == gone

    draft = await pair.computed()
    assert len(draft.report["rows"]) == QUESTIONS + 1
    assert draft.report["basis"]["decisions"] == [2, 0]


async def test_a_draft_does_not_outlive_a_later_decision_about_a_key(pair: Pair) -> None:
    draft = await pair.computed(pair.simple)
    await decide(pair, 20, NOT_SCORED)
    with pytest.raises(BasisChanged, match="another decision about a key"):
        await pair.do(lambda acts: acts.approve(draft.id, pair.colleague))
    assert (await pair.table()).method == "provisional-linear-1"


async def test_a_draft_from_before_decisions_were_noted_can_still_be_approved(pair: Pair) -> None:
    draft = await pair.computed(pair.simple)
    async with pair.database.transaction() as session:
        stored = await get_equating_for_update(session, draft.id)
        old = {name: said for name, said in stored.report["basis"].items() if name != "decisions"}
        stored.report = {**stored.report, "basis": old}
    await pair.do(lambda acts: acts.approve(draft.id, pair.colleague))
    assert (await pair.table()).method == "equated-identity-1"


async def test_a_calibration_from_before_a_decision_has_no_parameters_of_that_question(
    pair: Pair,
) -> None:
    for form in ("F-1", "F-2"):
        await pair.calibrated(form)
    linked = replace(pair.plan, method="linked-true-score")
    await pair.computed(linked)
    async with pair.database.reading() as session:
        codes = [one.code for one in await list_form_questions(session, pair.form.id)]
        key = await key_at(session, pair.form.id, QUESTIONS)
    await decide(pair, QUESTIONS, ALSO, next(one for one in "ABCD" if one != key))
    with pytest.raises(EquatingUnsound, match=rf"1 scored items .* \({codes[-1]}\)"):
        await pair.computed(linked)
    await pair.calibrated("F-2")
    await pair.computed(linked)


async def key_at(session: AsyncSession, form_id: UUID, position: int) -> str:
    version_id = (await list_form_items(session, form_id))[position - 1].item_version_id
    return (await get_contents(session, [version_id]))[version_id].key
