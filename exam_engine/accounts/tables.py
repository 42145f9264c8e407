"""People, their roles, and the tokens by which they are signed in."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from exam_engine.accounts.roles import Role
from exam_engine.base import Base

ROLE_LIST = ", ".join(f"'{role}'" for role in Role)


class Person(Base):
    """Someone who may sign in; ``email`` is kept in lower case."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class PersonRole(Base):
    __tablename__ = "person_role"
    __table_args__ = (CheckConstraint(f"role IN ({ROLE_LIST})", name="known_role"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class SignIn(Base):
    """One signed-in browser or tool.  Only the SHA-256 of its token is stored."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
