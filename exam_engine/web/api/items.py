"""The bank's items."""

import asyncio
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from exam_engine.database import Session
from exam_engine.resources import Resources
from exam_engine.uploads.exporting import ENDINGS, ExportFormat
from exam_engine.web.api.trying import BANK
from item_bank import queries as bank
from item_bank.lifecycle import ItemState
from item_bank.tables import Item

EXPORT_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.QTI: "application/zip"}
MOST_ITEMS = 200


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


def attachment(name: str) -> dict[str, str]:
    """The header with which a browser keeps what comes as a file of this name."""
    return {"content-disposition": f'attachment; filename="{name}"'}


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
    headers = attachment(f"{item.code}.xml")
    return Response(version.content.encode(), media_type="application/xml", headers=headers)


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
    headers = attachment(f"items{ENDINGS[wanted]}")
    return Response(data, media_type=EXPORT_TYPES[wanted], headers=headers)


ROUTES = [list_items, get_item, get_item_xml, export_items]
