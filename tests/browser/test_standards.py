"""Three judges set a form's standard in the browser, and two persons adopt it."""

import os
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House, open_house
from tests.factories import Programmed, a_programme

PANEL = re.compile(r"/standards/[-0-9a-f]{36}$")
NAMES = ("Ada Bergstrom", "Bo Tanaka", "Cleo Adeyemi")
BORDERLINE = "Runs a district's network with a mentor to call."


async def four_questions(session: AsyncSession, now: datetime) -> Programmed:
    return await a_programme(session, now, question_count=4, provisional_raw_cut=2)


@pytest.fixture
async def chamber(tmp_path: Path, migrated_file: Path) -> AsyncIterator[House]:
    """A server of its own: a form's standard is adopted once."""
    opened = await open_house(tmp_path, migrated_file, four_questions)
    yield opened
    await opened.close()


async def look(page: Page, state: str) -> list[str]:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(
            path=f"{folder}/standards-{state.replace(' ', '-')}.png", full_page=True
        )
    return await faults_of(page, state)


async def rate(page: Page, percents: list[int]) -> None:
    """Fill the sheet field by field; every one is saved by itself."""
    fields = page.locator("input[data-position]")
    await expect(fields).to_have_count(len(percents))
    for field, percent in zip(await fields.all(), percents, strict=True):
        await field.fill(str(percent))
        await field.press("Tab")
    asked = len(percents)
    await expect(page.locator("#count")).to_have_text(f"{asked} of {asked}")
    await expect(page.locator("#told")).to_have_text("Saved")


async def test_three_judges_rate_two_rounds_and_two_persons_adopt(
    chamber: House, visit: Visit
) -> None:
    judges = [await visit(chamber, await chamber.person(Role.JUDGE, name)) for name in NAMES]
    page = await visit(chamber, await chamber.person(Role.PSYCHOMETRICIAN, "Sol Marin"))
    await page.goto("/home")
    await page.get_by_role("link", name="Standards").click()
    await expect(page.get_by_text("No panel has met yet.")).to_be_visible()
    faults: list[str] = []
    await page.get_by_role("link", name="New panel").click()
    await page.get_by_label("Title").fill("Spring panel")
    await page.get_by_label("The just-qualified candidate").fill(BORDERLINE)
    for name in NAMES:
        await page.get_by_label(name, exact=True).check()
    await acts.button(page, "Make the panel").click()
    await expect(page.locator("#judges-wrong")).to_contain_text("what qualifies each judge")
    faults += await look(page, "a judge without a qualification")
    for name in NAMES:
        await page.get_by_label(f"What qualifies {name}").fill("12 years in schools")
    await acts.button(page, "Make the panel").click()
    await expect(page).to_have_url(PANEL)
    address = page.url
    await acts.button(page, "Begin practice").click()

    for judge in judges:
        await judge.goto("/standards")
        await judge.get_by_role("link", name="Spring panel").click()
        await acts.button(judge, "Accept and continue").click()
        await expect(judge.get_by_role("link", name="Tick the box")).to_be_visible()
        if judge is judges[0]:
            faults += await look(judge, "the statement")
        await judge.get_by_label("This is true of me").check()
        async with acts.late(judge, "standards.js"):
            await acts.button(judge, "Accept and continue").click()
            await judge.locator("input[data-position]").first.fill("45")
            await judge.keyboard.press("Tab")
        await expect(judge.locator("#count")).to_have_text("1 of 4")
        await rate(judge, [50] * 4)

    await acts.button(page, "Open round 1").click()
    # sums of 2.4, 2.8 and 3.2 points
    for judge, percent in zip(judges[:2], (60, 70), strict=True):
        await judge.reload()
        await rate(judge, [percent] * 4)
    await acts.button(page, "Close round 1").click()
    await expect(page.get_by_text("Cleo Adeyemi has rated nothing.")).to_be_visible()
    await judges[2].reload()
    await judges[2].get_by_label("in question 4").fill("eighty")
    await judges[2].keyboard.press("Tab")
    await expect(judges[2].locator("#told")).to_have_text("Write a number from 0 to 100, like 65.")
    await acts.button(judges[2], "Save ratings").click()
    await expect(judges[2].locator("#rating-4-wrong")).to_contain_text("from 0 to 100")
    faults += await look(judges[2], "a rating that is none")
    await rate(judges[2], [80] * 4)
    await acts.button(page, "Close round 1").click()
    await expect(page.get_by_text("Cut so far 2.80 of 4 points")).to_be_visible()

    await acts.button(page, "Open round 2").click()
    for judge, row in zip(judges, ([50, 60, 70, 80], [70] * 4, [90, 70, 60, 80]), strict=True):
        await judge.reload()
        await expect(judge.get_by_text("Panel's median").first).to_be_visible()
        await rate(judge, row)
    faults += await look(judges[0], "round 2 with feedback")
    await acts.button(page, "Close round 2").click()
    await acts.button(page, "Recommend 2.80").click()
    await expect(page.get_by_text("standard error 0.12")).to_be_visible()
    await page.get_by_label("Lowest raw score that passes").fill("4")
    await acts.button(page, "Propose and sign").click()
    await expect(page.locator("#reason-wrong")).to_contain_text("Write why 4 is adopted")
    faults += await look(page, "a reason is missing")
    await page.get_by_label("Lowest raw score that passes").fill("3")
    await acts.button(page, "Propose and sign").click()
    await expect(page.get_by_text("You signed first.")).to_be_visible()

    board = await visit(chamber, await chamber.person(Role.MANAGER, "Noor Haddad"))
    await board.goto(address)
    await acts.button(board, "Sign and adopt 3").click()
    await expect(board.get_by_role("heading", name="Adopted: 3 of 4 points pass")).to_be_visible()
    faults += await look(board, "adopted")
    await board.goto("/standards")
    faults += await look(board, "panels")
    assert faults == []
    conversion = chamber.conversion()
    assert conversion["scaled"] == [0, 200, 400, 600, 800]
