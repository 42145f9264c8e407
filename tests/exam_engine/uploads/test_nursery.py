"""What is done apart: in a copy for each order, which has its limits and none of our keys."""

import asyncio
import io
import os
import signal
import time
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


@pytest.fixture
def hasty() -> Iterator[Nursery]:
    made = Nursery(os.environ, longest_s=0)
    yield made
    made.stop()


@dataclass
class Reading:
    """A reading that waits at its file, a pipe, until somebody writes into it."""

    desk: Desk
    pipe: Path
    end: io.BufferedWriter | None = None

    async def begun(self, nursery: Nursery) -> tuple["asyncio.Task[bool]", int]:
        """Its task and its process, once that stands at the file: it has heard its order then."""
        self.leave()
        earlier = readers_of(os.getpid())
        task = asyncio.create_task(self.ordered(nursery))
        pid = await reader_of(os.getpid(), earlier)
        self.end = await asyncio.to_thread(self.pipe.open, "wb")
        return task, pid

    async def ordered(self, nursery: Nursery) -> bool:
        return await nursery.obey("read", *await self.words())

    async def words(self) -> tuple[str, ...]:
        import_id = await self.desk.begun(Upload("march.csv", FILE))
        url = self.desk.database.url.render_as_string(hide_password=False)
        return url, str(self.pipe.parent), str(import_id), str(self.pipe)

    def feed(self) -> None:
        assert self.end is not None
        self.end.write(FILE)
        self.leave()

    def leave(self) -> None:
        if self.end is not None:
            self.end.close()


@pytest.fixture
def reading(desk: Desk, tmp_path: Path) -> Iterator[Reading]:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    made = Reading(desk, pipe)
    yield made
    made.leave()


async def test_a_reader_has_its_limits_and_none_of_our_keys(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    process = Path(f"/proc/{pid}")
    assert str(MOST_MEMORY) in (process / "limits").read_text()
    assert b"kept" not in (process / "environ").read_bytes()
    assert os.getpriority(os.PRIO_PROCESS, pid) >= min(19, os.nice(0) + 10)
    reading.feed()
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
    reading.feed()
    assert await task


async def test_a_nursery_that_is_gone_is_started_again(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    parent = parent_of(pid)
    os.kill(parent, signal.SIGKILL)
    reading.feed()
    assert await task  # a copy goes on by itself
    task, pid = await reading.begun(own_nursery)
    assert parent_of(pid) != parent
    reading.feed()
    assert await task


async def test_who_is_not_waited_for_any_more_is_killed(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pid not in readers_of(os.getpid())


async def test_a_copy_that_was_not_heard_of_yet_begins_nothing(
    reading: Reading, own_nursery: Nursery
) -> None:
    task, pid = await reading.begun(own_nursery)
    parent = parent_of(pid)
    reading.feed()
    assert await task
    words, earlier = await reading.words(), set(readers_of(os.getpid()))
    os.kill(parent, signal.SIGSTOP)
    task = asyncio.create_task(own_nursery.obey("read", *words))
    for _ in range(10):
        await asyncio.sleep(0)  # it waits for the copy's word now
    os.kill(parent, signal.SIGCONT)
    while earlier.issuperset(readers_of(os.getpid())):
        time.sleep(0.001)  # noqa: ASYNC251 - the loop shall not hear that word
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(400):
        if earlier.issuperset(readers_of(os.getpid())):
            break
        await asyncio.sleep(0.05)
    assert earlier.issuperset(readers_of(os.getpid()))


async def test_who_takes_too_long_is_killed(reading: Reading, hasty: Nursery) -> None:
    earlier = readers_of(os.getpid())
    with pytest.raises(TimeoutError):
        await reading.ordered(hasty)
    assert set(readers_of(os.getpid())) <= set(earlier)
