"""The process that reads files and writes exports: ``python -m exam_engine.uploads ACT WORD ...``.

Its one long act is ``wait``: to have all loaded that the others need, and fork for each of them.
So each file is read in a process of its own, which starts in milliseconds rather than a second of
work.
"""

import asyncio
import gc
import json
import os
import resource
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from exam_engine.database import Database, work_out_relations
from exam_engine.uploads.exporting import ExportFormat, export_items
from exam_engine.uploads.reading import Upload, read_upload
from item_bank.imports.detection import ImportFormat
from item_bank.imports.queries import get_import
from item_bank.lifecycle import ItemState
from item_bank.media.store import MediaStore

MOST_MEMORY = 2 * 1024**3
MOST_FOR_ANSWERS = 3 * 1024**3
"""Of addresses; Parquet's reader takes more of them than of memory."""
GIVES_WAY = 10
WAITS_S = 600.0
"""For the next order; a server that nobody brings files needs no such process."""


def read(database_url: str, data_dir: str, import_id: str, file: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asyncio.run(_read(database_url, Path(data_dir), UUID(import_id), Path(file)))


async def _read(database_url: str, data_dir: Path, import_id: UUID, file: Path) -> None:
    database = Database(database_url)
    try:
        async with database.reading() as session:
            record = await get_import(session, import_id)
        data = await asyncio.to_thread(file.read_bytes)
        chosen = ImportFormat(record.format) if record.format else None
        upload = Upload(record.file_name, data, chosen, record.area)
        await read_upload(database, import_id, upload, MediaStore(data_dir / "media"))
    finally:
        await database.close()


def export(database_url: str, data_dir: str, form: str, file: str, *states: str) -> None:
    asked = [ItemState(state) for state in states]
    asyncio.run(_export(database_url, Path(data_dir), ExportFormat(form), Path(file), asked))


async def _export(
    database_url: str, data_dir: Path, form: ExportFormat, file: Path, states: list[ItemState]
) -> None:
    database = Database(database_url)
    try:
        exported = await export_items(database, form, states, MediaStore(data_dir / "media"))
    finally:
        await database.close()
    await asyncio.to_thread(file.write_bytes, exported.data)


def answers(database_url: str, data_dir: str, upload_id: str, file: str) -> None:
    # numpy and polars are for these two acts alone
    from exam_engine.calibration.outside.process import read_upload

    resource.setrlimit(resource.RLIMIT_AS, (MOST_FOR_ANSWERS, MOST_FOR_ANSWERS))
    directory = Path(data_dir) / "uploads"
    asyncio.run(read_upload(database_url, directory, UUID(upload_id), Path(file)))


def export_run(database_url: str, data_dir: str, run_id: str, name: str, file: str) -> None:
    from exam_engine.calibration.exporting.process import write_export

    asyncio.run(write_export(database_url, UUID(run_id), name, Path(file)))


def wait(descriptor: str) -> None:
    """Take orders from a socket until it is closed, or silent for ten minutes.

    An order is one byte with a socket of its own, its line (`exam_engine.uploads.nursery`).
    """
    work_out_relations()
    gc.collect()
    gc.freeze()  # or each copy would look through all that is loaded, and so copy it
    with socket.socket(fileno=int(descriptor)) as orders:
        orders.settimeout(WAITS_S)
        while True:
            try:
                ordered, lines, _, _ = socket.recv_fds(orders, 1, 1)
            except TimeoutError:
                return
            if not ordered:
                return
            with socket.socket(fileno=lines[0]) as line:
                _copy_for(line, orders)


def _copy_for(line: socket.socket, orders: socket.socket) -> None:
    _reap()  # no sooner: until then nobody else can have the number of one that ended
    if os.fork() == 0:
        orders.close()
        os._exit(_obey(line))


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _obey(line: socket.socket) -> int:
    """In the copy: say who does it, hear the order, do it, say that it is done; the exit code."""
    try:
        with line, line.makefile("rb") as words:
            with suppress(ConnectionError):  # whoever called waits no more, and orders nothing
                line.sendall(b"%d\n" % os.getpid())
            if order := words.readline():
                act, *rest = json.loads(order)
                ACTS[act](*rest)
                line.sendall(b"done\n")
    except BaseException:  # noqa: BLE001 - a copy ends here, whatever it was that ended it
        traceback.print_exc()
        return 1
    return 0


ACTS: dict[str, Callable[..., None]] = {
    "read": read,
    "export": export,
    "answers": answers,
    "export-run": export_run,
    "wait": wait,
}

if __name__ == "__main__":
    os.nice(GIVES_WAY)
    ACTS[sys.argv[1]](*sys.argv[2:])
