"""What arrival reads, locked, and what it writes; each statement is compiled once."""

from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select

from exam_engine.accounts.tables import Person, SignIn
from exam_engine.delivery.tables import Attempt, Event, Lease
from exam_engine.driver.prepared import Query, Write
from exam_engine.registration.tables import Authorization, Sitting, StartCode
from proctor.tables import ProctoringSession


class OpenCode(NamedTuple):
    """A start code by which somebody could come in now."""

    authorization_id: UUID
    code_hash: bytes
    failed_tries: int
    sitting_id: UUID
    person_id: UUID


class Comer(NamedTuple):
    """A right to sit, the attempt that was made of it at booking, and its proctoring session."""

    attempt_id: UUID
    sitting_id: UUID
    attempt_state: str
    checked_in_at: datetime | None
    valid_until: datetime
    opens_at: datetime
    closes_at: datetime
    self_admitting: bool
    session_id: UUID
    session_state: str
    session_version: int


class Seated(NamedTuple):
    """An attempt and its proctoring session, as far as the start needs them."""

    attempt_id: UUID
    person_id: UUID
    sitting_id: UUID
    state: str
    allowance_s: int
    window_end_at: datetime
    lease: int
    event_count: int
    chain_head: bytes
    session_id: UUID
    session_state: str
    session_version: int


CODES = Query(
    select(
        StartCode.authorization_id,
        StartCode.code_hash,
        StartCode.failed_tries,
        Sitting.id,
        Person.id,
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
    .with_for_update(of=StartCode),
    OpenCode,
)
COMER = Query(
    select(
        Attempt.id,
        Attempt.sitting_id,
        Attempt.state,
        Attempt.checked_in_at,
        Authorization.valid_until,
        Sitting.opens_at,
        Sitting.closes_at,
        Sitting.self_admitting,
        ProctoringSession.id,
        ProctoringSession.state,
        ProctoringSession.version,
    )
    .join(Authorization, Authorization.id == Attempt.authorization_id)
    .join(Sitting, Sitting.id == Authorization.sitting_id)
    .join(ProctoringSession, ProctoringSession.attempt_id == Attempt.id)
    .where(
        Authorization.id == bindparam("authorization_id"),
        Authorization.person_id == bindparam("person_id"),
    )
    .with_for_update(of=(Attempt, ProctoringSession)),
    Comer,
)
SEATED = Query(
    select(
        Attempt.id,
        Attempt.person_id,
        Attempt.sitting_id,
        Attempt.state,
        Attempt.allowance_s,
        Attempt.window_end_at,
        Attempt.lease,
        Attempt.event_count,
        Attempt.chain_head,
        ProctoringSession.id,
        ProctoringSession.state,
        ProctoringSession.version,
    )
    .join(ProctoringSession, ProctoringSession.attempt_id == Attempt.id)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.person_id == bindparam("person_id"))
    .with_for_update(),
    Seated,
)

_code = cast(Table, StartCode.__table__)
_attempt = cast(Table, Attempt.__table__)
_session = cast(Table, ProctoringSession.__table__)

COUNT_TRIES = Write(
    _code.update()
    .where(_code.c.authorization_id == bindparam("which"))
    .values(failed_tries=bindparam("tries"))
)
ADD_SIGN_IN = Write(cast(Table, SignIn.__table__).insert())
CHECK_IN_ATTEMPT = Write(
    _attempt.update()
    .where(_attempt.c.id == bindparam("attempt_id"))
    .values(checked_in_at=bindparam("now"))
)
START_ATTEMPT = Write(
    _attempt.update()
    .where(_attempt.c.id == bindparam("attempt_id"))
    .values(
        state=bindparam("new_state"),
        started_at=bindparam("now"),
        deadline_at=bindparam("deadline"),
        lease=bindparam("new_lease"),
        last_sequence=0,
        event_count=bindparam("last_event"),
        chain_head=bindparam("last_hash"),
    )
)
MOVE_SESSION = Write(
    _session.update()
    .where(_session.c.id == bindparam("session_id"))
    .values(state=bindparam("new_state"), version=bindparam("new_version"))
)
ADMIT_SESSION = Write(
    _session.update()
    .where(_session.c.id == bindparam("session_id"))
    .values(
        state=bindparam("new_state"),
        version=bindparam("new_version"),
        admitted_at=bindparam("now"),
    )
)
ADD_EVENT = Write(cast(Table, Event.__table__).insert())
ADD_LEASE = Write(cast(Table, Lease.__table__).insert())
