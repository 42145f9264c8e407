"""Proctoring sessions and the signals recorded in them.

People, sittings and attempts belong to whoever uses this package: here they are opaque ids.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from proctor.sessions import STATES

STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; text of fixed width on SQLite, which has no type for it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant}


class ProctoringSession(Base):
    """One attempt under watch.  ``version`` counts every change, for a live list to compare."""

    __tablename__ = "proctoring_session"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATE_LIST})", name="known_state"),
        Index(None, "room_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    attempt_id: Mapped[UUID] = mapped_column(unique=True)
    room_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    admitted_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]


class Signal(Base):
    """Something a browser or the engine noticed.  Severity 0 to 1 as in LTI Assessment Control."""

    __tablename__ = "signal"
    __table_args__ = (
        Index(None, "session_id"),
        CheckConstraint("severity >= 0 AND severity <= 1", name="severity_0_to_1"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    session_id: Mapped[UUID] = mapped_column(ForeignKey(ProctoringSession.id))
    kind: Mapped[str] = mapped_column(String(40))
    severity: Mapped[float] = mapped_column(Float)
    noticed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    duration_ms: Mapped[int | None]
