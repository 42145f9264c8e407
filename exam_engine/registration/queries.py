"""Looking up sittings and rights to sit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.tables import Person
from exam_engine.exams.tables import Exam
from exam_engine.registration.tables import Authorization, Sitting, SittingProctor, StartCode

# Built once: on exam day, building a statement costs more than running it.
_RIGHT_LOCKED = (
    select(Authorization, Sitting)
    .join(Sitting, Sitting.id == Authorization.sitting_id)
    .where(
        Authorization.id == bindparam("authorization_id"),
        Authorization.person_id == bindparam("person_id"),
    )
    .with_for_update(of=Authorization)
)
_CODES_LOCKED = (
    select(
        StartCode.authorization_id,
        StartCode.code_hash,
        StartCode.failed_tries,
        Sitting.id.label("sitting_id"),
        Person.id.label("person_id"),
    )
    .join(Authorization, Authorization.id == StartCode.authorization_id)
    .join(Sitting, Sitting.id == Authorization.sitting_id)
    .join(Person, Person.id == Authorization.person_id)
    .where(
        Person.email == bindparam("email"),
        Person.closed_at.is_(None),
        Sitting.closes_at > bindparam("now"),
    )
    .order_by(Sitting.opens_at)
    .with_for_update(of=StartCode)
)


@dataclass(frozen=True, slots=True)
class OpenCode:
    authorization_id: UUID
    code_hash: bytes
    failed_tries: int
    sitting_id: UUID
    person_id: UUID


async def find_authorization_for_update(
    session: AsyncSession, authorization_id: UUID, person_id: UUID
) -> Row[Authorization, Sitting] | None:
    """A person's own right to sit, locked, with its sitting; None for anybody else's."""
    rows = await session.execute(
        _RIGHT_LOCKED, {"authorization_id": authorization_id, "person_id": person_id}
    )
    return rows.one_or_none()


async def list_open_codes_for_update(
    session: AsyncSession, email: str, now: datetime
) -> Sequence[OpenCode]:
    """The start codes by which somebody could come in now, locked."""
    if "\0" in email:  # PostgreSQL cannot even be asked
        return []
    rows = await session.execute(_CODES_LOCKED, {"email": email.strip().lower(), "now": now})
    return [OpenCode(*row) for row in rows]


async def list_sittings(
    session: AsyncSession, proctor_id: UUID | None
) -> Sequence[Row[Sitting, Exam]]:
    """The sittings that a proctor watches; all of them for None."""
    query = (
        select(Sitting, Exam)
        .join(Exam, Exam.id == Sitting.exam_id)
        .order_by(Sitting.opens_at.desc(), Sitting.title)
        .limit(200)
    )
    if proctor_id is not None:
        query = query.join(SittingProctor, SittingProctor.sitting_id == Sitting.id).where(
            SittingProctor.person_id == proctor_id
        )
    return (await session.execute(query)).all()


async def find_sitting(
    session: AsyncSession, sitting_id: UUID, proctor_id: UUID | None
) -> Row[Sitting, Exam] | None:
    """A sitting, if this proctor watches it (None: whoever may see all)."""
    query = (
        select(Sitting, Exam).join(Exam, Exam.id == Sitting.exam_id).where(Sitting.id == sitting_id)
    )
    if proctor_id is not None:
        query = query.join(SittingProctor, SittingProctor.sitting_id == Sitting.id).where(
            SittingProctor.person_id == proctor_id
        )
    return (await session.execute(query)).one_or_none()


async def list_booked(session: AsyncSession, sitting_id: UUID) -> Sequence[Row[UUID, str]]:
    """(authorization, name) of everybody booked for a sitting, by name."""
    rows = await session.execute(
        select(Authorization.id, Person.name)
        .join(Person, Person.id == Authorization.person_id)
        .where(Authorization.sitting_id == sitting_id)
        .order_by(Person.name, Authorization.id)
    )
    return rows.all()
