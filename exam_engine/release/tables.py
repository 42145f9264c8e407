"""Releases, and the acts on single results."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.exams.tables import Form
from exam_engine.registration.tables import Sitting
from exam_engine.results.tables import Result, Score


class Release(Base):
    """Held results of a form that are told at once; of one sitting where ``sitting_id`` says so.

    Where the exam wants a second person, the row is there from the asking, and ``released_at`` and
    ``confirmed_by`` are set by the confirming.  ``checks`` are those of `release.checks` as they
    stood then, ``count`` how many results were told, ``passed`` how many of them passed.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint('"count" >= 0 AND passed >= 0', name="counts_not_negative"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="second_person"),
        Index(None, "form_id"),
        Index(
            "ix_release_open",
            "form_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    sitting_id: Mapped[UUID | None] = mapped_column(ForeignKey(Sitting.id))
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    released_at: Mapped[datetime | None]
    conversion_number: Mapped[int]
    decision_number: Mapped[int]
    count: Mapped[int]
    passed: Mapped[int]
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class ResultAct(Base):
    """What a person did to one result, and why.  Rows are added, never changed."""

    __tablename__ = "result_act"
    __table_args__ = (
        CheckConstraint(
            "verb IN ('hold', 'lift', 'release', 'withdraw', 'rescore')", name="known_verb"
        ),
        CheckConstraint("number > 0", name="positive_number"),
    )

    result_id: Mapped[UUID] = mapped_column(ForeignKey(Result.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    score_id: Mapped[UUID] = mapped_column(ForeignKey(Score.id))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]
