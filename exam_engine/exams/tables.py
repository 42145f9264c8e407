"""Exams (the programme's policy), their blueprints, and forms."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.exams.purposes import Purpose
from item_bank.tables import FrameworkNode, ItemVersion

PURPOSE_LIST = ", ".join(f"'{purpose}'" for purpose in Purpose)


class Exam(Base):
    """Policy of one programme.  Durations in seconds, scores on the reported scale.

    ``second_approver``: parameters are approved by somebody else than who had them calibrated.
    """

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint("allowance_s > 0", name="positive_allowance"),
        CheckConstraint("grace_s >= 0", name="grace_not_negative"),
        CheckConstraint("scale_low < cut AND cut <= scale_high", name="cut_on_scale"),
        CheckConstraint("release IN ('at_end', 'held')", name="known_release"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    allowance_s: Mapped[int]
    grace_s: Mapped[int] = mapped_column(default=0)
    scale_low: Mapped[int]
    scale_high: Mapped[int]
    cut: Mapped[int]
    release: Mapped[str] = mapped_column(String(20))
    second_approver: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class BlueprintRow(Base):
    """How many scored items of a form come from one node of the framework."""

    __tablename__ = "blueprint_row"
    __table_args__ = (CheckConstraint("item_count > 0", name="positive_count"),)

    exam_id: Mapped[UUID] = mapped_column(ForeignKey(Exam.id), primary_key=True)
    node_id: Mapped[UUID] = mapped_column(ForeignKey(FrameworkNode.id), primary_key=True)
    item_count: Mapped[int]
    position: Mapped[int]


class Form(Base):
    """An ordered choice of item versions; immutable from ``published_at`` on.

    ``purpose`` says what its scores are for: see `exam_engine.exams.purposes`.  ``conversion``
    maps raw scores to the reported scale: see `exam_engine.exams.conversion`; a draft may have none
    yet.  ``conversion_number`` is that of the table in force: 0 for this one, else that of a
    `FormConversion`.  ``structure`` is that of an imported test: see `exam_engine.exams.imported`.
    """

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("exam_id", "code"),
        CheckConstraint("state IN ('draft', 'published')", name="known_state"),
        CheckConstraint(f"purpose IN ({PURPOSE_LIST})", name="known_purpose"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey(Exam.id))
    code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20), default=Purpose.PRACTICE)
    assembly: Mapped[str] = mapped_column(String(80))
    seed: Mapped[int] = mapped_column(BigInteger)
    conversion: Mapped[dict[str, Any]] = mapped_column(JSON)
    conversion_number: Mapped[int] = mapped_column(default=0)
    structure: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class FormConversion(Base):
    """A table that replaced a form's provisional one.  Rows are added, never changed.

    ``source`` is what it comes from, ``source_id`` that standard or equating.  ``evidence`` is how
    sharply the form measures at the cut and how right its decisions are, by the names of
    `exam_engine.calibration.at_cut`; empty where it is not known.
    """

    __tablename__ = "form_conversion"
    __table_args__ = (
        CheckConstraint("number > 0", name="positive_number"),
        CheckConstraint("source IN ('standard', 'equating')", name="known_source"),
    )

    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    conversion: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[UUID]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))


class FormItem(Base):
    __tablename__ = "form_item"
    __table_args__ = (
        UniqueConstraint("form_id", "item_version_id"),
        CheckConstraint("role IN ('scored', 'pretest')", name="known_role"),
        CheckConstraint("position > 0", name="positive_position"),
    )

    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey(ItemVersion.id))
    node_id: Mapped[UUID] = mapped_column(ForeignKey(FrameworkNode.id))
    role: Mapped[str] = mapped_column(String(20))
