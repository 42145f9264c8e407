"""Sixty-four connections that each ask again as soon as they are answered.

wrk with a Lua script where wrk is on PATH (``apt-get install wrk``), else `benchmarks.generator`
in a process of its own, which costs more and so makes all rates smaller.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parent / "requests.lua"
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Sender:
    """``body`` has ``%d`` where the number goes that no request repeats, and may have ``%p`` for
    a number from 1 to 100."""

    path: str
    cookie: str
    body: str


@dataclass(frozen=True, slots=True)
class Burst:
    """What came back in ``seconds``; ``hashes`` of the receipts, where there were any."""

    seconds: float
    answered: int
    failed: int
    hashes: list[str]

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "benchmarks.generator"


def burst(url: str, senders: Sequence[Sender], first: int, seconds: int, folder: Path) -> Burst:
    """Load for ``seconds``; numbers begin at ``first``.  A request under way at the end is cut
    off: the server may store what nobody was told of."""
    written, told = folder / "senders.txt", folder / "told.txt"
    lines = (f"{one.path}\t{one.cookie}\t{one.body}\n" for one in senders)
    written.write_text("".join(lines), encoding="ascii")
    words = [str(written), str(first), str(told), url]
    if generator() == "wrk":
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT)]
        command += ["--timeout", "10s", url, "--", *words]
    else:
        command = [sys.executable, "-m", "benchmarks.generator", str(seconds), *words]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    replies = [line.split() for line in told.read_text(encoding="ascii").splitlines()]
    good = [digest for status, digest in replies if status == "200"]
    return Burst(took, len(good), len(replies) - len(good), [one for one in good if one != "-"])
