"""What is known of items from their use."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.qti.packages import Statistic
from item_bank.tables import Item, ItemImport, ItemVersion
from item_bank.usage.rows import KEPT, statistic_of
from item_bank.usage.tables import ItemStatistic

_COLUMNS = [getattr(ItemStatistic, name) for name in KEPT]
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Known:
    """``number`` is the version that it is about, ``source`` the file that it came with."""

    number: int
    statistic: Statistic
    source: str


async def list_of_item(session: AsyncSession, item_id: UUID) -> list[Known]:
    """The newest version's first, then in the order of the file."""
    found = await session.execute(
        select(Item.code, ItemVersion.number, ItemImport.file_name, *_COLUMNS)
        .join(ItemVersion, ItemVersion.id == ItemStatistic.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(ItemImport, ItemImport.id == ItemStatistic.import_id)
        .where(Item.id == item_id)
        .order_by(
            ItemVersion.number.desc(), ItemImport.created_at, ItemStatistic.position,
            ItemStatistic.id,
        )
    )  # fmt: skip
    return [
        Known(row["number"], statistic_of(row["code"], row), row["file_name"])
        for row in (dict(one._mapping) for one in found)
    ]


async def list_of_versions(session: AsyncSession, ids: Collection[UUID]) -> list[Statistic]:
    """Statistics of these versions, each about one item, in no order that means anything."""
    wanted = sorted(ids)
    found: list[Statistic] = []
    for start in range(0, len(wanted), AT_ONCE):
        rows = await session.execute(
            select(Item.code, *_COLUMNS)
            .join(ItemVersion, ItemVersion.id == ItemStatistic.version_id)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(ItemStatistic.version_id.in_(wanted[start : start + AT_ONCE]))
        )
        found += [statistic_of(row.code, dict(row._mapping)) for row in rows]
    return found
