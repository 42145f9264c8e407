"""Attempts and everything that is recorded of them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person, SignIn
from exam_engine.base import Base
from exam_engine.delivery.states import STATES
from exam_engine.exams.tables import Form
from exam_engine.registration.tables import Authorization, Sitting
from item_bank.tables import ItemVersion

STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class Attempt(Base):
    """One candidate's sitting of one form.  This row is what every command locks.

    It is made when the date is booked, so that the bell is light, and is nobody's business until
    ``checked_in_at``.

    ``deadline_at`` is stored, moved only by rows of the adjustment ledger; while paused the
    deadline stands still and does not pass.  ``lease`` is the number of the writing lease in
    force (0: none yet), ``last_sequence`` the highest sequence recorded in it.  ``event_count``
    and ``chain_head`` are the end of the hash chain.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        CheckConstraint("allowance_s > 0", name="positive_allowance"),
        CheckConstraint(
            "(started_at IS NULL) = (deadline_at IS NULL)", name="deadline_from_the_start"
        ),
        Index(
            "ix_attempt_running_deadline",
            "deadline_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(None, "person_id"),
        Index(None, "sitting_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    authorization_id: Mapped[UUID] = mapped_column(ForeignKey(Authorization.id), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey(Sitting.id))
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    state: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int] = mapped_column(BigInteger)
    ordering: Mapped[str] = mapped_column(String(40))
    question_count: Mapped[int]
    allowance_s: Mapped[int]
    grace_s: Mapped[int]
    window_end_at: Mapped[datetime]
    created_at: Mapped[datetime]
    checked_in_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lease: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    event_count: Mapped[int] = mapped_column(default=0)
    chain_head: Mapped[bytes] = mapped_column(LargeBinary(32))


class PresentedItem(Base):
    """What the candidate is shown at a position: the version, and the order of its options."""

    __tablename__ = "presented_item"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey(ItemVersion.id))
    form_position: Mapped[int]
    option_order: Mapped[list[str]] = mapped_column(JSON)


class Lease(Base):
    """The right to write, given to one signed-in device at a time."""

    __tablename__ = "lease"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey(SignIn.id))
    granted_at: Mapped[datetime]


class Response(Base):
    """The newest answer to a position, by lease and then sequence; the log holds them all."""

    __tablename__ = "response"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str | None] = mapped_column(String(64))
    flagged: Mapped[bool]
    lease: Mapped[int]
    sequence: Mapped[int]
    received_at: Mapped[datetime]


class Event(Base):
    """One link of an attempt's append-only chain.  ``body`` is canonical JSON, hashed as stored.

    ``lease`` and ``sequence`` are set on answers only and make them idempotent;
    ``submission_id`` does the same for an answer from a plain form.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("attempt_id", "lease", "sequence"),
        UniqueConstraint("attempt_id", "submission_id"),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    lease: Mapped[int | None]
    sequence: Mapped[int | None]
    submission_id: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Adjustment(Base):
    """A signed change of the deadline in microseconds, with who and why: the time ledger."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('pause', 'outage_credit', 'extension', 'correction')", name="known_kind"
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    microseconds: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[UUID | None]
    at: Mapped[datetime]
