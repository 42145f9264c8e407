"""What a candidate's browser asks again and again, each in one question through the driver."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select

from exam_engine.delivery.errors import NoSuchAttempt
from exam_engine.delivery.tables import Adjustment, Attempt, Lease, PresentedItem, Response
from exam_engine.driver.prepared import Query, Snapshot
from exam_engine.exams.tables import Exam, Form
from exam_engine.registration.tables import Authorization, Sitting
from exam_engine.results.tables import Result
from proctor.tables import ProctoringSession


class Standing(NamedTuple):
    """Where an attempt stands: all of its row that its candidate's pages need, and what belongs to
    it elsewhere.  ``holder_id`` is the sign-in that holds the lease in force.
    """

    id: UUID
    sitting_id: UUID
    state: str
    question_count: int
    allowance_s: int
    window_end_at: datetime
    started_at: datetime | None
    deadline_at: datetime | None
    paused_at: datetime | None
    ended_at: datetime | None
    lease: int
    last_sequence: int
    chain_head: bytes
    exam: str
    session_id: UUID | None
    admission: str | None
    holder_id: UUID | None
    result_id: UUID | None
    result_state: str | None


class Touched(NamedTuple):
    """What is stored for a position that was ever touched."""

    position: int
    response: str | None
    flagged: bool
    lease: int
    sequence: int
    received_at: datetime


class Presented(NamedTuple):
    """A question as presented, with what its candidate has done to it, if anything."""

    position: int
    item_version_id: UUID
    option_order: list[str]
    response: str | None
    flagged: bool | None


class Right(NamedTuple):
    """A right to sit; the attempt is there from check-in."""

    id: UUID
    exam: str
    sitting: str
    opens_at: datetime
    closes_at: datetime
    allowance_s: int
    attempt_id: UUID | None
    attempt_state: str | None


def _standing() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id,
            Attempt.sitting_id,
            Attempt.state,
            Attempt.question_count,
            Attempt.allowance_s,
            Attempt.window_end_at,
            Attempt.started_at,
            Attempt.deadline_at,
            Attempt.paused_at,
            Attempt.ended_at,
            Attempt.lease,
            Attempt.last_sequence,
            Attempt.chain_head,
            Exam.title,
            ProctoringSession.id,
            ProctoringSession.state,
            Lease.sign_in_id,
            Result.id,
            Result.state,
        )
        .join(Form, Form.id == Attempt.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .outerjoin(ProctoringSession, ProctoringSession.attempt_id == Attempt.id)
        .outerjoin(Lease, and_(Lease.attempt_id == Attempt.id, Lease.number == Attempt.lease))
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.person_id == bindparam("person_id"))
    )


_BY_ID = Query(_standing().where(Attempt.id == bindparam("attempt_id")), Standing)
_LATEST = Query(
    _standing()
    .where(Attempt.checked_in_at.is_not(None))
    .order_by(Attempt.ended_at.is_not(None), Attempt.checked_in_at.desc())
    .limit(1),
    Standing,
)
_TOUCHED = Query(
    select(
        Response.position,
        Response.value,
        Response.flagged,
        Response.lease,
        Response.sequence,
        Response.received_at,
    )
    .where(Response.attempt_id == bindparam("attempt_id"))
    .order_by(Response.position),
    Touched,
)
_PRESENTED = Query(
    select(
        PresentedItem.position,
        PresentedItem.item_version_id,
        PresentedItem.option_order,
        Response.value,
        Response.flagged,
    )
    .outerjoin(
        Response,
        and_(
            Response.attempt_id == PresentedItem.attempt_id,
            Response.position == PresentedItem.position,
        ),
    )
    .where(
        PresentedItem.attempt_id == bindparam("attempt_id"),
        PresentedItem.position.between(bindparam("first"), bindparam("last")),
    )
    .order_by(PresentedItem.position),
    Presented,
)
_ANSWERED = Query(
    select(func.count(Response.value)).where(Response.attempt_id == bindparam("attempt_id")), int
)
_LEDGER = Query(
    select(Adjustment.kind, Adjustment.microseconds)
    .where(Adjustment.attempt_id == bindparam("attempt_id"))
    .order_by(Adjustment.number),
    lambda kind, microseconds: (kind, microseconds),
)
_RIGHTS = Query(
    select(
        Authorization.id,
        Exam.title,
        Sitting.title,
        Sitting.opens_at,
        Sitting.closes_at,
        Authorization.allowance_s,
        Attempt.id,
        Attempt.state,
    )
    .join(Sitting, Sitting.id == Authorization.sitting_id)
    .join(Exam, Exam.id == Sitting.exam_id)
    .outerjoin(
        Attempt,
        and_(Attempt.authorization_id == Authorization.id, Attempt.checked_in_at.is_not(None)),
    )
    .where(Authorization.person_id == bindparam("person_id"))
    .order_by(Sitting.opens_at),
    Right,
)


async def get_standing(snapshot: Snapshot, attempt_id: UUID, person_id: UUID) -> Standing:
    """A person's own attempt.  Raises `NoSuchAttempt`, also for somebody else's."""
    found = await snapshot.first(_BY_ID, attempt_id=attempt_id, person_id=person_id)
    if found is None:
        raise NoSuchAttempt
    return found


async def find_latest_standing(snapshot: Snapshot, person_id: UUID) -> Standing | None:
    """The attempt that a signed-in candidate means: the one open, else the newest."""
    return await snapshot.first(_LATEST, person_id=person_id)


async def list_touched(snapshot: Snapshot, attempt_id: UUID) -> list[Touched]:
    return await snapshot.all(_TOUCHED, attempt_id=attempt_id)


async def list_presented(
    snapshot: Snapshot, attempt_id: UUID, start: int, count: int
) -> list[Presented]:
    last = start + count - 1
    return await snapshot.all(_PRESENTED, attempt_id=attempt_id, first=start, last=last)


async def count_answered(snapshot: Snapshot, attempt_id: UUID) -> int:
    return await snapshot.first(_ANSWERED, attempt_id=attempt_id) or 0


async def list_ledger(snapshot: Snapshot, attempt_id: UUID) -> list[tuple[str, int]]:
    """(kind, microseconds) of each change of an attempt's time, in order."""
    return await snapshot.all(_LEDGER, attempt_id=attempt_id)


async def list_rights(snapshot: Snapshot, person_id: UUID) -> list[Right]:
    return await snapshot.all(_RIGHTS, person_id=person_id)
