"""Looking people up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person, PersonRole, SignIn


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is asking."""

    sign_in_id: UUID
    person_id: UUID
    name: str
    email: str
    roles: frozenset[Role]


async def find_person_by_email(session: AsyncSession, email: str) -> Person | None:
    if "\0" in email:  # PostgreSQL cannot even be asked
        return None
    return await session.scalar(select(Person).where(Person.email == email.strip().lower()))


async def find_signed_in(
    session: AsyncSession, token_hash: bytes, now: datetime
) -> SignedIn | None:
    """The person behind a token, unless it has ended, run out, or the account is closed."""
    rows = await session.execute(
        select(SignIn.id, Person.id, Person.name, Person.email, PersonRole.role)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(
            SignIn.token_hash == token_hash,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            Person.closed_at.is_(None),
        )
    )
    found = rows.all()
    if not found:
        return None
    sign_in_id, person_id, name, email, _ = found[0]
    roles = frozenset(Role(row[4]) for row in found if row[4])
    return SignedIn(sign_in_id, person_id, name, email, roles)
