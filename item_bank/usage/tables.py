"""Statistics of item versions, and those of a file until somebody decides on it."""

from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from item_bank.tables import Base, ItemImport, ItemVersion


class _Statistic:
    """``value`` or ``by_key`` is there: one number, or pairs of a key (an option of the item, as a
    rule) and its number. ``digest`` is the SHA-256 of all of it, so that the same is kept once.

    ``part`` and ``kind`` tell what of the item is meant, as the file says it; empty is the item.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    digest: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    part: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text)
    value: Mapped[float | None]
    by_key: Mapped[list[tuple[str, float]]] = mapped_column(JSON)
    cases: Mapped[int | None]
    standard_error: Mapped[float | None]
    standard_deviation: Mapped[float | None]
    last_updated: Mapped[str] = mapped_column(Text)
    glossary: Mapped[str] = mapped_column(Text)

    @declared_attr
    def import_id(cls) -> Mapped[UUID]:  # noqa: N805 - SQLAlchemy hands in the class
        return mapped_column(ForeignKey(ItemImport.id))


class ItemStatistic(_Statistic, Base):
    """A number about a version, as a package of ``import_id`` says it."""

    __tablename__ = "item_statistic"
    __table_args__ = (UniqueConstraint("version_id", "digest"), Index(None, "import_id"))

    version_id: Mapped[UUID] = mapped_column(ForeignKey(ItemVersion.id))


class ItemStatisticWaiting(_Statistic, Base):
    """The same before the decision: the version is there only once its row is taken."""

    __tablename__ = "item_statistic_waiting"
    __table_args__ = (UniqueConstraint("import_id", "version_id", "digest"),)

    version_id: Mapped[UUID]
