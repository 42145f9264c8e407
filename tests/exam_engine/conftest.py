"""What the engine's tests begin with: a room with a published form, and ways to fill it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from exam_engine.database import Database
from exam_engine.delivery.tables import Attempt
from exam_engine.registration.tables import Sitting
from tests import factories
from tests.factories import Programmed, Seat


@dataclass(frozen=True, slots=True)
class Room:
    """An open sitting that admits by itself; ``now`` is when it was made."""

    database: Database
    programmed: Programmed
    sitting: Sitting
    now: datetime

    async def seat(self, *, allowance_s: int = 3600) -> Seat:
        async with self.database.transaction() as session:
            return await factories.a_seat(session, self.now, self.sitting, allowance_s=allowance_s)

    async def checked_in(self) -> tuple[Seat, Attempt]:
        seat = await self.seat()
        async with self.database.transaction() as session:
            return seat, await factories.an_attempt(session, self.now, seat)

    async def running(
        self, *, allowance_s: int = 3600, began_ago: timedelta = timedelta()
    ) -> tuple[Seat, Attempt]:
        """Began at most an hour ago, when the sitting opened."""
        seat = await self.seat(allowance_s=allowance_s)
        async with self.database.transaction() as session:
            attempt = await factories.a_running_attempt(session, self.now - began_ago, seat)
        return seat, attempt

    async def another_sign_in(self, person_id: UUID) -> factories.SignIn:
        async with self.database.transaction() as session:
            return await factories.a_sign_in(session, self.now, person_id)


@pytest.fixture
async def room(database: Database) -> Room:
    async with database.transaction() as session:
        now = await database.now(session)
        programmed = await factories.a_programme(session, now)
        sitting = await factories.a_sitting(session, now, programmed)
    return Room(database, programmed, sitting, now)
