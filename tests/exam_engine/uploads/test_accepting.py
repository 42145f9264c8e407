"""The transaction of an accepted import: what it waits for, and what it looks at again."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import delete

from exam_engine.uploads.accepting import accept
from item_bank.errors import BankChanged
from item_bank.imports.choices import Choices, Decision, OnChange
from item_bank.imports.queries import read_decision
from item_bank.imports.service import ItemImports
from item_bank.tables import Item, ItemEnemy, ItemImport, ItemImportRow, ItemVersion
from tests.exam_engine.uploads.desk import NEW_VERSION, Desk
from tests.item_bank.imports.files import a_row, a_table, some_rows


async def decided(desk: Desk, record: ItemImport, choices: Choices = NEW_VERSION) -> Decision:
    async with desk.database.reading() as session:
        now = await desk.database.now(session)
        return await read_decision(session, record.id, choices, now)


async def take(desk: Desk, record: ItemImport, decision: Decision) -> None:
    async with desk.database.transaction() as session:
        imports = ItemImports(session, await desk.database.now(session))
        await imports.accept(record.id, decision, desk.writer)


async def test_a_decision_says_what_it_comes_to(desk: Desk) -> None:
    await desk.brought(a_table(*some_rows(2)))
    rows = [a_row(0, title="Another", enemies="IMP-3"), a_row(1, title="Another"), a_row(2)]
    record = await desk.read(a_table(*rows, a_row(3)))
    decision = await decided(desk, record, Choices(OnChange.NEW_VERSION, {"IMP-1": OnChange.SKIP}))
    assert (decision.rows, decision.left_out) == (4, (1,))
    assert (decision.added, decision.revised) == (2, 1)
    assert list(decision.enemies.values()) == [("IMP-3",)]


async def test_new_items_that_came_in_after_the_decision_stop_the_import(desk: Desk) -> None:
    early, late = [await desk.read(a_table(*some_rows(3))) for _ in range(2)]
    decision = await decided(desk, late)
    await accept(desk.database, early.id, NEW_VERSION, desk.writer)
    with pytest.raises(BankChanged, match="Nothing was imported"):
        await take(desk, late, decision)
    assert (await desk.count(Item), (await desk.record(late.id)).state) == (3, "ready")


async def test_a_draft_that_was_revised_after_the_decision_stops_the_import(desk: Desk) -> None:
    await desk.brought(a_table(*some_rows(2)))
    late = await desk.read(a_table(a_row(0, title="Late"), a_row(7)))
    decision = await decided(desk, late)
    await desk.brought(a_table(a_row(0, title="Early")))
    with pytest.raises(BankChanged, match="IMP-0"):
        await take(desk, late, decision)
    assert (await desk.count(ItemVersion), (await desk.record(late.id)).state) == (3, "ready")


async def test_rows_that_are_gone_stop_the_import(desk: Desk) -> None:
    record = await desk.read(a_table(*some_rows(3)))
    decision = await decided(desk, record)
    async with desk.database.transaction() as session:
        await session.execute(delete(ItemImportRow).where(ItemImportRow.code == "IMP-1"))
    with pytest.raises(BankChanged, match="cleared away"):
        await take(desk, record, decision)
    assert await desk.count(Item) == 0


async def test_a_revised_items_enemies_are_those_of_the_file(desk: Desk) -> None:
    await desk.brought(a_table(a_row(0, enemies="IMP-1"), *some_rows(3)[1:]))
    await desk.brought(a_table(a_row(0, title="Another", enemies="IMP-2")))
    held = await desk.held()
    assert held["IMP-0"].facts.enemies == ("IMP-2",)
    assert await desk.count(ItemEnemy) == 1


async def test_ids_ascend_in_the_order_of_the_file(desk: Desk) -> None:
    await desk.read(a_table(*some_rows(20)))
    rows = await desk.waiting()
    for name in ("id", "item_id", "version_id"):
        ids = [getattr(row, name) for row in rows]
        assert ids == sorted(ids)
        assert len(set(ids)) == 20


class WatchedGate:
    """Tells that somebody asks to be let in."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.asked = asyncio.Event()

    async def __aenter__(self) -> None:
        self.asked.set()
        await self.lock.acquire()

    async def __aexit__(self, *about: object) -> None:
        self.lock.release()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_accepting_waits_at_the_gate_and_leaves_nothing_in_the_log(desk: Desk) -> None:
    record = await desk.read(a_table(*some_rows(5)))
    gate = desk.database.gate = WatchedGate()
    async with gate.lock:
        accepting = asyncio.create_task(accept(desk.database, record.id, Choices(), desk.writer))
        asking = asyncio.create_task(gate.asked.wait())
        await asyncio.wait({accepting, asking}, return_when=asyncio.FIRST_COMPLETED)
        assert not accepting.done()
        assert await desk.count(Item) == 0
    await accepting
    assert await desk.count(Item) == 5
    # no copy of the log is needed to find them
    file = f"file:{desk.database.url.database}?immutable=1"
    with closing(sqlite3.connect(file, uri=True)) as without_log:
        assert without_log.execute("SELECT count(*) FROM item").fetchone() == (5,)
