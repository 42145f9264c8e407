"""The server's clock: it ends the exam on time, whatever the browser's calendar says."""

import asyncio
import re

from playwright.async_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House

ALLOWANCE_S = 16
DAY_MS = 24 * 3600 * 1000
SHIFT = """(by) => {
    const Real = Date;
    window.Date = class extends Real {
        constructor(...given) {
            if (given.length) super(...given);
            else super(Real.now() + by);
        }
        static now() { return Real.now() + by; }
    };
}"""


async def test_a_calendar_moved_by_a_day_changes_nothing(house: House, visit: Visit) -> None:
    async def sit(moved_ms: int, *, before_the_start: bool) -> None:
        person = await house.candidate(allowance_s=ALLOWANCE_S)
        page = await visit(house, person)
        if before_the_start:
            await page.add_init_script(f"({SHIFT})({moved_ms})")
        await acts.begin(page)
        if not before_the_start:
            await page.evaluate(SHIFT, moved_ms)
        timer = page.get_by_role("timer")
        await expect(timer).to_have_text(re.compile(r"^0:[01]\d min left$"))
        chosen = await acts.answer(page, "B")
        await time_is_up(page)
        assert house.answers(person) == {1: chosen}
        attempt = house.attempt(person)
        assert attempt["state"] == "expired"
        assert attempt["ended_at"] == attempt["deadline_at"]

    await asyncio.gather(
        sit(DAY_MS, before_the_start=True),
        sit(-DAY_MS, before_the_start=True),
        sit(DAY_MS, before_the_start=False),
        sit(-DAY_MS, before_the_start=False),
    )


async def time_is_up(page: Page) -> None:
    """Input stops at once, then the page says how it ended."""
    await expect(acts.options(page).first).to_be_hidden(timeout=2 * acts.WAITS_MS)
    await expect(page).to_have_url(re.compile("/exam/finished$"), timeout=acts.WAITS_MS)
    await expect(
        page.get_by_text("Time is up. Your exam is closed. 1 answer is stored.")
    ).to_be_visible()


async def test_an_answer_that_arrives_after_time_was_up_is_kept_and_does_not_count(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate(allowance_s=ALLOWANCE_S)
    page = await visit(house, ana)
    await acts.begin(page)
    in_time = await acts.answer(page, "A")
    await acts.next_question(page, 2)
    await page.context.set_offline(True)
    late = await acts.choose(page, "C")
    await expect(page.get_by_role("heading", name="Time is up")).to_be_focused(
        timeout=2 * acts.WAITS_MS
    )
    await expect(page.locator("#stop")).to_contain_text(
        "1 answer is on this device and will be sent when the line returns."
    )
    await page.context.set_offline(False)
    await expect(page).to_have_url(re.compile("/exam/finished$"), timeout=acts.WAITS_MS)
    await expect(
        page.get_by_text("Time is up. Your exam is closed. 1 answer is stored.")
    ).to_be_visible()
    assert house.answers(ana) == {1: in_time}
    (refused,) = house.events(ana, "answer_refused")
    assert (refused["position"], refused["response"]) == (2, late)
    assert house.verify(ana)["intact"]
