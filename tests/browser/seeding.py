"""A data folder filled through the product's own services, and a server process over it.

The programme is there before the server starts.  People are booked while it runs, as
``exam-engine user add`` does it: a second process with a short transaction.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.passwords import hash_password
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.database import Database
from exam_engine.demonstration.service import add_past, add_programme
from exam_engine.exams.conversion import Conversion
from exam_engine.invigilation.service import Invigilation
from exam_engine.registration.service import Registration
from exam_engine.registration.tables import Sitting
from exam_engine.settings import driver_url
from tests.factories import SECRET_KEY, Programmed, a_programme
from tests.server import ROOT, Server

PASSWORD = "a password for the browser"

Programme = Callable[[AsyncSession, datetime], Awaitable[Programmed]]


async def whole_form(session: AsyncSession, now: datetime) -> Programmed:
    """The practice exam: 100 questions of the sample bank."""
    exam, form = await add_programme(session, now)
    return Programmed(exam, form, keys={})


async def small_form(session: AsyncSession, now: datetime) -> Programmed:
    """Ten questions, whose secret texts carry the canary."""
    return await a_programme(session, now)


async def past_forms(session: AsyncSession, now: datetime) -> Programmed:
    """The demonstration's exam with its past forms and simulated candidates."""
    exam, form = await add_programme(session, now)
    await add_past(session, now, exam, Conversion.from_json(form.conversion))
    return Programmed(exam, form, {})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; ``token`` is that of a sign-in made for them."""

    id: UUID
    name: str
    email: str
    token: str


@dataclass(frozen=True, slots=True)
class Room:
    """A sitting, and the proctor who watches it."""

    sitting: Sitting
    proctor: Person

    @property
    def path(self) -> str:
        return f"/sittings/{self.sitting.id}/room"


class House:
    """A server over a filled data folder: books people into it, and looks up what it stored."""

    def __init__(self, server: Server, database: Database, programmed: Programmed) -> None:
        self.server = server
        self._database = database
        self._programmed = programmed
        self._password_hash = ""

    @property
    def url(self) -> str:
        return self.server.url

    async def person(self, role: Role, name: str = "Ana Pereira") -> Person:
        self._password_hash = self._password_hash or await hash_password(PASSWORD)
        email = f"{uuid4().hex}@example.org"
        async with self._database.transaction() as session:
            accounts = Accounts(session, await self._database.now(session))
            added = await accounts.add_person(email, name, [role], self._password_hash)
            return Person(added.id, added.name, email, await accounts.sign_in(added.id))

    async def another_sign_in(self, person: Person) -> Person:
        """The same person at another device."""
        async with self._database.transaction() as session:
            accounts = Accounts(session, await self._database.now(session))
            token = await accounts.sign_in(person.id)
        return Person(person.id, person.name, person.email, token)

    async def room(self, *, self_admitting: bool = False, opens_in_s: int = -60) -> Room:
        """An open sitting with a proctor; ``opens_in_s`` above 0 lets it open later."""
        proctor = await self.person(Role.PROCTOR, "Kit Larsen")
        async with self._database.transaction() as session:
            now = await self._database.now(session)
            opens_at = now + timedelta(seconds=opens_in_s)
            sitting = await Registration(session, now, SECRET_KEY).plan_sitting(
                self._programmed.exam,
                self._programmed.form,
                "Room A",
                opens_at,
                opens_at + timedelta(days=1),
                self_admitting=self_admitting,
                proctors=[proctor.id],
            )
        return Room(sitting, proctor)

    async def candidate(
        self, *, room: Room | None = None, name: str = "Ana Pereira", allowance_s: int = 3600
    ) -> Person:
        """A candidate who may sit: in ``room``, else in one that admits by itself."""
        room = room or await self.room(self_admitting=True)
        booked = await self.person(Role.CANDIDATE, name)
        async with self._database.transaction() as session:
            now = await self._database.now(session)
            registration = Registration(session, now, SECRET_KEY)
            await Invigilation(session, now).book(registration, booked, room.sitting, allowance_s)
        return booked

    def attempt(self, person: Person) -> dict[str, Any]:
        """The row of a person's only attempt."""
        (row,) = self._rows("SELECT * FROM attempt WHERE person_id = ?", person.id.hex)
        return row

    def answers(self, person: Person) -> dict[int, str | None]:
        """Position to the option that is stored."""
        query = "SELECT position, value FROM response WHERE attempt_id = ?"
        rows = self._rows(query, self.attempt(person)["id"])
        return {row["position"]: row["value"] for row in rows}

    def events(self, person: Person, kind: str) -> list[dict[str, Any]]:
        """The bodies of one kind of event, in the order of the log, with lease and sequence."""
        query = "SELECT * FROM event WHERE attempt_id = ? AND kind = ? ORDER BY number"
        rows = self._rows(query, self.attempt(person)["id"], kind)
        return [json.loads(row.pop("body")) | row for row in rows]

    def given_back_us(self, person: Person) -> list[int]:
        """The time ledger, in microseconds."""
        query = "SELECT microseconds FROM adjustment WHERE attempt_id = ? ORDER BY number"
        rows = self._rows(query, self.attempt(person)["id"])
        return [row["microseconds"] for row in rows]

    def keys(self, person: Person) -> dict[int, str]:
        """Position to the identifier of the key."""
        query = "SELECT position, item_version_id FROM presented_item WHERE attempt_id = ?"
        rows = self._rows(query, self.attempt(person)["id"])
        return {
            row["position"]: self._programmed.keys[UUID(row["item_version_id"])] for row in rows
        }

    def conversion(self) -> dict[str, Any]:
        """The conversion table that replaced a form's provisional one."""
        (row,) = self._rows("SELECT conversion FROM form_conversion")
        found: dict[str, Any] = json.loads(row["conversion"])
        return found

    def verify(self, person: Person) -> dict[str, Any]:
        """What the command ``exam-engine verify`` says of a person's attempt."""
        attempt_id = str(UUID(self.attempt(person)["id"]))
        data = ("--data", str(self.server.data_dir), "--json")
        said = subprocess.run(
            [sys.executable, "-m", "exam_engine", "verify", attempt_id, *data],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        found: dict[str, Any] = json.loads(said.stdout)
        return found

    def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        address = f"file:{self.server.data_dir / 'exam.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    async def close(self) -> None:
        self.server.kill()
        await self._database.close()


async def open_house(
    data_dir: Path, migrated_file: Path, programme: Programme, **environment: str
) -> House:
    """Fill ``data_dir`` and serve it."""
    shutil.copyfile(migrated_file, data_dir / "exam.db")
    database = Database(driver_url(f"sqlite:///{data_dir / 'exam.db'}"))
    async with database.transaction() as session:
        programmed = await programme(session, await database.now(session))
    server = Server(data_dir, {"EXAM_SECRET_KEY": SECRET_KEY.decode(), **environment})
    server.start()
    return House(server, database, programmed)
