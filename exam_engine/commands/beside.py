"""A worker beside the server while there is something to do, and at the longest for its life."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from exam_engine.calibration.queries import find_open_run
from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.settings import Settings

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
STOPS_WITHIN_S = 3
STARTS_AGAIN_S = 5.0


class _Beside(threading.Thread):
    """Starts a worker when a run waits, which ends when none does: an idle server has none."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="worker", daemon=True)
        self._settings = settings
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        database = Database(self._settings.database_url)
        with asyncio.Runner() as runner:
            while not self._stopping.wait(LOOKS_EVERY_S):
                if runner.run(_a_run_waits(database)):
                    self._have_it_done()
            runner.run(database.close())

    def _have_it_done(self) -> None:
        self._process = self._start()
        code = self._process.wait()
        if code and not self._stopping.is_set():
            log.warning("the worker ended with code %s and is started again", code)
            self._stopping.wait(STARTS_AGAIN_S)

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = self._settings
        return subprocess.Popen(
            [sys.executable, "-m", "exam_engine", "worker", "--with-parent", "--while-needed"],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for the server, which ends it
            env={
                **os.environ,
                "EXAM_DATABASE_URL": settings.database_url,
                "EXAM_DATA_DIR": str(settings.data_dir),
                "OPENBLAS_NUM_THREADS": "1",
            },
        )

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()


async def _a_run_waits(database: Database) -> bool:
    try:
        async with database.reading() as session:
            return await find_open_run(session) is not None
    except DatabaseUnavailable:
        return False


@contextmanager
def worker_beside(settings: Settings) -> Iterator[None]:
    """A worker whenever it is needed while the block lasts, where the settings want one."""
    if not settings.worker:
        yield
        return
    beside = _Beside(settings)
    beside.start()
    try:
        yield
    finally:
        beside.stop()
