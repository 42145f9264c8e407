"""Statistics of a file on their way to the versions that they are about.

Methods flush and never commit; the caller does.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.imports.queries import overtaken
from item_bank.tables import ItemVersion
from item_bank.usage.rows import KEPT
from item_bank.usage.tables import ItemStatistic, ItemStatisticWaiting

Waiting = ItemStatisticWaiting


class UsageData:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, rows: Sequence[dict[str, Any]]) -> None:
        """Statistics that wait for a decision; see ``item_bank.usage.rows``."""
        await self._session.execute(insert(Waiting), list(rows))

    async def bring_in(self, import_id: UUID) -> None:
        """Those of versions that are in the bank now, each once; the others are left behind.

        Raises BankChanged where another import brought the same at the same time.
        """
        known = exists().where(
            ItemStatistic.version_id == Waiting.version_id, ItemStatistic.digest == Waiting.digest
        )
        is_there = exists().where(ItemVersion.id == Waiting.version_id)
        columns = ["id", *KEPT]
        rows = select(*(getattr(Waiting, name) for name in columns)).where(
            Waiting.import_id == import_id, is_there, ~known
        )
        into = insert(ItemStatistic).from_select(columns, rows, include_defaults=False)
        try:
            await self._session.execute(into)
        except IntegrityError as error:
            raise overtaken(["Statistics of this file"]) from error

    async def sweep(self, import_id: UUID, most: int) -> bool:
        """Remove some of those that wait; whether there are more."""
        ids = select(Waiting.id).where(Waiting.import_id == import_id).limit(most)
        some = list(await self._session.scalars(ids))
        await self._session.execute(delete(Waiting).where(Waiting.id.in_(some)))
        return len(some) == most
