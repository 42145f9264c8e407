"""The room, live: who waits, who works, and what the proctor's acts do to a candidate's page."""

import re
from datetime import datetime, timedelta

from playwright.async_api import Locator, Page, Route, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House, Room

IMPATIENT = """AbortSignal.timeout = ((timeout) => (ms) => timeout.call(AbortSignal, ms / 20))(
    AbortSignal.timeout);"""


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


async def open_room(visit: Visit, house: House, room: Room) -> Page:
    """The room's page, which will not be loaded again."""
    page = await visit(house, room.proctor)
    await page.goto(room.path)
    await expect(page.locator("#contact")).to_contain_text("live")
    await page.evaluate("window.neverLoadedAgain = true")
    return page


async def test_a_proctor_admits_pauses_and_resumes_a_candidate_live(
    house: House, visit: Visit
) -> None:
    room = await house.room()
    ana = await house.candidate(room=room)
    await house.candidate(room=room, name="Ben Castillo")
    desk = await open_room(visit, house, room)
    seat = row_of(desk, "Ana Pereira")
    await expect(seat).to_contain_text("not here yet")

    page = await visit(house, ana)
    await acts.check_in(page)
    await expect(page.get_by_role("heading", name="Wait for the proctor")).to_be_visible()
    lane = desk.get_by_role("listitem").filter(has_text="Ana Pereira")
    await expect(lane).to_contain_text("waits to be admitted")
    await lane.get_by_role("button", name="Admit").click()
    await expect(seat).to_contain_text("admitted")
    await expect(lane).to_have_count(0)

    await acts.agree(page)
    await expect(seat).to_contain_text("live")
    await acts.answer(page, "C")
    await expect(seat).to_contain_text("1 of 10")

    await seat.get_by_role("button", name="Pause").click()
    await expect(seat).to_contain_text("paused")
    await expect(page.get_by_role("heading", name="Paused")).to_be_focused(timeout=acts.WAITS_MS)
    await expect(page.locator("#stop")).to_contain_text(
        re.compile(
            r"Paused by the proctor at \d+:\d\d\. Your clock has stopped\. Stay at your seat\."
        )
    )
    await expect(acts.options(page).first).to_be_hidden()

    await seat.get_by_role("button", name="Resume").click()
    await expect(seat).to_contain_text("live")
    news = page.locator("#news")
    await expect(news).to_contain_text("You can continue.", timeout=acts.WAITS_MS)
    await expect(news).to_contain_text(re.compile(r"\d+ seconds? for the pause"))
    await acts.expect_question(page, 1)
    await acts.answer(page, "D")

    (paused,) = house.events(ana, "paused")
    (resumed,) = house.events(ana, "resumed")
    assert house.given_back_us(ana) == [microseconds_between(paused["at"], resumed["at"])]
    assert await desk.evaluate("window.neverLoadedAgain"), "the room was never loaded again"


async def test_a_room_without_a_line_freezes_with_its_time_and_goes_on_by_itself(
    house: House, visit: Visit
) -> None:
    room = await house.room()
    ana = await house.candidate(room=room)
    desk = await open_room(visit, house, room)
    await desk.context.set_offline(True)
    contact = desk.locator("#contact")
    await expect(contact).to_contain_text("Contact lost.")
    await expect(contact).to_contain_text(re.compile(r"As of \d\d:\d\d:\d\d UTC"))
    frozen_at = await contact.locator("time").inner_text()

    page = await visit(house, ana)
    await acts.check_in(page)
    await expect(page.get_by_role("heading", name="Wait for the proctor")).to_be_visible()
    await expect(row_of(desk, "Ana Pereira")).to_contain_text("not here yet")
    await expect(contact.locator("time")).to_have_text(frozen_at)

    await desk.context.set_offline(False)
    await expect(row_of(desk, "Ana Pereira")).to_contain_text(
        "waits for admission", timeout=acts.WAITS_MS
    )
    await expect(contact).not_to_contain_text("Contact lost.")
    await expect(contact.locator("time")).not_to_have_text(frozen_at)
    assert await desk.evaluate("window.neverLoadedAgain")


async def test_a_room_goes_on_after_a_line_that_died_without_a_word(
    house: House, visit: Visit
) -> None:
    room = await house.room()
    ana = await house.candidate(room=room)
    desk = await visit(house, room.proctor)
    await desk.add_init_script(IMPATIENT)
    await desk.goto(room.path)
    contact = desk.locator("#contact")
    await expect(contact).to_contain_text("live")

    async def swallowed(route: Route) -> None:
        """Nobody ever answers."""

    await desk.route("**/room/seats", swallowed)
    page = await visit(house, ana)
    await acts.check_in(page)
    await expect(contact).to_contain_text("Contact lost.")
    await desk.unroute("**/room/seats")  # what hung before hangs still
    await expect(row_of(desk, "Ana Pereira")).to_contain_text("waits for admission")
    await expect(contact).not_to_contain_text("Contact lost.")


async def test_a_name_with_markup_is_shown_as_text(house: House, visit: Visit) -> None:
    name = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
    room = await house.room()
    mallory = await house.candidate(room=room, name=name)
    desk = await open_room(visit, house, room)
    page = await visit(house, mallory)
    await acts.check_in(page)
    await expect(page.get_by_text(name).first).to_be_visible()
    lane = desk.get_by_role("listitem").filter(has_text=name)
    await expect(lane).to_contain_text("waits to be admitted")
    await expect(row_of(desk, name)).to_be_visible()
    for shown in (desk, page):
        assert await shown.locator("img, main script").count() == 0
        assert await shown.evaluate("window.harmed === undefined")


def microseconds_between(earlier: str, later: str) -> int:
    passed = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return passed // timedelta(microseconds=1)
