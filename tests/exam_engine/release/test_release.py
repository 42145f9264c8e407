"""Held stays held, and what is released is released once, to all."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from exam_engine.exams.tables import Exam
from exam_engine.release.carrying_out import look, release, rescore_held
from exam_engine.release.errors import (
    FormNotFound,
    NothingHeld,
    PersonMissing,
    ReasonMissing,
    ReleaseBlocked,
    SecondPersonNeeded,
)
from exam_engine.release.notices.queries import list_notices
from exam_engine.release.notices.tables import Notice
from exam_engine.release.queries import list_held
from exam_engine.release.tables import Release
from exam_engine.results.errors import ResultMoveRefused, ResultNotFound, ResultTold
from exam_engine.results.queries import get_result_for_update
from exam_engine.results.service import Results
from exam_engine.results.tables import Score
from tests.exam_engine.release.conftest import EVIDENCE, Beta


async def test_a_beta_form_with_its_provisional_table_is_published_and_its_results_are_held(
    beta: Beta,
) -> None:
    _, result_id = await beta.ended(8)
    result, score = await beta.result(result_id)
    assert (result.state, result.released_at) == ("held", None)
    assert (score.raw, score.passed) == (8, True)
    async with beta.database.reading() as session:
        (group,) = await list_held(session)
    assert (group.form, group.purpose, group.sitting, group.count) == (
        "B-1",
        "beta",
        "Beta, spring",
        1,
    )
    assert group.since == result.created_at


async def test_each_thing_that_is_missing_is_said_and_nothing_is_released(beta: Beta) -> None:
    _, result_id = await beta.ended(5)
    await beta.room.running()
    with pytest.raises(ReleaseBlocked) as blocked:
        await release(beta.database, beta.form_id, beta.manager)
    said = " ".join(blocked.value.reasons)
    for words in (
        "still has its provisional conversion table",
        "Nothing can be known of its conditional standard error at the cut",
        "No approved calibration has looked at the keys",
        "1 attempt is still running",
    ):
        assert words in said
    assert (await beta.result(result_id))[0].state == "held"
    await beta.settle(evidence={})
    await beta.calibrate(2)
    found, _ = await look(beta.database, beta.form_id)
    assert {check.name: check.met for check in found} == {
        "table": True,
        "evidence": False,
        "keys": False,
        "running": False,
    }


async def test_all_are_told_at_once_by_the_table_in_force_and_have_a_notice(beta: Beta) -> None:
    passes, fails = await beta.ended(5), await beta.ended(4)
    assert not (await beta.result(passes[1]))[1].passed  # by the provisional table
    await beta.ready()
    done = await release(beta.database, beta.form_id, beta.manager, "Standard of March")
    assert (done.count, done.passed, done.conversion_number) == (2, 1, 1)
    assert [check["met"] for check in done.checks] == [True] * 4
    result, score = await beta.result(passes[1])
    assert (result.state, result.released_at) == ("released", done.released_at)
    assert (score.number, score.raw, score.reported, score.passed) == (2, 5, 600, True)
    _, other = await beta.result(fails[1])
    assert (other.number, other.raw, other.reported, other.passed) == (2, 4, 480, False)
    async with beta.database.reading() as session:
        (notice,) = await list_notices(session, passes[0].who.person_id)
        kept = await session.scalars(select(Score.passed).order_by(Score.number))
        assert sorted(kept.all()) == [False, False, False, True]  # none was replaced
    assert (notice.subject, notice.result_id) == ("Your result is out", passes[1])
    with pytest.raises(NothingHeld):
        await release(beta.database, beta.form_id, beta.colleague)


async def test_two_managers_at_the_same_moment_release_once(beta: Beta) -> None:
    for right in (3, 6, 7):
        await beta.ended(right)
    await beta.ready()
    done = await asyncio.gather(
        *(release(beta.database, beta.form_id, one) for one in (beta.manager, beta.colleague)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["NothingHeld", "Release"]
    async with beta.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Release)) == 1
        assert await session.scalar(select(func.count()).select_from(Notice)) == 3


async def test_where_the_policy_wants_it_a_second_person_confirms(beta: Beta) -> None:
    _, result_id = await beta.ended(5)
    await beta.ready()
    async with beta.database.transaction() as session:
        await session.execute(update(Exam).values(second_approver=True))
    with pytest.raises(PersonMissing):
        await release(beta.database, beta.form_id, None)
    asked = await release(beta.database, beta.form_id, beta.manager)
    assert asked.released_at is None
    assert (await beta.result(result_id))[0].state == "held"
    with pytest.raises(SecondPersonNeeded):
        await release(beta.database, beta.form_id, beta.manager)
    done = await release(beta.database, beta.form_id, beta.colleague)
    assert (done.id, done.asked_by, done.confirmed_by, done.count) == (
        asked.id,
        beta.manager,
        beta.colleague,
        1,
    )
    assert (await beta.result(result_id))[0].state == "released"


async def test_a_release_that_ended_between_its_blocks_is_gone_on_with(beta: Beta) -> None:
    ids = [(await beta.ended(right))[1] for right in (4, 5, 6)]
    await beta.ready()
    assert await beta.do("rescore_held", beta.form_id, most=2) == 2  # then the power fails
    states = [(await beta.result(one))[0].state for one in ids]
    assert states == ["held"] * 3
    assert await rescore_held(beta.database, beta.form_id) == 1
    done = await release(beta.database, beta.form_id, beta.manager)
    assert (done.count, done.passed) == (3, 2)
    assert [(await beta.result(one))[1].number for one in ids] == [2, 2, 2]


async def test_one_that_is_held_for_its_own_reason_stays_when_the_others_go(beta: Beta) -> None:
    kept, told = await beta.ended(5), await beta.ended(6)
    await beta.ready()
    with pytest.raises(ReasonMissing):
        await beta.do("hold", kept[1], beta.manager, "  ")
    await beta.do("hold", kept[1], beta.manager, "Identity is being checked")
    assert (await look(beta.database, beta.form_id))[1] == 1
    await release(beta.database, beta.form_id, beta.manager)
    assert (await beta.result(kept[1]))[0].state == "held"
    assert (await beta.result(told[1]))[0].state == "released"
    with pytest.raises(ResultMoveRefused, match="released: it cannot be held"):
        await beta.do("hold", told[1], beta.manager, "too late")
    await beta.do("release_one", kept[1], beta.manager, "Identity is clear", evidence=EVIDENCE)
    result, score = await beta.result(kept[1])
    assert (result.state, result.hold_reason, score.reported) == ("released", None, 600)


async def test_a_single_release_does_not_go_round_what_blocks_the_form(beta: Beta) -> None:
    _, result_id = await beta.ended(9)
    with pytest.raises(ReleaseBlocked, match="provisional"):
        await beta.do("release_one", result_id, beta.manager, "a friend", evidence={})
    assert (await beta.result(result_id))[0].state == "held"


async def test_a_hold_is_lifted_and_the_result_goes_with_the_next(beta: Beta) -> None:
    _, result_id = await beta.ended(9)
    await beta.ready()
    with pytest.raises(ResultMoveRefused):
        await beta.do("lift", result_id, beta.manager, "nothing to lift")
    await beta.do("hold", result_id, beta.manager, "a case")
    with pytest.raises(NothingHeld):
        await release(beta.database, beta.form_id, beta.manager)
    await beta.do("lift", result_id, beta.manager, "the case is closed")
    assert (await release(beta.database, beta.form_id, beta.manager)).count == 1


async def test_a_withdrawn_result_counts_no_more_and_its_candidate_is_told_why(beta: Beta) -> None:
    seat, result_id = await beta.ended(9)
    with pytest.raises(ResultMoveRefused, match="held: it cannot be withdrawn"):
        await beta.do("withdraw", result_id, beta.manager, "not yet told")
    await beta.ready()
    await release(beta.database, beta.form_id, beta.manager)
    await beta.do("withdraw", result_id, beta.manager, "Somebody else sat the exam")
    assert (await beta.result(result_id))[0].state == "withdrawn"
    async with beta.database.reading() as session:
        last = (await list_notices(session, seat.who.person_id))[0]
    assert "Somebody else sat the exam." in last.body
    with pytest.raises(ResultMoveRefused):
        await beta.do("rescore", result_id, beta.manager, "again")
    with pytest.raises(ResultMoveRefused):
        await beta.do("withdraw", result_id, beta.manager, "again")


async def test_scores_are_never_made_again_silently_once_they_are_told(beta: Beta) -> None:
    _, result_id = await beta.ended(9)
    await beta.ready()
    await release(beta.database, beta.form_id, beta.manager)
    async with beta.database.transaction() as session:
        result = await get_result_for_update(session, result_id)
        with pytest.raises(ResultTold):
            await Results(session, beta.room.now).rescore(beta.room.programmed.form, [result])


async def test_an_act_on_what_is_not_there_is_refused(beta: Beta) -> None:
    for verb in ("hold", "withdraw", "rescore", "lift"):
        with pytest.raises(ResultNotFound):
            await beta.do(verb, UUID(int=7), beta.manager, "why not")
    with pytest.raises(FormNotFound):
        await release(beta.database, UUID(int=7), beta.manager)
