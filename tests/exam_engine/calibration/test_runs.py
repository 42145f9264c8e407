"""Runs on both databases, through the service and the code of the run's process."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exam_engine.calibration import errors
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.freezing.queries import freeze
from exam_engine.calibration.plans import Exclusion
from exam_engine.calibration.queries import (
    find_open_run,
    list_run_items,
    read_artifacts,
    read_documents,
)
from exam_engine.calibration.service import CalibrationRuns, packed
from exam_engine.calibration.states import MOST_TRIES, STAGES, RunState, Stage
from exam_engine.database import Database
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.tables import Exam
from exam_engine.invigilation.service import Invigilation
from item_bank.errors import ParametersRecorded, ParametersUnsound
from item_bank.parameters.queries import list_parameter_sets, list_parameters
from item_bank.parameters.service import Scales
from item_bank.parameters.soundness import Parameters
from psychometrics import calibrate
from tests import factories
from tests.exam_engine.calibration.conftest import CANDIDATES, QUESTIONS, Past, a_past


async def test_a_run_finds_what_the_library_finds_and_does_it_again_to_the_last_bit(
    past: Past,
) -> None:
    first = await past.carried_through((await past.asked()).id)
    assert (first.state, first.failure) == (RunState.FINISHED, None)
    assert (first.n_persons, first.n_items) == (CANDIDATES, QUESTIONS)
    async with past.database.reading() as session:
        frozen = await freeze(session, past.plan)
        rows = await list_run_items(session, first.id)
    names = [column.code for column in frozen.columns]
    direct = calibrate(frozen.points("wrong"), "Rasch", missing=-1, item_names=names)
    assert [row.parameters["b"] for row in rows] == direct.b.tolist()
    assert [row.errors["b"] for row in rows] == direct.se_b.tolist()
    truth = np.array([past.parameters[row.code].b for row in rows])
    assert np.corrcoef(truth, direct.b)[0, 1] > 0.8
    assert first.outcome["calibration"]["certificate"]["converged"]

    again = await past.do(lambda runs: runs.again(first.id, "to be sure", past.analyst))
    second = await past.carried_through(again.id)
    assert (second.digits, second.data_hash) == (first.digits, first.data_hash)
    assert second.repeats_id == first.id
    other = await past.carried_through((await past.asked(changed(past.plan, model="1PL"))).id)
    assert other.data_hash == first.data_hash
    assert other.digits != first.digits


async def test_what_candidates_answered_here_is_frozen_as_they_answered_it(past: Past) -> None:
    database, programmed = past.database, past.programmed
    async with database.transaction() as session:
        now = await database.now(session)
        sitting = await factories.a_sitting(session, now, programmed)
        seat = await factories.a_seat(session, now, sitting)
        attempt = await factories.a_running_attempt(session, now, seat)
        running = await factories.a_running_attempt(
            session, now, await factories.a_seat(session, now, sitting)
        )
        await session.execute(
            text(
                "INSERT INTO response (attempt_id, position, value, flagged, lease, sequence, "
                "received_at) SELECT attempt_id, position, 'B', false, 1, position, "
                "'2026-01-01T00:00:00.000000+00:00' FROM presented_item WHERE position > 2"
            )
        )
        await Invigilation(session, now).submit(attempt.id, seat.who, 0)
    async with database.reading() as session:
        only = changed(past.plan, past=False)
        frozen = await freeze(session, only)
        supply = await read_supply(session, past.plan)
        rows = [await session.get_one(Attempt, one) for one in (attempt.id, running.id)]
    assert [row.state for row in rows] == ["submitted", "running"]
    assert frozen.persons == (str(attempt.id),)
    assert sorted(frozen.answers[0].tolist()) == [0, 0, *[2] * (QUESTIONS - 2)]
    keys = [column.key for column in frozen.columns]
    answered = frozen.answers[0] > 0
    assert (frozen.points("wrong")[0] == (answered & (np.array(keys) == "B"))).all()
    assert [(block.n, block.simulated) for block in supply.blocks] == [
        (1, False),
        (CANDIDATES, True),
    ]
    assert supply.n_candidates == CANDIDATES + 1


async def test_the_same_key_is_the_same_run_and_another_plan_under_it_is_refused(
    past: Past,
) -> None:
    first = await past.asked(key="spring")
    assert (await past.asked(key="spring")).id == first.id
    with pytest.raises(errors.KeyTaken):
        await past.asked(changed(past.plan, model="2PL"), key="spring")


async def test_too_little_data_is_refused_before_a_run_is_made(database: Database) -> None:
    past = await a_past(database, n=9)
    with pytest.raises(errors.PlanUnsound, match="9 candidates, and 10 are needed"):
        await past.asked()
    async with database.reading() as session:
        assert await find_open_run(session) is None


async def test_an_item_without_variation_is_told_and_kept_out_and_the_others_fitted(
    past: Past,
) -> None:
    code = sorted(past.parameters)[0]
    async with past.database.reading() as session:
        frozen = await freeze(session, past.plan)
    same = replace(frozen, answers=frozen.answers.copy())
    column = [one.code for one in frozen.columns].index(code)
    same.answers[:, column] = past.parameters[code].marked
    run = await past.asked()
    await past.do(lambda runs: runs.begin(run.id, Stage.FREEZE))
    artifacts = {"frozen": same.to_bytes(), "anchors": packed({"scale": None, "items": []})}
    await past.do(lambda runs: runs.keep(run.id, artifacts, data_hash=same.sha256))
    run = await past.carried_through(run.id, STAGES[1:])
    assert run.state == RunState.FINISHED
    stored = await past.do(lambda runs: runs.approve(run.id, past.analyst))
    async with past.database.reading() as session:
        rows = {row.code: row for row in await list_run_items(session, run.id)}
        held = await list_parameters(session, stored.id)
    assert "all_same" in rows[code].flags
    assert rows[code].parameters["b"] is None
    assert {one.code for one in held} == rows.keys() - {code}


async def test_a_stage_that_never_ends_is_given_up_and_the_next_run_has_its_turn(
    past: Past,
) -> None:
    poisoned, waiting = await past.asked(), await past.asked()
    for _ in range(MOST_TRIES):
        assert await past.do(lambda runs: runs.begin(poisoned.id, Stage.FREEZE))
    assert not await past.do(lambda runs: runs.begin(poisoned.id, Stage.FREEZE))
    run = await past.run(poisoned.id)
    assert run.state == RunState.FAILED
    assert "ended 3 times" in (run.failure or "")
    async with past.database.reading() as session:
        found = await find_open_run(session)
    assert found is not None
    assert found.id == waiting.id


async def test_a_cancelled_run_takes_nothing_more_and_cannot_be_approved(past: Past) -> None:
    run = await past.asked()
    await past.carried_through(run.id, (Stage.FREEZE,))
    await past.do(lambda runs: runs.cancel(run.id, past.analyst))
    assert not await past.do(lambda runs: runs.tell(run.id, {"cycles": 1}))
    assert (await past.carried_through(run.id, STAGES[1:])).state == RunState.CANCELLED
    with pytest.raises(errors.MoveRefused):
        await past.do(lambda runs: runs.approve(run.id, past.analyst))


async def test_an_approval_is_a_version_of_a_scale_and_anchors_stay_on_it(past: Past) -> None:
    first = await past.finished()
    stored = await past.do(lambda runs: runs.approve(first.id, past.analyst, "looks sound"))
    assert (stored.scale, stored.version) == (f"{past.plan.exam}:1", 1)
    with pytest.raises(errors.MoveRefused):
        await past.do(lambda runs: runs.approve(first.id, past.analyst))
    plan = changed(past.plan, anchors="current", model="2PL")
    anchored = await past.carried_through((await past.asked(plan)).id)
    assert len(anchored.outcome["anchored"]) == QUESTIONS
    second = await past.do(lambda runs: runs.approve(anchored.id, past.analyst))
    assert (second.scale, second.version) == (stored.scale, 2)
    free = await past.finished()
    third = await past.do(lambda runs: runs.approve(free.id, past.analyst))
    assert (third.scale, third.version) == (f"{past.plan.exam}:2", 1)
    async with past.database.reading() as session:
        assert len(await list_parameter_sets(session)) == 3
        held = await list_parameters(session, second.id)
    found = {one.code: one.values["b"] for one in held}
    assert found == pytest.approx({code: truth.b for code, truth in past.parameters.items()})


async def test_nothing_is_half_approved(past: Past) -> None:
    run = await past.finished()

    async def approve_in_the_dark(runs: CalibrationRuns) -> None:
        await runs.approve(run.id, past.analyst)
        raise RuntimeError("the lights go out")

    with pytest.raises(RuntimeError, match="the lights go out"):
        await past.do(approve_in_the_dark)
    async with past.database.reading() as session:
        assert await list_parameter_sets(session) == []
    assert (await past.run(run.id)).state == RunState.FINISHED


async def test_policy_may_want_a_second_person(past: Past) -> None:
    async with past.database.transaction() as session:
        exam = await session.get_one(Exam, past.programmed.exam.id)
        exam.second_approver = True
    run = await past.finished()
    for one in (past.analyst, None):
        with pytest.raises(errors.SecondPersonNeeded):
            await past.do(lambda runs, one=one: runs.approve(run.id, one))
    await past.do(lambda runs: runs.approve(run.id, past.colleague))


async def test_what_did_not_converge_is_never_approved(past: Past) -> None:
    plan = changed(past.plan, model="2PL", max_cycles=1)
    run = await past.carried_through((await past.asked(plan)).id, STAGES[:2])
    async with past.database.reading() as session:
        found = await read_documents(session, run.id, ["calibration"])
    assert found["calibration"]["report"]["converged"] is False
    other = await past.finished(converged=False)
    with pytest.raises(errors.NotConverged):
        await past.do(lambda runs: runs.approve(other.id, past.analyst))


async def test_left_out_items_and_candidates_are_not_in_the_data(past: Past) -> None:
    code = sorted(past.parameters)[3]
    plan = changed(
        past.plan,
        exclusions=(
            Exclusion("item", code, "two right answers"),
            Exclusion("candidate", "Long ago 7", "asked to be left out"),
        ),
    )
    run = await past.carried_through((await past.asked(plan)).id, (Stage.FREEZE,))
    assert (run.n_persons, run.n_items) == (CANDIDATES - 1, QUESTIONS - 1)
    with pytest.raises(errors.PlanUnsound, match="NONE-1 is on none"):
        await past.asked(changed(past.plan, exclusions=(Exclusion("item", "NONE-1", "why"),)))


async def test_a_stage_that_is_done_twice_keeps_what_it_made_first(past: Past) -> None:
    run = await past.asked()
    await past.carried_through(run.id, (Stage.FREEZE, Stage.CALIBRATE))
    async with past.database.reading() as session:
        first = await read_artifacts(session, run.id, ["calibration"])
    await past.carried_through(run.id, (Stage.CALIBRATE,))
    async with past.database.reading() as session:
        assert await read_artifacts(session, run.id, ["calibration"]) == first


async def test_the_database_itself_keeps_parameters_as_they_are(past: Past) -> None:
    run = await past.finished()
    await past.do(lambda runs: runs.approve(run.id, past.analyst))
    for table in ("item_parameters", "parameter_set", "calibration_item"):
        with pytest.raises(DBAPIError):
            async with past.database.transaction() as session:
                await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608


async def test_one_run_gives_its_parameters_once(past: Past) -> None:
    run = await past.finished()
    stored = await past.do(lambda runs: runs.approve(run.id, past.analyst))
    async with past.database.transaction() as session:
        held = await list_parameters(session, stored.id)
        rows = [
            Parameters(one.item_version_id, one.model, one.values, one.errors, one.n)
            for one in held
        ]
        scales = Scales(session, await past.database.now(session))
        with pytest.raises(ParametersRecorded):
            await scales.record("other", str(run.id), rows, None, anchored=False)
        bad = replace(rows[0], values={**rows[0].values, "a": -1.0})
        with pytest.raises(ParametersUnsound):
            await scales.record("other", "another", [bad], None, anchored=False)
