"""From a file to an import that waits for a decision, and from the decision to the bank."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from exam_engine.clock import Clock
from exam_engine.database import Database, DatabaseUnavailable, Session
from item_bank.errors import EditionNotFound
from item_bank.framework import Edition, bundled_edition
from item_bank.imports import detection, queries
from item_bank.imports.choices import Choices
from item_bank.imports.comparing import Held, stem_of
from item_bank.imports.detection import ImportFormat
from item_bank.imports.planning import Bank, Plan, Told, plan
from item_bank.imports.service import AT_ONCE, ItemImports, node_ids, rows_of
from item_bank.media.cleaning import CleanMedia
from item_bank.media.store import MediaStore, type_of_path
from item_bank.queries import read_framework
from item_bank.service import ItemBank

T = TypeVar("T")
TELL_EVERY_S = 0.5
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
    """``format`` is None where it is none of ours."""

    format: ImportFormat | None
    plan: Plan


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
    reading = detection.read(upload.name, upload.data, found, edition)
    bank = Bank(edition, held, stems)
    return Planned(found, plan(reading, bank, area=upload.area, today=today, told=told))


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
    for batch in _batches(rows_of(import_id, planned.plan, nodes), AT_ONCE):
        told("Keeping what was read", done, total)
        await patiently(database, partial(ItemImports.keep, rows=batch))
        done += len(batch)
    name = planned.format and str(planned.format)
    reporting = partial(
        ItemImports.report, import_id=import_id, file_format=name, plan=planned.plan
    )
    await patiently(database, reporting)


async def read_upload(
    database: Database, import_id: UUID, upload: Upload, media: MediaStore
) -> None:
    """All of it for one record, telling it how far the work is."""
    progress = Progress()
    telling = asyncio.create_task(_tell(database, import_id, progress))
    try:
        planned = await plan_upload(database, upload, progress.told)
        await keep(database, import_id, planned, media, progress.told)
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    await sweep(database)


class Progress:
    def __init__(self) -> None:
        self.now = ("Reading the file", 0, 1)

    def told(self, doing: str, done: int, of: int) -> None:
        self.now = (doing, done, of)


async def _tell(database: Database, import_id: UUID, progress: Progress) -> None:
    last = None
    while True:
        if progress.now != last:
            last = progress.now
            doing, done, of = last
            async with database.transaction() as session:
                now = await database.now(session)
                await ItemImports(session, now).tell(import_id, doing, done, of)
        await asyncio.sleep(TELL_EVERY_S)


async def patiently(database: Database, act: Callable[[ItemImports], Coroutine[Any, Any, T]]) -> T:
    """One act in a transaction of its own, again while other writers keep the database.

    Every act here may be done twice: a commit whose answer was lost may have taken effect.
    """
    for left in reversed(range(TRIES)):
        try:
            async with database.transaction() as session:
                return await act(ItemImports(session, await database.now(session)))
        except DatabaseUnavailable:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


async def sweep(database: Database) -> None:
    """Remove rows that nobody will take any more, some at a time."""
    for import_id in await patiently(database, ItemImports.list_stale):
        while await patiently(database, partial(ItemImports.sweep, import_id=import_id)):
            pass


async def accept(database: Database, import_id: UUID, choices: Choices, by: UUID | None) -> None:
    """Bring an import into the bank, beside the loop: see the module `item_bank.imports.service`.

    SQLite's statements run on the loop of their connection, and moving ten thousand rows is one
    statement; so the transaction has a connection and a loop of its own on a thread, where SQLite
    works without Python's lock, while this process's other writers wait at their gate.
    """
    gate = database.gate if database.is_sqlite else nullcontext()
    async with gate:
        url = database.url.render_as_string(hide_password=False)
        await asyncio.to_thread(asyncio.run, _accept(url, database.clock, import_id, choices, by))
    await sweep(database)


async def _accept(
    url: str, clock: Clock, import_id: UUID, choices: Choices, by: UUID | None
) -> None:
    database = Database(url, clock=clock)
    try:
        async with database.transaction() as session:
            imports = ItemImports(session, await database.now(session))
            await imports.accept(import_id, choices, by)
    finally:
        await database.close()


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
