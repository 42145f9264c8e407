"""What a package says besides its items: statistics of their use, and tests made of them."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.exams.errors import FormUnsound
from exam_engine.exams.queries import list_form_items, list_forms_of_import
from exam_engine.exams.service import Exams
from exam_engine.exams.tables import Form
from exam_engine.uploads.accepting import accept
from exam_engine.uploads.exporting import ExportFormat, export_items
from exam_engine.uploads.reading import Upload, read_upload
from exam_engine.uploads.sweeping import sweep
from item_bank.framework import bundled_edition
from item_bank.imports.choices import Choices, OnChange
from item_bank.imports.queries import get_import
from item_bank.imports.service import ItemImports
from item_bank.media.store import MediaStore
from item_bank.qti.choice import write_choice
from item_bank.qti.packages import OutgoingItem, Statistic, Target, read_zip, write_zip
from item_bank.queries import get_item, get_latest_version
from item_bank.tables import ItemImport
from item_bank.usage.queries import list_of_item
from item_bank.usage.tables import ItemStatistic, ItemStatisticWaiting
from tests import factories
from tests.item_bank.examples import a_content, some_facts

CODES = ("Q-1", "Q-2", "Q-3")
EASE = Statistic(
    name="p-value",
    targets=(Target("Q-1"),),
    context="https://example.org/2025",
    value=0.62,
    cases=410,
    standard_error=0.02,
    last_updated="2025-06-01",
    glossary="https://example.org/terms",
)
CHOSEN = Statistic(
    name="share choosing",
    targets=(Target("Q-2", "RESPONSE", "response"),),
    context="https://example.org/2025",
    values=(("A", 0.1), ("B", 0.9)),
)
TEST = """<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="T-9"
 title="Spring"><qti-time-limits max-time="3600"/><qti-test-part identifier="P"
 navigation-mode="nonlinear" submission-mode="simultaneous">
<qti-assessment-section identifier="S1" title="Leading" visible="true">
<qti-assessment-item-ref identifier="r3" href="items/Q-3.xml"/>
<qti-assessment-item-ref identifier="r9" href="items/Q-9.xml"/></qti-assessment-section>
<qti-assessment-section identifier="S2" title="Planning" visible="true">{}
<qti-assessment-item-ref identifier="r1" href="items/Q-1.xml"/>
<qti-assessment-item-ref identifier="r2" href="items/Q-2.xml"/>
</qti-assessment-section></qti-test-part></qti-assessment-test>"""
RESOURCE = (
    '<resource identifier="T" type="imsqti_test_xmlv3p0" href="test.xml"><file href="test.xml"/>'
    "</resource></resources>"
)


def a_package(*statistics: Statistic, test: str = "", **texts: str) -> bytes:
    """Three items; ``texts`` replaces the question of some, by code without its hyphen."""
    items = [
        OutgoingItem(
            write_choice(code, a_content(question=texts.get(code[0] + code[2:], f"Why {code}?"))),
            some_facts(code=code),
        )
        for code in CODES
    ]
    data = write_zip(items, bundled_edition(), identifier="P", title="Ours", statistics=statistics)
    if not test:
        return data
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as given, ZipFile(out, "w") as made:
        for name in given.namelist():
            inside = given.read(name)
            if name == "imsmanifest.xml":
                inside = inside.replace(b"</resources>", RESOURCE.encode())
            made.writestr(name, inside)
        made.writestr("test.xml", test)
    return out.getvalue()


class Desk:
    def __init__(self, database: Database, writer: UUID, folder: Path) -> None:
        self.database = database
        self.writer = writer
        self.media = MediaStore(folder / "media")

    async def read(self, data: bytes) -> ItemImport:
        upload = Upload("ours.zip", data)
        async with self.database.transaction() as session:
            imports = ItemImports(session, await self.database.now(session))
            begun = await imports.begin(
                self.writer,
                upload.name,
                file_hash=upload.hash,
                file_bytes=len(data),
                file_format=None,
                area=None,
            )
        await read_upload(self.database, begun.id, upload, self.media)
        async with self.database.reading() as session:
            return await get_import(session, begun.id)

    async def brought(self, data: bytes, choices: Choices | None = None) -> ItemImport:
        record = await self.read(data)
        await accept(self.database, record.id, choices or Choices(), self.writer)
        return record

    async def known(self, code: str) -> list[tuple[int, Statistic, str]]:
        async with self.database.reading() as session:
            item = await get_item(session, code)
            found = await list_of_item(session, item.id)
        return [(one.number, one.statistic, one.source) for one in found]

    async def count(self, table: Any) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    async with database.transaction() as session:
        now = await database.now(session)
        writer = await factories.a_person(session, now, Role.ITEM_WRITER)
    return Desk(database, writer.id, tmp_path)


# ---- statistics


async def test_statistics_are_kept_beside_the_version_once_somebody_accepts(desk: Desk) -> None:
    record = await desk.read(a_package(EASE, CHOSEN))
    assert record.counts["statistics"] == 2
    assert await desk.count(ItemStatistic) == 0
    await accept(desk.database, record.id, Choices(), desk.writer)
    assert await desk.known("Q-1") == [(1, EASE, "ours.zip")]
    assert await desk.known("Q-2") == [(1, CHOSEN, "ours.zip")]
    assert await desk.known("Q-3") == []
    assert await desk.count(ItemStatisticWaiting) == 0


async def test_the_same_statistics_again_are_kept_once_and_later_ones_beside_them(
    desk: Desk,
) -> None:
    later = Statistic(
        name="p-value", targets=(Target("Q-1"),), context="https://example.org/2026", value=0.7
    )
    await desk.brought(a_package(EASE))
    await desk.brought(a_package(EASE, EASE, later))
    assert [number.value for _, number, _ in await desk.known("Q-1")] == [0.62, 0.7]


async def test_statistics_go_with_the_text_that_they_were_measured_with(desk: Desk) -> None:
    await desk.brought(a_package(EASE))
    changed = a_package(CHOSEN, EASE, Q1="Why now?", Q2="Why here?")
    made = Choices(items={"Q-1": OnChange.NEW_VERSION, "Q-2": OnChange.SKIP})
    await desk.brought(changed, made)
    assert [(number, one) for number, one, _ in await desk.known("Q-1")] == [(2, EASE), (1, EASE)]
    assert await desk.known("Q-2") == []
    assert await desk.count(ItemStatisticWaiting) == 0


async def test_an_item_in_use_takes_statistics_of_its_own_text_only(desk: Desk) -> None:
    await desk.brought(a_package())
    async with desk.database.transaction() as session:
        for code in CODES:
            (await get_item(session, code)).state = "operational"
    record = await desk.read(a_package(EASE, CHOSEN, Q2="Why here?"))
    assert "statistic_left_out" in {group["code"] for group in record.findings}
    await accept(desk.database, record.id, Choices(partial=True), desk.writer)
    assert await desk.known("Q-1") == [(1, EASE, "ours.zip")]
    assert await desk.known("Q-2") == []


async def test_statistics_of_an_import_that_nobody_wants_are_swept(desk: Desk) -> None:
    await desk.brought(a_package())
    record = await desk.read(a_package(EASE))
    assert await desk.count(ItemStatisticWaiting) == 1
    async with desk.database.transaction() as session:
        now = await desk.database.now(session)
        await ItemImports(session, now).discard(record.id, desk.writer)
    await sweep(desk.database)
    assert await desk.count(ItemStatisticWaiting) == 0


async def test_an_export_takes_the_statistics_of_the_latest_versions_along(desk: Desk) -> None:
    await desk.brought(a_package(EASE, CHOSEN))
    changed = Choices(on_change=OnChange.NEW_VERSION)
    await desk.brought(a_package(Q1="Why now?"), changed)
    exported = await export_items(desk.database, ExportFormat.QTI, [], desk.media)
    assert exported.remarks == ()
    assert read_zip(exported.data, bundled_edition()).statistics == (CHOSEN,)


# ---- tests


async def test_a_test_becomes_a_draft_form_in_its_order_with_its_sections(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        now = await desk.database.now(session)
        exam = (await factories.a_programme(session, now)).exam
    record = await desk.read(a_package(test=TEST.format("")))
    assert record.counts["tests"] == 1
    assert await desk.count(Form) == 1
    await accept(desk.database, record.id, Choices(), desk.writer)
    async with desk.database.reading() as session:
        [form] = await list_forms_of_import(session, record.id)
        items = await list_form_items(session, form.id)
        wanted = [
            (await get_latest_version(session, (await get_item(session, code)).id)).id
            for code in ("Q-3", "Q-1", "Q-2")
        ]
    assert [item.item_version_id for item in items] == wanted
    assert (form.exam_id, form.state, form.assembly) == (exam.id, "draft", "imported-test-1")
    assert form.structure is not None
    assert (form.structure["title"], form.structure["missing"]) == ("Spring", 1)
    assert [(one["title"], one["places"]) for one in form.structure["sections"]] == [
        ("Leading", [1]),
        ("Planning", [2, 3]),
    ]


async def test_the_same_test_makes_one_form_and_without_an_exam_none(desk: Desk) -> None:
    data = a_package(test=TEST.format(""))
    await desk.brought(data)
    assert await desk.count(Form) == 0
    async with desk.database.transaction() as session:
        await factories.a_programme(session, await desk.database.now(session))
    await desk.brought(data)
    await desk.brought(data)
    assert await desk.count(Form) == 2


@pytest.mark.parametrize(
    ("selection", "state", "conversion", "why"),
    [
        ("", "draft", False, "Q-1, Q-2, Q-3 cannot be on a published form yet"),
        ("", "operational", False, "no conversion table"),
        ('<qti-selection select="1"/>', "operational", False, "draws some of its questions"),
        ("", "operational", True, ""),
    ],
)
async def test_an_imported_form_is_published_only_when_it_is_fit(
    desk: Desk, selection: str, state: str, conversion: bool, why: str
) -> None:
    async with desk.database.transaction() as session:
        programmed = await factories.a_programme(session, await desk.database.now(session))
    record = await desk.brought(a_package(test=TEST.format(selection)))
    async with desk.database.transaction() as session:
        for code in CODES:
            (await get_item(session, code)).state = state
        [form] = await list_forms_of_import(session, record.id)
        if conversion:
            table = dict(programmed.form.conversion)
            form.conversion = table | {"scaled": [table["low"], 1, 2, table["high"]]}
        exams = Exams(session, await desk.database.now(session))
        if why:
            with pytest.raises(FormUnsound, match=why):
                await exams.publish(form)
        else:
            await exams.publish(form)
            assert form.state == "published"
