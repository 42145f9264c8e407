"""A psychometrician brings answers in that were given on paper."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from exam_engine.accounts.roles import Role
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House, open_house, small_form


@pytest.fixture
async def archive(tmp_path: Path, migrated_file: Path) -> AsyncIterator[House]:
    """A server of its own: others bring further questions into a shared one."""
    opened = await open_house(tmp_path, migrated_file, small_form)
    yield opened
    await opened.close()


async def look(page: Page, state: str) -> list[str]:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{state.replace(' ', '-')}.png", full_page=True)
    return await faults_of(page, state)


async def send(page: Page, lines: list[str]) -> None:
    content = "\n".join(lines).encode()
    file = FilePayload(name="march.csv", mimeType="text/csv", buffer=content)
    await page.get_by_label("File with answers").set_input_files(file)
    await acts.button(page, "Read the file").click()


async def test_answers_on_paper_are_refused_mended_and_accepted(
    archive: House, visit: Visit
) -> None:
    page = await visit(archive, await archive.person(Role.PSYCHOMETRICIAN, "Sol Marin"))
    await page.goto("/analysis")
    await page.get_by_role("link", name="Answers from elsewhere").click()
    await expect(page.get_by_text("There are none yet.")).to_be_visible()
    listed = await (await page.request.get("/api/items")).json()
    codes = [one["code"] for one in listed["items"]]

    await page.get_by_label("Title").fill("Spring 2024, on paper")
    await acts.button(page, "Read the file").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose a file with answers")
    await expect(page.get_by_label("Title")).to_have_value("Spring 2024, on paper")
    faults = await look(page, "no file of answers")
    await page.get_by_label("Source").fill("Scanned by the institute on 2 April 2024")
    await page.get_by_label("Day on which it was held").fill("2024-03-14")
    good = [f"c{n},{code},{'ABCD'[n % 4]}" for n in range(9) for code in codes]
    await send(page, ["candidate,item,response", *good, "c1,NONE-1,A", f"c2,{codes[0]},F"])
    await expect(page.get_by_role("heading", name="These answers cannot be taken")).to_be_visible()
    await expect(page.get_by_text("line 92, column B (item)")).to_be_visible()
    faults += await look(page, "answers that cannot be taken")

    await page.get_by_role("link", name="Upload the mended file").click()
    await send(page, ["candidate,item,response", *good])
    await expect(page.get_by_role("heading", name="Answers of 9 candidates")).to_be_visible()
    faults += await look(page, "a preview of answers")
    await acts.button(page, "Accept 9 candidates").click()
    await expect(page.get_by_role("rowheader", name="Spring 2024, on paper")).to_be_visible()
    faults += await look(page, "answers from elsewhere")
    assert faults == []
