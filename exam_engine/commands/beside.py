"""A worker beside the server, for as long as the server lives."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from exam_engine.settings import Settings

log = logging.getLogger(__name__)

STOPS_WITHIN_S = 3
STARTS_AGAIN_S = 5.0


class _Beside(threading.Thread):
    """Keeps one worker running beside this process, and starts it again should it end."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="worker", daemon=True)
        self._settings = settings
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            self._process = self._start()
            code = self._process.wait()
            if not self._stopping.is_set():
                log.warning("the worker ended with code %s and is started again", code)
                self._stopping.wait(STARTS_AGAIN_S)

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = self._settings
        return subprocess.Popen(
            [sys.executable, "-m", "exam_engine", "worker", "--with-parent"],
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


@contextmanager
def worker_beside(settings: Settings) -> Iterator[None]:
    """A worker for as long as the block lasts, where the settings want one."""
    if not settings.worker:
        yield
        return
    beside = _Beside(settings)
    beside.start()
    try:
        yield
    finally:
        beside.stop()
