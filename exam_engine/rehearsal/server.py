"""A server process of the rehearsal's own, on a free loopback port."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from exam_engine.rehearsal.report import Usage

SERVE = ("-m", "exam_engine", "serve")
STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 20


class NotStarted(Exception):
    """The server process ended or stayed silent; the text is the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    url: str
    pid: int

    def usage(self) -> Usage | None:
        """What the process has used so far, as Linux tells it; None elsewhere."""
        folder = Path("/proc") / str(self.pid)
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            status = (folder / "status").read_text().splitlines()
        except OSError:
            return None
        ticks = int(stat[11]) + int(stat[12])  # utime and stime; the name before may hold spaces
        [peak_kb] = [line.split()[1] for line in status if line.startswith("VmHWM:")]
        return Usage(ticks / os.sysconf("SC_CLK_TCK"), int(peak_kb) / 1024)


@asynccontextmanager
async def own_server(
    data_dir: Path, database_url: str | None, program: Sequence[str] = SERVE
) -> AsyncIterator[OwnServer]:
    """``exam-engine serve`` until the block ends.  Nothing of ``EXAM_*`` is inherited.

    Another ``program`` takes the same words, ``--port`` and ``--data``.  Raises `NotStarted`.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if name[:5] != "EXAM_"}
    environment["EXAM_PUBLIC_URL"] = url
    if database_url:
        environment["EXAM_DATABASE_URL"] = database_url
    log = data_dir / "rehearsal-server.log"
    words = (*program, "--port", str(port), "--data", str(data_dir))
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - forks at once; nothing else runs yet
            [sys.executable, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C is for us; the server is stopped in order
        )
    try:
        await _wait_until_ready(url, process, log)
        yield OwnServer(url, process.pid)
    finally:
        await asyncio.to_thread(_stop, process)


async def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        for _ in range(STARTS_WITHIN_S * 10):
            if process.poll() is not None:
                break
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{url}/health") as reply:
                    if reply.status == 200:
                        return
            await asyncio.sleep(0.1)
    written = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
    raise NotStarted(written[-1000:].strip())


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
