"""Notices to people."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.tables import Person
from exam_engine.base import Base
from exam_engine.release.notices.words import NoticeKind
from exam_engine.results.tables import Result

KIND_LIST = ", ".join(f"'{kind}'" for kind in NoticeKind)


class Notice(Base):
    """Something that a person is told on their start page."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KIND_LIST})", name="known_kind"),
        Index(None, "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    result_id: Mapped[UUID | None] = mapped_column(ForeignKey(Result.id))
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
