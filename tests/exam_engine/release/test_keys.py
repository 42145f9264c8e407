"""What a decision about a key does to scores: figures by hand."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from exam_engine.exams.queries import list_form_items
from exam_engine.release.carrying_out import look, release, rescore_held, rescore_released
from exam_engine.release.errors import DecisionUnfit, NothingToRescore, ReasonMissing
from exam_engine.release.notices.queries import list_notices
from exam_engine.release.notices.tables import Notice
from exam_engine.release.queries import list_codes
from exam_engine.results.marking import KeyDecision, Treatment
from item_bank.queries import get_versions
from tests.exam_engine.release.conftest import Beta

ALSO, EVERYBODY = Treatment.ALSO, Treatment.EVERYBODY
NOT_SCORED, KEEP = Treatment.NOT_SCORED, Treatment.KEEP


async def other_option(beta: Beta, position: int) -> str:
    """An option of the question at a position of the form that is not its key."""
    async with beta.database.reading() as session:
        items = await list_form_items(session, beta.form_id)
    key = beta.room.programmed.keys[items[position - 1].item_version_id]
    return next(one for one in "ABCD" if one != key)


async def test_what_becomes_of_a_question_decides_the_score(beta: Beta) -> None:
    other = await other_option(beta, 5)
    _, result_id = await beta.ended(4, wrong=other)  # the fifth is answered with the other option
    await beta.ready()
    expected: list[tuple[KeyDecision, tuple[int, int, int, bool]]] = [
        (KeyDecision(KEEP), (4, 10, 480, False)),
        (KeyDecision(ALSO, (other,)), (5, 10, 600, True)),
        (KeyDecision(EVERYBODY), (5, 10, 600, True)),
        # 4 of 9 are 4.44 of 10: 480 + 120 * 4/9 = 533.3
        (KeyDecision(NOT_SCORED), (4, 9, 533, False)),
    ]
    for number, (decision, told) in enumerate(expected, 1):
        await beta.do("decide", beta.form_id, 5, decision, beta.manager, "Two experts agree")
        assert await rescore_held(beta.database, beta.form_id) == 1
        _, score = await beta.result(result_id)
        assert (score.raw, score.raw_max, score.reported, score.passed) == told
        assert (score.number, score.decision_number) == (number + 1, number)
        assert score.conversion_number == 1
        assert sum(total for _, total in score.by_node.values()) == told[1]
    assert await rescore_held(beta.database, beta.form_id) == 0


async def test_a_doubted_key_blocks_until_somebody_decides_and_the_item_stays_as_it_was(
    beta: Beta,
) -> None:
    await beta.ended(5)
    await beta.settle()
    await beta.calibrate(2, 7)
    found, _ = await look(beta.database, beta.form_id)
    (keys,) = [check for check in found if check.name == "keys"]
    assert (keys.met, keys.blocks) == (False, True)
    assert "2 keys were doubted" in keys.sentence
    async with beta.database.reading() as session:
        items = await list_form_items(session, beta.form_id)
        before = (await get_versions(session, [items[1].item_version_id])).values()
        contents = [(one.number, one.content_hash) for one in before]
    for position, treatment in ((2, KEEP), (7, EVERYBODY)):
        decision = KeyDecision(treatment)
        await beta.do("decide", beta.form_id, position, decision, beta.manager, "Looked at it")
    found, _ = await look(beta.database, beta.form_id)
    (newer,) = [check for check in found if not check.met]
    assert (newer.name, newer.blocks) == ("newer", False)
    async with beta.database.reading() as session:
        codes = await list_codes(session, beta.form_id)
    assert f"decided about {codes[7]}." in newer.sentence  # that the key stands was known
    await beta.calibrate(2, 7)
    found, _ = await look(beta.database, beta.form_id)
    assert all(check.met for check in found)
    async with beta.database.reading() as session:
        after = (await get_versions(session, [items[1].item_version_id])).values()
        assert [(one.number, one.content_hash) for one in after] == contents


async def test_the_newest_decision_about_a_question_counts(beta: Beta) -> None:
    _, result_id = await beta.ended(4)
    await beta.ready()
    for treatment in (EVERYBODY, KEEP):
        await beta.do("decide", beta.form_id, 5, KeyDecision(treatment), beta.manager, "Again")
    await rescore_held(beta.database, beta.form_id)
    _, score = await beta.result(result_id)
    assert (score.raw, score.decision_number) == (4, 2)
    with pytest.raises(DBAPIError, match=r"append-only|does not change"):
        async with beta.database.transaction() as session:
            await session.execute(text("UPDATE item_decision SET treatment = 'keep'"))


async def test_whoever_submits_after_a_decision_is_scored_by_it_at_once(beta: Beta) -> None:
    await beta.do("decide", beta.form_id, 5, KeyDecision(EVERYBODY), beta.manager, "Unclear")
    _, result_id = await beta.ended(4)
    _, score = await beta.result(result_id)
    assert (score.number, score.raw, score.decision_number) == (1, 5, 1)


async def test_a_released_result_is_rescored_with_a_reason_and_told_when_it_changes(
    beta: Beta,
) -> None:
    near, far = await beta.ended(4), await beta.ended(2)
    await beta.ready()
    await release(beta.database, beta.form_id, beta.manager)
    with pytest.raises(NothingToRescore):
        await beta.do("rescore", near[1], beta.manager, "just so")
    await beta.do("decide", beta.form_id, 5, KeyDecision(EVERYBODY), beta.manager, "Unclear")
    assert await rescore_held(beta.database, beta.form_id) == 0  # what was told stays as told
    assert (await beta.result(near[1]))[1].raw == 4
    with pytest.raises(ReasonMissing):
        await beta.do("rescore", near[1], beta.manager, "")
    await beta.do("rescore", near[1], beta.manager, "Question 5 is credited to all")
    assert await rescore_released(beta.database, beta.form_id, beta.manager, "The same") == 1
    result, score = await beta.result(near[1])
    assert (result.state, score.number, score.reported, score.passed) == ("released", 3, 600, True)
    _, other = await beta.result(far[1])
    assert (other.raw, other.passed) == (3, False)
    async with beta.database.reading() as session:
        told = await list_notices(session, near[0].who.person_id)
        assert [one.kind for one in told] == ["result_rescored", "result_released"]
        assert "Question 5 is credited to all." in told[0].body
        # the other's score moved, its decision did not: no more than the one of the release
        assert await session.scalar(select(func.count()).select_from(Notice)) == 3


async def test_a_decision_that_cannot_be_is_refused(beta: Beta) -> None:
    for position, decision, said in (
        (11, KeyDecision(KEEP), "no scored question 11"),
        (0, KeyDecision(KEEP), "no scored question 0"),
        (1, KeyDecision(ALSO), "Choose the option"),
        (1, KeyDecision(ALSO, ("E",)), "no option E"),
        (1, KeyDecision(KEEP, ("A",)), "Only another right answer names options"),
    ):
        with pytest.raises(DecisionUnfit, match=said):
            await beta.do("decide", beta.form_id, position, decision, beta.manager, "A slip")


async def test_the_key_itself_is_no_other_answer_and_one_question_stays_scored(beta: Beta) -> None:
    async with beta.database.reading() as session:
        items = await list_form_items(session, beta.form_id)
    key = beta.room.programmed.keys[items[0].item_version_id]
    with pytest.raises(DecisionUnfit, match=f"{key} is the key already"):
        await beta.do("decide", beta.form_id, 1, KeyDecision(ALSO, (key,)), beta.manager, "A slip")
    for position in range(1, 10):
        await beta.do(
            "decide", beta.form_id, position, KeyDecision(NOT_SCORED), beta.manager, "All bad"
        )
    with pytest.raises(DecisionUnfit, match="One question at least stays scored"):
        await beta.do("decide", beta.form_id, 10, KeyDecision(NOT_SCORED), beta.manager, "Too bad")
