"""A psychometrician equates a form: chooses, looks, leaves an anchor out, approves."""

import os
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
from tests.exam_engine.equating.forms import pair_in
from tests.factories import Programmed


async def two_forms(session: AsyncSession, now: datetime) -> Programmed:
    """F-1 with the table of a standard, F-2 without; one of their anchors became harder."""
    return (await pair_in(session, now, 150, moved={2: 2.5})).programmed


@pytest.fixture
async def institute(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> AsyncIterator[House]:
    opened = await open_house(tmp_path_factory.mktemp("institute"), migrated_file, two_forms)
    yield opened
    await opened.close()


async def picture(page: Page, state: str) -> None:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{state.replace(' ', '-')}.png", full_page=True)


async def look(page: Page, state: str) -> list[str]:
    await picture(page, state)
    return await faults_of(page, state)


async def test_a_form_is_equated_without_the_anchor_that_drifted(
    institute: House, visit: Visit
) -> None:
    page = await visit(institute, await institute.person(Role.PSYCHOMETRICIAN, "Sol Marin"))
    await page.goto("/home")
    await page.get_by_role("link", name="Equating").click()
    await expect(page.get_by_text("No form has been equated yet.")).to_be_visible()
    await picture(page, "no equating yet")

    await page.get_by_role("link", name="Equate a form").click()
    await expect(page.get_by_role("heading", name="What F-2 and F-1 share")).to_be_visible()
    anchors = page.get_by_role("region", name="Anchors", exact=True).locator("tbody tr")
    await expect(anchors).to_have_count(12)
    drifted = anchors.nth(2)
    await expect(drifted).to_contain_text("may have drifted")
    await picture(page, "two forms looked at")

    code = await drifted.get_by_role("link").inner_text()
    await page.get_by_label("Anchors to leave out").fill(code)
    await acts.button(page, "Look at the forms").click()
    await expect(page.locator("#left_out-wrong")).to_contain_text(f"has no reason: {code}")
    faults = await look(page, "an anchor without a reason")
    await page.get_by_label("Anchors to leave out").fill(f"{code}: its exhibit was replaced")
    await acts.button(page, "Look at the forms").click()
    await expect(drifted).to_contain_text("left out its exhibit was replaced")
    await page.get_by_label("Circle-arc").check()
    await acts.button(page, "Compute the equating").click()

    await expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    rows = page.get_by_role("region", name="The table", exact=True).locator("tbody tr")
    await expect(rows).to_have_count(21)
    faults += await look(page, "a draft equating")
    await acts.button(page, "Reject").click()
    await expect(page.get_by_text("Write a reason")).to_be_visible()
    await picture(page, "rejecting without a reason")
    await acts.button(page, "Approve the table").click()
    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    await expect(page.get_by_text("Your decision")).to_have_count(0)
    await picture(page, "an approved equating")
    await page.goto("/equating")
    await expect(page.get_by_role("cell", name="approved")).to_be_visible()
    faults += await look(page, "equatings")
    assert faults == []
