"""Looking people up."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person, PersonRole, SignIn
from exam_engine.base import Instant
from exam_engine.database import Database
from exam_engine.driver.prepared import Query

_BY_EMAIL = select(Person).where(Person.email == bindparam("email"))


async def find_person_by_email(session: AsyncSession, email: str) -> Person | None:
    if "\0" in email:  # PostgreSQL cannot even be asked
        return None
    return await session.scalar(_BY_EMAIL, {"email": email.strip().lower()})


def _holder(now: ColumnElement[Any]) -> Query[tuple[UUID, UUID, str, str, str | None]]:
    return Query(
        select(SignIn.id, Person.id, Person.name, Person.email, PersonRole.role)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(
            SignIn.token_hash == bindparam("token_hash"),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            Person.closed_at.is_(None),
        ),
        lambda *columns: columns,
    )


_HOLDER_BY_OUR_CLOCK = _holder(bindparam("now", type_=Instant))
_HOLDER_BY_ITS_CLOCK = _holder(func.clock_timestamp())


async def find_signed_in(database: Database, token_hash: bytes) -> SignedIn | None:
    """The person behind a token, unless it ended, ran out, or the account is closed.

    Asked at every request and never remembered: a sign-out, or a right that is taken away, holds
    at the next request, in every process.  Raises `DatabaseUnavailable`.
    """
    if database.is_sqlite:
        now = database.clock.now()
        rows = await database.ask(_HOLDER_BY_OUR_CLOCK, token_hash=token_hash, now=now)
    else:
        rows = await database.ask(_HOLDER_BY_ITS_CLOCK, token_hash=token_hash)
    if not rows:
        return None
    sign_in_id, person_id, name, email, _ = rows[0]
    roles = frozenset(Role(row[4]) for row in rows if row[4])
    return SignedIn(sign_in_id, person_id, name, email, roles)


async def list_names(session: AsyncSession, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, of those who are there."""
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}
