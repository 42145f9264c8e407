"""An item writer at work, without the web."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from exam_engine.database import Database
from exam_engine.uploads.accepting import accept
from exam_engine.uploads.reading import Upload, read_upload
from item_bank.imports import queries
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.comparing import Held
from item_bank.imports.service import ItemImports
from item_bank.media.store import MediaStore
from item_bank.tables import ItemImport, ItemImportRow

NEW_VERSION = Choices(OnChange.NEW_VERSION)


class Desk:
    def __init__(self, database: Database, writer: UUID, folder: Path) -> None:
        self.database = database
        self.writer = writer
        self.media_folder = folder / "media"
        self.media = MediaStore(self.media_folder)

    async def begun(self, upload: Upload) -> UUID:
        async with self.database.transaction() as session:
            record = await ItemImports(session, await self.database.now(session)).begin(
                self.writer,
                upload.name,
                file_hash=upload.hash,
                file_bytes=len(upload.data),
                file_format=upload.chosen,
                area=upload.area,
            )
            return record.id

    async def read(self, data: bytes, name: str = "march.csv", **options: Any) -> ItemImport:
        upload = Upload(name, data, **options)
        import_id = await self.begun(upload)
        await read_upload(self.database, import_id, upload, self.media)
        return await self.record(import_id)

    async def record(self, import_id: UUID) -> ItemImport:
        async with self.database.reading() as session:
            return await queries.get_import(session, import_id)

    async def brought(self, data: bytes, choices: Choices = NEW_VERSION) -> ItemImport:
        record = await self.read(data)
        await accept(self.database, record.id, choices, self.writer)
        return await self.record(record.id)

    async def count(self, table: Any) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0

    async def held(self) -> dict[str, Held]:
        async with self.database.reading() as session:
            return await queries.read_held(session)

    async def waiting(self) -> list[ItemImportRow]:
        async with self.database.reading() as session:
            rows = await session.scalars(select(ItemImportRow).order_by(ItemImportRow.position))
            return list(rows)
