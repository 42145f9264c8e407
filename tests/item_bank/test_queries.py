from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from item_bank import queries
from item_bank.errors import EditionNotFound, ItemNotFound, NodeNotFound, VersionNotFound
from item_bank.framework import bundled_edition, case_urn
from item_bank.lifecycle import ON_FORMS, ItemState, ItemVerb
from item_bank.service import ItemBank
from tests.item_bank.examples import REVIEWER, WRITER, a_content, some_facts


async def test_items_are_listed_by_area_and_every_area_has_its_list(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    for code, area, task, state in (
        ("T-02", "I.B", "I.B.1", ItemState.OPERATIONAL),
        ("T-01", "I.B", None, ItemState.PRETEST),
        ("T-03", "III.D", "III.D.2", ItemState.OPERATIONAL),
        ("T-04", "I.B", "I.B.1", ItemState.DRAFT),
        ("T-05", "I.B", "I.B.1", ItemState.RETIRED),
    ):
        facts = some_facts(code=code, skill_area=area, task=task)
        await bank.add_item(a_content(), facts, WRITER, state)
    listed = await queries.list_items_by_area(bank_session, "k12-cto-2019", ON_FORMS)
    assert list(listed) == sorted(area.code for area in bundled_edition().skill_areas)
    codes = {area: [item.code for item in items] for area, items in listed.items() if items}
    assert codes == {"I.B": ["T-01", "T-02"], "III.D": ["T-03"]}
    assert [item.task for item in listed["I.B"]] == [None, "I.B.1"]
    assert listed["III.D"][0].state is ItemState.OPERATIONAL


async def test_a_listed_item_is_its_latest_version(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    first = await bank.add_item(a_content(), some_facts(), WRITER)
    second = await bank.revise(first.item_id, a_content(title="Next"), some_facts(), WRITER)
    listed = await queries.list_items_by_area(bank_session, None, [ItemState.DRAFT])
    (item,) = listed["I.B"]
    assert (item.version_id, item.number, item.title) == (second.id, 2, "Next")
    assert item.item_id == first.item_id


async def test_an_item_returned_to_draft_is_not_offered_for_forms(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER, ItemState.OPERATIONAL)
    await bank.move(version.item_id, ItemVerb.RETURN, REVIEWER, "Out of date.")
    listed = await queries.list_items_by_area(bank_session, None, ON_FORMS)
    assert not any(listed.values())


async def test_tags_of_another_edition_are_not_mixed_in(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    edition = bundled_edition()
    newer = replace(
        edition,
        code="newer",
        published_on=date(2026, 1, 1),
        case_identifier=case_urn("newer"),
        nodes=tuple(
            replace(node, case_identifier=case_urn("newer", node.code)) for node in edition.nodes
        ),
    )
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    await bank.load_framework(newer)
    old = await queries.list_items_by_area(bank_session, edition.code, [ItemState.DRAFT])
    new = await queries.list_items_by_area(bank_session, None, [ItemState.DRAFT])
    assert [item.code for item in old["I.B"]] == ["T-01"]
    assert not any(new.values())
    assert (await queries.get_edition(bank_session)).code == "newer"
    with pytest.raises(NodeNotFound, match="newer"):
        await queries.read_facts(bank_session, version)
    assert await queries.read_facts(bank_session, version, edition.code) == some_facts()


async def test_enemies_are_listed_as_pairs_among_the_items_asked_for(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    one = await bank.add_item(a_content(), some_facts(code="T-01"), WRITER)
    two = await bank.add_item(a_content(), some_facts(code="T-02", enemies=("T-01",)), WRITER)
    three = await bank.add_item(a_content(), some_facts(code="T-03", enemies=("T-01",)), WRITER)
    pairs = await queries.list_enemies(bank_session, [one.item_id, two.item_id])
    assert [set(pair) for pair in pairs] == [{one.item_id, two.item_id}]
    assert await queries.list_enemies(bank_session, [two.item_id, three.item_id]) == []


async def test_what_is_not_there_is_found_as_none_and_got_as_an_error(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    assert await queries.find_item(bank_session, "T-99") is None
    assert await queries.find_edition(bank_session, "no-edition") is None
    assert await queries.find_content(bank_session, uuid4()) is None
    with pytest.raises(ItemNotFound, match="T-99"):
        await queries.get_item(bank_session, "T-99")
    with pytest.raises(EditionNotFound, match="no-edition"):
        await queries.get_edition(bank_session, "no-edition")
    with pytest.raises(VersionNotFound):
        await queries.get_latest_version(bank_session, uuid4())


async def test_getting_versions_names_those_that_are_missing(
    bank: ItemBank, bank_session: AsyncSession
) -> None:
    version = await bank.add_item(a_content(), some_facts(), WRITER)
    missing = uuid4()
    assert await queries.get_versions(bank_session, [version.id]) == {version.id: version}
    with pytest.raises(VersionNotFound, match=str(missing)):
        await queries.get_versions(bank_session, [version.id, missing])
    with pytest.raises(VersionNotFound, match=str(missing)):
        await queries.get_contents(bank_session, [version.id, missing])


async def test_content_is_parsed_once_and_then_comes_without_the_database(
    bank: ItemBank, bank_session: AsyncSession, bank_engine: AsyncEngine
) -> None:
    versions = [
        await bank.add_item(a_content(key=key), some_facts(code=f"T-{key}"), WRITER)
        for key in "ABC"
    ]
    ids = [version.id for version in versions]
    statements: list[str] = []

    @event.listens_for(bank_engine.sync_engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        statements.append(statement)

    contents = await queries.get_contents(bank_session, ids)
    assert [contents[version_id].key for version_id in ids] == ["A", "B", "C"]
    assert len(statements) == 1
    assert await queries.get_contents(bank_session, ids) == contents
    assert await queries.find_content(bank_session, ids[1]) is contents[ids[1]]
    assert len(statements) == 1
