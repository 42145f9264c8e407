"""Importing by API and by plain forms: the file goes to a process of its own, its report comes."""

import asyncio
import os
import signal
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.settings import Settings
from exam_engine.uploads.sweeping import BROKE_OFF
from item_bank.formats.spreadsheet_template import csv_template
from item_bank.imports.service import ItemImports
from item_bank.imports.states import SILENT_FOR
from tests import factories
from tests.exam_engine.web.conftest import Enter
from tests.item_bank.imports.files import a_row, a_table, some_rows
from tests.processes import reader_of, readers_of


@pytest.fixture
async def writer(database: Database, enter: Enter) -> httpx.AsyncClient:
    async with database.transaction() as session:
        now = await database.now(session)
        person = await factories.a_person(session, now, Role.ITEM_WRITER)
        return enter(await factories.a_sign_in(session, now, person.id))


async def read(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """The import's report, once it has one."""
    while True:
        response = await client.get(address)
        assert response.status_code == 200, response.text
        report: dict[str, Any] = response.json()
        if report["state"] != "reading":
            return report
        await asyncio.sleep(0.05)


async def uploaded(client: httpx.AsyncClient, data: bytes, **query: str) -> dict[str, Any]:
    response = await client.post(
        "/api/item-imports", params={"name": "march.csv", **query}, content=data
    )
    assert response.status_code == 202, response.text
    return await read(client, f"/api/item-imports/{response.json()['id']}")


async def test_a_file_is_uploaded_reported_accepted_and_found(writer: httpx.AsyncClient) -> None:
    rows = [*some_rows(3), a_row(3, key="F")]
    response = await writer.post(
        "/api/item-imports", files={"file": ("C:\\mine\\march.csv", a_table(*rows))}
    )
    address = f"/api/item-imports/{response.json()['id']}"
    report = await read(writer, address)
    assert (report["state"], report["file_name"], report["format"]) == ("ready", "march.csv", "csv")
    assert (report["counts"]["new"], report["counts"]["refused"]) == (3, 1)
    waiting = (await writer.get(f"{address}/questions")).json()
    assert [one["code"] for one in waiting] == ["IMP-0", "IMP-1", "IMP-2"]
    undecided = await writer.post(f"{address}/accept", json={})
    assert (undecided.status_code, undecided.json()["code"]) == (409, "import_undecided")
    accepted = await writer.post(f"{address}/accept", json={"partial": True})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "imported")
    again = await writer.post(f"{address}/accept", json={"partial": True})
    assert (again.status_code, again.json()["code"]) == (409, "import_decided")
    listed = (await writer.get("/api/items", params={"area": "I.B"})).json()
    assert [one["code"] for one in listed["items"]] == ["IMP-1"]
    detail = (await writer.get("/api/items/IMP-1")).json()
    assert (detail["skill_area"], detail["history"][0]["verb"]) == ("I.B", "add")
    xml = await writer.get("/api/items/IMP-1/xml")
    assert b"qti-assessment-item" in xml.content
    assert (await writer.get("/api/items/NONE")).json()["code"] == "item_not_found"


async def test_items_are_found_by_words_states_and_in_pages(writer: httpx.AsyncClient) -> None:
    report = await uploaded(writer, a_table(*some_rows(5), a_row(7, title="100% _odd_")))
    await writer.post(f"/api/item-imports/{report['id']}/accept", json={})

    async def codes(**query: str) -> list[str]:
        found = (await writer.get("/api/items", params=query)).json()
        return [one["code"] for one in found["items"]]

    assert await codes(text="CASE 3") == ["IMP-3"]
    assert await codes(text="100% _odd_") == ["IMP-7"]
    assert await codes(text="%") == ["IMP-7"]
    assert await codes(state="operational") == []
    assert len(await codes(state="draft")) == 6
    first = (await writer.get("/api/items", params={"limit": "4"})).json()
    assert first["next_after"] == "IMP-3"
    assert await codes(after="IMP-3") == ["IMP-4", "IMP-7"]
    wrong = await writer.get("/api/items", params={"state": "asleep"})
    assert wrong.status_code == 422


async def test_no_list_or_detail_holds_a_key_or_a_rationale(writer: httpx.AsyncClient) -> None:
    report = await uploaded(writer, a_table(*some_rows(2)))
    address = f"/api/item-imports/{report['id']}"
    seen = [await writer.get(f"{address}/questions")]
    await writer.post(f"{address}/accept", json={})
    seen += [await writer.get(path) for path in ("/api/items", "/api/items/IMP-0", address)]
    for response in seen:
        assert "reason" not in response.text.replace('"reason":', "")


async def test_what_is_no_upload_is_refused_and_leaves_no_file(
    writer: httpx.AsyncClient, settings: Settings
) -> None:
    empty = await writer.post("/api/item-imports", params={"name": "x.csv"}, content=b"")
    assert (empty.status_code, empty.json()["faults"][0]["key"]) == (422, "file")
    no_file = await writer.post("/api/item-imports", files={"other": ("a", b"1")})
    assert no_file.status_code == 422
    broken = await writer.post(
        "/api/item-imports",
        content=b"nonsense",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert broken.status_code == 422
    form = await writer.post(
        "/api/item-imports", params={"name": "x", "format": "doc"}, content=b"1"
    )
    assert (form.status_code, form.json()["faults"][0]["key"]) == (422, "format")
    assert list((settings.data_dir / "uploads").glob("*")) == []


async def test_only_the_upload_takes_a_large_body(writer: httpx.AsyncClient) -> None:
    large = b"x" * 100_000
    refused = await writer.post("/api/items/score", content=large * 40)
    assert refused.status_code == 413
    report = await uploaded(writer, large)
    assert report["state"] == "failed"
    other = await writer.post(f"/api/item-imports/{report['id']}/accept", content=large)
    assert other.status_code == 413


async def test_a_file_that_nothing_can_read_fails_with_a_sentence(
    writer: httpx.AsyncClient,
) -> None:
    report = await uploaded(writer, b"PK\x03\x04 no zip file at all", area="I.A")
    assert report["state"] == "failed"
    assert report["findings"][0]["severity"] == "error"
    page = await writer.get(f"/bank/imports/{report['id']}")
    assert "Nothing of this file can be imported" in page.text


async def test_a_reader_that_is_killed_leaves_a_failed_import_and_no_items(
    app: Litestar, writer: httpx.AsyncClient, settings: Settings
) -> None:
    earlier = readers_of(os.getpid())
    response = await writer.post(
        "/api/item-imports", params={"name": "big.csv"}, content=a_table(*some_rows(3000))
    )
    address = f"/api/item-imports/{response.json()['id']}"
    reader = await reader_of(os.getpid(), earlier)
    # One that has begun nothing would be replaced by another.
    while not (await writer.get(address)).json()["progress"]:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    os.kill(reader, signal.SIGKILL)
    report = await read(writer, address)
    assert report["state"] == "failed"
    assert (await writer.get("/api/items")).status_code in (200, 404)
    assert list((settings.data_dir / "uploads").glob("*")) == []
    refused = await writer.post(f"{address}/accept", json={})
    assert refused.json()["code"] == "import_decided"


async def test_a_reading_that_fell_silent_has_failed_before_anybody_swept_it(
    writer: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        now = await database.now(session)
        person = await factories.a_person(session, now, Role.ITEM_WRITER)
        long_ago = ItemImports(session, now - SILENT_FOR - timedelta(seconds=1))
        begun = await long_ago.begin(
            person.id, "gone.csv", file_hash="0" * 64, file_bytes=1, file_format=None, area=None
        )
        await long_ago.tell(begun.id, "Reading the bank", 0, 1)
    report = (await writer.get(f"/api/item-imports/{begun.id}")).json()
    assert (report["state"], report["progress"]["doing"]) == ("failed", BROKE_OFF)
    assert BROKE_OFF in (await writer.get(f"/bank/imports/{begun.id}")).text


async def test_the_templates_are_handed_out_and_can_be_imported(writer: httpx.AsyncClient) -> None:
    template = await writer.get("/api/item-templates/csv")
    assert template.content == csv_template()
    assert 'filename="questions.csv"' in template.headers["content-disposition"]
    assert (await writer.get("/api/item-templates/doc")).status_code == 404
    workbook = await writer.get("/api/item-templates/xlsx")
    report = await uploaded(writer, workbook.content)
    assert (report["format"], report["counts"]["new"]) == ("xlsx", 1)


@pytest.mark.parametrize("form", ["csv", "qti"])
async def test_what_is_exported_comes_back_unchanged(writer: httpx.AsyncClient, form: str) -> None:
    rows = [a_row(0, enemies="IMP-1"), *some_rows(4)[1:]]
    report = await uploaded(writer, a_table(*rows))
    await writer.post(f"/api/item-imports/{report['id']}/accept", json={})
    exported = await writer.get(f"/api/item-exports/{form}")
    assert exported.status_code == 200
    again = await uploaded(writer, exported.content)
    counts = again["counts"]
    assert (counts["unchanged"], counts["new"], counts["changed"]) == (4, 0, 0)
    none = await writer.get(f"/api/item-exports/{form}", params={"state": "retired"})
    assert none.status_code == 200
    assert (await writer.get("/api/item-exports/doc")).status_code == 404


async def test_without_scripts_the_forms_do_the_same(writer: httpx.AsyncClient) -> None:
    nothing = await writer.post("/bank/import", files={"file": ("", b"")})
    assert nothing.status_code == 422
    assert "Choose a file with questions" in nothing.text
    sent = await writer.post("/bank/import", files={"file": ("march.csv", a_table(*some_rows(3)))})
    assert sent.status_code == 303
    page = sent.headers["location"]
    await read(writer, page.replace("/bank/imports/", "/api/item-imports/"))
    shown = await writer.get(page)
    assert "3 questions ready" in shown.text
    accepted = await writer.post(f"{page}/accept", data={"choice:IMP-2": "skip"})
    assert accepted.status_code == 303
    assert "2 questions imported" in (await writer.get(page)).text
    late = await writer.post(f"{page}/discard", data={"": ""})
    assert late.status_code == 409
    assert "This file has been imported" in late.text
    bank = await writer.get("/bank")
    assert "IMP-1" in bank.text
    assert "IMP-2" not in bank.text
    item = await writer.get("/bank/items/IMP-1")
    assert "It is there for reason a of 1." in item.text
    assert (await writer.get(f"/bank/imports/{uuid4()}")).status_code == 404


async def test_a_choice_that_is_missing_is_asked_for_where_it_is_made(
    writer: httpx.AsyncClient,
) -> None:
    first = await uploaded(writer, a_table(*some_rows(2)))
    await writer.post(f"/api/item-imports/{first['id']}/accept", json={})
    report = await uploaded(writer, a_table(a_row(0, title="Another"), a_row(1, key="Z")))
    page = f"/bank/imports/{report['id']}"
    asked = await writer.post(f"{page}/accept", data={"on_change": "new-version"})
    assert asked.status_code == 422
    assert 'href="#partial"' in asked.text
    asked = await writer.post(f"{page}/accept", data={"partial": "yes"})
    assert asked.status_code == 422
    assert 'href="#on-change"' in asked.text
    done = await writer.post(f"{page}/accept", data={"partial": "yes", "on_change": "new-version"})
    assert done.status_code == 303


async def test_an_empty_bank_says_how_to_fill_it(writer: httpx.AsyncClient) -> None:
    page = await writer.get("/bank")
    assert page.status_code == 200
    assert "The bank is empty." in page.text
    home = await writer.get("/home")
    assert 'href="/bank/import"' in home.text
