"""The marked event that a rehearsal plays in."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.exams.errors import FormUnsound
from exam_engine.exams.programme import PRACTICE
from exam_engine.exams.queries import find_exam, find_published_form
from exam_engine.registration.service import Registration


async def add_rehearsal(
    session: AsyncSession, now: datetime, secret_key: bytes, candidates: int, lasts: timedelta
) -> tuple[UUID, list[tuple[str, str]]]:
    """A self-admitting sitting marked as a rehearsal; (email, start code) of each candidate.

    Raises `FormUnsound` when there is no published form to rehearse with.
    """
    exam = await find_exam(session, PRACTICE.code)
    form = await find_published_form(session, exam.id) if exam else None
    if exam is None or form is None:
        raise FormUnsound("There is no published form yet. Publish one, then rehearse.")
    accounts = Accounts(session, now)
    registration = Registration(session, now, secret_key)
    mark = secrets.token_hex(4)
    sitting = await registration.plan_sitting(
        exam,
        form,
        f"Rehearsal {mark}",
        now,
        now + lasts,
        self_admitting=True,
        rehearsal=True,
    )
    people = []
    for number in range(1, candidates + 1):
        email = f"rehearsal-{mark}-{number}@example.org"
        person = await accounts.add_person(email, f"Rehearsal candidate {number}", {Role.CANDIDATE})
        _, code = await registration.authorize(person.id, sitting, exam.allowance_s)
        people.append((email, code))
    return sitting.id, people
