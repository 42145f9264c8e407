"""A psychometrician calibrates the demonstration's data, watches, and decides."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from exam_engine.accounts.roles import Role
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House, open_house, past_forms

RUN = re.compile(r"/analysis/runs/[-0-9a-f]{36}$")
WAITS_MS = 240_000
"""Longer than a run takes on a busy machine."""


@pytest.fixture(scope="module")
async def institute(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> AsyncIterator[House]:
    """A server with its worker beside it."""
    folder = tmp_path_factory.mktemp("institute")
    opened = await open_house(folder, migrated_file, past_forms, EXAM_WORKER="yes")
    yield opened
    await opened.close()


async def look(page: Page, state: str) -> list[str]:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{state.replace(' ', '-')}.png", full_page=True)
    return await faults_of(page, state)


async def test_a_calibration_from_the_data_to_the_bank(institute: House, visit: Visit) -> None:
    sol = await institute.person(Role.PSYCHOMETRICIAN, "Sol Marin")
    page = await visit(institute, sol)
    await page.goto("/home")
    await page.get_by_role("link", name="Analysis").click()
    await expect(page.get_by_text("No calibration has been run yet.")).to_be_visible()
    faults = await look(page, "no run yet")

    await page.get_by_role("link", name="New calibration").click()
    await expect(page.get_by_text("400 of the candidates are simulated")).to_be_visible()
    faults += await look(page, "choosing data")
    await page.get_by_label("Items to leave out").fill("IA-01")
    await acts.button(page, "Look at the data").click()
    await expect(page.locator("#leave_out-wrong")).to_contain_text("has no reason: IA-01")
    faults += await look(page, "a line without a reason")
    await page.get_by_label("Items to leave out").fill("")
    await page.get_by_label("Model").select_option("2PL")
    await acts.button(page, "Look at the data").click()
    await acts.button(page, "Start the calibration").click()

    await expect(page).to_have_url(RUN)
    await expect(page.get_by_role("progressbar")).to_be_visible()
    faults += await look(page, "a run under way")
    await expect(page.get_by_role("heading", name="Your decision")).to_be_visible(timeout=WAITS_MS)
    await expect(page.get_by_text("check its key").first).to_be_visible()
    faults += await look(page, "a run that waits for a decision")

    await page.get_by_role("link", name="IC-11").first.click()
    await expect(page.get_by_role("heading", name="Not for the bank")).to_be_visible()
    faults += await look(page, "an item with a wrong key")
    await page.go_back()
    await page.get_by_role("button", name=re.compile("^Approve 1[0-9]+ items$")).click()
    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    faults += await look(page, "approved")
    await page.goto("/analysis")
    await expect(page.get_by_role("cell", name="CTO-PRACTICE:1, version 1")).to_be_visible()
    faults += await look(page, "runs")
    assert faults == []
