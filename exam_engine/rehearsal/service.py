"""The marked event that a rehearsal plays in."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.accounts.tables import Person, PersonRole
from exam_engine.exams.errors import FormUnsound
from exam_engine.exams.programme import PRACTICE
from exam_engine.exams.queries import find_exam, find_published_form
from exam_engine.invigilation.service import Invigilation
from exam_engine.registration import codes
from exam_engine.registration.service import VALID_FOR, Registration
from exam_engine.registration.tables import Authorization, StartCode

TOKEN_LASTS = timedelta(days=1)


async def add_rehearsal(
    session: AsyncSession, now: datetime, secret_key: bytes, candidates: int, lasts: timedelta
) -> tuple[UUID, list[tuple[str, str]]]:
    """A self-admitting sitting marked as a rehearsal; (email, start code) of each candidate.

    Thousands of candidates are one statement a table: everybody else who writes on SQLite waits
    for this transaction.  Raises `FormUnsound` when there is no published form to rehearse with.
    """
    exam = await find_exam(session, PRACTICE.code)
    form = await find_published_form(session, exam.id) if exam else None
    if exam is None or form is None:
        raise FormUnsound("There is no published form yet. Publish one, then rehearse.")
    mark = secrets.token_hex(4)
    sitting = await Registration(session, now, secret_key).plan_sitting(
        exam,
        form,
        f"Rehearsal {mark}",
        now,
        now + lasts,
        self_admitting=True,
        rehearsal=True,
    )
    people, roles, rights, start_codes, told = [], [], [], [], []
    for number in range(1, candidates + 1):
        person_id, right_id, code = uuid4(), uuid4(), codes.new_code()
        email = f"rehearsal-{mark}-{number}@example.org"
        name = f"Rehearsal candidate {number}"
        people.append({"id": person_id, "email": email, "name": name, "created_at": now})
        roles.append({"person_id": person_id, "role": Role.CANDIDATE})
        rights.append(
            {
                "id": right_id,
                "person_id": person_id,
                "sitting_id": sitting.id,
                "allowance_s": exam.allowance_s,
                "valid_until": now + VALID_FOR,
                "created_at": now,
            }
        )
        code_hash = codes.code_hash(secret_key, sitting.id, code)
        start_codes.append(
            {"authorization_id": right_id, "code_hash": code_hash, "created_at": now}
        )
        told.append((email, code))
    await session.execute(insert(Person), people)
    await session.execute(insert(PersonRole), roles)
    await session.execute(insert(Authorization), rights)
    await session.execute(insert(StartCode), start_codes)
    invigilation = Invigilation(session, now)
    for person, right in zip(people, rights, strict=True):
        authorization = await session.get_one(Authorization, right["id"])
        await invigilation.prepare(authorization, sitting, str(person["name"]))
    return sitting.id, told


async def add_rehearsal_manager(session: AsyncSession, now: datetime) -> str:
    """Somebody without a password who may make rehearsals and audit them; a bearer token."""
    accounts = Accounts(session, now)
    email = f"rehearsal-{secrets.token_hex(4)}-manager@example.org"
    person = await accounts.add_person(email, "Rehearsal manager", {Role.MANAGER})
    return await accounts.sign_in(person.id, lasts=TOKEN_LASTS)
