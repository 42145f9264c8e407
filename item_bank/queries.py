"""What can be asked of the bank. ``get_x`` raises, ``find_x`` returns None."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from item_bank.contents import RecentContents
from item_bank.errors import EditionNotFound, ItemNotFound, NodeNotFound, VersionNotFound
from item_bank.framework import Edition, Node, NodeKind
from item_bank.items import CognitiveLevel, ItemContent, ItemFacts, ItemKind
from item_bank.lifecycle import ItemState
from item_bank.qti.choice import read_choice
from item_bank.tables import (
    FrameworkEdition,
    FrameworkNode,
    Item,
    ItemEnemy,
    ItemTag,
    ItemTransition,
    ItemVersion,
)


async def find_edition(session: AsyncSession, code: str) -> FrameworkEdition | None:
    return await session.scalar(select(FrameworkEdition).where(FrameworkEdition.code == code))


async def get_edition(session: AsyncSession, code: str | None = None) -> FrameworkEdition:
    """The edition of this code; without a code the one published last."""
    found = select(FrameworkEdition)
    if code is not None:
        found = found.where(FrameworkEdition.code == code)
    edition = await session.scalar(
        found.order_by(FrameworkEdition.published_on.desc(), FrameworkEdition.code).limit(1)
    )
    if edition is None:
        name = f"edition {code} of the framework" if code else "edition of any framework"
        raise EditionNotFound(f"There is no {name} in the bank.")
    return edition


async def list_nodes(session: AsyncSession, edition_id: UUID) -> list[FrameworkNode]:
    """All nodes of an edition, in no promised order."""
    found = select(FrameworkNode).where(FrameworkNode.edition_id == edition_id)
    return list(await session.scalars(found))


async def read_framework(session: AsyncSession, code: str | None = None) -> Edition:
    """A stored edition as the value it was loaded from (no code: the one published last)."""
    stored = await get_edition(session, code)
    rows = await list_nodes(session, stored.id)
    codes = {row.id: row.code for row in rows}
    below: dict[str | None, list[Node]] = {}
    for row in sorted(rows, key=lambda row: row.position):
        parent = codes[row.parent_id] if row.parent_id else None
        below.setdefault(parent, []).append(
            Node(
                kind=NodeKind(row.kind),
                code=row.code,
                title=row.title,
                case_identifier=row.case_identifier,
                position=row.position,
                parent=parent,
                alternative_titles=tuple(row.alternative_titles),
                weight=row.weight,
            )
        )
    return Edition(
        code=stored.code,
        title=stored.title,
        note=stored.note,
        published_on=stored.published_on,
        case_identifier=stored.case_identifier,
        nodes=tuple(_in_reading_order(below, None)),
    )


def _in_reading_order(below: dict[str | None, list[Node]], parent: str | None) -> Iterable[Node]:
    for node in below.get(parent, []):
        yield node
        yield from _in_reading_order(below, node.code)


async def get_node(session: AsyncSession, edition_id: UUID, code: str) -> FrameworkNode:
    node = await session.scalar(
        select(FrameworkNode).where(
            FrameworkNode.edition_id == edition_id, FrameworkNode.code == code
        )
    )
    if node is None:
        raise NodeNotFound(f"The framework has no node {code}.")
    return node


async def find_item(session: AsyncSession, code: str) -> Item | None:
    return await session.scalar(select(Item).where(Item.code == code))


async def get_item(session: AsyncSession, code: str) -> Item:
    item = await find_item(session, code)
    if item is None:
        raise ItemNotFound(f"There is no item {code} in the bank.")
    return item


async def get_item_for_update(session: AsyncSession, item_id: UUID) -> Item:
    """The item, locked until the transaction ends and read afresh."""
    item = await session.get(Item, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise ItemNotFound(f"There is no item {item_id} in the bank.")
    return item


async def get_latest_version(session: AsyncSession, item_id: UUID) -> ItemVersion:
    version = await session.scalar(
        select(ItemVersion)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc())
        .limit(1)
    )
    if version is None:
        raise VersionNotFound(f"The item {item_id} has no version.")
    return version


async def list_versions(session: AsyncSession, item_id: UUID) -> list[ItemVersion]:
    """All versions of an item, oldest first."""
    found = select(ItemVersion).where(ItemVersion.item_id == item_id)
    return list(await session.scalars(found.order_by(ItemVersion.number)))


async def get_versions(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ItemVersion]:
    """Versions by id; raises VersionNotFound unless all are there."""
    rows = await session.scalars(select(ItemVersion).where(ItemVersion.id.in_(ids)))
    versions = {version.id: version for version in rows}
    missing = [str(version_id) for version_id in ids if version_id not in versions]
    if missing:
        raise VersionNotFound(f"The bank has no item version {', '.join(missing)}.")
    return versions


async def list_transitions(session: AsyncSession, item_id: UUID) -> list[ItemTransition]:
    """What happened to an item, oldest first."""
    found = select(ItemTransition).where(ItemTransition.item_id == item_id)
    return list(await session.scalars(found.order_by(ItemTransition.number)))


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item with its latest version, as a list of the bank or a form assembler needs it.

    ``skill_area`` and ``task`` are node codes in the edition that was asked for.
    """

    item_id: UUID
    version_id: UUID
    code: str
    state: ItemState
    number: int
    kind: ItemKind
    title: str
    skill_area: str
    task: str | None
    cognitive_level: CognitiveLevel
    estimated_difficulty: float | None


async def list_items_by_area(
    session: AsyncSession, edition: str | None, states: Collection[ItemState]
) -> dict[str, list[ListedItem]]:
    """Items in these states by skill area: every area of the edition has a list, sorted by code.

    No edition: the one published last.
    """
    stored = await get_edition(session, edition)
    areas = await session.scalars(
        select(FrameworkNode.code)
        .where(
            FrameworkNode.edition_id == stored.id,
            FrameworkNode.kind == NodeKind.SKILL_AREA,
        )
        .order_by(FrameworkNode.code)
    )
    listed: dict[str, list[ListedItem]] = {code: [] for code in areas}
    rows = await session.execute(_listed(stored.id).where(Item.state.in_(states)))
    for item, version, area, task in rows:
        listed[area].append(
            ListedItem(
                item_id=item.id,
                version_id=version.id,
                code=item.code,
                state=ItemState(item.state),
                number=version.number,
                kind=ItemKind(version.kind),
                title=version.title,
                skill_area=area,
                task=task,
                cognitive_level=CognitiveLevel(version.cognitive_level),
                estimated_difficulty=version.estimated_difficulty,
            )
        )
    return listed


def _listed(edition_id: UUID) -> Select[Item, ItemVersion, str, str | None]:
    area, task = aliased(FrameworkNode), aliased(FrameworkNode)
    latest = (
        select(ItemVersion.item_id, func.max(ItemVersion.number).label("number"))
        .group_by(ItemVersion.item_id)
        .subquery()
    )
    tasks = (
        select(ItemTag.item_id, task.code)
        .join(task, task.id == ItemTag.node_id)
        .where(task.edition_id == edition_id, task.kind == NodeKind.TASK)
        .subquery()
    )
    return (
        select(Item, ItemVersion, area.code, tasks.c.code)
        .join(latest, latest.c.item_id == Item.id)
        .join(
            ItemVersion,
            (ItemVersion.item_id == Item.id) & (ItemVersion.number == latest.c.number),
        )
        .join(ItemTag, ItemTag.item_id == Item.id)
        .join(area, (area.id == ItemTag.node_id) & (area.kind == NodeKind.SKILL_AREA))
        .join(tasks, tasks.c.item_id == Item.id, isouter=True)
        .where(area.edition_id == edition_id)
        .order_by(Item.code)
    )


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the bank's list. It has no field for a key."""

    code: str
    title: str
    state: ItemState
    kind: ItemKind
    skill_area: str
    task: str | None
    number: int
    changed_at: datetime


async def list_bank(
    session: AsyncSession,
    *,
    area: str | None = None,
    state: ItemState | None = None,
    text: str = "",
    after: str = "",
    limit: int = 50,
) -> list[ItemRow]:
    """Items by code, those after the code ``after``, tagged as in the edition published last.

    ``text`` is looked for in code, title and content, whatever its case.
    """
    stored = await get_edition(session)
    found = _listed(stored.id).where(Item.code > after)
    if area:
        tagged = (
            select(ItemTag.item_id)
            .join(FrameworkNode, FrameworkNode.id == ItemTag.node_id)
            .where(FrameworkNode.edition_id == stored.id, FrameworkNode.code == area)
        )
        found = found.where(Item.id.in_(tagged))
    if state:
        found = found.where(Item.state == state)
    if text:
        found = found.where(
            or_(
                Item.code.icontains(text, autoescape=True),
                ItemVersion.title.icontains(text, autoescape=True),
                ItemVersion.content.icontains(text, autoescape=True),
            )
        )
    rows = await session.execute(found.options(defer(ItemVersion.content)).limit(limit))
    return [
        ItemRow(
            item.code,
            version.title,
            ItemState(item.state),
            ItemKind(version.kind),
            in_area,
            task,
            version.number,
            version.created_at,
        )
        for item, version, in_area, task in rows
    ]


async def list_enemies(
    session: AsyncSession, item_ids: Collection[UUID]
) -> list[tuple[UUID, UUID]]:
    """Pairs among these items that may not stand on one form."""
    found = select(ItemEnemy.item_id, ItemEnemy.enemy_id).where(
        ItemEnemy.item_id.in_(item_ids), ItemEnemy.enemy_id.in_(item_ids)
    )
    return [(first, second) for first, second in await session.execute(found)]


async def read_facts(
    session: AsyncSession, version: ItemVersion, edition: str | None = None
) -> ItemFacts:
    """The facts of an item as of this version, tagged as in the edition (None: published last).

    Tags and enemies belong to the item and are those of today. Raises NodeNotFound where the item
    is not tagged in that edition.
    """
    stored = await get_edition(session, edition)
    code = await session.scalar(select(Item.code).where(Item.id == version.item_id))
    if code is None:
        raise ItemNotFound(f"There is no item {version.item_id} in the bank.")
    tags = await session.execute(
        select(FrameworkNode.kind, FrameworkNode.code)
        .join(ItemTag, ItemTag.node_id == FrameworkNode.id)
        .where(ItemTag.item_id == version.item_id, FrameworkNode.edition_id == stored.id)
    )
    codes = {row.kind: row.code for row in tags}
    if NodeKind.SKILL_AREA not in codes:
        raise NodeNotFound(f"{code} is not tagged to a skill area of {stored.code}.")
    return ItemFacts(
        code=code,
        skill_area=codes[NodeKind.SKILL_AREA],
        task=codes.get(NodeKind.TASK),
        cognitive_level=CognitiveLevel(version.cognitive_level),
        estimated_difficulty=version.estimated_difficulty,
        source=version.source,
        as_of=version.as_of,
        review_by=version.review_by,
        enemies=await list_enemy_codes(session, version.item_id),
    )


async def list_enemy_codes(session: AsyncSession, item_id: UUID) -> tuple[str, ...]:
    """Codes of the items that may not stand beside this one, sorted."""
    enemies = select(ItemEnemy.enemy_id).where(ItemEnemy.item_id == item_id)
    enemies_of = select(ItemEnemy.item_id).where(ItemEnemy.enemy_id == item_id)
    found = select(Item.code).where(Item.id.in_(enemies.union_all(enemies_of)))
    return tuple(await session.scalars(found.order_by(Item.code)))


_recent: Final = RecentContents(limit=2_000)


def known_contents(version_ids: Collection[UUID]) -> dict[UUID, ItemContent]:
    """Those of these versions whose content is in this process's memory."""
    found = ((version_id, _recent.find(version_id)) for version_id in version_ids)
    return {version_id: content for version_id, content in found if content is not None}


async def get_contents(
    session: AsyncSession, version_ids: Collection[UUID]
) -> dict[UUID, ItemContent]:
    """The parsed content of these versions, keys and rationales included.

    Content is kept in memory by version id, so a form is parsed once a process. Raises
    VersionNotFound unless all are there.
    """
    contents = known_contents(version_ids)
    unread = [version_id for version_id in version_ids if version_id not in contents]
    if unread:
        for version in (await get_versions(session, unread)).values():
            content = read_choice(version.content.encode()).content
            _recent.keep(version.id, content)
            contents[version.id] = content
    return contents


async def find_content(session: AsyncSession, version_id: UUID) -> ItemContent | None:
    """The parsed content of one version, from memory where it was read before."""
    try:
        return (await get_contents(session, [version_id]))[version_id]
    except VersionNotFound:
        return None
