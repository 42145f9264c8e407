"""Scores (computed, never changed) and results (what the candidate is told)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.base import Base
from exam_engine.delivery.tables import Attempt


class Score(Base):
    """One computation of a score.  Rescoring adds a row with the next number.

    ``raw`` counts right answers to scored items; ``scaled`` is unrounded and decides ``passed``;
    ``reported`` is what is printed.  ``by_node`` keeps right and total per blueprint node.
    ``conversion`` names how the table was made, ``conversion_number`` which of the form's it was.
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
    by_node: Mapped[dict[str, Any]] = mapped_column(JSON)
    computed_at: Mapped[datetime]


class Result(Base):
    __tablename__ = "result"
    __table_args__ = (
        CheckConstraint(
            "state IN ('provisional', 'held', 'released', 'withdrawn')", name="known_state"
        ),
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
