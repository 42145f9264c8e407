"""The process that reads one file: ``python -m exam_engine.uploads IMPORT FILE``."""

import asyncio
import os
import resource
import sys
from pathlib import Path
from uuid import UUID

from exam_engine.database import Database
from exam_engine.uploads.reading import Upload, read_upload
from item_bank.imports.detection import ImportFormat
from item_bank.imports.queries import get_import
from item_bank.media.store import MediaStore

MOST_MEMORY = 2 * 1024**3
GIVES_WAY = 10


async def read(import_id: UUID, file: Path) -> None:
    database = Database(os.environ["EXAM_DATABASE_URL"])
    try:
        async with database.reading() as session:
            record = await get_import(session, import_id)
        data = await asyncio.to_thread(file.read_bytes)
        chosen = ImportFormat(record.format) if record.format else None
        upload = Upload(record.file_name, data, chosen, record.area)
        media = MediaStore(Path(os.environ["EXAM_DATA_DIR"]) / "media")
        await read_upload(database, import_id, upload, media)
    finally:
        await database.close()


if __name__ == "__main__":
    os.nice(GIVES_WAY)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asyncio.run(read(UUID(sys.argv[1]), Path(sys.argv[2])))
