"""An upload on both databases: read, kept waiting, decided; in the bank whole or not at all."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from exam_engine.exams.conversion import Conversion
from exam_engine.exams.errors import FormUnsound
from exam_engine.exams.queries import list_form_items
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Form, FormItem
from exam_engine.uploads import reading
from exam_engine.uploads.accepting import accept
from exam_engine.uploads.reading import Upload, patiently, plan_upload
from exam_engine.uploads.sweeping import sweep
from item_bank.errors import BankChanged, ImportDecided, ImportUndecided
from item_bank.imports import queries
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.service import ItemImports
from item_bank.items import ItemKind
from item_bank.lifecycle import ItemVerb
from item_bank.queries import (
    get_item,
    get_latest_version,
    list_transitions,
    list_versions,
    read_facts,
)
from item_bank.service import ItemBank
from item_bank.tables import Item, ItemEnemy, ItemImport, ItemImportRow, ItemTag, ItemVersion
from tests import factories
from tests.exam_engine.uploads.desk import NEW_VERSION, Desk
from tests.item_bank.imports.files import a_row, a_table, some_rows


async def test_a_file_becomes_drafts_of_whoever_accepted_it(desk: Desk) -> None:
    rows = [*some_rows(4), a_row(4, enemies="IMP-0", task="I.A.1", skill_area="I.A")]
    record = await desk.read(a_table(*rows))
    assert record.state == "ready"
    assert record.counts["new"] == 5
    assert await desk.count(Item) == 0
    await accept(desk.database, record.id, Choices(), desk.writer)
    async with desk.database.reading() as session:
        item = await get_item(session, "IMP-4")
        version = await get_latest_version(session, item.id)
        facts = await read_facts(session, version)
        (step,) = await list_transitions(session, item.id)
    assert (item.state, item.author_id, version.number) == ("draft", desk.writer, 1)
    assert (version.kind, version.import_id) == (ItemKind.SINGLE_CHOICE, record.id)
    assert (facts.skill_area, facts.task, facts.enemies) == ("I.A", "I.A.1", ("IMP-0",))
    assert (step.number, step.verb, step.from_state, step.to_state) == (1, "add", None, "draft")
    assert step.reason == "Imported from march.csv"
    kept = await desk.record(record.id)
    assert (kept.state, kept.counts["added"], kept.counts["revised"]) == ("imported", 5, 0)
    assert await desk.count(ItemImportRow) == 0


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    rows = [a_row(0, enemies="IMP-1, IMP-2"), a_row(1, enemies="IMP-2"), a_row(2)]
    await desk.brought(a_table(*rows))
    record = await desk.read(a_table(*rows))
    assert (record.counts["unchanged"], record.counts["new"], record.counts["changed"]) == (3, 0, 0)
    await accept(desk.database, record.id, Choices(), desk.writer)
    assert (await desk.count(Item), await desk.count(ItemVersion)) == (3, 3)
    assert await desk.count(ItemEnemy) == 3


async def test_a_changed_item_waits_for_a_choice_and_keeps_its_old_version(desk: Desk) -> None:
    await desk.brought(a_table(*some_rows(3)))
    record = await desk.read(
        a_table(a_row(0, question="What else comes first?"), a_row(1), a_row(9))
    )
    assert (record.counts["changed"], record.counts["unchanged"], record.counts["new"]) == (1, 1, 1)
    with pytest.raises(ImportUndecided, match="IMP-0"):
        await accept(desk.database, record.id, Choices(), desk.writer)
    assert await desk.count(Item) == 3
    await accept(desk.database, record.id, NEW_VERSION, desk.writer)
    async with desk.database.reading() as session:
        item = await get_item(session, "IMP-0")
        versions = await list_versions(session, item.id)
    assert [version.number for version in versions] == [1, 2]
    assert "What else comes first?" in versions[1].content
    assert "What else comes first?" not in versions[0].content


async def test_a_skipped_change_stays_out_and_is_counted(desk: Desk) -> None:
    await desk.brought(a_table(*some_rows(2)))
    changed = a_table(a_row(0, title="Another"), a_row(1, title="Another"), a_row(2), a_row(3))
    record = await desk.read(changed)
    choices = Choices(OnChange.NEW_VERSION, {"IMP-0": OnChange.SKIP, "IMP-3": OnChange.SKIP})
    await accept(desk.database, record.id, choices, desk.writer)
    kept = await desk.record(record.id)
    numbers = (kept.counts["added"], kept.counts["revised"], kept.counts["skipped"])
    assert numbers == (1, 1, 2)
    assert (await desk.count(Item), await desk.count(ItemVersion)) == (3, 4)


async def test_a_change_of_tags_alone_makes_no_version(desk: Desk) -> None:
    await desk.brought(a_table(a_row(0, skill_area="I.A")))
    await desk.brought(a_table(a_row(0, skill_area="II.B")))
    assert (await desk.count(ItemVersion), await desk.count(ItemTag)) == (1, 1)
    async with desk.database.reading() as session:
        item = await get_item(session, "IMP-0")
        facts = await read_facts(session, await get_latest_version(session, item.id))
    assert facts.skill_area == "II.B"


async def test_an_item_in_review_is_not_touched(desk: Desk) -> None:
    await desk.brought(a_table(a_row(0)))
    async with desk.database.transaction() as session:
        item = await get_item(session, "IMP-0")
        now = await desk.database.now(session)
        await ItemBank(session, now).move(item.id, ItemVerb.SUBMIT, desk.writer)
    record = await desk.read(a_table(a_row(0, title="Another"), a_row(1)))
    assert record.counts["locked"] == 1
    with pytest.raises(ImportUndecided, match="1 question is refused"):
        await accept(desk.database, record.id, NEW_VERSION, desk.writer)
    await accept(desk.database, record.id, Choices(partial=True), desk.writer)
    assert await desk.count(ItemVersion) == 2


async def test_bad_rows_are_told_by_place_and_the_rest_can_come_in(desk: Desk) -> None:
    rows = [a_row(0), a_row(1, key="F"), a_row(2, skill_area="IX.Z"), a_row(3)]
    record = await desk.read(a_table(*rows))
    assert (record.counts["refused"], record.counts["new"]) == (2, 2)
    errors = [group for group in record.findings if group["severity"] == "error"]
    places = [place for group in errors for place, _, _ in group["found"]]
    assert places == ["line 3, key", "line 4"]
    with pytest.raises(ImportUndecided, match="2 questions are refused"):
        await accept(desk.database, record.id, Choices(), desk.writer)
    await accept(desk.database, record.id, Choices(partial=True), desk.writer)
    assert await desk.count(Item) == 2


async def test_a_skill_area_for_the_whole_file_fills_in_only_what_is_missing(desk: Desk) -> None:
    rows = a_table(a_row(0, skill_area=""), a_row(1, skill_area="I.B"))
    without = await desk.read(rows)
    assert without.counts["refused"] == 1
    record = await desk.read(rows, area="III.A")
    await accept(desk.database, record.id, Choices(), desk.writer)
    async with desk.database.reading() as session:
        held = await queries.read_held(session)
    areas = {code: one.facts.skill_area for code, one in held.items()}
    assert areas == {"IMP-0": "III.A", "IMP-1": "I.B"}


async def test_of_two_imports_of_one_file_at_once_one_comes_in(desk: Desk) -> None:
    data = a_table(*some_rows(20))
    first, second = await desk.read(data), await desk.read(data)
    done = await asyncio.gather(
        accept(desk.database, first.id, Choices(), desk.writer),
        accept(desk.database, second.id, Choices(), desk.writer),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["BankChanged", "NoneType"]
    assert (await desk.count(Item), await desk.count(ItemVersion)) == (20, 20)
    states = sorted([(await desk.record(one.id)).state for one in (first, second)])
    assert states == ["imported", "ready"]


async def test_one_import_accepted_twice_at_once_comes_in_once(desk: Desk) -> None:
    record = await desk.read(a_table(*some_rows(5)))
    done = await asyncio.gather(
        *(accept(desk.database, record.id, Choices(), desk.writer) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["ImportDecided", "NoneType"]
    assert await desk.count(Item) == 5


async def test_a_draft_that_was_revised_after_the_report_stops_the_import(desk: Desk) -> None:
    await desk.brought(a_table(*some_rows(2)))
    late = await desk.read(a_table(a_row(0, title="Late"), a_row(7)))
    await desk.brought(a_table(a_row(0, title="Early")))
    with pytest.raises(BankChanged, match="IMP-0"):
        await accept(desk.database, late.id, NEW_VERSION, desk.writer)
    assert (await desk.count(Item), (await desk.record(late.id)).state) == (2, "ready")


REFUSING = {
    "sqlite": "CREATE TRIGGER no_more BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'full'); END",
    "postgresql": "CREATE TRIGGER no_more BEFORE INSERT ON {} EXECUTE FUNCTION refuse_change()",
}
DROPPING = {"sqlite": "DROP TRIGGER no_more", "postgresql": "DROP TRIGGER no_more ON {}"}


@pytest.mark.parametrize("table", [Item, ItemVersion, ItemTag, ItemEnemy])
async def test_an_import_that_fails_at_any_table_leaves_nothing(
    desk: Desk, table: Any, database_kind: str
) -> None:
    record = await desk.read(a_table(a_row(0, enemies="IMP-1"), *some_rows(6)[1:]))
    async with desk.database.transaction() as session:
        await session.execute(text(REFUSING[database_kind].format(table.__tablename__)))
    with pytest.raises(BankChanged):
        await accept(desk.database, record.id, Choices(), desk.writer)
    assert [await desk.count(one) for one in (Item, ItemVersion, ItemTag, ItemEnemy)] == [0] * 4
    assert (await desk.record(record.id)).state == "ready"
    async with desk.database.transaction() as session:
        await session.execute(text(DROPPING[database_kind].format(table.__tablename__)))
    await accept(desk.database, record.id, Choices(), desk.writer)
    assert await desk.count(Item) == 6


async def test_a_file_of_nothing_but_faults_fails_and_says_why(desk: Desk) -> None:
    record = await desk.read(b"\xff\xfe\x00", name="x.csv")
    assert record.state == "failed"
    assert record.counts["refused"] == 1
    (group,) = record.findings
    assert group["found"][0][2].endswith(".")
    with pytest.raises(ImportDecided):
        await accept(desk.database, record.id, Choices(), desk.writer)


async def test_rows_that_nobody_takes_are_swept_after_a_day_and_others_stay(desk: Desk) -> None:
    waiting = await desk.read(a_table(*some_rows(3)))
    await sweep(desk.database)
    assert await desk.count(ItemImportRow) == 3
    aside = await desk.read(a_table(*some_rows(2)))
    async with desk.database.transaction() as session:
        now = await desk.database.now(session)
        await ItemImports(session, now).discard(aside.id, desk.writer)
    await sweep(desk.database)
    assert await desk.count(ItemImportRow) == 3
    assert (await desk.record(waiting.id)).state == "ready"


async def test_a_dry_run_stores_nothing(desk: Desk) -> None:
    said: list[str] = []
    upload = Upload("march.csv", a_table(*some_rows(3)))
    planned = await plan_upload(desk.database, upload, lambda doing, done, of: said.append(doing))
    assert planned.plan.counts["new"] == 3
    assert "Comparing with the bank" in said
    assert [await desk.count(one) for one in (ItemImport, ItemImportRow, Item)] == [0, 0, 0]


async def test_a_question_like_one_in_the_bank_is_named(desk: Desk) -> None:
    await desk.brought(a_table(a_row(0)))
    record = await desk.read(a_table(a_row(0, code="COPY"), a_row(5)))
    assert record.counts["like"] == 1
    async with desk.database.reading() as session:
        (row,) = await queries.list_like(session, record.id, 10)
    assert (row.code, row.like) == ("COPY", (("IMP-0", 1.0),))


async def test_patience_ends_with_the_last_try(desk: Desk) -> None:
    async def never(_imports: ItemImports) -> None:
        raise reading.DatabaseUnavailable("no")

    with pytest.raises(reading.DatabaseUnavailable):
        await patiently(desk.database, never)


async def test_an_item_of_another_kind_does_not_go_on_a_form(desk: Desk) -> None:
    numeric = a_row(0, type="numeric", key="3.5", **{f"option_{letter}": "" for letter in "abcd"})
    await desk.brought(a_table(numeric))
    async with desk.database.transaction() as session:
        now = await desk.database.now(session)
        programmed = await factories.a_programme(session, now)
        item = await get_item(session, "IMP-0")
        version = await get_latest_version(session, item.id)
        assert version.kind == ItemKind.QTI
        item.state = "operational"
        form = Form(
            id=uuid4(),
            exam_id=programmed.exam.id,
            code="F-2",
            state="draft",
            assembly="by hand",
            seed=1,
            conversion=programmed.form.conversion,
            created_at=now,
        )
        session.add(form)
        await session.flush()
        (first, *_) = await list_form_items(session, programmed.form.id)
        taken = FormItem(
            form_id=form.id,
            position=1,
            item_version_id=version.id,
            node_id=first.node_id,
            role="scored",
        )
        session.add(taken)
        await session.flush()
        exams = Exams(session, now)
        with pytest.raises(FormUnsound, match="Question 1 of the form is not single choice"):
            await exams.publish(form)
        conversion = Conversion.from_json(programmed.form.conversion)
        drawn = await exams.assemble(programmed.exam, "F-3", 1, conversion)
        items = await list_form_items(session, drawn.id)
        assert version.id not in {one.item_version_id for one in items}
