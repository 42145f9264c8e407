"""Reading one upload, in a process of its own (`exam_engine.uploads`)."""

import asyncio
from datetime import date
from pathlib import Path
from uuid import UUID

from exam_engine.calibration.outside import waiting
from exam_engine.calibration.outside.queries import read_asked
from exam_engine.calibration.outside.questions import Asked
from exam_engine.calibration.outside.reading import read_answers
from exam_engine.database import Database


async def read_upload(database_url: str, directory: Path, upload_id: UUID, file: Path) -> None:
    """Put what would come of a file beside its description in ``directory``."""
    database = Database(database_url)
    try:
        async with database.reading() as session:
            now = await database.now(session)
            upload = waiting.find(directory, upload_id, now)
            asked = await read_asked(session, upload.wish)
    finally:
        await database.close()
    await asyncio.to_thread(_read, directory, upload, asked, now.date(), file)


def _read(directory: Path, upload: waiting.Waiting, asked: Asked, today: date, file: Path) -> None:
    found = read_answers(file.read_bytes(), asked, upload.wish, today)
    answers = [waiting.packed(one.tobytes()) for one in found.answers]
    waiting.finish(directory, upload, found.preview, answers)
