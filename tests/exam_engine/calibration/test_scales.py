"""Which parameters hold: those whose run took as right what is right now."""

from msgspec.structs import replace

from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.plans import Exclusion
from exam_engine.calibration.queries import list_form_questions, list_run_items
from exam_engine.calibration.scales.queries import (
    FormScale,
    find_form_scale,
    list_anchors,
    list_outdated,
)
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.results.marking import Treatment
from tests.exam_engine.calibration.conftest import QUESTIONS, Past
from tests.exam_engine.calibration.test_decided_keys import decide, key_at

ALSO, KEEP, NOT_SCORED = Treatment.ALSO, Treatment.KEEP, Treatment.NOT_SCORED


async def approved(past: Past, run: CalibrationRun) -> None:
    await past.do(lambda runs: runs.approve(run.id, past.colleague))


async def scale_of(past: Past) -> FormScale:
    async with past.database.reading() as session:
        found = await find_form_scale(session, past.programmed.form)
    assert found is not None
    return found


async def outdated(past: Past, run: CalibrationRun) -> list[str]:
    async with past.database.reading() as session:
        return await list_outdated(session, run)


async def code_at(past: Past, position: int) -> str:
    async with past.database.reading() as session:
        return (await list_form_questions(session, past.programmed.form.id))[position - 1].code


async def another_right(past: Past, position: int) -> None:
    """It is decided that another option is right too."""
    key = await key_at(past, position)
    await decide(past, position, ALSO, next(one for one in "ABCD" if one != key))


async def test_parameters_hold_until_something_else_is_right_and_again_when_it_is_taken_back(
    past: Past,
) -> None:
    run = await past.finished()
    await approved(past, run)
    third, fifth = await code_at(past, 3), await code_at(past, 5)
    assert ((await scale_of(past)).outdated, await outdated(past, run)) == ((), [])

    await another_right(past, 3)
    await decide(past, 5, NOT_SCORED)
    found = await scale_of(past)
    assert found.missing == (third, fifth)
    assert set(found.outdated) == {third, fifth}
    assert third not in {one.code for one in found.held}
    assert (third in found.own, fifth in found.own) == (True, False)
    assert await outdated(past, run) == [third, fifth]

    await decide(past, 3, KEEP)
    await decide(past, 5, KEEP)
    again = await scale_of(past)
    assert (again.missing, again.outdated, len(again.held)) == ((), (), QUESTIONS)
    assert await outdated(past, run) == []


async def test_an_item_decided_about_is_no_anchor_but_estimated_anew_beside_them(
    past: Past,
) -> None:
    await approved(past, await past.finished())
    await another_right(past, 3)
    third = await code_at(past, 3)
    plan = replace(past.plan, model="2PL", anchors="current")
    async with past.database.reading() as session:
        form = past.programmed.form
        asked = await list_form_questions(session, form.id)
        anchors = await list_anchors(session, plan, past.programmed.exam, [form.id], asked)
        supply = await read_supply(session, plan)
    assert len(anchors.held) == QUESTIONS - 1
    assert anchors.outdated == [third]
    assert f"than what was decided about their keys: {third}." in " ".join(supply.remarks)

    run = await past.carried_through((await past.asked(plan)).id)
    assert third not in run.outcome["anchored"]
    assert len(run.outcome["anchored"]) == QUESTIONS - 1
    async with past.database.reading() as session:
        rows = {row.code: row for row in await list_run_items(session, run.id)}
    assert {code for code, row in rows.items() if row.also} == {third}
    await approved(past, run)
    scale = await scale_of(past)
    assert (scale.version, scale.outdated, scale.missing) == (2, (), ())
    b = {one.code: one.values["b"] for one in scale.held}
    assert b[third] == rows[third].parameters["b"]
    # more answers are right, so the item is easier than it was drawn
    assert b[third] < past.parameters[third].b


async def test_a_run_again_on_data_from_before_a_decision_is_as_old_as_they_are(
    past: Past,
) -> None:
    first = await past.carried_through((await past.asked()).id)
    await another_right(past, 3)
    again = await past.do(lambda runs: runs.again(first.id, "to be sure", past.analyst))
    second = await past.carried_through(again.id)
    assert second.digits == first.digits
    third = await code_at(past, 3)
    assert await outdated(past, second) == [third]
    await approved(past, second)
    assert (await scale_of(past)).outdated == (third,)
    fresh = await past.carried_through((await past.asked()).id)
    assert await outdated(past, fresh) == []


async def test_what_asked_nobody_in_a_run_and_counts_again_is_told_what_a_person_left_out_is_not(
    past: Past,
) -> None:
    third, fourth = await code_at(past, 3), await code_at(past, 4)
    await decide(past, 3, NOT_SCORED)
    await decide(past, 4, NOT_SCORED)
    plan = replace(past.plan, exclusions=(Exclusion("item", fourth, "its exhibit was lost"),))
    run = await past.carried_through((await past.asked(plan)).id)
    assert await outdated(past, run) == []
    await decide(past, 3, KEEP)
    await decide(past, 4, KEEP)
    assert await outdated(past, run) == [third]


async def test_of_a_run_that_has_not_ended_nothing_is_old(past: Past) -> None:
    await decide(past, 3, NOT_SCORED)
    run = await past.asked()
    await decide(past, 3, KEEP)
    assert await outdated(past, run) == []


async def test_an_item_that_a_run_never_saw_is_not_old_in_it(past: Past) -> None:
    """As of a form that the run did not take."""
    run = await past.finished(without=await code_at(past, 3))
    await another_right(past, 3)
    assert await outdated(past, run) == []
