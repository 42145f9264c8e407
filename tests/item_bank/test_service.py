from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank import queries
from item_bank.errors import (
    CodeTaken,
    EditionDiffers,
    EditionNotFound,
    ItemLocked,
    ItemNotFound,
    MoveRefused,
    NodeNotFound,
    OwnApproval,
    QtiError,
)
from item_bank.framework import bundled_edition
from item_bank.items import CognitiveLevel
from item_bank.lifecycle import ItemState, ItemVerb
from item_bank.qti.choice import read_choice
from item_bank.qti.packages import Package, PackagedItem, write_package
from item_bank.service import ItemBank
from item_bank.tables import FrameworkEdition, FrameworkNode, Item, ItemTag, ItemVersion
from tests.item_bank.examples import MANAGER, NOW, REVIEWER, WRITER, a_content, some_facts


async def count(session: AsyncSession, table: type) -> int:
    return await session.scalar(select(func.count()).select_from(table))


async def walk(bank: ItemBank, item_id: UUID, verbs: Iterable[str], by: UUID = REVIEWER) -> Item:
    for verb in verbs:
        item = await bank.move(item_id, ItemVerb(verb), by, "a reason")
    return item


async def test_a_loaded_framework_comes_back_as_it_was(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    bank_session.expunge_all()
    assert await queries.read_framework(bank_session, "k12-cto-2019") == bundled_edition()


async def test_loading_a_framework_twice_changes_nothing(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    before = await count(bank_session, FrameworkNode)
    await bank.load_framework(bundled_edition())
    assert await count(bank_session, FrameworkNode) == before == len(bundled_edition().nodes)
    assert await count(bank_session, FrameworkEdition) == 1


async def test_an_edition_does_not_change_once_loaded(bank: ItemBank) -> None:
    with pytest.raises(EditionDiffers):
        await bank.load_framework(replace(bundled_edition(), note="Another note."))


async def test_a_new_item_is_a_draft_with_a_first_version_that_holds_its_content(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    item = await queries.get_item(bank_session, "T-01")
    assert (item.state, item.author_id, item.created_at) == ("draft", WRITER, NOW)
    assert (version.item_id, version.number, version.created_by) == (item.id, 1, WRITER)
    assert read_choice(version.content.encode()) == ("T-01", a_content())
    assert len(version.content_hash) == 64


async def test_the_facts_of_an_item_come_back_as_they_were(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    await bank.add_item(a_content(), some_facts(code="T-02"), WRITER)
    facts = some_facts(enemies=("T-02",), cognitive_level=CognitiveLevel.ANALYSE)
    version = await bank.add_item(a_content(), facts, WRITER)
    bank_session.expunge_all()
    stored = (await queries.get_versions(bank_session, [version.id]))[version.id]
    assert await queries.read_facts(bank_session, stored) == facts


async def test_being_enemies_holds_both_ways(bank: ItemBank, bank_session: AsyncSession) -> None:
    first = await bank.add_item(a_content(), some_facts(code="T-02"), WRITER)
    second = await bank.add_item(a_content(), some_facts(enemies=("T-02",)), WRITER)
    assert await queries.list_enemy_codes(bank_session, first.item_id) == ("T-01",)
    assert await queries.list_enemy_codes(bank_session, second.item_id) == ("T-02",)


async def test_a_code_is_given_once(bank: ItemBank) -> None:
    await bank.add_item(a_content(), some_facts(), WRITER)
    with pytest.raises(CodeTaken):
        await bank.add_item(a_content(), some_facts(), WRITER)


@pytest.mark.parametrize(
    ("area", "task"), [("IV.A", None), ("I", None), ("I.A", "I.B.1"), ("I.A", "I.A"), ("I.A", "x")]
)
async def test_an_item_is_tagged_to_a_skill_area_and_a_task_of_it(
    bank: ItemBank, area: str, task: str | None
) -> None:
    with pytest.raises(NodeNotFound):
        await bank.add_item(a_content(), some_facts(skill_area=area, task=task), WRITER)


async def test_an_enemy_that_is_not_in_the_bank_is_refused(bank: ItemBank) -> None:
    with pytest.raises(ItemNotFound, match="T-99"):
        await bank.add_item(a_content(), some_facts(enemies=("T-99",)), WRITER)


async def test_without_a_framework_nothing_can_be_tagged(bank_session: AsyncSession) -> None:
    with pytest.raises(EditionNotFound):
        await ItemBank(bank_session, NOW).add_item(a_content(), some_facts(), WRITER)


async def test_revising_a_draft_makes_the_next_version_and_leaves_the_first(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER)
    later = ItemBank(bank_session, NOW + timedelta(hours=1))
    second = await later.revise(first.item_id, a_content(key="C"), some_facts(), REVIEWER)
    assert (second.number, second.created_by) == (2, REVIEWER)
    assert second.created_at == NOW + timedelta(hours=1)
    assert read_choice(first.content.encode()).content.key == "B"
    assert read_choice(second.content.encode()).content.key == "C"
    latest = await queries.get_latest_version(bank_session, first.item_id)
    assert latest.id == second.id


async def test_a_change_of_facts_alone_is_a_version_too(bank: ItemBank) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER)
    facts = some_facts(estimated_difficulty=0.5)
    second = await bank.revise(first.item_id, a_content(), facts, WRITER)
    assert (second.number, second.estimated_difficulty) == (2, 0.5)


async def test_revising_without_a_change_makes_no_version(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER)
    assert (await bank.revise(first.item_id, a_content(), some_facts(), WRITER)).id == first.id
    assert await count(bank_session, ItemVersion) == 1


async def test_revising_moves_tags_and_enemies(bank: ItemBank, bank_session: AsyncSession) -> None:
    await bank.add_item(a_content(), some_facts(code="T-02"), WRITER)
    await bank.add_item(a_content(), some_facts(code="T-03"), WRITER)
    first = await bank.add_item(a_content(), some_facts(enemies=("T-02",)), WRITER)
    facts = some_facts(skill_area="III.D", task="III.D.2", enemies=("T-03",))
    second = await bank.revise(first.item_id, a_content(), facts, WRITER)
    assert await queries.read_facts(bank_session, second) == facts
    tags = select(func.count()).select_from(ItemTag).where(ItemTag.item_id == first.item_id)
    assert await bank_session.scalar(tags) == 2


async def test_an_item_keeps_its_code(bank: ItemBank) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER)
    with pytest.raises(ItemLocked):
        await bank.revise(first.item_id, a_content(), some_facts(code="T-02"), WRITER)


@pytest.mark.parametrize("state", [state for state in ItemState if state != "draft"])
async def test_only_drafts_are_revised(bank: ItemBank, state: ItemState) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER, state)
    with pytest.raises(ItemLocked, match="draft"):
        await bank.revise(first.item_id, a_content(key="C"), some_facts(), WRITER)


async def test_an_item_goes_from_draft_to_operational_and_each_step_is_kept(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    await bank.move(version.item_id, ItemVerb.SUBMIT, WRITER)
    item = await walk(bank, version.item_id, ["approve", "pretest", "promote", "retire"])
    assert item.state == "retired"
    steps = await queries.list_transitions(bank_session, version.item_id)
    assert [(s.number, s.verb, s.from_state, s.to_state) for s in steps] == [
        (1, "add", None, "draft"),
        (2, "submit", "draft", "in_review"),
        (3, "approve", "in_review", "approved"),
        (4, "pretest", "approved", "pretest"),
        (5, "promote", "pretest", "operational"),
        (6, "retire", "operational", "retired"),
    ]
    assert [s.by_id for s in steps] == [WRITER, WRITER, *[REVIEWER] * 4]
    assert {s.at for s in steps} == {NOW}


async def test_a_refused_step_leaves_no_trace(bank: ItemBank, bank_session: AsyncSession) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    with pytest.raises(MoveRefused):
        await bank.move(version.item_id, ItemVerb.APPROVE, REVIEWER)
    assert len(await queries.list_transitions(bank_session, version.item_id)) == 1


async def test_whoever_wrote_a_version_cannot_approve_the_item(bank: ItemBank) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    await bank.revise(version.item_id, a_content(key="C"), some_facts(), REVIEWER)
    await bank.move(version.item_id, ItemVerb.SUBMIT, WRITER)
    for writer in (WRITER, REVIEWER):
        with pytest.raises(OwnApproval):
            await bank.move(version.item_id, ItemVerb.APPROVE, writer)
    item = await bank.move(version.item_id, ItemVerb.APPROVE, MANAGER)
    assert item.state == "approved"


async def test_an_operational_item_goes_back_to_draft_with_its_reason_and_can_be_revised(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER, ItemState.OPERATIONAL)
    await bank.move(version.item_id, ItemVerb.RETURN, MANAGER, "The rule it tests has changed.")
    steps = await queries.list_transitions(bank_session, version.item_id)
    assert steps[-1].reason == "The rule it tests has changed."
    second = await bank.revise(version.item_id, a_content(key="D"), some_facts(), WRITER)
    assert second.number == 2


async def test_a_step_of_an_item_that_is_not_there_is_refused(bank: ItemBank) -> None:
    with pytest.raises(ItemNotFound):
        await bank.move(UUID(int=404), ItemVerb.SUBMIT, WRITER)


def a_package(directory: Path) -> Path:
    items = (
        PackagedItem(a_content(), some_facts(code="P-01", enemies=("P-02",))),
        PackagedItem(a_content(), some_facts(code="P-02", enemies=("P-03",))),
        PackagedItem(a_content(), some_facts(code="P-03")),
    )
    write_package(directory, Package("p", "Our package", "Ours.", items), bundled_edition())
    return directory


async def test_a_package_is_imported_once(bank_session: AsyncSession, tmp_path: Path) -> None:
    directory = a_package(tmp_path / "package")
    bank = ItemBank(bank_session, NOW)
    first = await bank.import_sample(directory)
    again = await bank.import_sample(directory)
    assert (first.added, first.kept) == (("P-01", "P-02", "P-03"), ())
    assert (again.added, again.kept) == ((), ("P-01", "P-02", "P-03"))
    assert await count(bank_session, Item) == await count(bank_session, ItemVersion) == 3


async def test_imported_items_keep_their_enemies_and_say_where_they_came_from(
    bank_session: AsyncSession, tmp_path: Path
) -> None:
    await ItemBank(bank_session, NOW).import_sample(a_package(tmp_path / "package"))
    item = await queries.get_item(bank_session, "P-02")
    assert await queries.list_enemy_codes(bank_session, item.id) == ("P-01", "P-03")
    assert (item.state, item.author_id) == ("operational", None)
    (step,) = await queries.list_transitions(bank_session, item.id)
    assert (step.verb, step.to_state, step.reason) == ("add", "operational", "Our package")


async def test_an_item_that_the_bank_changed_stays_as_it_is_when_imported_again(
    bank_session: AsyncSession, tmp_path: Path
) -> None:
    directory = a_package(tmp_path / "package")
    bank = ItemBank(bank_session, NOW)
    await bank.import_sample(directory, ItemState.DRAFT)
    item = await queries.get_item(bank_session, "P-03")
    await bank.revise(item.id, a_content(key="D"), some_facts(code="P-03"), WRITER)
    await bank.import_sample(directory)
    latest = await queries.get_latest_version(bank_session, item.id)
    assert read_choice(latest.content.encode()).content.key == "D"


async def test_a_package_that_cannot_be_read_is_refused(
    bank_session: AsyncSession, tmp_path: Path
) -> None:
    with pytest.raises(QtiError):
        await ItemBank(bank_session, NOW).import_sample(tmp_path)
