"""Scores (computed, never changed), results (what the candidate is told), and what was decided
about keys."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.delivery.tables import Attempt
from exam_engine.exams.tables import Form
from exam_engine.results.marking import Treatment
from exam_engine.results.states import ResultState

STATE_LIST = ", ".join(f"'{state}'" for state in ResultState)
TREATMENT_LIST = ", ".join(f"'{treatment}'" for treatment in Treatment)


class Score(Base):
    """One computation of a score.  Rescoring adds a row with the next number.

    ``raw`` counts right answers to scored items; ``scaled`` is unrounded and decides ``passed``;
    ``reported`` is what is printed.  ``by_node`` keeps right and total per blueprint node.
    ``conversion`` names how the table was made, ``conversion_number`` which of the form's it was,
    ``decision_number`` the last `ItemDecision` of the form that was taken into account.
    """

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id))
    number: Mapped[int]
    raw: Mapped[int]
    raw_max: Mapped[int]
    scaled: Mapped[float]
    reported: Mapped[int]
    passed: Mapped[bool]
    conversion: Mapped[str] = mapped_column(String(80))
    conversion_number: Mapped[int] = mapped_column(default=0)
    decision_number: Mapped[int] = mapped_column(default=0)
    by_node: Mapped[dict[str, Any]] = mapped_column(JSON)
    computed_at: Mapped[datetime]


class Result(Base):
    """What a candidate is told of an attempt: the score that counts, and whether it is out.

    ``hold_reason``: it is held for a reason of its own, and left out when others are released.
    """

    __tablename__ = "result"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        CheckConstraint(
            "state NOT IN ('released', 'withdrawn') OR released_at IS NOT NULL",
            name="released_when",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), unique=True)
    score_id: Mapped[UUID] = mapped_column(ForeignKey(Score.id))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    hold_reason: Mapped[str | None] = mapped_column(String(500))


class ItemDecision(Base):
    """What was decided about a question of a form whose key was in doubt.

    Rows are added, never changed; the newest of a position counts, and the item version stays as
    it was published.  ``also`` are identifiers of options.
    """

    __tablename__ = "item_decision"
    __table_args__ = (
        CheckConstraint("number > 0", name="positive_number"),
        CheckConstraint(f"treatment IN ({TREATMENT_LIST})", name="known_treatment"),
    )

    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    treatment: Mapped[str] = mapped_column(String(20))
    also: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
