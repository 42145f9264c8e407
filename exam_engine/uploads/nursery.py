"""A process that has all loaded which reading takes, and is copied for each file."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress

LONGEST_S = 600
# A reader needs the database and nothing else of ours.
KEPT_FROM_READERS = frozenset({"EXAM_SECRET_KEY", "EXAM_REDIS_URL", "EXAM_DATABASE_URL"})


class Nursery:
    """Starts with the first order, ends by itself when none comes, starts again with the next."""

    def __init__(self, environ: Mapping[str, str], longest_s: float = LONGEST_S) -> None:
        self._longest_s = longest_s
        kept = {name: value for name, value in environ.items() if name not in KEPT_FROM_READERS}
        self._environment = kept | {"OPENBLAS_NUM_THREADS": "1"}  # a fork copies no threads
        self._begun: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    async def obey(self, act: str, *words: str) -> bool:
        """Have an act of `exam_engine.uploads.__main__` done apart; whether it was done to its end.

        Raises TimeoutError after ``longest_s``.  Who does it is killed then, or when the caller
        is cancelled.
        """
        order = json.dumps([act, *words]).encode() + b"\n"
        for _ in range(2):  # the process may end just as it is called
            reader, writer = await asyncio.open_connection(sock=self._line())
            with closing(writer):
                # Who does it says so before it hears what: nothing is begun that nobody can kill,
                # and nothing that was begun is tried again.
                if pid := await reader.readline():
                    writer.write(order)
                    return await _done(reader, int(pid), self._longest_s)
        return False

    def stop(self) -> None:
        """End the process that is copied; copies that are at work go on."""
        if self._begun is not None:
            process, orders = self._begun
            self._begun = None
            orders.close()
            process.kill()
            process.wait()

    def _line(self) -> socket.socket:
        """Our end of a line whose other end waits for the next copy."""
        if self._begun is None or self._begun[0].poll() is not None:
            self.stop()
            self._begun = self._begin()
        ours, theirs = socket.socketpair()
        with theirs, suppress(ConnectionError):
            socket.send_fds(self._begun[1], [b"."], [theirs.fileno()])
        return ours

    def _begin(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        orders, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "exam_engine.uploads", "wait", str(theirs.fileno())],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the server, which ends it
            )
        return process, orders


async def _done(reader: asyncio.StreamReader, pid: int, longest_s: float) -> bool:
    try:
        return bool(await asyncio.wait_for(reader.readline(), longest_s))
    except ConnectionError:  # who is killed may not have listened
        return False
    except (asyncio.CancelledError, TimeoutError):
        with suppress(ConnectionError, ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            await reader.read()
        raise
