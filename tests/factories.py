"""People, a small programme, sittings and attempts, made through the product's own services.

Every text that a candidate may not see during a sitting carries `CANARY`, and the estimated
difficulty is a number that comes up nowhere else: a test can search any answer for them.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts import tables
from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts, token_hash
from exam_engine.accounts.tables import Person, PersonRole
from exam_engine.arrival.service import Arrival
from exam_engine.clock import Clock
from exam_engine.delivery.tables import Attempt
from exam_engine.driver.postgres import PostgresTransaction
from exam_engine.driver.prepared import Act
from exam_engine.driver.sqlite import SqliteTransaction
from exam_engine.exams.conversion import provisional
from exam_engine.exams.programme import Programme, item_counts
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Exam, Form
from exam_engine.invigilation.service import Invigilation
from exam_engine.registration.service import Registration
from exam_engine.registration.tables import Sitting
from exam_engine.results.queries import find_result_of
from exam_engine.results.tables import Result
from item_bank.framework import bundled_edition
from item_bank.items import Choice, ItemContent, ItemFacts
from item_bank.lifecycle import ItemState
from item_bank.service import ItemBank

CANARY = "canary"
DIFFICULTY = 0.618034
SECRET_KEY = b"a key that only the tests may have"
SMALL = Programme(
    code="SMALL",
    title="A small exam",
    question_count=10,
    allowance_s=3600,
    scale_low=0,
    scale_high=800,
    cut=600,
    release="at_end",
    provisional_raw_cut=7,
)
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Programmed:
    """``keys`` leads from an item version to the identifier of its key."""

    exam: Exam
    form: Form
    keys: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in browser: who it is, and the token it carries."""

    who: SignedIn
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in candidate with the right to sit."""

    sign_in: SignIn
    authorization_id: UUID
    code: str

    @property
    def who(self) -> SignedIn:
        return self.sign_in.who


async def a_person(session: AsyncSession, now: datetime, *roles: Role, **changes: Any) -> Person:
    number = next(_NUMBERS)
    facts = {"email": f"person-{number}@example.org", "name": f"Person {number}"} | changes
    return await Accounts(session, now).add_person(roles=roles, **facts)


async def a_sign_in(session: AsyncSession, now: datetime, person_id: UUID) -> SignIn:
    token = await Accounts(session, now).sign_in(person_id)
    return SignIn(await who_holds(session, token), token)


async def who_holds(session: AsyncSession, token: str) -> SignedIn:
    """Whom a token signs in, also before the commit."""
    rows = await session.execute(
        select(tables.SignIn.id, Person.id, Person.name, Person.email, PersonRole.role)
        .join(Person, Person.id == tables.SignIn.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(tables.SignIn.token_hash == token_hash(token))
    )
    found = rows.all()
    sign_in_id, person_id, name, email, _ = found[0]
    roles = frozenset(Role(row[4]) for row in found if row[4])
    return SignedIn(sign_in_id, person_id, name, email, roles)


def an_item(code: str, key: str) -> ItemContent:
    """An item whose every secret text, its code among them, carries the canary."""
    seen = code.removeprefix(f"{CANARY}-")
    return ItemContent(
        title=f"{CANARY}-title-{code}",
        situation=(f"A situation that everybody may read, of {seen}.",),
        question=f"Which option is the best one in {seen}?",
        choices=tuple(
            Choice(one, f"Option {one} of {seen}.", f"{CANARY}-rationale-{code}-{one}")
            for one in "ABCD"
        ),
        key=key,
        remember=f"{CANARY}-remember-{code}",
    )


async def a_programme(session: AsyncSession, now: datetime, **changes: Any) -> Programmed:
    """An exam with exactly the items that one form needs, and that form, published."""
    programme = replace(SMALL, **changes)
    edition = bundled_edition()
    bank = ItemBank(session, now)
    await bank.load_framework(edition)
    counts = item_counts(
        [(area.code, area.weight or 0) for area in edition.skill_areas], programme.question_count
    )
    keys = {}
    for area, how_many in counts.items():
        for number in range(how_many):
            code = f"{CANARY}-{area}-{number}"
            key = "ABCD"[len(keys) % 4]
            facts = ItemFacts(
                code,
                area,
                estimated_difficulty=DIFFICULTY,
                source=f"{CANARY}-source-{code}",
            )
            version = await bank.add_item(
                an_item(code, key), facts, None, ItemState.OPERATIONAL, reason="for tests"
            )
            keys[version.id] = key
    exams = Exams(session, now)
    exam = await exams.add_exam(programme, edition)
    table = provisional(
        programme.question_count,
        programme.provisional_raw_cut,
        programme.scale_low,
        programme.scale_high,
        programme.cut,
    )
    form = await exams.assemble(exam, "F-1", 1, table)
    await exams.publish(form)
    return Programmed(exam, form, keys)


async def a_sitting(
    session: AsyncSession, now: datetime, programmed: Programmed, **changes: Any
) -> Sitting:
    """Open since an hour, for a day; admits by itself."""
    facts: dict[str, Any] = {
        "title": "Room A",
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "self_admitting": True,
    }
    registration = Registration(session, now, SECRET_KEY)
    return await registration.plan_sitting(programmed.exam, programmed.form, **(facts | changes))


async def a_seat(
    session: AsyncSession, now: datetime, sitting: Sitting, *, allowance_s: int = 3600
) -> Seat:
    person = await a_person(session, now, Role.CANDIDATE)
    registration = Registration(session, now, SECRET_KEY)
    authorization, code = await Invigilation(session, now).book(
        registration, person, sitting, allowance_s
    )
    return Seat(await a_sign_in(session, now, person.id), authorization.id, code)


async def act_of(session: AsyncSession) -> Act:
    """A session's own transaction as an act, so that one can go on with the other."""
    await session.execute(select(1))  # SQLAlchemy begins when it has something to ask
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    if isinstance(driver, sqlite3.Connection):
        return SqliteTransaction(driver, connection.dialect, Clock())
    return PostgresTransaction(driver, connection.dialect)


async def an_attempt(session: AsyncSession, now: datetime, seat: Seat) -> Attempt:
    """Checked in."""
    came = await Arrival(await act_of(session), now).check_in(seat.who, seat.authorization_id)
    return await session.get_one(Attempt, came.attempt_id, populate_existing=True)


async def a_running_attempt(session: AsyncSession, now: datetime, seat: Seat) -> Attempt:
    """Started just now; the seat's sign-in holds lease 1."""
    attempt = await an_attempt(session, now, seat)
    await Arrival(await act_of(session), now).start(attempt.id, seat.who, agreement=True)
    await session.refresh(attempt)
    return attempt


async def result_of(session: AsyncSession, attempt_id: UUID) -> Result:
    found = await find_result_of(session, attempt_id)
    assert found is not None
    return found
