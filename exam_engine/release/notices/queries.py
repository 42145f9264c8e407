"""Looking up a person's own notices."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.release.errors import NoticeNotFound
from exam_engine.release.notices.tables import Notice


async def list_notices(
    session: AsyncSession, person_id: UUID, *, unread: bool = False
) -> Sequence[Notice]:
    """A person's own, newest first."""
    query = select(Notice).where(Notice.person_id == person_id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    return (await session.scalars(query.order_by(Notice.made_at.desc(), Notice.id))).all()


async def get_notice_for_update(session: AsyncSession, notice_id: UUID, person_id: UUID) -> Notice:
    """A person's own.  Raises `NoticeNotFound`, also for somebody else's."""
    found = await session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.person_id == person_id)
        .with_for_update()
    )
    if found is None:
        raise NoticeNotFound
    return found
