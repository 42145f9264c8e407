"""From a file to an import that waits for a decision."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from exam_engine.database import Database, DatabaseUnavailable, Session
from item_bank.errors import EditionNotFound
from item_bank.framework import Edition, bundled_edition
from item_bank.imports import detection, queries
from item_bank.imports.comparing import Held, stem_of
from item_bank.imports.detection import ImportFormat
from item_bank.imports.outlines import Outline, outline_of
from item_bank.imports.planning import Bank, Plan, Told, plan
from item_bank.imports.rows import rows_of
from item_bank.imports.service import AT_ONCE, ItemImports, node_ids
from item_bank.media.cleaning import CleanMedia
from item_bank.media.store import MediaStore, type_of_path
from item_bank.qti.packages import Statistic
from item_bank.queries import read_framework
from item_bank.service import ItemBank
from item_bank.usage import rows as usage

T = TypeVar("T")
LOOKS_EVERY_S = 0.5
TELLS_EVERY_S = 15.0
"""Though nothing has changed: whoever is silent for two minutes is taken for dead."""
GIVES_WAY_S = 0.01
"""Between two batches: another process asks for SQLite's lock twice in that time, and gets it."""
TRIES = 5
"""At a database that other writers keep busy: a batch may wait a minute in all."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file; ``chosen`` overrules what its content tells, ``area`` is for items without one."""

    name: str
    data: bytes
    chosen: ImportFormat | None = None
    area: str | None = None

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Planned:
    """``format`` is None where it is none of ours; statistics and tests come with packages."""

    format: ImportFormat | None
    plan: Plan
    statistics: tuple[Statistic, ...] = ()
    tests: tuple[Outline, ...] = ()


async def plan_upload(database: Database, upload: Upload, told: Told) -> Planned:
    """What would come of importing a file.  Changes nothing."""
    told("Reading the bank", 0, 1)
    async with database.reading() as session:
        today = (await database.now(session)).date()
        edition, held = await _bank(session)
        contents = [page async for page in queries.read_contents(session)]
    return await asyncio.to_thread(_plan, upload, edition, held, contents, today, told)


async def _bank(session: Session) -> tuple[Edition, dict[str, Held]]:
    """The bank, or an empty one with the framework that comes with the package."""
    try:
        return await read_framework(session), await queries.read_held(session)
    except EditionNotFound:
        return bundled_edition(), {}


def _plan(
    upload: Upload,
    edition: Edition,
    held: dict[str, Held],
    contents: list[list[tuple[str, str]]],
    today: date,
    told: Told,
) -> Planned:
    stems: dict[str, str] = {}
    while contents:  # each page is let go once its words are known
        stems.update((code, stem_of(content.encode())) for code, content in contents.pop())
    told("Reading the file", 0, 1)
    found = upload.chosen or detection.detect(upload.name, upload.data)
    whole = detection.read_whole(upload.name, upload.data, found, edition)
    bank = Bank(edition, held, stems)
    made = plan(whole.reading, bank, area=upload.area, today=today, told=told)
    tests = tuple(outline_of(test) for test in whole.tests)
    about = {"statistics": len(whole.statistics), "tests": len(tests)}
    findings = (*made.findings, *usage.left_behind(made.entries, whole.statistics))
    warnings = made.counts["warnings"] + len(findings) - len(made.findings)
    made = replace(made, findings=findings, counts={**made.counts, **about, "warnings": warnings})
    return Planned(found, made, whole.statistics, tests)


async def keep(
    database: Database, import_id: UUID, planned: Planned, media: MediaStore, told: Told
) -> None:
    """Let a plan wait for its decision: media first, rows a few hundred at a time, the report last.

    Media are kept by their content, so those of an import that nobody accepts are in nobody's way.
    """
    async with database.transaction() as session:
        try:
            nodes = await node_ids(session)
        except EditionNotFound:
            bank = ItemBank(session, await database.now(session))
            await bank.load_framework(bundled_edition())
            nodes = await node_ids(session)
    for entry in planned.plan.entries:
        for one in entry.item.media:
            media_type = type_of_path(one.path)
            if one.data is not None and media_type is not None:
                sha256 = hashlib.sha256(one.data).hexdigest()
                await asyncio.to_thread(media.add, CleanMedia(media_type, one.data, sha256))
    total, done = len(planned.plan.entries), 0
    made: dict[str, UUID] = {}
    for batch in _batches(rows_of(import_id, planned.plan, nodes), AT_ONCE):
        made.update((row["code"], row["version_id"]) for row in batch)
        told("Keeping what was read", done, total)
        await patiently(database, partial(ItemImports.keep, rows=batch))
        await asyncio.sleep(GIVES_WAY_S)
        done += len(batch)
    versions = usage.versions_of(planned.plan.entries, made)
    for batch in _batches(usage.rows_of(import_id, planned.statistics, versions), AT_ONCE):
        await patiently(database, partial(ItemImports.keep_statistics, rows=batch))
        await asyncio.sleep(GIVES_WAY_S)
    name = planned.format and str(planned.format)
    reporting = partial(
        ItemImports.report,
        import_id=import_id,
        file_format=name,
        plan=planned.plan,
        tests=planned.tests,
    )
    await patiently(database, reporting)


async def read_upload(
    database: Database, import_id: UUID, upload: Upload, media: MediaStore
) -> None:
    """All of it for one record, telling it how far the work is."""
    progress = Progress()
    telling = asyncio.create_task(keep_telling(database, import_id, progress))
    try:
        planned = await plan_upload(database, upload, progress.told)
        await keep(database, import_id, planned, media, progress.told)
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


class Progress:
    def __init__(self) -> None:
        self.now = ("Reading the file", 0, 1)

    def told(self, doing: str, done: int, of: int) -> None:
        self.now = (doing, done, of)


async def keep_telling(
    database: Database, import_id: UUID, progress: Progress, every_s: float = TELLS_EVERY_S
) -> None:
    """What is new about twice a second; that somebody is still there every ``every_s`` seconds."""
    told, at = None, 0.0
    while True:
        now = time.monotonic()
        if progress.now != told or now >= at + every_s:
            doing, done, of = progress.now
            with suppress(DatabaseUnavailable):  # it is told again soon
                telling = partial(
                    ItemImports.tell, import_id=import_id, doing=doing, done=done, of=of
                )
                await in_transaction(database, telling)
                told, at = (doing, done, of), now
        await asyncio.sleep(LOOKS_EVERY_S)


async def in_transaction(
    database: Database, act: Callable[[ItemImports], Coroutine[Any, Any, T]]
) -> T:
    async with database.transaction() as session:
        return await act(ItemImports(session, await database.now(session)))


async def patiently(database: Database, act: Callable[[ItemImports], Coroutine[Any, Any, T]]) -> T:
    """One act in a transaction of its own, again while other writers keep the database.

    Every act here may be done twice: a commit whose answer was lost may have taken effect.
    """
    for left in reversed(range(TRIES)):
        try:
            return await in_transaction(database, act)
        except DatabaseUnavailable:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
