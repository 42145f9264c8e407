"""What uploads leave behind: rows that nobody takes any more, records that nobody ends, files."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from exam_engine.database import Database
from exam_engine.uploads.reading import GIVES_WAY_S, patiently
from item_bank.imports.queries import list_due
from item_bank.imports.service import ItemImports
from item_bank.imports.states import Due

BROKE_OFF = "Reading the file broke off. Nothing was imported. Upload it again."
FILES_KEPT_FOR = timedelta(hours=1)
"""Several times as long as receiving and reading one may take."""


async def sweep(database: Database) -> None:
    """End imports whose reader is gone, and clear the rows of those that are over, some at a time.

    Any number of processes may do this.
    """
    async with database.reading() as session:
        found = await list_due(session, await database.now(session))
    for import_id, what in found:
        if what is Due.FAIL:
            failing = partial(ItemImports.fail, import_id=import_id, sentence=BROKE_OFF)
            await patiently(database, failing)
        else:
            await clear(database, import_id)


async def clear(database: Database, import_id: UUID) -> None:
    """Remove the rows of an import that is decided."""
    more = True
    while more:
        more = await patiently(database, partial(ItemImports.sweep, import_id=import_id))
        await asyncio.sleep(GIVES_WAY_S)


def remove_old_files(directory: Path, now: datetime) -> None:
    """Files of uploads whose server died: a living one removes its own."""
    oldest = (now - FILES_KEPT_FOR).timestamp()
    for file in directory.glob("*"):
        if file.is_file() and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
