"""A hundred questions in a real browser, with the line and the page lost on the way."""

import random
import re

from playwright.async_api import Page, Response, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House

LINE_LOST_AFTER = 30
WITHOUT_LINE = 10
PAGE_LOST_AFTER = 59
RELOADED_AT = 75
COUNT = 100
SAFE = re.compile(r"^No connection\. \d+ answers? (is|are) safe on this device\. Keep working\.$")


class Ahead:
    """How far the player has fetched questions ahead, from what the browser received."""

    def __init__(self, page: Page) -> None:
        self.last = 0
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        run = re.search(r"/questions\?start=(\d+)&count=(\d+)$", response.url)
        if run and response.ok:
            self.last = max(self.last, int(run[1]) + int(run[2]) - 1)


class Candidate:
    """Answers one question after the other, and keeps what was chosen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.position = 1
        self.chosen: dict[int, str] = {}
        self._drawn = random.Random(17)

    async def answer(self, *, saved: bool = False) -> None:
        await acts.expect_question(self.page, self.position)
        letters = self._drawn.sample("ABCD", 2)
        if self.position % 9 == 0:  # second thoughts
            await acts.choose(self.page, letters[1])
        act = acts.answer if saved else acts.choose
        self.chosen[self.position] = await act(self.page, letters[0])

    async def go_on(self) -> None:
        await acts.next_question(self.page, self.position + 1)
        self.position += 1

    async def answer_up_to(self, position: int) -> None:
        """Come to ``position`` with everything before it answered."""
        while self.position < position:
            await self.answer()
            await self.go_on()

    async def sees_what_was_chosen(self) -> None:
        await acts.expect_question(self.page, self.position)
        chosen = self.page.locator(f"[name=response][value='{self.chosen[self.position]}']")
        await expect(chosen).to_be_checked()


async def test_every_answer_of_a_whole_exam_is_stored_through_lost_lines_and_lost_pages(
    hall: House, visit: Visit
) -> None:
    ana = await hall.candidate()
    page = await visit(hall)
    context = page.context
    ahead = Ahead(page)
    candidate = Candidate(page)
    await acts.sign_in(page, ana)
    await acts.begin(page)

    await candidate.answer_up_to(LINE_LOST_AFTER)
    await candidate.answer(saved=True)
    while ahead.last < candidate.position + WITHOUT_LINE:
        await candidate.go_on()
        await candidate.answer(saved=True)
    before = candidate.position
    await context.set_offline(True)
    for _ in range(WITHOUT_LINE):
        await candidate.go_on()
        await candidate.answer()
        await expect(page.locator("#saved")).to_have_text(SAFE, timeout=acts.WAITS_MS)
    assert len(hall.answers(ana)) == before
    await context.set_offline(False)
    await acts.expect_saved(page)
    assert hall.answers(ana) == candidate.chosen
    arrived = dict.fromkeys(event["position"] for event in hall.events(ana, "answered"))
    assert list(arrived) == list(range(1, before + WITHOUT_LINE + 1)), "in order"

    await candidate.go_on()
    await candidate.answer_up_to(PAGE_LOST_AFTER)
    await candidate.answer(saved=True)
    await context.set_offline(True)
    for _ in range(3):
        await candidate.go_on()
        await candidate.answer()
    await expect(page.locator("#saved")).to_have_text(
        "No connection. 3 answers are safe on this device. Keep working.", timeout=acts.WAITS_MS
    )
    await page.close()
    assert len(hall.answers(ana)) == PAGE_LOST_AFTER
    await context.set_offline(False)
    page = candidate.page = await context.new_page()
    await acts.open_question(page, candidate.position)
    await acts.expect_saved(page)
    assert hall.answers(ana) == candidate.chosen
    await candidate.sees_what_was_chosen()

    await candidate.go_on()
    await candidate.answer_up_to(RELOADED_AT)
    await candidate.answer()
    async with page.expect_response("**/heartbeat"):
        await page.reload()
    await candidate.sees_what_was_chosen()
    await candidate.go_on()
    await candidate.answer_up_to(COUNT)
    await candidate.answer()
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

    assert hall.answers(ana) == candidate.chosen
    assert len(candidate.chosen) == COUNT
    verified = hall.verify(ana)
    assert verified["intact"], verified["fault"]
    assert verified["state"] == "submitted"
    assert verified["answers"] >= COUNT
