"""Everything that changes an import, and what an import changes in the bank.

Nothing of a file is in the bank until somebody accepts. What was read waits in rows of its own,
written a few hundred at a time, each batch in a transaction as short as a saved answer: on SQLite
an exam's answers go between them. Accepting is then one transaction that moves rows inside the
database (`item_bank.imports.intake`). So an import is whole or not there at all whenever the
process dies, and it holds the writers' gate for as long as the database copies, not for as long as
the file is read, compared and sent, which takes a hundred times as long. Rows that nobody accepted
are swept away after a day, rows that were taken right after, in batches too.

Methods flush and never commit; the caller does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.imports import outlines, queries
from item_bank.imports.choices import Decision
from item_bank.imports.intake.service import Intake
from item_bank.imports.outlines import Outline
from item_bank.imports.planning import Plan
from item_bank.imports.reports import MOST_KEPT, grouped, to_json
from item_bank.imports.states import ImportState, ImportVerb, broken_off, decide
from item_bank.queries import get_edition, list_nodes
from item_bank.tables import ItemImport, ItemImportRow
from item_bank.usage.service import UsageData

AT_ONCE = 200
"""Rows written or swept in one transaction."""

Row = ItemImportRow


class ItemImports:
    """Imports within one transaction; ``now`` is the instant at which all of it happens."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def begin(
        self,
        by: UUID | None,
        file_name: str,
        *,
        file_hash: str,
        file_bytes: int,
        file_format: str | None,
        area: str | None,
    ) -> ItemImport:
        """The record of a file that is about to be read."""
        record = ItemImport(
            id=uuid4(),
            state=ImportState.READING,
            by_id=by,
            file_name=file_name[:255],
            file_hash=file_hash,
            file_bytes=file_bytes,
            format=file_format,
            area=area,
            created_at=self._now,
            told_at=self._now,
            progress={},
            counts={},
            findings=[],
            choices={},
        )
        self._session.add(record)
        await self._session.flush()
        return record

    async def tell(self, import_id: UUID, doing: str, done: int, of: int) -> None:
        """How far the reading is."""
        await self._session.execute(
            update(ItemImport)
            .where(ItemImport.id == import_id, ItemImport.state == ImportState.READING)
            .values(progress={"doing": doing, "done": done, "of": of}, told_at=self._now)
        )

    async def keep(self, rows: Sequence[dict[str, Any]]) -> None:
        """Rows that wait for a decision; see ``rows_of``."""
        await self._session.execute(insert(Row), list(rows))

    async def keep_statistics(self, rows: Sequence[dict[str, Any]]) -> None:
        """Statistics that wait with them; see ``item_bank.usage.rows``."""
        await UsageData(self._session).keep(rows)

    async def report(
        self,
        import_id: UUID,
        file_format: str | None,
        plan: Plan,
        tests: Sequence[Outline] = (),
    ) -> None:
        """What reading came to: ready to be decided, or failed where nothing could be read."""
        record = await queries.get_import_for_update(self._session, import_id)
        verb = ImportVerb.REPORT if plan.entries else ImportVerb.FAIL
        record.state = decide(ImportState(record.state), verb, record.created_at, self._now)
        record.format = file_format
        record.counts = dict(plan.counts)
        record.findings = [to_json(group) for group in grouped(plan.findings, MOST_KEPT)]
        record.tests = [outlines.to_json(test) for test in tests] or None
        record.progress = {}
        record.told_at = self._now
        await self._session.flush()

    async def fail(self, import_id: UUID, sentence: str) -> None:
        """The reading broke off; one that has ended already stays as it is."""
        record = await queries.get_import_for_update(self._session, import_id)
        if record.state == ImportState.READING:
            record.state = ImportState.FAILED
            record.progress = broken_off(sentence)
            record.told_at = self._now
            await self._session.flush()

    async def discard(self, import_id: UUID, by: UUID | None) -> ItemImport:
        """Put an import aside.  Raises ImportDecided."""
        record = await self._decided(import_id, ImportVerb.DISCARD, by)
        await self._session.flush()
        return record

    async def accept(self, import_id: UUID, decision: Decision, by: UUID | None) -> ItemImport:
        """Bring in what was read, as drafts of ``by``.

        Raises ImportDecided, and BankChanged where the report does not hold any more.
        """
        record = await self._decided(import_id, ImportVerb.ACCEPT, by)
        await Intake(self._session, self._now, record).take(decision, by)
        await UsageData(self._session).bring_in(import_id)
        record.choices = decision.choices.to_json()
        record.counts = {
            **record.counts,
            "added": decision.added,
            "revised": decision.revised,
            "skipped": len(decision.left_out),
        }
        await self._session.flush()
        return record

    async def sweep(self, import_id: UUID) -> bool:
        """Remove some of the rows of an import; whether there are more."""
        rows = select(Row.id).where(Row.import_id == import_id).order_by(Row.position)
        some = list(await self._session.scalars(rows.limit(AT_ONCE)))
        await self._session.execute(delete(Row).where(Row.id.in_(some)))
        more = await UsageData(self._session).sweep(import_id, AT_ONCE)
        return more or len(some) == AT_ONCE

    async def _decided(self, import_id: UUID, verb: ImportVerb, by: UUID | None) -> ItemImport:
        record = await queries.get_import_for_update(self._session, import_id)
        record.state = decide(ImportState(record.state), verb, record.created_at, self._now)
        record.decided_at = self._now
        record.decided_by = by
        return record


async def node_ids(session: AsyncSession) -> dict[str, UUID]:
    """Ids of the nodes of the edition published last, by code."""
    edition = await get_edition(session)
    return {node.code: node.id for node in await list_nodes(session, edition.id)}
