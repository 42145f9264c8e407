from datetime import timedelta

import pytest
from sqlalchemy import select

from exam_engine.delivery.queries import get_attempt_for_update
from exam_engine.delivery.tables import Attempt, PresentedItem, Response
from exam_engine.invigilation.service import Invigilation
from exam_engine.results.service import Results
from exam_engine.results.tables import Result, Score
from tests.exam_engine.conftest import Room
from tests.factories import Seat


async def answer_all(room: Room, attempt: Attempt, right: int) -> None:
    """The first ``right`` questions rightly, one wrongly, the rest not at all."""
    async with room.database.transaction() as session:
        rows = await session.scalars(
            select(PresentedItem).where(PresentedItem.attempt_id == attempt.id)
        )
        for row in rows:
            key = room.programmed.keys[row.item_version_id]
            if row.position > right + 1:
                continue
            wrong = next(option for option in row.option_order if option != key)
            session.add(
                Response(
                    attempt_id=attempt.id,
                    position=row.position,
                    value=key if row.position <= right else wrong,
                    flagged=False,
                    lease=1,
                    sequence=row.position,
                    received_at=room.now,
                )
            )


async def submit(room: Room, seat: Seat, attempt: Attempt) -> None:
    async with room.database.transaction() as session:
        await Invigilation(session, room.now).submit(attempt.id, seat.who, 0)


@pytest.mark.parametrize(
    ("right", "reported", "passed"), [(0, 0, False), (6, 514, False), (7, 600, True)]
)
async def test_a_submitted_attempt_is_scored_by_its_keys(
    room: Room, right: int, reported: int, passed: bool
) -> None:
    seat, attempt = await room.running()
    await answer_all(room, attempt, right)
    await submit(room, seat, attempt)
    async with room.database.reading() as session:
        score = (await session.scalars(select(Score))).one()
        result = (await session.scalars(select(Result))).one()
    assert (score.raw, score.raw_max, score.reported, score.passed) == (
        right,
        10,
        reported,  # 6 / 7 of 600 is 514.29
        passed,
    )
    assert sum(total for _, total in score.by_node.values()) == 10
    assert (result.state, result.score_id) == ("released", score.id)


async def test_scoring_again_finds_the_score_that_is_there(room: Room) -> None:
    seat, attempt = await room.running()
    await submit(room, seat, attempt)
    async with room.database.transaction() as session:
        again = await get_attempt_for_update(session, attempt.id)
        found = await Results(session, room.now + timedelta(days=1)).score(again)
        assert len((await session.scalars(select(Score))).all()) == 1
        assert found.created_at == room.now
