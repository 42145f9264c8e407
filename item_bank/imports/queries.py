"""What can be asked about imports, and what planning one needs to know of the bank."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from item_bank.errors import BankChanged, ImportNotFound
from item_bank.formats.reading import KnownFacts
from item_bank.framework import NodeKind
from item_bank.imports import outlines
from item_bank.imports.choices import Choices, Decision, skipped
from item_bank.imports.comparing import Held
from item_bank.imports.outlines import Outline
from item_bank.imports.states import Due, ImportState, ImportVerb, decide, due
from item_bank.items import CognitiveLevel, ItemKind
from item_bank.lifecycle import EDITABLE, ItemState
from item_bank.queries import get_edition
from item_bank.tables import (
    FrameworkNode,
    Item,
    ItemEnemy,
    ItemImport,
    ItemImportRow,
    ItemTag,
    ItemVersion,
)
from item_bank.usage.tables import ItemStatisticWaiting

READ_AT_ONCE = 1_000


async def get_import(session: AsyncSession, import_id: UUID) -> ItemImport:
    """With its findings and tests."""
    found = await session.get(
        ItemImport, import_id, options=[undefer(ItemImport.findings), undefer(ItemImport.tests)]
    )
    if found is None:
        raise ImportNotFound("There is no import at this address. It may have been cleared away.")
    return found


async def list_outlines(session: AsyncSession, import_id: UUID) -> list[Outline]:
    """The tests of a package."""
    stored = await session.scalar(select(ItemImport.tests).where(ItemImport.id == import_id))
    return [outlines.from_json(one) for one in stored or ()]


async def get_import_for_update(session: AsyncSession, import_id: UUID) -> ItemImport:
    found = await session.get(ItemImport, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise ImportNotFound("There is no import at this address. It may have been cleared away.")
    return found


async def list_imports(session: AsyncSession, limit: int) -> Sequence[ItemImport]:
    """The newest first, without their findings."""
    found = select(ItemImport).order_by(ItemImport.created_at.desc(), ItemImport.id).limit(limit)
    return (await session.scalars(found)).all()


async def list_due(session: AsyncSession, now: datetime) -> list[tuple[UUID, Due]]:
    """Imports that the sweeper has something to do with."""
    with_rows = or_(
        select(ItemImportRow.id).where(ItemImportRow.import_id == ItemImport.id).exists(),
        select(ItemStatisticWaiting.id)
        .where(ItemStatisticWaiting.import_id == ItemImport.id)
        .exists(),
    )
    found = await session.execute(
        select(ItemImport.id, ItemImport.state, ItemImport.created_at, ItemImport.told_at)
        .where(or_(ItemImport.state == ImportState.READING, with_rows))
        .order_by(ItemImport.created_at, ItemImport.id)
    )
    listed = (
        (import_id, due(ImportState(state), created_at, told_at, now))
        for import_id, state, created_at, told_at in found
    )
    return [(import_id, what) for import_id, what in listed if what is not None]


async def read_decision(
    session: AsyncSession, import_id: UUID, choices: Choices, now: datetime
) -> Decision:
    """What accepting an import with these choices comes to.

    Raises ImportNotFound, ImportDecided, ImportUndecided where a choice is missing, and BankChanged
    where the report does not hold any more. Rows do not change once there is a report, so it holds
    until the import is decided.
    """
    record = await get_import(session, import_id)
    decide(ImportState(record.state), ImportVerb.ACCEPT, record.created_at, now)
    row = ItemImportRow
    listed = await session.execute(
        select(row.position, row.code, row.base_number, row.item_id, row.enemies)
        .where(row.import_id == import_id)
        .order_by(row.position)
    )
    rows = listed.all()
    kept_out = record.counts["refused"] + record.counts["locked"]
    left_out = skipped(choices, ((one.code, one.base_number is not None) for one in rows), kept_out)
    taken = [one for one in rows if one.code not in left_out]
    codes = set(await list_overtaken(session, row.import_id == import_id)) - left_out
    if codes:
        raise overtaken(sorted(codes))
    revised = sum(one.base_number is not None for one in taken)
    return Decision(
        choices,
        rows=len(rows),
        left_out=tuple(one.position for one in rows if one.code in left_out),
        added=len(taken) - revised,
        revised=revised,
        enemies={one.item_id: tuple(one.enemies) for one in taken if one.enemies is not None},
    )


async def list_overtaken(session: AsyncSession, which: Any) -> list[str]:
    """Codes of rows for which the bank is not any more as it was when the file was read: a new item
    that it holds by now, a held one with a later version or beyond draft. ``which`` are conditions.
    """
    row = ItemImportRow
    newest = (
        select(func.max(ItemVersion.number))
        .where(ItemVersion.item_id == row.item_id)
        .scalar_subquery()
    )
    came = and_(row.base_number.is_(None), Item.id.is_not(None))
    changed = and_(
        row.base_number.is_not(None),
        or_(Item.state.not_in(EDITABLE), newest != row.base_number),
    )
    found = (
        select(row.code)
        .outerjoin(Item, Item.code == row.code)
        .where(which, or_(came, changed))
        .order_by(row.code)
    )
    return list(await session.scalars(found))


def overtaken(codes: Sequence[str]) -> BankChanged:
    more = f" and {len(codes) - 3:,} more" if len(codes) > 3 else ""
    return BankChanged(
        f"{', '.join(codes[:3])}{more} came into the bank or changed since this file was read."
        " Nothing was imported. Upload the file again."
    )


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A question that waits for the decision; ``like`` are near-duplicates with their index."""

    position: int
    place: str
    code: str
    title: str
    kind: ItemKind
    held: bool
    differs: tuple[str, ...]
    like: tuple[tuple[str, float], ...]


async def list_like(session: AsyncSession, import_id: UUID, limit: int) -> list[WaitingRow]:
    """Rows that ask much the same as another item, in the order of the file."""
    return await list_rows(session, import_id, like=True, limit=limit)


async def list_rows(
    session: AsyncSession,
    import_id: UUID,
    *,
    held: bool | None = None,
    like: bool = False,
    after: int = -1,
    limit: int = 100,
) -> list[WaitingRow]:
    """In the order of the file, from the position after ``after``.

    ``held``: only those that the bank holds, or only those that it does not; ``like``: only those
    that ask much the same as another item.
    """
    row = ItemImportRow
    found = select(
        row.position,
        row.place,
        row.code,
        row.title,
        row.kind,
        row.base_number,
        row.differs,
        row.like,
    ).where(row.import_id == import_id, row.position > after)
    if like:
        found = found.where(row.is_like)
    if held is not None:
        found = found.where(row.base_number.is_not(None) if held else row.base_number.is_(None))
    rows = await session.execute(found.order_by(row.position).limit(limit))
    return [
        WaitingRow(
            position,
            place,
            code,
            title,
            ItemKind(kind),
            base_number is not None,
            tuple(differs),
            tuple((other, index) for other, index in like),
        )
        for position, place, code, title, kind, base_number, differs, like in rows
    ]


async def list_made(
    session: AsyncSession, import_id: UUID, limit: int
) -> list[tuple[str, int, str]]:
    """(code, version's number, title) of what an import brought, by code."""
    found = (
        select(Item.code, ItemVersion.number, ItemVersion.title)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(ItemVersion.import_id == import_id)
        .order_by(Item.code)
        .limit(limit)
    )
    return [(code, number, title) for code, number, title in await session.execute(found)]


def _latest() -> Subquery:
    return (
        select(ItemVersion.item_id, func.max(ItemVersion.number).label("number"))
        .group_by(ItemVersion.item_id)
        .subquery()
    )


async def read_held(session: AsyncSession, edition: str | None = None) -> dict[str, Held]:
    """All items of the bank by code, tagged as in the edition (None: the one published last)."""
    stored = await get_edition(session, edition)
    tags: dict[UUID, dict[str, str]] = {}
    for item_id, kind, code in await session.execute(
        select(ItemTag.item_id, FrameworkNode.kind, FrameworkNode.code)
        .join(FrameworkNode, FrameworkNode.id == ItemTag.node_id)
        .where(FrameworkNode.edition_id == stored.id)
    ):
        tags.setdefault(item_id, {})[kind] = code
    latest = _latest()
    rows = await session.execute(
        select(
            Item.id,
            Item.code,
            Item.state,
            ItemVersion.id.label("version_id"),
            ItemVersion.number,
            ItemVersion.kind,
            ItemVersion.content_hash,
            ItemVersion.cognitive_level,
            ItemVersion.estimated_difficulty,
            ItemVersion.source,
            ItemVersion.as_of,
            ItemVersion.review_by,
        )
        .join(latest, latest.c.item_id == Item.id)
        .join(
            ItemVersion,
            (ItemVersion.item_id == Item.id) & (ItemVersion.number == latest.c.number),
        )
    )
    listed = rows.all()
    codes = {row.id: row.code for row in listed}
    enemies: dict[UUID, list[str]] = {}
    for one, other in await session.execute(select(ItemEnemy.item_id, ItemEnemy.enemy_id)):
        enemies.setdefault(one, []).append(codes[other])
        enemies.setdefault(other, []).append(codes[one])
    return {
        row.code: Held(
            item_id=row.id,
            version_id=row.version_id,
            state=ItemState(row.state),
            number=row.number,
            kind=ItemKind(row.kind),
            content_hash=row.content_hash,
            facts=KnownFacts(
                skill_area=tags.get(row.id, {}).get(NodeKind.SKILL_AREA),
                task=tags.get(row.id, {}).get(NodeKind.TASK),
                cognitive_level=CognitiveLevel(row.cognitive_level),
                estimated_difficulty=row.estimated_difficulty,
                source=row.source,
                as_of=row.as_of,
                review_by=row.review_by,
                enemies=tuple(sorted(enemies.get(row.id, ()))),
            ),
        )
        for row in listed
    }


async def read_contents(session: AsyncSession) -> AsyncIterator[list[tuple[str, str]]]:
    """(code, QTI 3 XML) of every item's latest version, a thousand at a time, by code."""
    latest = _latest()
    page = (
        select(Item.code, ItemVersion.content)
        .join(latest, latest.c.item_id == Item.id)
        .join(
            ItemVersion,
            (ItemVersion.item_id == Item.id) & (ItemVersion.number == latest.c.number),
        )
        .order_by(Item.code)
        .limit(READ_AT_ONCE)
    )
    last = ""
    while rows := (await session.execute(page.where(Item.code > last))).all():
        yield [(code, content) for code, content in rows]
        last = rows[-1].code
