"""A manager releases a beta administration; a candidate finds the notice and the result."""

import os
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.settings import driver_url
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House, Person, open_house
from tests.exam_engine.conftest import Room
from tests.exam_engine.release.conftest import Beta, a_beta
from tests.factories import Programmed, a_programme, a_sitting


@pytest.fixture
async def office(tmp_path: Path, migrated_file: Path) -> AsyncIterator[tuple[House, Beta]]:
    """A server with a beta sitting whose form's keys have been looked at."""
    made: list[Programmed] = []

    async def programme(session: AsyncSession, now: datetime) -> Programmed:
        made.append(await a_programme(session, now))
        return made[0]

    house = await open_house(tmp_path, migrated_file, programme)
    database = Database(driver_url(f"sqlite:///{tmp_path / 'exam.db'}"))
    async with database.transaction() as session:
        now = await database.now(session)
        sitting = await a_sitting(session, now, made[0])
    yield house, await a_beta(Room(database, made[0], sitting, now))
    await database.close()
    await house.close()


async def look(page: Page, state: str) -> list[str]:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{state.replace(' ', '-')}.png", full_page=True)
    return await faults_of(page, state)


async def test_a_beta_administration_from_what_is_missing_to_the_candidates_result(
    office: tuple[House, Beta], visit: Visit
) -> None:
    house, beta = office
    seat, _ = await beta.ended(4)
    for right in (3, 6, 8):
        await beta.ended(right)
    held_back, _ = await beta.ended(9)
    await beta.calibrate(5)
    noor = await house.person(Role.MANAGER, "Noor Haddad")
    page = await visit(house, noor)
    await page.goto("/home")
    await page.get_by_role("link", name="Releases").click()
    faults = await look(page, "held results")
    await page.get_by_role("link", name="B-1").click()
    await expect(page.get_by_text("things stand against a release")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Release"))).to_have_count(0)
    faults += await look(page, "what is missing")

    await page.get_by_label("What becomes of it").select_option("everybody")
    await page.get_by_label("Reason").fill("Two of the options are right")
    await page.get_by_role("button", name=re.compile("^Decide about")).click()
    await expect(page.get_by_text("decided", exact=True)).to_be_visible()
    await page.get_by_label("Question", exact=True).select_option("7")
    await acts.button(page, "Look at it").click()
    await expect(page.get_by_role("heading", name=re.compile("^Question 7, "))).to_be_visible()
    faults += await look(page, "another question")
    await beta.settle()
    name = f"Person {held_back.who.name.split()[-1]}"
    await page.get_by_role("link", name=name, exact=True).click()
    await page.get_by_label("Reason").first.fill("Identity is being checked")
    await acts.button(page, "Put on hold").click()
    await expect(page.get_by_text("on hold", exact=True)).to_be_visible()
    faults += await look(page, "one result held by itself")
    await page.get_by_role("link", name="Form B-1").click()
    await expect(page.get_by_role("img", name="Scores against the passing score")).to_be_visible()
    faults += await look(page, "ready to be released")
    await page.get_by_label("Note for the record").fill("Standard of March")
    await acts.button(page, "Release 4 results").click()
    await expect(page.get_by_role("cell", name="Standard of March")).to_be_visible()
    faults += await look(page, "released")

    who = seat.who
    ana = Person(who.person_id, who.name, who.email, seat.sign_in.token)
    phone = await visit(house, ana, viewport={"width": 390, "height": 844})
    await phone.goto("/home")
    await expect(phone.get_by_role("heading", name="Your result is out")).to_be_visible()
    faults += await look(phone, "a notice on the start page")
    await phone.get_by_role("link", name="See the result").click()
    # four right and the fifth credited: 600 by the table whose cut is five
    await expect(phone.get_by_role("heading", name="You passed.")).to_be_visible()
    await expect(phone.get_by_text("Your score is 600.").first).to_be_visible()
    faults += await look(phone, "a released result")
    await phone.go_back()
    await phone.get_by_role("button", name="I have read this").click()
    await expect(phone.get_by_role("heading", name="Your result is out")).to_have_count(0)
    assert faults == []
