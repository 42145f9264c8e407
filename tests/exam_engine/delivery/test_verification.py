"""Whoever changes what is stored, behind the back of the engine and of the database's own guard,
is found by `verify`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.app import answer_stores
from exam_engine.base import as_text
from exam_engine.delivery.queries import verify_attempt
from exam_engine.delivery.tables import Attempt
from tests.exam_engine.conftest import Room
from tests.exam_engine.delivery.acts import act, fault, seconds
from tests.exam_engine.delivery.test_stores import answer_of


@pytest.fixture
async def attempt(room: Room) -> Attempt:
    """Two answers, a change of mind, a pause, a submit."""
    seat, running = await room.running()
    stores = answer_stores(room.database)
    for sequence, (position, response) in enumerate([(1, "A"), (2, "B"), (1, "C")], 1):
        answer = answer_of(seat, running, sequence=sequence, position=position, response=response)
        await stores[0].write([answer])
    for store in stores:
        await store.close()
    await act(room, "pause", running, seat.who.person_id, "", after=seconds(1))
    await act(room, "resume", running, seat.who.person_id, "", after=seconds(31))
    return await act(room, "submit", running, seat.who.sign_in_id, 3, after=seconds(60))


async def lift_the_guard(session: AsyncSession, *, postgresql: bool) -> None:
    """What an administrator of the database could do."""
    if postgresql:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    rows = await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in rows.scalars().all():
        await session.execute(text(f"DROP TRIGGER {name}"))


async def tamper(room: Room, statement: str, **values: Any) -> None:
    async with room.database.transaction() as session:
        await lift_the_guard(session, postgresql=not room.database.is_sqlite)
        changed = await session.execute(text(statement), values)
        assert changed.rowcount >= 1, "nothing was changed: the test is wrong"  # type: ignore[attr-defined]


def instant(room: Room, when: Any) -> Any:
    return as_text(when) if room.database.is_sqlite else when


def tamperings(room: Room, attempt: Attempt) -> Mapping[str, tuple[str, dict[str, Any]]]:
    later = instant(room, attempt.deadline_at + timedelta(hours=1))  # type: ignore[operator]
    return {
        "an answer in the log": (
            "UPDATE event SET body = replace(body, '\"C\"', '\"D\"') WHERE body LIKE '%\"C\"%'",
            {},
        ),
        "who did it": ("UPDATE event SET actor_id = NULL WHERE number = 4", {}),
        "when it was": ("UPDATE event SET at = :later WHERE number = 4", {"later": later}),
        "an event removed": ("DELETE FROM event WHERE number = 5", {}),
        "the last event removed": (
            "DELETE FROM event WHERE number = (SELECT max(number) FROM event)",
            {},
        ),
        "a response's value": ("UPDATE response SET value = 'D' WHERE position = 1", {}),
        "a response's flag": ("UPDATE response SET flagged = true WHERE position = 2", {}),
        "a response removed": ("DELETE FROM response WHERE position = 2", {}),
        "an older answer made the one that counts": (
            "UPDATE response SET value = 'A', sequence = 1 WHERE position = 1",
            {},
        ),
        "the deadline": ("UPDATE attempt SET deadline_at = :later", {"later": later}),
        "the allowance": ("UPDATE attempt SET allowance_s = allowance_s + 600", {}),
        "the ledger": ("UPDATE adjustment SET microseconds = microseconds + 1", {}),
        "a ledger row removed": ("DELETE FROM adjustment", {}),
        "the count of events": ("UPDATE attempt SET event_count = event_count - 1", {}),
        "the head of the chain": (
            "UPDATE attempt SET chain_head = (SELECT hash FROM event WHERE number = 3)",
            {},
        ),
    }


NAMES = (
    "an answer in the log",
    "who did it",
    "when it was",
    "an event removed",
    "the last event removed",
    "a response's value",
    "a response's flag",
    "a response removed",
    "an older answer made the one that counts",
    "the deadline",
    "the allowance",
    "the ledger",
    "a ledger row removed",
    "the count of events",
    "the head of the chain",
)


async def test_what_nobody_touched_is_intact(room: Room, attempt: Attempt) -> None:
    async with room.database.reading() as session:
        verified = await verify_attempt(session, attempt.id)
    assert verified.fault is None
    assert [(one.sequence, one.position) for one in verified.accepted] == [(1, 1), (2, 2), (3, 1)]


@pytest.mark.parametrize("name", NAMES)
async def test_each_tampering_is_found(room: Room, attempt: Attempt, name: str) -> None:
    statement, values = tamperings(room, attempt)[name]
    await tamper(room, statement, **values)
    found = await fault(room, attempt.id)
    assert found is not None
    assert found.endswith(".")


async def test_every_kind_of_tampering_is_tried(room: Room, attempt: Attempt) -> None:
    assert set(NAMES) == set(tamperings(room, attempt))


async def test_a_deadline_and_an_allowance_changed_together_are_found(
    room: Room, attempt: Attempt
) -> None:
    later = instant(room, attempt.deadline_at + timedelta(hours=1))  # type: ignore[operator]
    await tamper(
        room,
        "UPDATE attempt SET deadline_at = :later, allowance_s = allowance_s + 3600",
        later=later,
    )
    assert await fault(room, attempt.id) is not None


async def test_a_deadline_and_a_ledger_changed_together_are_found(
    room: Room, attempt: Attempt
) -> None:
    later = instant(room, attempt.deadline_at + timedelta(hours=1))  # type: ignore[operator]
    await tamper(room, "UPDATE adjustment SET microseconds = microseconds + 3600000000")
    await tamper(room, "UPDATE attempt SET deadline_at = :later", later=later)
    assert await fault(room, attempt.id) is not None


async def test_a_state_that_the_log_does_not_tell_is_found(room: Room, attempt: Attempt) -> None:
    await tamper(room, "UPDATE attempt SET state = 'running', ended_at = NULL")
    assert await fault(room, attempt.id) is not None
