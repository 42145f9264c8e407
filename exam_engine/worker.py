"""The worker: carries calibration runs through, one at a time, out of the server's way.

One worker works for an installation; others wait until it is gone and take its place.  Runs are
asked for in the database (`exam_engine.calibration.service`), so nothing has to reach this process,
and nothing is lost while there is none.  While there is nothing to do it loads neither DBOS nor
numpy.
"""

import asyncio
import fcntl
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from exam_engine.calibration.queries import find_open_run
from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.settings import Settings

if TYPE_CHECKING:
    from exam_engine.jobs import Jobs

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
GUARD_EVERY_S = 5.0
ADVISORY_LOCK = int.from_bytes(b"examwork", "big")
LOST_THE_LOCK = 75
"""Exit code of a worker that cannot be sure any more to be the only one."""


async def work(settings: Settings, *, while_needed: bool = False) -> None:
    """Carry runs through until the process is ended, or as long as there are any."""
    os.nice(max(settings.worker_nice - os.nice(0), 0))
    database = Database(settings.database_url)
    _end_on_signals()
    async with only_worker(settings, database):
        jobs: Jobs | None = None
        while True:
            run_id = await _next_run(database)
            if run_id is None and while_needed:
                os._exit(0)  # DBOS keeps threads that wait for more
            if run_id is None and jobs is not None:
                _start_afresh()
            if run_id is None:
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            if jobs is None:
                jobs = await _launched(settings, database)
            await asyncio.to_thread(jobs.carry_through, run_id)


async def _next_run(database: Database) -> UUID | None:
    try:
        async with database.reading() as session:
            run = await find_open_run(session)
            return run.id if run else None
    except DatabaseUnavailable:
        return None


async def _launched(settings: Settings, database: Database) -> "Jobs":
    from exam_engine.jobs import Jobs  # DBOS is 20 MB that an idle worker need not hold

    jobs = Jobs(settings, database, asyncio.get_running_loop())
    await asyncio.to_thread(jobs.launch)
    return jobs


def _start_afresh() -> None:
    """Become a small idle process again; everything that matters is in the database."""
    os.execv(  # noqa: S606 - our own program again
        sys.executable, [sys.executable, "-m", "exam_engine", *sys.argv[1:]]
    )


def _end_on_signals() -> None:
    """End at once: what was done is recorded, and the next worker goes on with the rest."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, os._exit, 0)


def end_with_parent() -> None:
    """End when whoever started this process has: its end of our standard input closes."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()


@asynccontextmanager
async def only_worker(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Wait until no other worker works; the right to work ends with this process."""
    if settings.is_sqlite:
        with (settings.data_dir / "worker.lock").open("wb") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    await asyncio.sleep(LOOK_EVERY_S)
            yield
        return
    async with _advisory_lock(database):
        yield


@asynccontextmanager
async def _advisory_lock(database: Database) -> AsyncIterator[None]:
    asked = select(func.pg_try_advisory_lock(ADVISORY_LOCK))
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        while True:
            if await connection.scalar(asked):
                break
            await asyncio.sleep(LOOK_EVERY_S)

        async def guard() -> None:
            """The lock is this connection's: without it another worker may have begun."""
            try:
                while True:
                    await asyncio.sleep(GUARD_EVERY_S)
                    await connection.scalar(select(1))
            except Exception:
                log.exception("the worker lost its connection and ends")
                os._exit(LOST_THE_LOCK)

        guarding = asyncio.create_task(guard(), name="worker-lock")
        try:
            yield
        finally:
            guarding.cancel()
