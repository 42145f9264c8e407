"""Calibration runs with all that they leave, and answers that were given elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.calibration.states import STATES
from exam_engine.exams.tables import Exam, Form
from item_bank.tables import ItemVersion

STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class CalibrationRun(Base):
    """One run.  This row is what every act on it locks.

    ``plan`` is a `Plan` as JSON, ``repeats_id`` the run whose frozen data it takes again.
    ``tries`` counts how often its present stage was begun.  ``progress`` and ``log`` are for
    people who watch.  ``outcome`` is the report, ``digits`` a SHA-256 over every parameter and
    error to the last bit.  ``scale`` and ``parameters_version`` are set by the approval.
    """

    __tablename__ = "calibration_run"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR decided_at IS NOT NULL", name="decided_when"
        ),
        CheckConstraint("state <> 'failed' OR failure IS NOT NULL", name="failed_why"),
        Index(None, "state"),
        Index(None, "exam_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey(Exam.id))
    state: Mapped[str] = mapped_column(String(20))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    idempotency_key: Mapped[str] = mapped_column(String(100), unique=True)
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("calibration_run.id"))
    reason: Mapped[str] = mapped_column(String(500))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stage: Mapped[str | None] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime]
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    failure: Mapped[str | None] = mapped_column(Text)
    data_hash: Mapped[str | None] = mapped_column(String(64))
    n_persons: Mapped[int | None]
    n_items: Mapped[int | None]
    digits: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    scale: Mapped[str | None] = mapped_column(String(80))
    parameters_version: Mapped[int | None]


class CalibrationArtifact(Base):
    """What a stage left for later ones, compressed.  Written once, with the end of its stage."""

    __tablename__ = "calibration_artifact"

    run_id: Mapped[UUID] = mapped_column(ForeignKey(CalibrationRun.id), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class CalibrationItem(Base):
    """An item of a finished run: one row of its table.

    ``parameters`` and ``errors`` hold a, b, c, u and the intercept; ``figures`` fit and classical
    figures by name, None where undefined; ``flags`` are words.  ``also`` are the options that were
    taken as right beside the key.
    """

    __tablename__ = "calibration_item"
    __table_args__ = (UniqueConstraint("run_id", "code"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey(CalibrationRun.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey(ItemVersion.id))
    code: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(10))
    n: Mapped[int]
    parameters: Mapped[dict[str, float | None]] = mapped_column(JSON)
    errors: Mapped[dict[str, float | None]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    flags: Mapped[list[str]] = mapped_column(JSON)
    also: Mapped[list[str]] = mapped_column(JSON, default=list)


class PastAdministration(Base):
    """Answers to a form that were not given in this engine: history, not an exam day's record.

    There is no attempt, no event and no person behind them, and nobody is told a result.
    ``answers`` is one signed byte an answer, candidates by the form's positions, compressed: -1 not
    shown, 0 no answer, k the k-th option in the item's own order, 127 a wrong option that is not
    known.  ``simulated``: drawn from a model.
    """

    __tablename__ = "past_administration"
    __table_args__ = (
        UniqueConstraint("form_id", "title"),
        CheckConstraint("n_candidates > 0", name="positive_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(500))
    simulated: Mapped[bool]
    held_at: Mapped[datetime]
    n_candidates: Mapped[int]
    n_positions: Mapped[int]
    answers: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
