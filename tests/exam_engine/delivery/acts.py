"""One act a transaction, as the web layer does it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from exam_engine.arrival.service import Arrival
from exam_engine.delivery.queries import list_adjustments, list_links, verify_attempt
from exam_engine.delivery.service import Delivery
from exam_engine.delivery.tables import Attempt
from tests.exam_engine.conftest import Room
from tests.factories import Seat


async def act(
    room: Room, verb: str, attempt: Attempt, *args: Any, after: timedelta = timedelta(), **more: Any
) -> Any:
    """``Delivery.verb`` in a transaction of its own, this long after the room was made."""
    async with room.database.transaction() as session:
        return await getattr(Delivery(session, room.now + after), verb)(attempt.id, *args, **more)


async def start(
    room: Room, seat: Seat, attempt: Attempt, *, agreement: bool = True, after: timedelta
) -> Attempt:
    """`Arrival.start`, this long after the room was made."""
    async with room.database.act() as begun:
        await Arrival(begun, room.now + after).start(attempt.id, seat.who, agreement=agreement)
    async with room.database.reading() as session:
        return await session.get_one(Attempt, attempt.id)


async def kinds(room: Room, attempt_id: UUID) -> list[str]:
    async with room.database.reading() as session:
        return [link.kind for link in await list_links(session, attempt_id)]


async def ledger(room: Room, attempt_id: UUID) -> list[int]:
    async with room.database.reading() as session:
        return [row.microseconds for row in await list_adjustments(session, attempt_id)]


async def fault(room: Room, attempt_id: UUID) -> str | None:
    async with room.database.reading() as session:
        return (await verify_attempt(session, attempt_id)).fault


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
