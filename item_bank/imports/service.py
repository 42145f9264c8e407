"""Everything that changes an import, and what an import changes in the bank.

Nothing of a file is in the bank until somebody accepts. What was read waits in rows of its own,
written a few hundred at a time, each batch in a transaction as short as a saved answer: on SQLite
an exam's answers go between them. Accepting is then one transaction that moves rows inside the
database with one statement a table. So an import is whole or not there at all whenever the process
dies, and it holds the writers' gate for as long as the database copies, not for as long as the file
is read, compared and sent, which takes a hundred times as long. Rows that nobody accepted are swept
away after a day, rows that were taken right after, in batches too.

Methods flush and never commit; the caller does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Insert,
    String,
    Uuid,
    and_,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank.errors import BankChanged
from item_bank.imports import queries
from item_bank.imports.choices import Choices, skipped
from item_bank.imports.comparing import needs_version
from item_bank.imports.planning import Entry, Outcome, Plan
from item_bank.imports.reports import MOST_KEPT, grouped, to_json
from item_bank.imports.states import KEPT_FOR, ImportState, ImportVerb, decide
from item_bank.lifecycle import ADD, EDITABLE, ItemState
from item_bank.queries import get_edition, list_nodes
from item_bank.tables import (
    FrameworkNode,
    Instant,
    Item,
    ItemEnemy,
    ItemImport,
    ItemImportRow,
    ItemTag,
    ItemTransition,
    ItemVersion,
)

AT_ONCE = 200
"""Rows written or swept in one transaction."""

Row = ItemImportRow
_CHANGED = (
    "{codes} came into the bank or changed since this file was read. Nothing was imported."
    " Upload the file again."
)


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

    async def report(self, import_id: UUID, file_format: str | None, plan: Plan) -> None:
        """What reading came to: ready to be decided, or failed where nothing could be read."""
        record = await queries.get_import_for_update(self._session, import_id)
        verb = ImportVerb.REPORT if plan.entries else ImportVerb.FAIL
        record.state = decide(ImportState(record.state), verb, record.created_at, self._now)
        record.format = file_format
        record.counts = dict(plan.counts)
        record.findings = [to_json(group) for group in grouped(plan.findings, MOST_KEPT)]
        record.progress = {}
        record.told_at = self._now
        await self._session.flush()

    async def fail(self, import_id: UUID, sentence: str) -> None:
        """The reading broke off; one that has ended already stays as it is."""
        record = await queries.get_import_for_update(self._session, import_id)
        if record.state == ImportState.READING:
            record.state = ImportState.FAILED
            record.progress = {"doing": sentence, "done": 0, "of": 0}
            record.told_at = self._now
            await self._session.flush()

    async def discard(self, import_id: UUID, by: UUID | None) -> ItemImport:
        """Put an import aside.  Raises ImportDecided."""
        record = await self._decided(import_id, ImportVerb.DISCARD, by)
        await self._session.flush()
        return record

    async def accept(self, import_id: UUID, choices: Choices, by: UUID | None) -> ItemImport:
        """Bring in what was read, as drafts of ``by``.

        Raises ImportDecided, ImportUndecided where a choice is missing, and BankChanged where the
        report does not hold any more.
        """
        record = await self._decided(import_id, ImportVerb.ACCEPT, by)
        rows = await self._session.execute(
            select(Row.code, Row.base_number).where(Row.import_id == import_id)
        )
        found = [(code, base is not None) for code, base in rows]
        kept_out = record.counts["refused"] + record.counts["locked"]
        left_out = skipped(choices, found, kept_out)
        for codes in _batches(sorted(left_out), AT_ONCE):
            await self._session.execute(
                update(Row)
                .where(Row.import_id == import_id, Row.code.in_(codes))
                .values(taken=False)
            )
        await self._refuse_stale(import_id)
        try:
            await self._bring_in(record, by)
        except IntegrityError as error:
            # Another import of the same codes was committed after ours had looked.
            raise BankChanged(_CHANGED.format(codes="Items of this file")) from error
        held = {code for code, is_held in found if is_held}
        record.choices = choices.to_json()
        record.counts = {
            **record.counts,
            "added": len(found) - len(held) - len(left_out - held),
            "revised": len(held) - len(left_out & held),
            "skipped": len(left_out),
        }
        await self._session.flush()
        return record

    async def list_stale(self) -> list[UUID]:
        """Imports with rows that nobody will take any more."""
        over = ItemImport.state.in_(
            [ImportState.IMPORTED, ImportState.DISCARDED, ImportState.FAILED]
        )
        old = ItemImport.created_at < self._now - KEPT_FOR
        with_rows = select(Row.import_id)
        found = select(ItemImport.id).where(ItemImport.id.in_(with_rows), or_(over, old))
        return list(await self._session.scalars(found))

    async def sweep(self, import_id: UUID) -> bool:
        """Remove some of the rows of a stale import; whether there are more."""
        ids = select(Row.id).where(Row.import_id == import_id).limit(AT_ONCE)
        some = list(await self._session.scalars(ids))
        await self._session.execute(delete(Row).where(Row.id.in_(some)))
        return len(some) == AT_ONCE

    async def _decided(self, import_id: UUID, verb: ImportVerb, by: UUID | None) -> ItemImport:
        record = await queries.get_import_for_update(self._session, import_id)
        record.state = decide(ImportState(record.state), verb, record.created_at, self._now)
        record.decided_at = self._now
        record.decided_by = by
        return record

    async def _refuse_stale(self, import_id: UUID) -> None:
        taken = and_(Row.import_id == import_id, Row.taken)
        held = select(Row.item_id).where(taken, Row.base_number.is_not(None))
        await self._session.execute(
            select(Item.id).where(Item.id.in_(held)).order_by(Item.id).with_for_update()
        )
        newest = (
            select(func.max(ItemVersion.number))
            .where(ItemVersion.item_id == Row.item_id)
            .scalar_subquery()
        )
        stale = (
            select(Row.code)
            .outerjoin(Item, Item.code == Row.code)
            .where(
                taken,
                or_(
                    and_(Row.base_number.is_(None), Item.id.is_not(None)),
                    and_(
                        Row.base_number.is_not(None),
                        or_(Item.state.not_in(EDITABLE), newest != Row.base_number),
                    ),
                ),
            )
            .order_by(Row.code)
        )
        codes = list(await self._session.scalars(stale))
        if codes:
            more = f" and {len(codes) - 3:,} more" if len(codes) > 3 else ""
            raise BankChanged(_CHANGED.format(codes=", ".join(codes[:3]) + more))

    async def _bring_in(self, record: ItemImport, by: UUID | None) -> None:
        taken = and_(Row.import_id == record.id, Row.taken)
        is_new = and_(taken, Row.base_number.is_(None))
        is_held = and_(taken, Row.base_number.is_not(None))
        author = literal(by, Uuid()) if by else null()
        now = literal(self._now, Instant())
        await self._copy(
            insert(Item),
            {
                "id": Row.item_id,
                "code": Row.code,
                "state": literal(str(ItemState.DRAFT), String()),
                "author_id": author,
                "created_at": now,
            },
            is_new,
        )
        same = {
            name: getattr(Row, name)
            for name in (
                "item_id",
                "number",
                "kind",
                "content",
                "content_hash",
                "title",
                "cognitive_level",
                "estimated_difficulty",
                "source",
                "as_of",
                "review_by",
                "import_id",
            )
        }
        await self._copy(
            insert(ItemVersion),
            {"id": Row.version_id, **same, "created_at": now, "created_by": author},
            and_(taken, or_(Row.base_number.is_(None), Row.base_number != Row.number)),
        )
        await self._copy(
            insert(ItemTransition),
            {
                "id": Row.id,
                "item_id": Row.item_id,
                "number": literal(1),
                "verb": literal(ADD, String()),
                "to_state": literal(str(ItemState.DRAFT), String()),
                "by_id": author,
                "reason": literal(f"Imported from {record.file_name}", String()),
                "at": now,
            },
            is_new,
        )
        edition = await get_edition(self._session)
        of_edition = select(FrameworkNode.id).where(FrameworkNode.edition_id == edition.id)
        await self._session.execute(
            delete(ItemTag).where(
                ItemTag.item_id.in_(select(Row.item_id).where(is_held)),
                ItemTag.node_id.in_(of_edition),
            )
        )
        for node in (Row.area_id, Row.task_id):
            tag = {"item_id": Row.item_id, "node_id": node}
            await self._copy(insert(ItemTag), tag, and_(taken, node.is_not(None)))
        await self._set_enemies(record.id)

    async def _copy(self, into: Insert, columns: dict[str, Any], where: Any) -> None:
        rows = select(*columns.values()).where(where)
        await self._session.execute(into.from_select(list(columns), rows, include_defaults=False))

    async def _set_enemies(self, import_id: UUID) -> None:
        """Pairs that the file names; one whose other item was left out is left out too."""
        rows = await self._session.execute(
            select(Row.item_id, Row.enemies).where(
                Row.import_id == import_id, Row.taken, Row.enemies.is_not(None)
            )
        )
        wanted = {item_id: codes or [] for item_id, codes in rows}
        for batch in _batches(sorted(wanted), AT_ONCE):
            pair = or_(ItemEnemy.item_id.in_(batch), ItemEnemy.enemy_id.in_(batch))
            await self._session.execute(delete(ItemEnemy).where(pair))
        ids: dict[str, UUID] = {}
        for batch in _batches(
            sorted({code for codes in wanted.values() for code in codes}), AT_ONCE
        ):
            found = await self._session.execute(
                select(Item.code, Item.id).where(Item.code.in_(batch))
            )
            ids.update((code, item_id) for code, item_id in found)
        pairs = {
            tuple(sorted((item_id, ids[code])))
            for item_id, codes in wanted.items()
            for code in codes
            if code in ids
        }
        for some in _batches(sorted(pairs), AT_ONCE):
            await self._session.execute(
                insert(ItemEnemy), [{"item_id": one, "enemy_id": other} for one, other in some]
            )


async def node_ids(session: AsyncSession) -> dict[str, UUID]:
    """Ids of the nodes of the edition published last, by code."""
    edition = await get_edition(session)
    return {node.code: node.id for node in await list_nodes(session, edition.id)}


def rows_of(import_id: UUID, plan: Plan, nodes: dict[str, UUID]) -> Iterable[dict[str, Any]]:
    """What of a plan waits for a decision: new items and changed ones."""
    for position, entry in enumerate(plan.entries):
        if entry.outcome in (Outcome.NEW, Outcome.CHANGED):
            yield _row(import_id, position, entry, nodes)


def _row(import_id: UUID, position: int, entry: Entry, nodes: dict[str, UUID]) -> dict[str, Any]:
    held, facts, item = entry.held, entry.facts, entry.item
    number = held.number + needs_version(entry.differs) if held else 1
    return {
        "id": uuid4(),
        "import_id": import_id,
        "position": position,
        "place": item.place[:300],
        "code": item.code,
        "base_number": held.number if held else None,
        "taken": True,
        "differs": list(entry.differs),
        "like": [[code, round(index, 2)] for code, index in entry.like],
        "is_like": bool(entry.like),
        "item_id": held.item_id if held else uuid4(),
        "version_id": uuid4(),
        "number": number,
        "kind": entry.kind,
        "title": item.title,
        "content": item.xml.decode(),
        "content_hash": entry.content_hash,
        "cognitive_level": facts.cognitive_level,
        "estimated_difficulty": facts.estimated_difficulty,
        "source": facts.source,
        "as_of": facts.as_of,
        "review_by": facts.review_by,
        "area_id": nodes[facts.skill_area],
        "task_id": nodes[facts.task] if facts.task else None,
        "enemies": list(facts.enemies) if item.facts.enemies else None,
    }


def _batches(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
