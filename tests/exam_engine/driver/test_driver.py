"""A query through the driver says what a session says of the same rows, on both databases."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, update

from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.delivery.tables import Attempt, PresentedItem
from exam_engine.driver.prepared import Query
from exam_engine.invigilation.queries import Standing, get_standing, list_presented
from tests.exam_engine.conftest import Room

COLUMNS = tuple(Attempt.__table__.c)
WHOLE_ATTEMPT = Query(
    select(*COLUMNS).where(Attempt.__table__.c.id == bindparam("attempt_id")).limit(1),
    lambda *columns: columns,
)


async def test_every_type_comes_back_as_a_session_brings_it(room: Room) -> None:
    database = room.database
    _, started = await room.running()
    async with database.reading() as session:
        attempt = await session.get_one(Attempt, started.id)
        shown = (
            await session.scalars(
                select(PresentedItem)
                .where(PresentedItem.attempt_id == attempt.id)
                .order_by(PresentedItem.position)
            )
        ).all()
    [row] = await database.ask(WHOLE_ATTEMPT, attempt_id=attempt.id)
    assert dict(zip((column.key for column in COLUMNS), row, strict=True)) == {
        column.key: getattr(attempt, column.key) for column in COLUMNS
    }
    async with database.snapshot() as snapshot:
        presented = await list_presented(snapshot, attempt.id, 2, 2)
    assert [(one.position, one.option_order) for one in presented] == [
        (one.position, one.option_order) for one in shown[1:3]
    ]


async def test_a_snapshot_stays_what_it_was_while_others_write(room: Room) -> None:
    database = room.database
    seat, started = await room.running()
    person_id = seat.who.person_id
    async with database.snapshot() as snapshot:
        before = await get_standing(snapshot, started.id, person_id)
        async with database.transaction() as session:
            await session.execute(
                update(Attempt).where(Attempt.id == started.id).values(last_sequence=77)
            )
        assert await get_standing(snapshot, started.id, person_id) == before
    async with database.snapshot() as snapshot:
        after = await get_standing(snapshot, started.id, person_id)
    assert after == before._replace(last_sequence=77)


async def test_snapshots_side_by_side_do_not_meet_on_one_connection(room: Room) -> None:
    database = room.database
    seat, started = await room.running()
    inside = asyncio.Barrier(3)

    async def look() -> Standing:
        async with database.snapshot() as snapshot:
            await inside.wait()
            return await get_standing(snapshot, started.id, seat.who.person_id)

    seen = await asyncio.gather(look(), look(), look())
    assert seen[0] == seen[1] == seen[2]


async def test_a_question_without_its_value_is_refused_and_the_next_one_works(
    database: Database,
) -> None:
    with pytest.raises(KeyError):
        await database.ask(WHOLE_ATTEMPT)
    async with database.snapshot() as snapshot:
        with pytest.raises(KeyError):
            await snapshot.all(WHOLE_ATTEMPT)
        assert (await snapshot.now()).tzinfo is not None


async def test_a_database_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    away = Database(f"sqlite+loop:///{tmp_path / 'nowhere' / 'exam.db'}")
    with pytest.raises(DatabaseUnavailable):
        async with away.snapshot():
            pass
    closed = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable):
        async with closed.snapshot():
            pass
