"""From a decision to the bank."""

import asyncio
from datetime import datetime
from uuid import UUID

from exam_engine.database import Database, Session
from exam_engine.exams.queries import find_latest_exam
from exam_engine.exams.service import Exams
from exam_engine.uploads.sweeping import clear
from item_bank.imports.choices import Choices, Decision
from item_bank.imports.queries import list_outlines, read_decision
from item_bank.imports.service import ItemImports
from item_bank.tables import ItemImport


async def accept(database: Database, import_id: UUID, choices: Choices, by: UUID | None) -> None:
    """Bring an import into the bank, as drafts of ``by``: all of what is taken of it or nothing.

    Raises ImportNotFound, ImportDecided, ImportUndecided and BankChanged.
    """
    async with database.reading() as session:
        now = await database.now(session)
        decision = await read_decision(session, import_id, choices, now)
    if database.is_sqlite:
        here = asyncio.get_running_loop()
        taking = _take_beside(database.beside(here), import_id, decision, by)
        await asyncio.to_thread(asyncio.run, taking)
    else:
        await _take(database, import_id, decision, by)
    await clear(database, import_id)


async def _take(database: Database, import_id: UUID, decision: Decision, by: UUID | None) -> None:
    async with database.transaction() as session:
        now = await database.now(session)
        record = await ItemImports(session, now).accept(import_id, decision, by)
        await _draft_forms(session, now, record)


async def _draft_forms(session: Session, now: datetime, record: ItemImport) -> None:
    """A draft for each test of a package, for the exam that was added last; without an exam none.

    Nobody sits a draft: publishing it is another's act.
    """
    outlines = await list_outlines(session, record.id)
    exam = await find_latest_exam(session) if outlines else None
    if exam is not None:
        for outline in outlines:
            await Exams(session, now).draft_from_test(exam, outline, record.id, record.file_name)


async def _take_beside(
    database: Database, import_id: UUID, decision: Decision, by: UUID | None
) -> None:
    """On a thread, where SQLite works without Python's lock: its statements run on the loop of
    their connection, and one of these moves ten thousand rows. This process's other writers wait
    at their gate until the commit; moving what it wrote from the log into the file, which would
    take as long again, keeps nobody out.
    """
    try:
        async with database.reading():
            pass  # connects, outside the gate
        await _take(database, import_id, decision, by)
        await database.checkpoint()
    finally:
        await database.close()
