"""Saving one answer, everything included, as a share of the same server's hello world.

Both are measured in one run on one server process, in shuffled rounds, since a busy machine
changes from minute to minute.  At the end every hash that a receipt gave must be in the log.
"""

import asyncio
import random
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil
import uvloop
from sqlalchemy import select

from benchmarks import load, printing
from benchmarks.server import PROGRAM
from benchmarks.venue import Seated, Venue, seat, venue
from exam_engine.database import Database
from exam_engine.delivery.answers import ANSWERED
from exam_engine.delivery.tables import Event
from exam_engine.rehearsal.server import own_server
from exam_engine.settings import driver_url
from tests.parts import durable_postgres

ATTEMPTS = 256
ROUNDS = 5
SECONDS = 4
BARS = {"sqlite": 30, "postgresql": 40}
HELLO = load.Sender("/hello", "", '{"name":"world","number":%d}')


@dataclass(slots=True)
class Measured:
    per_second: list[float] = field(default_factory=list)
    server_us: list[float] = field(default_factory=list)
    database_us: list[float] = field(default_factory=list)
    failed: int = 0


def main() -> None:
    with venue() as place:
        _report("sqlite", uvloop.run(_measure(place, seat(place, ATTEMPTS), None)))
    with ExitStack() as stack:
        cluster = stack.enter_context(durable_postgres())
        place = stack.enter_context(venue(cluster.url))
        _report("postgresql", uvloop.run(_measure(place, seat(place, ATTEMPTS), cluster.pid)))


async def _measure(
    place: Venue, seated: list[Seated], database_pid: int | None
) -> tuple[dict[str, Measured], set[str], set[str]]:
    """By what was measured; the hashes that were acknowledged; those that are stored."""
    saves = [_save(one) for one in seated]
    found = {"hello": Measured(), "save": Measured()}
    acknowledged: set[str] = set()
    order = random.Random(1)
    first = 1
    async with own_server(place.data_dir, place.database_url, PROGRAM) as server:
        for number in range(ROUNDS + 1):
            for what in order.sample(["hello", "save"], 2):
                senders = saves if what == "save" else [HELLO]
                server_cpu, database_cpu = _cpu_s(server.pid), _cpu_s(database_pid)
                burst = await asyncio.to_thread(
                    load.burst, server.url, senders, first, SECONDS, place.data_dir
                )
                acknowledged.update(burst.hashes)
                measured = found[what]
                measured.failed += burst.failed
                if number:  # the first round warms up
                    measured.per_second.append(burst.per_second)
                    measured.server_us.append(
                        (_cpu_s(server.pid) - server_cpu) / burst.answered * 1e6
                    )
                    measured.database_us.append(
                        (_cpu_s(database_pid) - database_cpu) / burst.answered * 1e6
                    )
            first += 10_000
    stored = await _stored(place)
    return found, acknowledged, stored


def _save(one: Seated) -> load.Sender:
    """Every question in turn, always with its first option: the number makes each one new."""
    letters = set.intersection(*map(set, one.options))
    body = (
        '{"lease":1,"sequence":%d,"position":%p,"response":"' + min(letters) + '","flagged":false}'
    )
    return load.Sender(f"/api/attempts/{one.attempt_id}/answers", f"exam={one.token}", body)


async def _stored(place: Venue) -> set[str]:
    url = place.database_url or f"sqlite:///{place.data_dir / 'exam.db'}"
    database = Database(driver_url(url))
    try:
        async with database.reading() as session:
            hashes = await session.scalars(select(Event.hash).where(Event.kind == ANSWERED))
            return {one.hex() for one in hashes}
    finally:
        await database.close()


def _cpu_s(pid: int | None) -> float:
    """CPU seconds of a process and its children, theirs that have ended included."""
    if pid is None:
        return 0.0
    root = psutil.Process(pid)
    times = [one.cpu_times() for one in [root, *root.children(recursive=True)]]
    ended = times[0].children_user + times[0].children_system
    return float(sum(one.user + one.system for one in times) + ended)


def _report(database: str, measured: tuple[dict[str, Measured], set[str], set[str]]) -> None:
    found, acknowledged, stored = measured
    hello, save = found["hello"], found["save"]
    shares = [
        100 * mine / theirs for mine, theirs in zip(save.per_second, hello.per_second, strict=True)
    ]
    share, bar = statistics.median(shares), BARS[database]
    lost = len(acknowledged - stored)
    printing.table(
        f"Save one answer, {database}, {load.CONNECTIONS} connections, {load.generator()}, "
        f"median of {ROUNDS} rounds of {SECONDS} s",
        ("", "per second", "range", "CPU us server", "CPU us database"),
        [_row("hello world", hello), _row("save one answer", save)],
    )
    print(
        f"\n  share of hello world {share:.0f} % ({min(shares):.0f}-{max(shares):.0f}), "
        f"bar {bar} %: {'reached' if share >= bar else 'MISSED'}\n"
        f"  acknowledged {len(acknowledged)}, stored {len(stored)}, lost {lost}, "
        f"refused {save.failed}"
    )
    printing.json_line(
        "save_rate",
        {
            "database": database,
            "generator": load.generator(),
            "hello_per_second": round(statistics.median(hello.per_second)),
            "save_per_second": round(statistics.median(save.per_second)),
            "share_percent": round(share, 1),
            "share_range": [round(min(shares), 1), round(max(shares), 1)],
            "bar_percent": bar,
            "hello_cpu_us": round(statistics.median(hello.server_us)),
            "save_cpu_us": round(statistics.median(save.server_us)),
            "save_database_cpu_us": round(statistics.median(save.database_us)),
            "acknowledged": len(acknowledged),
            "stored": len(stored),
            "lost": lost,
            "refused": save.failed,
        },
    )


def _row(name: str, measured: Measured) -> tuple[Any, ...]:
    rates = measured.per_second
    return (
        name,
        f"{statistics.median(rates):,.0f}",
        f"{min(rates):,.0f}-{max(rates):,.0f}",
        f"{statistics.median(measured.server_us):.0f}",
        f"{statistics.median(measured.database_us):.0f}",
    )


if __name__ == "__main__":
    main()
