"""What is done apart: in a copy for each order, which has its limits and none of our keys."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exam_engine.uploads.__main__ import MOST_MEMORY
from exam_engine.uploads.nursery import Nursery
from exam_engine.uploads.reading import Upload
from item_bank.tables import ItemImportRow
from tests.exam_engine.uploads.desk import Desk
from tests.item_bank.imports.files import a_table, some_rows
from tests.processes import parent_of, reader_of, readers_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
FILE = a_table(*some_rows(3))
KEYS = {
    "EXAM_SECRET_KEY": "kept from the reader",
    "EXAM_REDIS_URL": "redis://:kept@127.0.0.1",
    "EXAM_DATABASE_URL": "postgresql://kept@127.0.0.1",
}


@pytest.fixture(scope="module")
def own_nursery() -> Iterator[Nursery]:
    made = Nursery({**os.environ, **KEYS})
    yield made
    made.stop()


@dataclass
class Reading:
    """A reading that waits at its file, a pipe, until somebody writes into it."""

    desk: Desk
    pipe: Path

    async def begun(self, nursery: Nursery) -> tuple["asyncio.Task[bool]", int]:
        earlier = readers_of(os.getpid())
        task = asyncio.create_task(self.ordered(nursery))
        return task, await reader_of(os.getpid(), earlier)

    async def ordered(self, nursery: Nursery) -> bool:
        import_id = await self.desk.begun(Upload("march.csv", FILE))
        url = self.desk.database.url.render_as_string(hide_password=False)
        words = (url, str(self.pipe.parent), str(import_id), str(self.pipe))
        return await nursery.obey("read", *words)

    async def feed(self) -> None:
        await asyncio.to_thread(self.pipe.write_bytes, FILE)


@pytest.fixture
def reading(desk: Desk, tmp_path: Path) -> Reading:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return Reading(desk, pipe)


async def test_a_reader_has_its_limits_and_none_of_our_keys(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    process = Path(f"/proc/{pid}")
    pipe = await asyncio.to_thread(reading.pipe.open, "wb")  # once it has begun to read
    assert str(MOST_MEMORY) in (process / "limits").read_text()
    assert b"kept" not in (process / "environ").read_bytes()
    assert os.getpriority(os.PRIO_PROCESS, pid) >= min(19, os.nice(0) + 10)
    with pipe:
        pipe.write(FILE)
    assert await task
    assert await reading.desk.count(ItemImportRow) == 3


async def test_a_reader_that_is_killed_takes_nobody_with_it(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    parent = parent_of(pid)
    os.kill(pid, signal.SIGKILL)
    assert not await task
    task, pid = await reading.begun(own_nursery)
    assert parent_of(pid) == parent
    await reading.feed()
    assert await task


async def test_a_nursery_that_is_gone_is_started_again(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    parent = parent_of(pid)
    os.kill(parent, signal.SIGKILL)
    await reading.feed()
    assert await task  # a copy goes on by itself
    task, pid = await reading.begun(own_nursery)
    assert parent_of(pid) != parent
    await reading.feed()
    assert await task


async def test_who_is_not_waited_for_any_more_is_killed(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, _ = await reading.begun(own_nursery)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert readers_of(os.getpid()) == []


async def test_who_takes_too_long_is_killed(reading: Reading) -> None:
    hasty = Nursery(os.environ, longest_s=0)
    with pytest.raises(TimeoutError):
        await reading.ordered(hasty)
    assert readers_of(os.getpid()) == []
    hasty.stop()
