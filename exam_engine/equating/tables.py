"""Equatings with everything that was shown for them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.equating.states import STATES
from exam_engine.exams.tables import Exam, Form

STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class Equating(Base):
    """One computed equating of ``form_id`` to ``base_form_id``, and the decision about it.

    ``plan`` is a `Plan` as JSON; ``report`` everything that was computed and shown, the table
    among it.  ``data_hash`` is a SHA-256 over the plan, the answers and the parameters that it
    rests on.
    """

    __tablename__ = "equating"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        CheckConstraint("form_id <> base_form_id", name="two_forms"),
        CheckConstraint("state = 'draft' OR decided_at IS NOT NULL", name="decided_when"),
        Index(None, "form_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey(Exam.id))
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    base_form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    data_hash: Mapped[str] = mapped_column(String(64))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    requested_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(String(500))
