"""Panels, who sits on them, what they rate, and the standard that comes of it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.exams.tables import Form
from exam_engine.standards.states import STATES

STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class StandardPanel(Base):
    """One panel for one form.  This row is what every act on the panel locks.

    ``round`` is the present one, 0 for practice.  ``borderline`` says what the candidate is like
    who just passes.  A bookmark panel has the ``response_probability`` and the scale whose
    parameters order its ``booklet``: a list of pages, each with form position, code, location in
    logits, model and parameters, as they stood when the panel was made.  ``reports`` holds what a
    closed round came to, by number, as `exam_engine.standards.report` made it.
    """

    __tablename__ = "standard_panel"
    __table_args__ = (
        CheckConstraint("method IN ('angoff', 'bookmark')", name="known_method"),
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        CheckConstraint("n_rounds > 0", name="positive_rounds"),
        CheckConstraint("round BETWEEN 0 AND n_rounds", name="known_round"),
        CheckConstraint(
            "method <> 'bookmark' OR (response_probability > 0 AND response_probability < 1 "
            "AND scale IS NOT NULL)",
            name="bookmark_whole",
        ),
        Index(None, "form_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    method: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    n_rounds: Mapped[int]
    round: Mapped[int] = mapped_column(default=0)
    borderline: Mapped[str] = mapped_column(Text)
    response_probability: Mapped[float | None]
    scale: Mapped[str | None] = mapped_column(String(80))
    parameters_version: Mapped[int | None]
    booklet: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    reports: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class PanelJudge(Base):
    """``accepted_at``: when the statement on conflicts of interest was accepted.

    A judge who was left out when a round closed counts in no round and rates in no later one.
    """

    __tablename__ = "panel_judge"
    __table_args__ = (
        CheckConstraint(
            "left_out_round IS NULL OR left_out_reason IS NOT NULL", name="left_out_why"
        ),
        Index(None, "person_id"),
    )

    panel_id: Mapped[UUID] = mapped_column(ForeignKey(StandardPanel.id), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    qualification: Mapped[str] = mapped_column(String(500))
    accepted_at: Mapped[datetime | None]
    left_out_round: Mapped[int | None]
    left_out_reason: Mapped[str | None] = mapped_column(String(500))


class Rating(Base):
    """What a judge said in a round; it may change while the round is open, never after.

    Angoff: ``position`` is the form's, ``value`` the share of just-qualified candidates who answer
    right.  Bookmark: ``position`` is 0, ``value`` the page of the booklet, counted from 1.
    """

    __tablename__ = "rating"
    __table_args__ = (
        ForeignKeyConstraint(
            ["panel_id", "person_id"],
            ["panel_judge.panel_id", "panel_judge.person_id"],
            name="fk_rating_panel_judge",
        ),
        CheckConstraint("round >= 0 AND position >= 0", name="known_place"),
        CheckConstraint(
            "(position > 0 AND value BETWEEN 0 AND 1) OR (position = 0 AND value >= 2)",
            name="known_value",
        ),
    )

    panel_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[float]
    saved_at: Mapped[datetime]


class Standard(Base):
    """What a panel recommended and what was adopted, apart.  Once signed twice it stays.

    Cuts are raw scores: the recommended one is a mean and need not be whole, the adopted one is the
    lowest score that passes.
    """

    __tablename__ = "standard"
    __table_args__ = (
        CheckConstraint(
            "(first_by IS NULL) = (cut_adopted IS NULL) AND "
            "(first_by IS NULL) = (first_at IS NULL)",
            name="first_whole",
        ),
        CheckConstraint(
            "(second_by IS NULL) = (second_at IS NULL) AND "
            "(second_by IS NULL OR (first_by IS NOT NULL AND second_by <> first_by))",
            name="two_persons",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    panel_id: Mapped[UUID] = mapped_column(ForeignKey(StandardPanel.id), unique=True)
    cut_recommended: Mapped[float]
    standard_error: Mapped[float]
    recommended_at: Mapped[datetime]
    recommended_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    cut_adopted: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    first_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    first_at: Mapped[datetime | None]
    second_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    second_at: Mapped[datetime | None]
