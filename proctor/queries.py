"""Looking up proctoring sessions and signals."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from proctor.errors import NoSuchSession
from proctor.tables import ProctoringSession, Signal

# Built once: on exam day, building a statement costs more than running it.
_LOCKED = (
    select(ProctoringSession)
    .where(ProctoringSession.attempt_id == bindparam("attempt_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def find_session_of(session: AsyncSession, attempt_id: UUID) -> ProctoringSession | None:
    return await session.scalar(
        select(ProctoringSession).where(ProctoringSession.attempt_id == attempt_id)
    )


async def find_session_of_for_update(
    session: AsyncSession, attempt_id: UUID
) -> ProctoringSession | None:
    return await session.scalar(_LOCKED, {"attempt_id": attempt_id})


async def find_session(session: AsyncSession, session_id: UUID) -> ProctoringSession | None:
    return await session.get(ProctoringSession, session_id)


async def get_session_for_update(session: AsyncSession, session_id: UUID) -> ProctoringSession:
    found = await session.get(
        ProctoringSession, session_id, with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NoSuchSession
    return found


async def list_room(session: AsyncSession, room_id: UUID) -> Sequence[ProctoringSession]:
    query = (
        select(ProctoringSession)
        .where(ProctoringSession.room_id == room_id)
        .order_by(ProctoringSession.label, ProctoringSession.id)
    )
    return (await session.scalars(query)).all()


async def count_signals(session: AsyncSession, session_id: UUID) -> int:
    query = select(func.count()).select_from(Signal).where(Signal.session_id == session_id)
    return await session.scalar(query) or 0


async def list_signals(
    session: AsyncSession, session_ids: Collection[UUID]
) -> dict[UUID, list[Signal]]:
    """The signals of each session, newest first."""
    rows = await session.scalars(
        select(Signal).where(Signal.session_id.in_(session_ids)).order_by(Signal.noticed_at.desc())
    )
    found: dict[UUID, list[Signal]] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return found
