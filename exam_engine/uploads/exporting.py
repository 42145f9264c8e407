"""The bank as a file."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from exam_engine.database import Database
from item_bank.formats.export import TableItem, write_csv
from item_bank.framework import Edition
from item_bank.imports import queries
from item_bank.items import ItemFacts
from item_bank.lifecycle import ItemState
from item_bank.media.store import MediaStore
from item_bank.qti.packages import OutgoingItem, Statistic, losses, write_zip
from item_bank.queries import read_framework
from item_bank.usage.queries import list_of_versions


class ExportFormat(StrEnum):
    CSV = "csv"
    QTI = "qti"


ENDINGS = {ExportFormat.CSV: ".csv", ExportFormat.QTI: ".zip"}


@dataclass(frozen=True, slots=True)
class Remark:
    """An item that is not in the file, or not whole, and why."""

    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Exported:
    """``items`` is how many were asked for."""

    data: bytes
    items: int
    remarks: tuple[Remark, ...]


async def export_items(
    database: Database, form: ExportFormat, states: Collection[ItemState], media: MediaStore
) -> Exported:
    """The latest versions of all items in these states (none: in any), by code."""
    async with database.reading() as session:
        edition = await read_framework(session)
        held = await queries.read_held(session)
        statistics = await list_of_versions(session, [one.version_id for one in held.values()])
        items = [
            TableItem(code, content.encode(), held[code].facts)
            async for page in queries.read_contents(session)
            for code, content in page
            if not states or held[code].state in states
        ]
    return await asyncio.to_thread(_write, form, items, edition, media, statistics)


def _write(
    form: ExportFormat,
    items: list[TableItem],
    edition: Edition,
    media: MediaStore,
    statistics: list[Statistic],
) -> Exported:
    if form is ExportFormat.CSV:
        table = write_csv(items)
        missing = tuple(Remark(one.item, f"{one.sentence} {one.mend}") for one in table.findings)
        return Exported(table.data, len(items), missing)
    outgoing: list[OutgoingItem] = []
    remarks: list[Remark] = []
    for item in items:
        facts = _facts(item)
        if facts is None:
            sentence = f"{item.code} is not in the package: it has no skill area."
            remarks.append(Remark(item.code, sentence))
        else:
            outgoing.append(OutgoingItem(item.xml, facts))
    going = {one.facts.code for one in outgoing}
    data = write_zip(
        outgoing,
        edition,
        identifier="exam-engine-items",
        title="Items of the bank",
        description=f"{len(outgoing)} items as of their latest versions.",
        read_media=media.read,
        statistics=[one for one in statistics if one.targets[0].item in going],
    )
    remarks += [Remark(loss.item, loss.sentence) for loss in losses(data, outgoing, edition)]
    return Exported(data, len(items), tuple(remarks))


def _facts(item: TableItem) -> ItemFacts | None:
    known = item.facts
    if known.skill_area is None or known.cognitive_level is None:
        return None
    return ItemFacts(
        code=item.code,
        skill_area=known.skill_area,
        task=known.task,
        cognitive_level=known.cognitive_level,
        estimated_difficulty=known.estimated_difficulty,
        source=known.source,
        as_of=known.as_of,
        review_by=known.review_by,
        enemies=known.enemies,
    )
