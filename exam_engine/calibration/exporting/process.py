"""One file of a run, written in a process of its own (`exam_engine.uploads`) or by a command."""

import asyncio
from pathlib import Path
from uuid import UUID

from exam_engine.analysis.exports import json_text
from exam_engine.calibration.exporting import names
from exam_engine.calibration.exporting.columns import table_of
from exam_engine.calibration.exporting.files import write_csv, write_parquet
from exam_engine.calibration.exporting.queries import read_whole
from exam_engine.calibration.exporting.usage import statistics
from exam_engine.calibration.exporting.whole import Whole
from exam_engine.database import Database
from item_bank.qti.packages.statistics import write_statistics


def write(whole: Whole, name: str, file: Path) -> None:
    """One of `names.NAMES`.  Raises `NothingToExport`."""
    if name == names.USAGE:
        file.write_bytes(write_statistics(statistics(whole)))
        return
    if name == names.CERTIFICATE:
        file.write_text(json_text(whole.facts), "utf-8")
        return
    table, _, form = name.partition(".")
    with file.open("wb") as opened:
        (write_csv if form == "csv" else write_parquet)(table_of(whole, table), opened)


async def write_export(database_url: str, run_id: UUID, name: str, file: Path) -> None:
    """The same of a run that is stored."""
    database = Database(database_url)
    try:
        async with database.reading() as session:
            whole = await read_whole(session, run_id)
    finally:
        await database.close()
    await asyncio.to_thread(write, whole, name, file)
