"""Keeping people and signing them in."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, update
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts import errors
from exam_engine.accounts.queries import find_person_by_email
from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person, PersonRole, SignIn

LASTS = timedelta(hours=16)  # longer than any exam day: nobody is signed out of an attempt
MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


_ADD_SIGN_IN = cast(Table, SignIn.__table__).insert()


def token_hash(token: str | bytes) -> bytes:
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


class NewSignIn(NamedTuple):
    """A row of a sign-in as it is stored: of its token only the hash."""

    id: UUID
    token_hash: bytes
    person_id: UUID
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


def new_sign_in(person_id: UUID, now: datetime, lasts: timedelta = LASTS) -> tuple[str, NewSignIn]:
    """A new token of 256 random bits, and what is stored of it."""
    token = secrets.token_hex(32)  # no dash in front: it is typed behind --token
    return token, NewSignIn(uuid4(), token_hash(token), person_id, now, now + lasts)


class Accounts:
    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def add_person(
        self, email: str, name: str, roles: Iterable[Role], password_hash: str | None = None
    ) -> Person:
        """Raises `EmailTaken`."""
        if await find_person_by_email(self._session, email) is not None:
            raise errors.EmailTaken
        person = Person(
            id=uuid4(),
            email=email.strip().lower(),
            name=name.strip(),
            password_hash=password_hash,
            created_at=self._now,
        )
        self._session.add(person)
        await self._session.flush()
        self._session.add_all(
            PersonRole(person_id=person.id, role=role) for role in sorted(set(roles))
        )
        await self._session.flush()
        return person

    async def sign_in(self, person_id: UUID, *, lasts: timedelta = LASTS) -> str:
        """A new token; only its hash is stored."""
        token, row = new_sign_in(person_id, self._now, lasts)
        await self._session.execute(_ADD_SIGN_IN, row._asdict())
        return token

    async def forget_failures(self, person_id: UUID) -> None:
        """The right password has come: wrong ones before it do not count any more."""
        await self._session.execute(
            update(Person).where(Person.id == person_id).values(failed_sign_ins=0)
        )

    async def count_failure(self, person_id: UUID) -> None:
        """A wrong password; after ten in a row the account rests for a quarter of an hour."""
        person = await self._session.get_one(Person, person_id, with_for_update=True)
        person.failed_sign_ins += 1
        if person.failed_sign_ins >= MOST_FAILURES:
            person.failed_sign_ins = 0
            person.locked_until = self._now + LOCKED_FOR
        await self._session.flush()

    async def sign_out(self, sign_in_id: UUID) -> None:
        await self._session.execute(
            update(SignIn)
            .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
            .values(ended_at=self._now)
        )
