"""The rows of an import, moved into the bank with one statement a table.

This is all that happens while other writers wait, so it does nothing that could be done before:
what the rows hold was worked out when the file was read, and what is taken of them
(`item_bank.imports.queries.read_decision`) before the transaction began.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    Insert,
    String,
    Table,
    Uuid,
    and_,
    bindparam,
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
from item_bank.imports.choices import Decision
from item_bank.imports.queries import list_overtaken, overtaken
from item_bank.lifecycle import ADD, ItemState
from item_bank.queries import get_edition
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

T = TypeVar("T")
AT_ONCE = 5_000
"""Values named in one statement; SQLite and PostgreSQL take 32,766."""

Row = ItemImportRow
_ROWS = cast(Table, Row.__table__)
_COPIED = (
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


class Intake:
    """One import on its way into the bank, within one transaction; ``now`` is when it happens."""

    def __init__(self, session: AsyncSession, now: datetime, record: ItemImport) -> None:
        self._session = session
        self._now = now
        self._record = record
        self._taken = and_(Row.import_id == record.id, Row.taken)
        self._new = and_(self._taken, Row.base_number.is_(None))
        self._held = and_(self._taken, Row.base_number.is_not(None))

    async def take(self, decision: Decision, by: UUID | None) -> None:
        """Make items and versions of the rows that are not left out, as drafts of ``by``.

        Raises BankChanged where the report does not hold any more.
        """
        await self._leave_out(decision)
        if decision.revised:
            await self._refuse_overtaken()
        try:
            await self._make_items(by)
            await self._make_versions(by)
            await self._tag(decision)
            await self._set_enemies(decision)
        except IntegrityError as error:
            # Another import of the same codes was committed after ours had looked.
            raise overtaken(["Items of this file"]) from error

    async def _leave_out(self, decision: Decision) -> None:
        waiting = select(func.count()).where(Row.import_id == self._record.id)
        if await self._session.scalar(waiting) != decision.rows:
            raise BankChanged("What was read of this file was cleared away. Upload it again.")
        if decision.left_out:
            await self._session.execute(
                update(_ROWS)
                .where(_ROWS.c.import_id == self._record.id, _ROWS.c.position == bindparam("at"))
                .values(taken=False),
                [{"at": position} for position in decision.left_out],
            )

    async def _refuse_overtaken(self) -> None:
        held = select(Row.item_id).where(self._held)
        await self._session.execute(
            select(Item.id).where(Item.id.in_(held)).order_by(Item.id).with_for_update()
        )
        codes = await list_overtaken(self._session, self._held)
        if codes:
            raise overtaken(codes)

    async def _make_items(self, by: UUID | None) -> None:
        await self._copy(
            insert(Item),
            {
                "id": Row.item_id,
                "code": Row.code,
                "state": literal(str(ItemState.DRAFT), String()),
                "author_id": _person(by),
                "created_at": literal(self._now, Instant()),
            },
            self._new,
        )
        await self._copy(
            insert(ItemTransition),
            {
                "id": Row.id,
                "item_id": Row.item_id,
                "number": literal(1),
                "verb": literal(ADD, String()),
                "to_state": literal(str(ItemState.DRAFT), String()),
                "by_id": _person(by),
                "reason": literal(f"Imported from {self._record.file_name}", String()),
                "at": literal(self._now, Instant()),
            },
            self._new,
        )

    async def _make_versions(self, by: UUID | None) -> None:
        columns = {name: getattr(Row, name) for name in _COPIED}
        columns |= {
            "id": Row.version_id,
            "created_at": literal(self._now, Instant()),
            "created_by": _person(by),
        }
        makes_one = or_(Row.base_number.is_(None), Row.base_number != Row.number)
        await self._copy(insert(ItemVersion), columns, and_(self._taken, makes_one))

    async def _tag(self, decision: Decision) -> None:
        if decision.revised:
            edition = await get_edition(self._session)
            of_edition = select(FrameworkNode.id).where(FrameworkNode.edition_id == edition.id)
            held = select(Row.item_id).where(self._held)
            await self._session.execute(
                delete(ItemTag).where(ItemTag.item_id.in_(held), ItemTag.node_id.in_(of_edition))
            )
        for node in (Row.area_id, Row.task_id):
            tag = {"item_id": Row.item_id, "node_id": node}
            await self._copy(insert(ItemTag), tag, and_(self._taken, node.is_not(None)))

    async def _copy(self, into: Insert, columns: dict[str, Any], where: Any) -> None:
        rows = select(*columns.values()).where(where).order_by(Row.position)
        await self._session.execute(into.from_select(list(columns), rows, include_defaults=False))

    async def _set_enemies(self, decision: Decision) -> None:
        """Pairs that the file names; one whose other item was left out is left out too."""
        wanted = decision.enemies
        if not wanted:
            return
        if decision.revised:  # a new item has no enemies yet
            named = select(Row.item_id).where(self._held, Row.enemies.is_not(None))
            pair = or_(ItemEnemy.item_id.in_(named), ItemEnemy.enemy_id.in_(named))
            await self._session.execute(delete(ItemEnemy).where(pair))
        ids: dict[str, UUID] = {}
        for codes in _batches(sorted({code for some in wanted.values() for code in some})):
            found = await self._session.execute(
                select(Item.code, Item.id).where(Item.code.in_(codes))
            )
            ids.update((code, item_id) for code, item_id in found)
        pairs = {
            tuple(sorted((item_id, ids[code])))
            for item_id, codes in wanted.items()
            for code in codes
            if code in ids
        }
        for some in _batches(sorted(pairs)):
            await self._session.execute(
                insert(ItemEnemy), [{"item_id": one, "enemy_id": other} for one, other in some]
            )


def _person(by: UUID | None) -> Any:
    return literal(by, Uuid()) if by else null()


def _batches(values: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
