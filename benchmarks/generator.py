"""The load generator for machines without wrk: the same words as `requests.lua` takes."""

import asyncio
import re
import sys
import time
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from benchmarks.load import CONNECTIONS, Sender

HASH = re.compile(rb'"hash":"([0-9a-f]+)"')
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def ask_for(seconds: float, senders: list[Sender], first: int, url: str) -> list[str]:
    """A line for each reply: its status, and the hash of its receipt or a dash."""
    parts = urlsplit(url)
    turns = count()
    lines: list[str] = []
    ends = time.perf_counter() + seconds

    def following() -> bytes:
        turn = next(turns)
        sender, number = senders[turn % len(senders)], turn // len(senders)
        body = sender.body.replace("%d", str(first + number), 1)
        body = body.replace("%p", str(number % 100 + 1))
        head = (
            f"POST {sender.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {url}\r\n"
            f"Cookie: {sender.cookie}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()

    async def keep_asking() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.perf_counter() < ends:
            writer.write(following())
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            found = HASH.search(body)
            lines.append(f"{head[9:12].decode()} {found[1].decode() if found else '-'}\n")
        writer.close()

    async with asyncio.TaskGroup() as connections:
        for _ in range(CONNECTIONS):
            connections.create_task(keep_asking())
    return lines


if __name__ == "__main__":
    seconds, written, first, told, url = sys.argv[1:]
    rows = Path(written).read_text(encoding="ascii").splitlines()
    senders = [Sender(*row.split("\t")) for row in rows]
    lines = uvloop.run(ask_for(float(seconds), senders, int(first), url))
    Path(told).write_text("".join(lines), encoding="ascii")
