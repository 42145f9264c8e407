"""Receiving a file: from the wire to disk, a piece at a time."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

from litestar.exceptions import ValidationException
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from exam_engine.accounts.people import SignedIn
from exam_engine.resources import Resources
from exam_engine.web.auth import AnyRequest
from item_bank.formats.reading import MAX_FILE_BYTES
from item_bank.imports.detection import ImportFormat
from item_bank.imports.service import ItemImports

LARGEST_UPLOAD = MAX_FILE_BYTES + 64 * 1024
"""In bytes, with what multipart puts around a file."""

NO_FILES = frozenset({"application/json", "application/x-www-form-urlencoded"})
"""Content types that are none of a file of questions."""
PIECE = 256 * 1024
LONGEST_FIELD = 1_000


@dataclass
class UploadOperation(Operation):
    """A route that takes a file, as the API's description names it."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        text = Schema(type=OpenAPIType.STRING)
        fields: dict[str, Schema | Reference] = {"file": file, "area": text, "format": text}
        form = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["file"])
        self.request_body = RequestBody(
            content={
                "multipart/form-data": OpenAPIMediaType(schema=form),
                "application/octet-stream": OpenAPIMediaType(schema=file),
            },
            required=True,
        )


class FileMissing(ValidationException):
    """``fields`` are what came without the file."""

    def __init__(self, fields: dict[str, str] | None = None) -> None:
        self.fields = fields or {}
        super().__init__(
            "The request has no file.",
            extra=[{"key": "file", "message": "Choose a file with questions"}],
        )


@dataclass(slots=True)
class Received:
    """``fields`` are what came beside the file."""

    path: Path
    name: str
    sha256: str
    size: int
    fields: dict[str, str]


class _File:
    """What arrives, put on disk by a thread in large pieces."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self.size = 0

    async def add(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= PIECE:
            await self.flush()

    async def flush(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        self.size += len(piece)
        await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._hash.update(piece)
        with self._path.open("ab") as file:
            file.write(piece)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


async def receive(request: AnyRequest, resources: Resources) -> Received:
    """The file of a request: a part named ``file`` of a form, or the body with its name in the
    query's ``name``.

    Raises FileMissing, ValidationException, and what Litestar raises for a body over its limit.
    """
    path = await asyncio.to_thread(resources.readers.new_file)
    file = _File(path)
    try:
        kind, options = request.content_type
        if kind == "multipart/form-data":
            name, fields = await _from_form(request, options.get("boundary", ""), file)
        elif kind in NO_FILES:
            raise FileMissing
        else:
            name, fields = request.query_params.get("name", ""), {}
            async for piece in request.stream():
                await file.add(piece)
        await file.flush()
        if not file.size:
            raise FileMissing(fields)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    name = unquote(name).replace("\\", "/").rpartition("/")[2]
    return Received(path, name[:200] or "upload", file.sha256, file.size, fields)


async def _from_form(request: AnyRequest, boundary: str, file: _File) -> tuple[str, dict[str, str]]:
    name = ""
    fields: dict[str, str] = {}
    field = ""
    try:
        parser = PushMultipartParser(boundary, max_segment_count=20)
        async for piece in request.stream():
            for event in _events(parser, piece):
                if isinstance(event, MultipartSegment):
                    field = event.name
                    name = (event.filename or "") if field == "file" else name
                elif event is not None and field == "file":
                    await file.add(bytes(event))
                elif event is not None:
                    text = fields.get(field, "") + bytes(event).decode("utf-8", "replace")
                    fields[field] = text[:LONGEST_FIELD]
        parser.close()
    except MultipartError as error:
        raise ValidationException("The form could not be read.") from error
    return name, fields


def _events(parser: PushMultipartParser, piece: bytes) -> Iterator[MultipartSegment | bytes | None]:
    if piece and not parser.closed:
        yield from parser.parse(piece)


async def begin(received: Received, who: SignedIn, resources: Resources) -> UUID:
    """Have a received file read; the id of its import.  Raises ValidationException."""
    try:
        chosen, area = _choices(received.fields)
        async with resources.database.transaction() as session:
            imports = ItemImports(session, await resources.database.now(session))
            record = await imports.begin(
                who.person_id,
                received.name,
                file_hash=received.sha256,
                file_bytes=received.size,
                file_format=chosen,
                area=area,
            )
    except BaseException:
        await asyncio.to_thread(received.path.unlink, missing_ok=True)
        raise
    resources.readers.read(record.id, received.path)
    return record.id


def _choices(fields: dict[str, str]) -> tuple[ImportFormat | None, str | None]:
    given, area = fields.get("format", ""), fields.get("area", "")
    if given and given not in set(ImportFormat):
        listed = ", ".join(ImportFormat)
        raise ValidationException(
            extra=[{"key": "format", "message": f"The format must be one of {listed}"}]
        )
    return ImportFormat(given) if given else None, area or None
