"""Databases filled for a benchmark: the programme, and candidates who have started."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import uvloop
from sqlalchemy import select

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import find_person_by_email
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts, token_hash
from exam_engine.accounts.tables import SignIn
from exam_engine.arrival.service import Arrival
from exam_engine.commands.rehearsal import fill
from exam_engine.commands.serving import upgrade
from exam_engine.database import Database
from exam_engine.delivery.queries import list_presented
from exam_engine.registration.tables import Authorization
from exam_engine.rehearsal.service import add_rehearsal
from exam_engine.settings import Settings

CHECKED_IN_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Seated:
    """A candidate whose clock runs and whose device holds lease 1; ``options`` by position."""

    attempt_id: UUID
    token: str
    options: list[list[str]]


@dataclass(frozen=True, slots=True)
class Venue:
    """``token`` is a manager's; ``database_url`` is None for SQLite in ``data_dir``."""

    data_dir: Path
    database_url: str | None
    token: str


@contextmanager
def venue(database_url: str | None = None) -> Iterator[Venue]:
    with tempfile.TemporaryDirectory(prefix="exam-bench-") as folder:
        settings = _settings(Path(folder), database_url)
        upgrade(settings)
        yield Venue(Path(folder), database_url, uvloop.run(fill(settings)))


def seat(place: Venue, count: int) -> list[Seated]:
    """Started attempts.  No server may be running on the place."""
    return uvloop.run(_seat(_settings(place.data_dir, place.database_url), count))


def _settings(data_dir: Path, database_url: str | None) -> Settings:
    environ = {"EXAM_DATA_DIR": str(data_dir)}
    if database_url:
        environ["EXAM_DATABASE_URL"] = database_url
    return Settings.from_env(environ)


async def _seat(settings: Settings, count: int) -> list[Seated]:
    database = Database(settings.database_url)
    try:
        async with database.transaction() as session:
            now = await database.now(session)
            _, people = await add_rehearsal(
                session, now, settings.secret_key, count, timedelta(hours=4)
            )
        emails = [email for email, _ in people]
        seated = []
        for first in range(0, count, CHECKED_IN_AT_ONCE):
            seated += await _start(database, emails[first : first + CHECKED_IN_AT_ONCE])
        return seated
    finally:
        await database.close()


async def _start(database: Database, emails: list[str]) -> list[Seated]:
    coming, seated = [], []
    async with database.transaction() as session:
        now = await database.now(session)
        for email in emails:
            person = await find_person_by_email(session, email)
            assert person is not None
            token = await Accounts(session, now).sign_in(person.id)
            hashed = token_hash(token)
            sign_in_id = await session.scalar(select(SignIn.id).where(SignIn.token_hash == hashed))
            assert sign_in_id is not None
            who = SignedIn(
                sign_in_id, person.id, person.name, person.email, frozenset({Role.CANDIDATE})
            )
            of_person = select(Authorization).where(Authorization.person_id == person.id)
            right = (await session.scalars(of_person)).one()
            coming.append((who, right.id, token))
    for who, right_id, token in coming:
        async with database.act() as act:
            arrival = Arrival(act, now)
            attempt_id = (await arrival.check_in(who, right_id)).attempt_id
            await arrival.start(attempt_id, who, agreement=True)
        async with database.reading() as session:
            shown = await list_presented(session, attempt_id)
        seated.append(Seated(attempt_id, token, [row.option_order for row in shown]))
    return seated
