"""What is left behind is swept up, and nothing that somebody still needs."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from exam_engine.uploads.reading import Progress, Upload, keep_telling
from exam_engine.uploads.sweeping import BROKE_OFF, FILES_KEPT_FOR, remove_old_files, sweep
from item_bank.imports.states import KEPT_FOR, SILENT_FOR
from item_bank.tables import ItemImport, ItemImportRow
from tests.exam_engine.uploads.desk import Desk
from tests.item_bank.imports.files import a_table, some_rows

MOMENT = timedelta(seconds=1)


async def aged(desk: Desk, record: ItemImport, **times: timedelta) -> None:
    """Move some of a record's moments into the past."""
    async with desk.database.transaction() as session:
        now = await desk.database.now(session)
        values = {name: now - age for name, age in times.items()}
        await session.execute(update(ItemImport).where(ItemImport.id == record.id).values(**values))


async def test_rows_that_wait_for_over_a_day_are_cleared_and_others_stay(desk: Desk) -> None:
    old, young = await desk.read(a_table(*some_rows(3))), await desk.read(a_table(*some_rows(2)))
    await aged(desk, old, created_at=KEPT_FOR + MOMENT)
    await aged(desk, young, created_at=KEPT_FOR - 60 * MOMENT)
    await sweep(desk.database)
    assert await desk.count(ItemImportRow) == 2


async def test_more_rows_than_one_transaction_takes_are_cleared(desk: Desk) -> None:
    record = await desk.read(a_table(*some_rows(201)))
    await aged(desk, record, created_at=KEPT_FOR + MOMENT)
    await sweep(desk.database)
    assert await desk.count(ItemImportRow) == 0


async def test_a_reading_that_fell_silent_is_ended_and_one_that_goes_on_is_not(desk: Desk) -> None:
    dead = await desk.record(await desk.begun(Upload("dead.csv", b"x")))
    alive = await desk.record(await desk.begun(Upload("alive.csv", b"x")))
    await aged(desk, dead, told_at=SILENT_FOR + MOMENT)
    await sweep(desk.database)
    ended = await desk.record(dead.id)
    assert (ended.state, ended.progress["doing"]) == ("failed", BROKE_OFF)
    assert (await desk.record(alive.id)).state == "reading"


async def test_a_reader_is_heard_of_while_nothing_changes(desk: Desk) -> None:
    record = await desk.record(await desk.begun(Upload("slow.csv", b"x")))
    telling = asyncio.create_task(keep_telling(desk.database, record.id, Progress(), every_s=0))
    heard = {record.told_at}
    for _ in range(400):
        heard.add((await desk.record(record.id)).told_at)
        if len(heard) == 3:
            break
        await asyncio.sleep(0.05)
    assert len(heard) == 3
    telling.cancel()


def test_files_whose_server_died_are_removed_and_those_on_their_way_stay(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    for name, age in (("old", FILES_KEPT_FOR + MOMENT), ("new", FILES_KEPT_FOR - MOMENT)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, times=((now - age).timestamp(),) * 2)
    remove_old_files(tmp_path, now)
    assert [file.name for file in tmp_path.iterdir()] == ["new"]
    remove_old_files(tmp_path / "nowhere", now)
