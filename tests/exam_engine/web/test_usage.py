"""Statistics and tests of a package, by API and on the pages."""

import httpx

from exam_engine.database import Database
from tests import factories
from tests.exam_engine.uploads.test_packages import EASE, TEST, a_package
from tests.exam_engine.web.test_items import uploaded, writer

__all__ = ["writer"]


async def test_a_package_shows_its_tests_and_its_statistics(
    writer: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await factories.a_programme(session, await database.now(session))
    report = await uploaded(writer, a_package(EASE, test=TEST.format("")), name="ours.zip")
    address = f"/api/item-imports/{report['id']}"
    page = (await writer.get(f"/bank/imports/{report['id']}")).text
    assert "Test: Spring" in page
    assert "1 question of it did not come in" in page
    assert "1 statistic of items comes along" in page
    tests = (await writer.get(f"{address}/tests")).json()
    assert [one["codes"] for one in tests["tests"][0]["sections"]] == [["Q-3"], ["Q-1", "Q-2"]]
    assert tests["forms"] == []
    assert (await writer.post(f"{address}/accept", json={})).status_code == 200
    [form] = (await writer.get(f"{address}/tests")).json()["forms"]
    assert form in (await writer.get(f"/bank/imports/{report['id']}")).text
    [known] = (await writer.get("/api/items/Q-1/statistics")).json()
    assert (known["name"], known["value"], known["cases"]) == ("p-value", 0.62, 410)
    assert (known["version"], known["source"]) == (1, "ours.zip")
    item = (await writer.get("/bank/items/Q-1")).text
    assert ">p-value<" in item.replace("\n", "")
    assert ">0.62<" in item
    assert "Statistics</h2>" not in (await writer.get("/bank/items/Q-3")).text


async def test_what_is_about_questions_that_the_bank_has_can_be_imported_alone(
    writer: httpx.AsyncClient,
) -> None:
    first = await uploaded(writer, a_package(), name="ours.zip")
    await writer.post(f"/api/item-imports/{first['id']}/accept", json={})
    second = await uploaded(writer, a_package(EASE), name="ours.zip")
    assert second["counts"]["unchanged"] == 3
    page = (await writer.get(f"/bank/imports/{second['id']}")).text
    assert "Import what is about them" in page
    await writer.post(f"/bank/imports/{second['id']}/accept", data={})
    assert len((await writer.get("/api/items/Q-1/statistics")).json()) == 1
