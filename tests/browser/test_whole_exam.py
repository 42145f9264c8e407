"""A hundred questions in a real browser, with the line and the page lost on the way."""

import random
import re

from playwright.async_api import Page, Response, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House

WITHOUT_LINE = 10
LOST_PAGE_AT = 60
RELOADED_AT = 75
COUNT = 100


class Ahead:
    """How far the player has fetched questions ahead, from what the browser received."""

    def __init__(self, page: Page) -> None:
        self.last = 0
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        run = re.search(r"/questions\?start=(\d+)&count=(\d+)$", response.url)
        if run and response.ok:
            self.last = max(self.last, int(run[1]) + int(run[2]) - 1)


async def test_every_answer_of_a_whole_exam_is_stored_through_lost_lines_and_lost_pages(
    hall: House, visit: Visit
) -> None:
    ana = await hall.candidate()
    drawn = random.Random(17)
    chosen: dict[int, str] = {}
    page = await visit(hall)
    ahead = Ahead(page)
    context = page.context
    await acts.sign_in(page, ana)
    await acts.begin(page)

    async def answer(page: Page, position: int, *, saved: bool = False) -> None:
        await acts.expect_question(page, position)
        letters = list("ABCD")
        if position % 9 == 0:  # second thoughts
            await acts.choose(page, letters.pop(drawn.randrange(len(letters))))
        act = acts.answer if saved else acts.choose
        chosen[position] = await act(page, drawn.choice(letters))

    async def answer_and_go_on(page: Page, position: int, *, saved: bool = False) -> int:
        await answer(page, position, saved=saved)
        await acts.next_question(page, position + 1)
        return position + 1

    position = 1
    while position < 30 or ahead.last <= position + WITHOUT_LINE:
        position = await answer_and_go_on(page, position)
    position = await answer_and_go_on(page, position, saved=True)

    first_without_line = position
    await context.set_offline(True)
    for _n in range(1, WITHOUT_LINE + 1):
        position = await answer_and_go_on(page, position)
        safe = re.compile(
            r"^No connection\. \d+ answers? (is|are) safe on this device\. Keep working\.$"
        )
        await expect(page.locator("#saved")).to_have_text(safe, timeout=acts.WAITS_MS)
    assert len(hall.answers(ana)) == first_without_line - 1
    await context.set_offline(False)
    await acts.expect_saved(page)
    positions = [event["position"] for event in hall.events(ana, "answered")]
    without_repeats = list(dict.fromkeys(positions))
    assert without_repeats == list(range(1, first_without_line + WITHOUT_LINE))

    while position < LOST_PAGE_AT - 1:
        position = await answer_and_go_on(page, position)
    position = await answer_and_go_on(page, position, saved=True)
    await context.set_offline(True)
    for _ in range(3):
        position = await answer_and_go_on(page, position)
    await expect(page.locator("#saved")).to_have_text(
        re.compile("safe on this device"), timeout=acts.WAITS_MS
    )
    await page.close()
    assert len(hall.answers(ana)) == LOST_PAGE_AT - 1
    await context.set_offline(False)
    page = await context.new_page()
    await acts.open_question(page, position - 1)
    await acts.expect_saved(page)
    assert hall.answers(ana) == chosen
    last = page.locator(f"[name=response][value='{chosen[position - 1]}']")
    await expect(last).to_be_checked()
    await acts.next_question(page, position)

    while position < RELOADED_AT:
        position = await answer_and_go_on(page, position)
    await answer(page, position)
    async with page.expect_response("**/heartbeat"):
        await page.reload()
    await acts.expect_question(page, position)
    await expect(page.locator(f"[value='{chosen[position]}']")).to_be_checked()
    await acts.next_question(page, position + 1)
    position += 1
    while position < COUNT:
        position = await answer_and_go_on(page, position)
    await answer(page, COUNT)
    await acts.button(page, "Review").click()

    await expect(page.locator("#open")).to_have_text("Every question has an answer.")
    await acts.button(page, "Submit exam").click()
    sure = page.get_by_role("dialog", name="Submit now?")
    await expect(sure).to_contain_text("You cannot return after this.")
    await sure.get_by_role("button", name="Submit exam").click()
    await expect(page.get_by_role("heading", name="Submitted")).to_be_visible(timeout=acts.WAITS_MS)
    await expect(page.get_by_text("100 of 100 answered.")).to_be_visible()
    await expect(page.get_by_text(re.compile("^Receipt [0-9A-F]{4}-[0-9A-F]{4}$"))).to_be_visible()
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_text("The passing score is 600.")).to_be_visible()

    assert hall.answers(ana) == chosen
    assert len(chosen) == COUNT
    verified = hall.verify(ana)
    assert verified["intact"], verified["fault"]
    assert verified["state"] == "submitted"
    assert verified["answers"] >= COUNT
