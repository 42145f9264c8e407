"""Everything that changes the bank. Methods flush and never commit; the caller does."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank import queries
from item_bank.errors import CodeTaken, EditionDiffers, ItemLocked, NodeNotFound
from item_bank.framework import Edition, NodeKind, bundled_edition
from item_bank.items import ItemContent, ItemFacts, ItemKind
from item_bank.lifecycle import ADD, EDITABLE, ItemState, ItemVerb, decide
from item_bank.qti.choice import content_hash, write_choice
from item_bank.qti.packages import read_package
from item_bank.tables import (
    FrameworkEdition,
    FrameworkNode,
    Item,
    ItemEnemy,
    ItemTag,
    ItemTransition,
    ItemVersion,
)


@dataclass(frozen=True, slots=True)
class Imported:
    """Codes of the items that a package brought, and of those that were there before."""

    added: tuple[str, ...]
    kept: tuple[str, ...]


class ItemBank:
    """The bank within one transaction; ``now`` is the instant at which all of it happens.

    ``edition`` is everywhere the code of the framework's edition that tags refer to; None is the
    one published last.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def load_framework(self, edition: Edition) -> FrameworkEdition:
        """Store an edition; one that is stored already stays. Raises EditionDiffers."""
        stored = await queries.find_edition(self._session, edition.code)
        if stored is not None:
            if await queries.read_framework(self._session, edition.code) != edition:
                raise EditionDiffers(
                    f"Edition {edition.code} is in the bank with other contents. An edition does"
                    " not change; give the new one a code of its own."
                )
            return stored
        stored = FrameworkEdition(
            id=uuid4(),
            code=edition.code,
            title=edition.title,
            note=edition.note,
            published_on=edition.published_on,
            case_identifier=edition.case_identifier,
            loaded_at=self._now,
        )
        self._session.add(stored)
        await self._session.flush()
        ids = {node.code: uuid4() for node in edition.nodes}
        self._session.add_all(
            FrameworkNode(
                id=ids[node.code],
                edition_id=stored.id,
                parent_id=ids[node.parent] if node.parent else None,
                kind=node.kind,
                code=node.code,
                title=node.title,
                alternative_titles=list(node.alternative_titles),
                weight=node.weight,
                case_identifier=node.case_identifier,
                position=node.position,
            )
            for node in edition.nodes
        )
        await self._session.flush()
        return stored

    async def add_item(
        self,
        content: ItemContent,
        facts: ItemFacts,
        author_id: UUID | None,
        state: ItemState = ItemState.DRAFT,
        *,
        edition: str | None = None,
        reason: str | None = None,
    ) -> ItemVersion:
        """A new item and its first version.

        Raises CodeTaken, NodeNotFound for a tag that the edition lacks, ItemNotFound for an enemy.
        A state other than draft is for items that were reviewed elsewhere; the reason says so.
        """
        if await queries.find_item(self._session, facts.code) is not None:
            raise CodeTaken(f"The bank has an item {facts.code} already.")
        nodes = await self._tagged_nodes(facts, edition)
        item = Item(
            id=uuid4(), code=facts.code, state=state, author_id=author_id, created_at=self._now
        )
        self._session.add(item)
        await self._session.flush()
        self._session.add_all(ItemTag(item_id=item.id, node_id=node.id) for node in nodes)
        version = self._version(item, 1, content, facts, author_id)
        self._session.add(version)
        await self._record(item, ADD, None, author_id, reason)
        await self._add_enemies(item, facts.enemies)
        return version

    async def revise(
        self,
        item_id: UUID,
        content: ItemContent,
        facts: ItemFacts,
        by: UUID,
        *,
        edition: str | None = None,
    ) -> ItemVersion:
        """A draft's next version, and its tags and enemies; where nothing of the version changes,
        the latest one as it is.

        Raises ItemLocked outside of draft and for another code, else as ``add_item`` does.
        """
        item = await queries.get_item_for_update(self._session, item_id)
        if item.state not in EDITABLE:
            raise ItemLocked(f"{item.code} is {item.state}. Return it to draft to change it.")
        if item.code != facts.code:
            raise ItemLocked(f"{item.code} keeps its code; it cannot become {facts.code}.")
        await self._retag(item, facts, edition)
        await self._set_enemies(item, facts.enemies)
        latest = await queries.get_latest_version(self._session, item_id)
        version = self._version(item, latest.number + 1, content, facts, by)
        if _substance(version) == _substance(latest):
            return latest
        self._session.add(version)
        await self._session.flush()
        return version

    async def move(
        self, item_id: UUID, verb: ItemVerb, by: UUID, reason: str | None = None
    ) -> Item:
        """One step of the item's life: submit, approve, return, pretest, promote or retire.

        Raises MoveRefused, OwnApproval or ReasonMissing.
        """
        item = await queries.get_item_for_update(self._session, item_id)
        versions = await queries.list_versions(self._session, item_id)
        hands = (item.author_id, *(version.created_by for version in versions))
        writers = {hand for hand in hands if hand is not None}
        before = ItemState(item.state)
        item.state = decide(before, verb, by, writers, reason)
        await self._record(item, verb, before, by, reason)
        await self._session.flush()
        return item

    async def import_sample(
        self, package_dir: Path, state: ItemState = ItemState.OPERATIONAL
    ) -> Imported:
        """Bring in a package tagged against the bundled edition, which is loaded if need be.

        An item whose code is in the bank stays as it is, so importing twice changes nothing.
        Raises QtiError.
        """
        edition = bundled_edition()
        await self.load_framework(edition)
        package = await asyncio.to_thread(read_package, package_dir, edition)
        present = set(await self._session.scalars(select(Item.code)))
        new = [packaged for packaged in package.items if packaged.facts.code not in present]
        for packaged in new:
            # Enemies may come later in the package, so they wait until all items are there.
            facts = replace(packaged.facts, enemies=())
            await self.add_item(
                packaged.content, facts, None, state, edition=edition.code, reason=package.title
            )
        for packaged in new:
            if packaged.facts.enemies:
                item = await queries.get_item(self._session, packaged.facts.code)
                await self._add_enemies(item, packaged.facts.enemies)
        await self._session.flush()
        added = tuple(packaged.facts.code for packaged in new)
        codes = (packaged.facts.code for packaged in package.items)
        return Imported(added, tuple(code for code in codes if code in present))

    async def _tagged_nodes(self, facts: ItemFacts, edition: str | None) -> list[FrameworkNode]:
        stored = await queries.get_edition(self._session, edition)
        area = await queries.get_node(self._session, stored.id, facts.skill_area)
        if area.kind != NodeKind.SKILL_AREA:
            raise NodeNotFound(f"{facts.skill_area} is a {area.kind}, not a skill area.")
        if facts.task is None:
            return [area]
        task = await queries.get_node(self._session, stored.id, facts.task)
        if task.kind != NodeKind.TASK or task.parent_id != area.id:
            raise NodeNotFound(f"{facts.task} is not a task of {facts.skill_area}.")
        return [area, task]

    async def _retag(self, item: Item, facts: ItemFacts, edition: str | None) -> None:
        nodes = await self._tagged_nodes(facts, edition)
        of_edition = select(FrameworkNode.id).where(FrameworkNode.edition_id == nodes[0].edition_id)
        await self._session.execute(
            delete(ItemTag).where(ItemTag.item_id == item.id, ItemTag.node_id.in_(of_edition))
        )
        self._session.add_all(ItemTag(item_id=item.id, node_id=node.id) for node in nodes)

    async def _set_enemies(self, item: Item, codes: Collection[str]) -> None:
        await self._session.execute(
            delete(ItemEnemy).where(
                or_(ItemEnemy.item_id == item.id, ItemEnemy.enemy_id == item.id)
            )
        )
        await self._add_enemies(item, codes)

    async def _add_enemies(self, item: Item, codes: Collection[str]) -> None:
        present = set(await queries.list_enemy_codes(self._session, item.id))
        for code in sorted(set(codes) - present):
            enemy = await queries.get_item(self._session, code)
            first, second = sorted((item.id, enemy.id))
            self._session.add(ItemEnemy(item_id=first, enemy_id=second))
        await self._session.flush()

    def _version(
        self, item: Item, number: int, content: ItemContent, facts: ItemFacts, by: UUID | None
    ) -> ItemVersion:
        xml = write_choice(item.code, content)
        return ItemVersion(
            id=uuid4(),
            item_id=item.id,
            number=number,
            kind=ItemKind.SINGLE_CHOICE,
            content=xml.decode(),
            content_hash=content_hash(xml),
            title=content.title,
            cognitive_level=facts.cognitive_level,
            estimated_difficulty=facts.estimated_difficulty,
            source=facts.source,
            as_of=facts.as_of,
            review_by=facts.review_by,
            created_at=self._now,
            created_by=by,
        )

    async def _record(
        self, item: Item, verb: str, before: ItemState | None, by: UUID | None, reason: str | None
    ) -> None:
        """Write the step that took ``item`` from ``before`` to the state it has now."""
        last = await self._session.scalar(
            select(func.max(ItemTransition.number)).where(ItemTransition.item_id == item.id)
        )
        self._session.add(
            ItemTransition(
                id=uuid4(),
                item_id=item.id,
                number=(last or 0) + 1,
                verb=verb,
                from_state=before,
                to_state=item.state,
                by_id=by,
                reason=reason,
                at=self._now,
            )
        )


def _substance(version: ItemVersion) -> tuple[object, ...]:
    """What makes a version another one: its content and its facts."""
    return (
        version.content_hash,
        version.cognitive_level,
        version.estimated_difficulty,
        version.source,
        version.as_of,
        version.review_by,
    )
