"""Files of questions: 10,000 rows as CSV and as XLSX, a package of 300 items.

Read as the server does it, by a process of its own, and accepted while somebody else writes every
few milliseconds, as the answers of an exam would: what counts for candidates is how long that
writer was kept waiting. `exam-engine items import --dry-run` is the dry run.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from openpyxl import Workbook
from sqlalchemy import text

from benchmarks import packages, printing, qti
from exam_engine.commands.serving import upgrade
from exam_engine.database import Database
from exam_engine.settings import Settings
from exam_engine.uploads.accepting import accept
from item_bank.imports.choices import Choices
from item_bank.imports.queries import get_import
from item_bank.imports.service import ItemImports
from tests.item_bank.imports.files import a_table, some_rows
from tests.parts import durable_postgres

ROWS = 10_000
BARS_S = {"dry run": 30, "import": 60, "package": 10}
BAR_MB = 500
BAR_GATE_MS = 500
WRITES_EVERY_S = 0.005


@dataclass(frozen=True, slots=True)
class Spent:
    """By one process. ``waits`` is how often it gave up the CPU by itself: for a disk, a lock, a
    pipe; ``pushed`` how often others took it away, as they do from a process that gives way.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    waits: int
    pushed: int


@dataclass(slots=True)
class Gate:
    """The database's own, with a clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held_ms: list[float] = field(default_factory=list)
    since: float = 0.0

    async def __aenter__(self) -> None:
        await self.lock.acquire()
        self.since = time.perf_counter()

    async def __aexit__(self, *about: object) -> None:
        self.held_ms.append((time.perf_counter() - self.since) * 1000)
        self.lock.release()


@dataclass(frozen=True, slots=True)
class Accepted:
    """``gate_ms`` is None on PostgreSQL, which has no gate; ``waited_ms`` the other writer's
    longest wait.
    """

    wall_s: float
    cpu_s: float
    gate_ms: float | None
    waited_ms: float
    items: int


def main() -> None:
    rows = some_rows(ROWS)
    with tempfile.TemporaryDirectory(prefix="exam-bench-") as folder:
        files = {
            "CSV": _file(folder, "rows.csv", a_table(*rows)),
            "XLSX": _file(folder, "rows.xlsx", _workbook(rows)),
            "package": _file(folder, "items.zip", packages.sample_package()),
        }
        del rows
        with durable_postgres() as cluster:
            found = {
                (name, database): _measure(file, None if database == "SQLite" else cluster.url)
                for name, file in files.items()
                for database in ("SQLite", "PostgreSQL")
            }
    _report(found)
    _report_one_item()


def _file(folder: str, name: str, data: bytes) -> Path:
    path = Path(folder) / name
    path.write_bytes(data)
    return path


def _workbook(rows: list[dict[str, str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Questions")
    names = list(rows[0])
    sheet.append(names)
    for row in rows:
        sheet.append([row[name] for name in names])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _measure(file: Path, cluster_url: str | None) -> tuple[Spent, Spent, Accepted]:
    """The dry run, the reading of an upload, its accepting: on a database of its own."""
    with _settings(cluster_url) as settings:
        environment = {
            **os.environ,
            "EXAM_DATABASE_URL": settings.database_url.replace("+loop", "").replace("+asyncpg", ""),
            "EXAM_DATA_DIR": str(settings.data_dir),
        }
        words = (
            "exam_engine",
            "items",
            "import",
            str(file),
            "--dry-run",
            "--json",
            "--area",
            "I.A",
        )
        dry_run = _run(words, environment)
        return dry_run, *asyncio.run(_upload(settings, file))


@contextmanager
def _settings(cluster_url: str | None) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="exam-bench-") as folder:
        environ = {"EXAM_DATA_DIR": folder}
        if cluster_url:
            environ["EXAM_DATABASE_URL"] = cluster_url
        settings = Settings.from_env(environ)
        upgrade(settings)
        yield settings
        if cluster_url:
            asyncio.run(_empty(settings))


async def _empty(settings: Settings) -> None:
    database = Database(settings.database_url)
    async with database.transaction() as session:
        await session.execute(text("DROP SCHEMA public CASCADE"))
        await session.execute(text("CREATE SCHEMA public"))
    await database.close()


LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen([sys.executable, "-m", *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
spent = [used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, used.ru_nvcsw, used.ru_nivcsw]
print(json.dumps([status, time.perf_counter() - start, *spent]))
"""
"""A process is charged with the memory of the one that started it, so a small one starts it."""


def _run(words: tuple[str, ...], environment: dict[str, str]) -> Spent:
    said = subprocess.check_output([sys.executable, "-c", LAUNCHER, *words], env=environment)
    status, *spent = json.loads(said)
    if status:
        raise SystemExit(f"{' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return Spent(*spent)


async def _upload(settings: Settings, file: Path) -> tuple[Spent, Accepted]:
    gate = Gate()
    database = Database(settings.database_url, gate=gate)
    async with database.transaction() as session:
        record = await ItemImports(session, await database.now(session)).begin(
            None,
            file.name,
            file_hash="0" * 64,
            file_bytes=0,
            file_format=None,
            area="I.A",
        )
        await session.execute(text("CREATE TABLE answers (n INTEGER)"))
    place = (settings.database_url, str(settings.data_dir))
    words = ("exam_engine.uploads", "read", *place, str(record.id), str(file))
    read = await asyncio.to_thread(_run, words, dict(os.environ))
    accepted = await _accept(database, gate, record.id)
    await database.close()
    return read, accepted


async def _accept(database: Database, gate: Gate, import_id: UUID) -> Accepted:
    waits_ms = [0.0]
    writing = asyncio.create_task(_write(database, waits_ms))
    gate.held_ms.clear()
    start, cpu = time.perf_counter(), time.process_time()
    await accept(database, import_id, Choices(partial=True), None)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    async with database.reading() as session:
        counts = (await get_import(session, import_id)).counts
    held = max(gate.held_ms) if gate.held_ms else None
    return Accepted(wall, cpu, held, max(waits_ms), counts["added"])


async def _write(database: Database, waits_ms: list[float]) -> None:
    """One small commit after another, as answers are stored."""
    while True:
        start = time.perf_counter()
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO answers VALUES (1)"))
        waits_ms.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(WRITES_EVERY_S)


def _report(found: dict[tuple[str, str], tuple[Spent, Spent, Accepted]]) -> None:
    lines = []
    figures: dict[str, Any] = {}
    for (name, database), (dry_run, read, accepted) in found.items():
        whole = read.wall_s + accepted.wall_s
        lines.append(
            [
                f"{name}, {database}",
                accepted.items,
                f"{dry_run.wall_s:.1f}",
                f"{dry_run.cpu_s:.1f}",
                f"{whole:.1f}",
                f"{read.cpu_s + accepted.cpu_s:.1f}",
                f"{max(dry_run.peak_mb, read.peak_mb):.0f}",
                "-" if accepted.gate_ms is None else f"{accepted.gate_ms:.0f}",
                f"{accepted.waited_ms:.0f}",
            ]
        )
        figures[f"{name} {database}"] = {
            "dry_run": _rounded(dry_run),
            "read": _rounded(read),
            "accept": _rounded(accepted),
        }
    head = (
        *("", "items", "dry run s", "CPU", "import s", "CPU", "peak MB", "gate ms"),
        "writer waited ms",
    )
    printing.table("Files of questions", head, lines)
    print(
        f"\n  bars: dry run {BARS_S['dry run']} s, import {BARS_S['import']} s, package"
        f" {BARS_S['package']} s, {BAR_MB} MB, gate {BAR_GATE_MS} ms"
    )
    printing.json_line("imports", figures)


def _rounded(figures: Spent | Accepted) -> dict[str, Any]:
    return {
        name: round(value, 3) if isinstance(value := getattr(figures, name), float) else value
        for name in figures.__slots__
    }


def _report_one_item() -> None:
    score_ms, render_ms = qti.warm_choice_ms()
    rows = [
        ("parse and score", f"{score_ms:.4f}", qti.BAR_MS),
        ("render", f"{render_ms:.4f}", qti.RENDER_BAR_MS),
    ]
    printing.table("One choice item, warm, CPU", ("", "ms", "bar"), rows)


if __name__ == "__main__":
    main()
