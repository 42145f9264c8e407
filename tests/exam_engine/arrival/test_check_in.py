"""Who is let in at the door, and when."""

from datetime import timedelta

import pytest

from exam_engine.arrival.service import Arrival
from exam_engine.delivery.errors import NoSuchAttempt, OutsideWindow
from exam_engine.registration.service import VALID_FOR
from tests import factories
from tests.exam_engine.conftest import Room


async def test_an_authorization_that_has_run_out_lets_nobody_in(room: Room) -> None:
    ends = room.now + VALID_FOR
    async with room.database.transaction() as session:
        long = {"title": "Long", "closes_at": ends + timedelta(days=1)}
        sitting = await factories.a_sitting(session, room.now, room.programmed, **long)
        seat = await factories.a_seat(session, room.now, sitting)
    with pytest.raises(OutsideWindow, match="has run out"):
        async with room.database.act() as act:
            await Arrival(act, ends).check_in(seat.who, seat.authorization_id)
    async with room.database.act() as act:
        last = ends - timedelta(microseconds=1)
        assert (await Arrival(act, last).check_in(seat.who, seat.authorization_id)).attempt_id
    async with room.database.act() as act:  # whoever is in stays in
        await Arrival(act, ends).check_in(seat.who, seat.authorization_id)


async def test_nobody_checks_in_to_the_seat_of_another(room: Room) -> None:
    seat, other = await room.seat(), await room.seat()
    with pytest.raises(NoSuchAttempt):
        async with room.database.act() as act:
            await Arrival(act, room.now).check_in(other.who, seat.authorization_id)
