"""Sittings, the right to sit, and the codes that open the door."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.exams.tables import Exam, Form


class Sitting(Base):
    """When and how people sit one form together.

    ``self_admitting``: nobody has to be let in.  ``rehearsal`` marks an event of scripted
    candidates, so that it never enters a statistic.
    """

    __tablename__ = "sitting"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey(Exam.id))
    form_id: Mapped[UUID] = mapped_column(ForeignKey(Form.id))
    title: Mapped[str] = mapped_column(String(200))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    self_admitting: Mapped[bool]
    rehearsal: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class SittingProctor(Base):
    """Who watches a sitting; nobody else sees its room."""

    __tablename__ = "sitting_proctor"

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey(Sitting.id), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)


class Authorization(Base):
    """A candidate's right to sit.  ``allowance_s`` is the time granted, accommodation included."""

    __tablename__ = "authorization"
    __table_args__ = (
        UniqueConstraint("person_id", "sitting_id"),
        Index(None, "sitting_id"),
        CheckConstraint("allowance_s > 0", name="positive_allowance"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey(Sitting.id))
    allowance_s: Mapped[int]
    valid_until: Mapped[datetime]
    created_at: Mapped[datetime]


class StartCode(Base):
    """A code of 50 random bits for one authorization; only its keyed hash is stored."""

    __tablename__ = "start_code"

    authorization_id: Mapped[UUID] = mapped_column(ForeignKey(Authorization.id), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    failed_tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
