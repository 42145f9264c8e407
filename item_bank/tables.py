"""The bank's tables.

A version is immutable: a change of content or facts is a new version, so what a form has pinned
stays what it was.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column
from sqlalchemy.types import TypeEngine

from item_bank.errors import VersionImmutable
from item_bank.framework import NodeKind
from item_bank.imports.states import ImportState
from item_bank.items import LONGEST_TITLE, CognitiveLevel, ItemKind
from item_bank.lifecycle import ADD, ItemState, ItemVerb


class Instant(TypeDecorator[datetime]):
    """A moment: an aware datetime in UTC.

    SQLite has no such type, so there it is text of one fixed form, which sorts as time does:
    ``2026-11-21T09:00:00.000000+00:00``.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"A moment needs its time zone, and {value!r} has none.")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, UUID: Uuid()}


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class FrameworkEdition(Base):
    __tablename__ = "framework_edition"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(Text)
    published_on: Mapped[date]
    case_identifier: Mapped[str] = mapped_column(String(64), unique=True)
    loaded_at: Mapped[datetime]


class FrameworkNode(Base):
    __tablename__ = "framework_node"
    __table_args__ = (
        UniqueConstraint("edition_id", "code"),
        CheckConstraint(_one_of("kind", *NodeKind), name="kind"),
        CheckConstraint("weight IS NULL OR weight BETWEEN 0 AND 100", name="weight"),
        Index(None, "parent_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("framework_edition.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_node.id"))
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    alternative_titles: Mapped[list[str]] = mapped_column(JSON)
    weight: Mapped[int | None]
    case_identifier: Mapped[str] = mapped_column(String(64), unique=True)
    position: Mapped[int]


class Item(Base):
    __tablename__ = "item"
    __table_args__ = (CheckConstraint(_one_of("state", *ItemState), name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    author_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class ItemVersion(Base):
    """``content`` is QTI 3 XML; ``content_hash`` is the SHA-256 of its canonical form, in hex.

    ``import_id`` is the import that brought the version, if one did.
    """

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(_one_of("kind", *ItemKind), name="kind"),
        CheckConstraint(_one_of("cognitive_level", *CognitiveLevel), name="cognitive_level"),
        CheckConstraint(
            "estimated_difficulty IS NULL OR"
            " (estimated_difficulty > 0 AND estimated_difficulty < 1)",
            name="estimated_difficulty",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    cognitive_level: Mapped[str] = mapped_column(String(16))
    estimated_difficulty: Mapped[float | None]
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date | None]
    review_by: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("item_import.id"), index=True)


class ItemTag(Base):
    """An item is tagged to its skill area and, as a rule, to a task of that area."""

    __tablename__ = "item_tag"
    __table_args__ = (Index(None, "node_id"),)

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    node_id: Mapped[UUID] = mapped_column(ForeignKey("framework_node.id"), primary_key=True)


class ItemEnemy(Base):
    """Two items that may not stand on one form: one row a pair, the lower id first."""

    __tablename__ = "item_enemy"
    __table_args__ = (CheckConstraint("item_id < enemy_id", name="order"), Index(None, "enemy_id"))

    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    enemy_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)


class ItemTransition(Base):
    """One move of an item through its life, numbered from 1; the first has no state before it."""

    __tablename__ = "item_transition"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint(_one_of("verb", ADD, *ItemVerb), name="verb"),
        CheckConstraint(_one_of("from_state", *ItemState), name="from_state"),
        CheckConstraint(_one_of("to_state", *ItemState), name="to_state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class ParameterSet(Base):
    """Item parameters that were approved together: a version of a scale.

    ``run_id`` is the calibration that gave them, as its owner names it; ``anchored`` says that
    it was fixed on the scale by earlier parameters.
    """

    __tablename__ = "parameter_set"
    __table_args__ = (
        UniqueConstraint("scale", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scale: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    run_id: Mapped[str] = mapped_column(String(64), unique=True)
    anchored: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]


class ItemParameters(Base):
    """Parameters of one item version on a scale; logistic, D = 1, never changed.

    ``values`` and ``errors`` hold a, b, c, u and intercept by name; an error is None where the
    parameter was fixed.
    """

    __tablename__ = "item_parameters"
    __table_args__ = (
        UniqueConstraint("set_id", "item_version_id"),
        CheckConstraint("n >= 0", name="n"),
        Index(None, "item_version_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    set_id: Mapped[UUID] = mapped_column(ForeignKey("parameter_set.id"))
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    model: Mapped[str] = mapped_column(String(10))
    values: Mapped[dict[str, float]] = mapped_column(JSON)
    errors: Mapped[dict[str, float | None]] = mapped_column(JSON)
    n: Mapped[int]


class ItemImport(Base):
    """One file, what reading it found, and what was decided.

    ``findings`` is a report's findings as JSON, ``counts`` its numbers by name, ``choices`` what
    the accepting person chose, ``tests`` the outlines of a package's tests. ``progress`` tells how
    far the reading is, as of ``told_at``.
    """

    __tablename__ = "item_import"
    __table_args__ = (CheckConstraint(_one_of("state", *ImportState), name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    state: Mapped[str] = mapped_column(String(16), index=True)
    by_id: Mapped[UUID | None]
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    file_bytes: Mapped[int]
    format: Mapped[str | None] = mapped_column(String(16))
    area: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    told_at: Mapped[datetime]
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    tests: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]


class ItemImportRow(Base):
    """A question of a file that is not in the bank yet, kept until somebody decides.

    For an item that the bank holds, ``base_number`` is its latest version as the file was read,
    ``number`` that of the version to make: the same where only tags and enemies change. ``taken``
    says what was chosen. ``enemies`` are codes; None leaves those of the bank.
    """

    __tablename__ = "item_import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "position"),
        UniqueConstraint("version_id"),
        # All that is asked of the rows while others wait, but for their content: a tenth of it.
        Index(
            "ix_item_import_row_taken",
            *("import_id", "position", "taken", "base_number", "item_id", "version_id"),
            *("code", "id", "area_id", "task_id"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("item_import.id"))
    position: Mapped[int]
    place: Mapped[str] = mapped_column(String(300))
    code: Mapped[str] = mapped_column(String(64))
    base_number: Mapped[int | None]
    taken: Mapped[bool]
    differs: Mapped[list[str]] = mapped_column(JSON)
    like: Mapped[list[Any]] = mapped_column(JSON)
    is_like: Mapped[bool]
    item_id: Mapped[UUID]
    version_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    cognitive_level: Mapped[str] = mapped_column(String(16))
    estimated_difficulty: Mapped[float | None]
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date | None]
    review_by: Mapped[date | None]
    area_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    enemies: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


@event.listens_for(ItemVersion, "before_update")
@event.listens_for(ItemVersion, "before_delete")
def _refuse_change(
    mapper: Mapper[ItemVersion], connection: Connection, version: ItemVersion
) -> None:
    raise VersionImmutable(f"Version {version.number} of an item is stored and does not change.")
