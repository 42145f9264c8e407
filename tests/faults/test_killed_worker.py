"""Workers are killed in the middle of a run; the run goes on where it was, with the same digits."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from exam_engine.calibration.queries import get_run
from exam_engine.calibration.states import COMPUTED, RunState
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.database import Database
from tests.exam_engine.calibration.conftest import Past, a_past
from tests.worker import Worker

StartWorker = Callable[[], Worker]
LOOK_EVERY_S = 0.05


@pytest.fixture
async def past(database: Database) -> Past:
    return await a_past(database, n=300, questions=20)


@pytest.fixture
def worker(tmp_path: Path, database_url: str) -> Iterator[StartWorker]:
    started: list[Worker] = []

    def start() -> Worker:
        one = Worker(tmp_path, {"EXAM_DATABASE_URL": database_url})
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()


async def until(past: Past, run_id: UUID, holds: Callable[[CalibrationRun], Any]) -> CalibrationRun:
    """Look at a run until something is so of it."""
    while True:
        async with past.database.reading() as session:
            run = await get_run(session, run_id)
        if holds(run):
            return run
        await asyncio.sleep(LOOK_EVERY_S)


def is_over(run: CalibrationRun) -> bool:
    return run.state not in (RunState.QUEUED, RunState.RUNNING)


def lines(run: CalibrationRun, begin: str) -> int:
    return sum(line["text"].startswith(begin) for line in run.log)


async def test_a_run_whose_worker_is_killed_goes_on_and_ends_with_the_same_digits(
    past: Past, worker: StartWorker, in_full: bool
) -> None:
    untouched = await past.carried_through((await past.asked()).id)
    run_id = (await past.asked()).id
    for stage in ("calibrate", "classical") if in_full else ("calibrate",):
        killed = worker()
        await until(past, run_id, lambda run, stage=stage: run.stage == stage or is_over(run))
        killed.kill()
    last = worker()
    run = await until(past, run_id, is_over)
    assert run.state in COMPUTED, (run.failure, last.log)
    assert (run.digits, run.data_hash) == (untouched.digits, untouched.data_hash)
    assert lines(run, "Data") == 1, "what was done before the kill is not done again"
    assert max(lines(run, "Estimating"), lines(run, "Classical")) > 1 or run.tries > 1


async def test_of_two_workers_one_does_the_run_and_the_other_takes_its_place(
    past: Past, worker: StartWorker
) -> None:
    first, second = worker(), worker()
    run_id = (await past.asked()).id
    run = await until(past, run_id, is_over)
    assert run.state == RunState.FINISHED, (run.failure, first.log)
    assert lines(run, "Data") == lines(run, "The estimation") == lines(run, "Finished") == 1
    assert not first.ended
    assert not second.ended
    first.kill()
    again = await until(past, (await past.asked()).id, is_over)
    assert (again.state, again.digits) == (RunState.FINISHED, run.digits)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_run_whose_process_dies_each_time_is_given_up_and_the_next_one_done(
    past: Past, worker: StartWorker
) -> None:
    one = worker()
    poisoned, good = (await past.asked()).id, (await past.asked()).id
    run = await until(past, poisoned, lambda run: _killed_child(one.pid) and is_over(run))
    assert run.state == RunState.FAILED
    assert "ended 3 times" in (run.failure or "")
    assert (await until(past, good, is_over)).state == RunState.FINISHED


def _killed_child(worker: int) -> bool:
    """Kill -9 whatever process the worker has started."""
    for child in Path(f"/proc/{worker}/task").glob("*/children"):
        for pid in child.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    return True


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_cancelled_run_ends_in_the_middle_and_the_next_one_is_done(
    past: Past, worker: StartWorker
) -> None:
    worker()
    first, second = (await past.asked()).id, (await past.asked()).id
    await until(past, first, lambda run: run.stage is not None)
    await past.do(lambda runs: runs.cancel(first, past.analyst))
    assert (await until(past, second, is_over)).state == RunState.FINISHED
    assert (await past.run(first)).state == RunState.CANCELLED


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_worker_ends_with_its_parent(worker: StartWorker, past: Past) -> None:
    one = worker()
    await until(past, (await past.asked()).id, lambda run: run.stage is not None)
    one._process.stdin.close()  # type: ignore[union-attr]
    await asyncio.to_thread(one._process.wait)
    assert one.ended
