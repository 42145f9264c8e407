"""Looking up attempts and what was recorded of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.delivery import events
from exam_engine.delivery.errors import NoSuchAttempt
from exam_engine.delivery.states import AttemptState
from exam_engine.delivery.tables import (
    Adjustment,
    Attempt,
    Event,
    Lease,
    PresentedItem,
    Response,
)
from exam_engine.delivery.verification import Verified, verify
from exam_engine.exams.tables import FormItem
from exam_engine.registration.tables import Sitting

# Built once: on exam day, building a statement costs more than running it.
_LOCKED = (
    select(Attempt)
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def get_attempt_for_update(session: AsyncSession, attempt_id: UUID) -> Attempt:
    """The attempt, locked until the transaction ends; asked for again it costs nothing."""
    locked: dict[UUID, Attempt] = session.info.setdefault("locked attempts", {})
    attempt = locked.get(attempt_id)
    if attempt is None:
        attempt = await session.scalar(_LOCKED, {"attempt_id": attempt_id})
        if attempt is None:
            raise NoSuchAttempt
        locked[attempt_id] = attempt
    return attempt


async def list_attempts(session: AsyncSession, sitting_id: UUID) -> Sequence[Attempt]:
    query = select(Attempt).where(Attempt.sitting_id == sitting_id).order_by(Attempt.created_at)
    return (await session.scalars(query)).all()


async def list_overdue(
    session: AsyncSession, now: datetime, margin: timedelta, most: int
) -> Sequence[UUID]:
    """Running attempts whose deadline, grace included, passed at least ``margin`` ago."""
    rows = await session.execute(
        select(Attempt.id, Attempt.deadline_at, Attempt.grace_s)
        .where(Attempt.state == AttemptState.RUNNING, Attempt.deadline_at <= now - margin)
        .order_by(Attempt.deadline_at)
        .limit(most)
    )
    return [
        attempt_id
        for attempt_id, deadline_at, grace_s in rows
        if deadline_at is not None and deadline_at + timedelta(seconds=grace_s) <= now - margin
    ]


async def list_responses(
    session: AsyncSession, attempt_id: UUID, start: int = 1, count: int | None = None
) -> Sequence[Response]:
    query = select(Response).where(Response.attempt_id == attempt_id, Response.position >= start)
    if count is not None:
        query = query.where(Response.position < start + count)
    return (await session.scalars(query.order_by(Response.position))).all()


async def list_presented(
    session: AsyncSession, attempt_id: UUID, start: int = 1, count: int | None = None
) -> Sequence[PresentedItem]:
    query = (
        select(PresentedItem)
        .where(PresentedItem.attempt_id == attempt_id, PresentedItem.position >= start)
        .order_by(PresentedItem.position)
    )
    if count is not None:
        query = query.limit(count)
    return (await session.scalars(query)).all()


async def find_lease(session: AsyncSession, attempt_id: UUID, number: int) -> Lease | None:
    return await session.get(Lease, (attempt_id, number))


async def list_links(session: AsyncSession, attempt_id: UUID) -> Sequence[events.Link]:
    """An attempt's chain, first event first."""
    rows = await session.scalars(
        select(Event).where(Event.attempt_id == attempt_id).order_by(Event.number)
    )
    return [
        events.Link(
            row.attempt_id,
            row.number,
            row.kind,
            row.at,
            row.actor_id,
            row.lease,
            row.sequence,
            row.submission_id,
            row.body,
            row.hash,
        )
        for row in rows
    ]


async def list_adjustments(session: AsyncSession, attempt_id: UUID) -> Sequence[Adjustment]:
    query = (
        select(Adjustment).where(Adjustment.attempt_id == attempt_id).order_by(Adjustment.number)
    )
    return (await session.scalars(query)).all()


async def verify_attempt(session: AsyncSession, attempt_id: UUID) -> Verified:
    """Everything stored of an attempt, held against its log.  Raises `NoSuchAttempt`."""
    attempt = await session.get(Attempt, attempt_id)
    if attempt is None:
        raise NoSuchAttempt("There is no attempt with this id.")
    return verify(
        attempt,
        await list_links(session, attempt_id),
        await list_responses(session, attempt_id),
        await list_adjustments(session, attempt_id),
    )


@dataclass(frozen=True, slots=True)
class Progress:
    answered: int
    last_saved_at: datetime | None


async def list_progress(
    session: AsyncSession, attempt_ids: Collection[UUID]
) -> dict[UUID, Progress]:
    """How many positions have an answer, and when the last answer was saved."""
    rows = await session.execute(
        select(Response.attempt_id, func.count(Response.value), func.max(Response.received_at))
        .where(Response.attempt_id.in_(attempt_ids))
        .group_by(Response.attempt_id)
    )
    return {attempt_id: Progress(answered, saved) for attempt_id, answered, saved in rows}


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a question of a form was put before a candidate: in attempts that were started."""

    position: int
    item_version_id: UUID
    role: str
    shown: int


async def list_exposures(session: AsyncSession, form_id: UUID) -> Sequence[Exposure]:
    """Of every question of a form, in its order; rehearsals count for nothing."""
    shown = (
        select(PresentedItem.form_position, func.count().label("shown"))
        .join(Attempt, Attempt.id == PresentedItem.attempt_id)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .where(
            Attempt.form_id == form_id,
            Attempt.started_at.is_not(None),
            Sitting.rehearsal.is_(False),
        )
        .group_by(PresentedItem.form_position)
        .subquery()
    )
    rows = await session.execute(
        select(
            FormItem.position,
            FormItem.item_version_id,
            FormItem.role,
            func.coalesce(shown.c.shown, 0),
        )
        .outerjoin(shown, shown.c.form_position == FormItem.position)
        .where(FormItem.form_id == form_id)
        .order_by(FormItem.position)
    )
    return [Exposure(*row) for row in rows]
