"""Files of questions on their way into the bank."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.database import Session
from exam_engine.resources import Resources
from exam_engine.uploads.accepting import accept
from exam_engine.uploads.sweeping import BROKE_OFF
from exam_engine.web.api.items import attachment
from exam_engine.web.auth import AnyRequest, serves
from exam_engine.web.schemas import Strict
from exam_engine.web.uploading import LARGEST_UPLOAD, UploadOperation, begin, receive
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from item_bank.imports import queries as imports
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.reports import Group, from_json
from item_bank.imports.service import ItemImports
from item_bank.imports.states import ImportState, broken_off, is_silent
from item_bank.tables import ItemImport

IMPORTERS = serves(Role.ITEM_WRITER, Role.REVIEWER, Role.BANK_MANAGER)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "csv": (csv_template, "text/csv; charset=utf-8"),
    "xlsx": (workbook_template, XLSX),
}

Code = Annotated[str, Meta(max_length=64)]


class FoundOut(Struct):
    place: str
    item: str
    sentence: str


class GroupOut(Struct):
    """Findings of one kind. ``total`` may be more than ``found`` names.

    ``severity`` is error (kept out), warning, check (what the rules for items say) or note.
    """

    severity: str
    code: str
    mend: str
    total: int
    found: list[FoundOut]


class ImportOut(Struct):
    """``state`` is reading, failed, ready, imported or discarded; ``counts`` are by name."""

    id: UUID
    state: str
    file_name: str
    file_hash: str
    file_bytes: int
    format: str | None
    area: str | None
    created_at: datetime
    progress: dict[str, Any]
    counts: dict[str, int]
    findings: list[GroupOut]
    choices: dict[str, Any]
    decided_at: datetime | None


class QuestionOut(Struct):
    """A question that waits for the decision. ``differs`` says what is not as the bank holds it,
    ``like`` names items that ask much the same, with the index of likeness."""

    position: int
    place: str
    code: str
    title: str
    kind: str
    held: bool
    differs: list[str]
    like: list[tuple[str, float]]


class AcceptIn(Strict):
    """``on_change`` is new-version or skip, for items that the bank holds with other content;
    ``items`` chooses for some by code. ``partial`` imports the rest where some are refused."""

    on_change: OnChange | None = None
    items: Annotated[dict[Code, OnChange], Meta(max_length=10_000)] = field(default_factory=dict)
    partial: bool = False


def import_out(record: ItemImport, now: datetime) -> ImportOut:
    state, progress = ImportState(record.state), record.progress
    if is_silent(state, record.told_at, now):  # as the sweeper will have it within the minute
        state, progress = ImportState.FAILED, broken_off(BROKE_OFF)
    return ImportOut(
        record.id,
        state,
        record.file_name,
        record.file_hash,
        record.file_bytes,
        record.format,
        record.area,
        record.created_at,
        progress,
        record.counts,
        [group_out(from_json(group)) for group in record.findings],
        record.choices,
        record.decided_at,
    )


def group_out(group: Group) -> GroupOut:
    found = [FoundOut(one.place, one.item, one.sentence) for one in group.found]
    return GroupOut(group.severity, group.code, group.mend, group.total, found)


async def read_import(session: Session, import_id: UUID, now: datetime) -> ImportOut:
    return import_out(await imports.get_import(session, import_id), now)


@post(
    "/api/item-imports",
    status_code=202,
    opt=IMPORTERS,
    request_max_body_size=LARGEST_UPLOAD,
    operation_class=UploadOperation,
)
async def upload(
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ImportOut:
    """Have a file read: as the part ``file`` of a form with the fields ``area`` and ``format``, or
    as the body, with ``name``, ``area`` and ``format`` in the query.  Ask for the import's address
    until its state is ready; nothing is in the bank before it is accepted."""
    received = await receive(request, resources)
    received.fields = {**dict(request.query_params), **received.fields}
    import_id = await begin(received, who, resources)
    async with resources.database.reading() as session:
        return await read_import(session, import_id, await resources.database.now(session))


@get("/api/item-imports/{import_id:uuid}", opt=IMPORTERS)
async def get_import(import_id: FromPath[UUID], resources: NamedDependency[Resources]) -> ImportOut:
    """How far the reading is, or its report."""
    async with resources.database.reading() as session:
        return await read_import(session, import_id, await resources.database.now(session))


@get("/api/item-imports/{import_id:uuid}/questions", opt=IMPORTERS)
async def list_questions(
    import_id: FromPath[UUID],
    resources: NamedDependency[Resources],
    held: FromQuery[bool | None] = None,
    after: Annotated[int, QueryParameter(ge=-1)] = -1,
) -> list[QuestionOut]:
    """A hundred of the questions that wait for the decision, after the position ``after``."""
    async with resources.database.reading() as session:
        await imports.get_import(session, import_id)
        rows = await imports.list_rows(session, import_id, held=held, after=after)
    return [
        QuestionOut(
            row.position,
            row.place,
            row.code,
            row.title,
            row.kind,
            row.held,
            list(row.differs),
            list(row.like),
        )
        for row in rows
    ]


@post("/api/item-imports/{import_id:uuid}/accept", status_code=200, opt=IMPORTERS)
async def accept_import(
    import_id: FromPath[UUID],
    data: JSONBody[AcceptIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ImportOut:
    """Bring what was read into the bank, as drafts: all of it or nothing."""
    choices = Choices(data.on_change, data.items, data.partial)
    await accept(resources.database, import_id, choices, who.person_id)
    async with resources.database.reading() as session:
        return await read_import(session, import_id, await resources.database.now(session))


@delete("/api/item-imports/{import_id:uuid}", status_code=200, opt=IMPORTERS)
async def discard_import(
    import_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ImportOut:
    """Put an import aside: its record stays, what was read is swept away."""
    async with resources.database.transaction() as session:
        now = await resources.database.now(session)
        await ItemImports(session, now).discard(import_id, who.person_id)
    async with resources.database.reading() as session:
        return await read_import(session, import_id, now)


@get("/api/item-templates/{kind:str}", opt=IMPORTERS)
async def get_template(kind: FromPath[str]) -> Response[bytes]:
    """The table to fill in, with an example: csv or xlsx."""
    if kind not in TEMPLATES:
        raise NotFoundException
    make, media_type = TEMPLATES[kind]
    data = await asyncio.to_thread(make)
    headers = attachment(f"questions.{kind}")
    return Response(data, media_type=media_type, headers=headers)


ROUTES = [upload, get_import, list_questions, accept_import, discard_import, get_template]
