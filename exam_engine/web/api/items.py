"""The bank's items, and files of questions on their way into it."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
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
from exam_engine.uploads.exporting import ENDINGS, ExportFormat
from exam_engine.uploads.sweeping import BROKE_OFF
from exam_engine.web.api.trying import BANK
from exam_engine.web.auth import AnyRequest, serves
from exam_engine.web.schemas import Strict
from exam_engine.web.uploading import LARGEST_UPLOAD, UploadOperation, begin, receive
from item_bank import queries as bank
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from item_bank.imports import queries as imports
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.reports import Group, from_json
from item_bank.imports.service import ItemImports
from item_bank.imports.states import ImportState, broken_off, is_silent
from item_bank.lifecycle import ItemState
from item_bank.tables import Item, ItemImport

IMPORTERS = serves(Role.ITEM_WRITER, Role.REVIEWER, Role.BANK_MANAGER)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "csv": (csv_template, "text/csv; charset=utf-8"),
    "xlsx": (workbook_template, XLSX),
}
EXPORT_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.QTI: "application/zip"}
MOST_ITEMS = 200

Code = Annotated[str, Meta(max_length=64)]


class ItemOut(Struct):
    """An item as lists show it: nothing of its key."""

    code: str
    title: str
    state: str
    kind: str
    skill_area: str
    task: str | None
    version: int
    changed_at: datetime


class ItemsOut(Struct):
    """``next_after`` is what to ask for as ``after`` to go on; null at the end."""

    items: list[ItemOut]
    next_after: str | None


class VersionOut(Struct):
    number: int
    title: str
    kind: str
    content_hash: str
    created_at: datetime
    created_by: UUID | None


class MoveOut(Struct):
    verb: str
    from_state: str | None
    to_state: str
    by: UUID | None
    reason: str | None
    at: datetime


class ItemDetailOut(Struct):
    """An item's facts and history; its content is at ``/api/items/{code}/xml``."""

    code: str
    title: str
    state: str
    kind: str
    skill_area: str
    task: str | None
    cognitive_level: str
    estimated_difficulty: float | None
    source: str
    as_of: date | None
    review_by: date | None
    enemies: list[str]
    versions: list[VersionOut]
    history: list[MoveOut]


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


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


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


@get("/api/items", opt=BANK)
async def list_items(
    resources: NamedDependency[Resources],
    area: FromQuery[str | None] = None,
    item_state: Annotated[ItemState | None, QueryParameter(name="state")] = None,
    text: Annotated[str, QueryParameter(max_length=200)] = "",
    after: Annotated[str, QueryParameter(max_length=64)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS)] = 50,
) -> ItemsOut:
    """Items by code; ``text`` is looked for in code, title and content."""
    async with resources.database.reading() as session:
        rows = await bank.list_bank(
            session, area=area, state=item_state, text=text, after=after, limit=limit + 1
        )
    listed = [
        ItemOut(
            row.code,
            row.title,
            row.state,
            row.kind,
            row.skill_area,
            row.task,
            row.number,
            row.changed_at,
        )
        for row in rows[:limit]
    ]
    return ItemsOut(listed, listed[-1].code if len(rows) > limit else None)


async def item_detail(session: Session, item: Item) -> ItemDetailOut:
    versions = await bank.list_versions(session, item.id)
    latest = versions[-1]
    facts = await bank.read_facts(session, latest)
    return ItemDetailOut(
        item.code,
        latest.title,
        item.state,
        latest.kind,
        facts.skill_area,
        facts.task,
        facts.cognitive_level,
        facts.estimated_difficulty,
        facts.source,
        facts.as_of,
        facts.review_by,
        list(facts.enemies),
        [
            VersionOut(
                one.number, one.title, one.kind, one.content_hash, one.created_at, one.created_by
            )
            for one in versions
        ],
        [
            MoveOut(one.verb, one.from_state, one.to_state, one.by_id, one.reason, one.at)
            for one in await bank.list_transitions(session, item.id)
        ],
    )


@get("/api/items/{code:str}", opt=BANK)
async def get_item(code: FromPath[str], resources: NamedDependency[Resources]) -> ItemDetailOut:
    """The facts and the history of an item."""
    async with resources.database.reading() as session:
        return await item_detail(session, await bank.get_item(session, code))


@get("/api/items/{code:str}/xml", opt=BANK)
async def get_item_xml(
    code: FromPath[str], resources: NamedDependency[Resources]
) -> Response[bytes]:
    """The latest version as QTI 3, key and rationales included."""
    async with resources.database.reading() as session:
        item = await bank.get_item(session, code)
        version = await bank.get_latest_version(session, item.id)
    headers = _attachment(f"{item.code}.xml")
    return Response(version.content.encode(), media_type="application/xml", headers=headers)


@get("/api/item-templates/{kind:str}", opt=IMPORTERS)
async def get_template(kind: FromPath[str]) -> Response[bytes]:
    """The table to fill in, with an example: csv or xlsx."""
    if kind not in TEMPLATES:
        raise NotFoundException
    make, media_type = TEMPLATES[kind]
    data = await asyncio.to_thread(make)
    headers = _attachment(f"questions.{kind}")
    return Response(data, media_type=media_type, headers=headers)


@get("/api/item-exports/{form:str}", opt=BANK)
async def export_items(
    form: FromPath[str],
    resources: NamedDependency[Resources],
    item_state: Annotated[list[ItemState] | None, QueryParameter(name="state")] = None,
) -> Response[bytes]:
    """The latest versions of all items, or of those in some states: as csv, or as a qti package."""
    if form not in set(ExportFormat):
        raise NotFoundException
    file = await resources.readers.export(form, [str(state) for state in item_state or ()])
    try:
        data = await asyncio.to_thread(file.read_bytes)
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)
    wanted = ExportFormat(form)
    headers = _attachment(f"items{ENDINGS[wanted]}")
    return Response(data, media_type=EXPORT_TYPES[wanted], headers=headers)


ROUTES = [
    upload,
    get_import,
    list_questions,
    accept_import,
    discard_import,
    list_items,
    get_item,
    get_item_xml,
    get_template,
    export_items,
]
