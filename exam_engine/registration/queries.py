"""Looking up sittings and rights to sit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.tables import Person
from exam_engine.exams.tables import Exam
from exam_engine.registration.tables import Authorization, Sitting, SittingProctor


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
