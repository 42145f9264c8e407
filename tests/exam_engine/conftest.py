"""What the engine's tests begin with: a room with a published form, and ways to fill it."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from exam_engine.database import Database
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.tables import Exam, Form
from exam_engine.registration.tables import Sitting
from exam_engine.settings import driver_url
from tests import factories, parts
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


@pytest.fixture(scope="session")
def programmes() -> dict[str, Programmed]:
    """The small programme of each kind of database, once it has been made."""
    return {}


@pytest.fixture(scope="session")
def programmed_file(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, programmes: dict[str, Programmed]
) -> Path:
    """A SQLite database with the small programme, to be copied."""
    path = tmp_path_factory.mktemp("programmed") / "exam.db"
    shutil.copyfile(migrated_file, path)
    programmes["sqlite"] = _add_programme(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def programmed_template(
    postgres: parts.Postgres, migrated_template: str, programmes: dict[str, Programmed]
) -> Iterator[str]:
    """The name of a PostgreSQL database with the small programme, to be copied."""
    name = f"exam_programmed_{os.getpid()}"
    programmes["postgresql"] = _add_programme(
        postgres.create_database(name, template=migrated_template)
    )
    yield name
    postgres.drop_database(name)


def _add_programme(url: str) -> Programmed:
    async def fill() -> Programmed:
        database = Database(driver_url(url))
        async with database.transaction() as session:
            programmed = await factories.a_programme(session, await database.now(session))
        await database.close()
        return programmed

    # with a factory the runner leaves the thread's current loop, pytest-asyncio's, as it is
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(fill())


@pytest.fixture
async def room(database: Database, database_kind: str, programmes: dict[str, Programmed]) -> Room:
    made = programmes[database_kind]
    async with database.transaction() as session:
        now = await database.now(session)
        exam = await session.get_one(Exam, made.exam.id)
        programmed = Programmed(exam, await session.get_one(Form, made.form.id), made.keys)
        sitting = await factories.a_sitting(session, now, programmed)
    return Room(database, programmed, sitting, now)
