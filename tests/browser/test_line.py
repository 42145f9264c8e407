"""A line that lies, a server that is away, a sign-in that ended, a browser that stores nothing, and
a line so thin that the page is there long before its script."""

import asyncio
import re

from playwright.async_api import Request, Route, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House

PORTAL = "<!doctype html><title>Guest network</title><h1>Sign in to the guest network</h1>"
NO_INDEXED_DB = """Object.defineProperty(window, "indexedDB", {
    get() { throw new DOMException("refused", "SecurityError"); },
});"""


async def test_a_200_that_is_no_receipt_is_not_taken_for_one(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await acts.begin(page)

    async def portal(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body=PORTAL)

    async def almost(route: Route) -> None:
        await route.fulfill(status=200, content_type="application/json", body='{"ok": true}')

    saved = page.locator("#saved")
    await page.route("**/api/**", portal)
    chosen = await acts.choose(page, "B")
    await expect(saved).to_have_text("Not on the server yet. Trying again.", timeout=acts.WAITS_MS)
    assert house.answers(ana) == {}
    await page.unroute("**/api/**")
    await page.route("**/answers", almost)
    async with page.expect_response("**/answers"):
        pass
    await expect(saved).to_have_text("Not on the server yet. Trying again.")
    assert house.answers(ana) == {}
    await page.unroute("**/answers")
    await acts.expect_saved(page)
    assert house.answers(ana) == {1: chosen}


async def test_an_answer_waits_while_the_server_is_away_and_arrives_once(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await acts.begin(page)
    refusals = 0

    async def away(route: Route) -> None:
        nonlocal refusals
        refusals += 1
        await route.fulfill(
            status=503,
            content_type="application/problem+json",
            headers={"Retry-After": "1"},
            body='{"code": "try_again", "detail": "The database does not answer."}',
        )

    await page.route("**/answers", away)
    chosen = await acts.choose(page, "C")
    for _ in range(2):
        async with page.expect_response("**/answers"):
            pass
    await expect(page.locator("#saved")).not_to_have_text(re.compile("^Saved"))
    assert refusals >= 2
    assert house.answers(ana) == {}
    await page.unroute("**/answers")
    await acts.expect_saved(page)
    assert house.answers(ana) == {1: chosen}
    assert len(house.events(ana, "answered")) == 1


async def test_an_ended_sign_in_keeps_the_answers_and_says_what_to_do(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await acts.begin(page)
    await page.context.clear_cookies()
    chosen = {1: await acts.choose(page, "D")}
    saved = page.locator("#saved")
    await expect(saved).to_contain_text(
        "You are not signed in any more. 1 answer is kept on this device. "
        "Sign in again, then come back here."
    )
    await acts.next_question(page, 2)
    chosen[2] = await acts.choose(page, "A")
    await expect(saved).to_contain_text("2 answers are kept on this device.")

    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Sign in").click()
    await acts.sign_in(await opened.value, ana)
    await acts.expect_saved(page)
    assert house.answers(ana) == chosen
    await acts.next_question(page, 3)
    chosen[3] = await acts.answer(page, "B")
    assert house.answers(ana) == chosen
    assert house.verify(ana)["intact"]


async def test_a_browser_that_stores_nothing_says_so_and_waits_for_each_answer(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await page.add_init_script(NO_INDEXED_DB)
    await acts.begin(page)
    await expect(page.locator("#news")).to_have_text(
        "This browser cannot keep answers offline. Tell the proctor before you continue."
    )
    chosen = {1: await acts.choose(page, "A")}
    await acts.expect_saved(page)
    await acts.next_question(page, 2)

    held: list[Request] = []

    async def lose(route: Route) -> None:
        held.append(route.request)
        await route.abort()

    await page.route("**/answers", lose)
    chosen[2] = await acts.choose(page, "B")
    await acts.button(page, "Next").click()
    await expect(page.locator("#news")).to_have_text(
        "Not on the server yet. Stay on this question until the answer is saved."
    )
    await acts.expect_question(page, 2)
    await expect(page.locator("#saved")).to_have_text(
        "No connection. 1 answer is only in this page: do not close it. Keep working."
    )
    await page.unroute("**/answers")
    await acts.expect_saved(page)
    await acts.next_question(page, 3)
    assert house.answers(ana) == chosen
    assert held


async def test_what_is_chosen_before_the_player_is_there_is_stored(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await acts.check_in(page)
    await expect(page).to_have_url(re.compile("/exam/agreement$"), timeout=acts.WAITS_MS)
    await page.get_by_label("I have read these rules").check()
    flag = page.get_by_label("Flag this question")
    async with acts.late(page, "main.js"):
        await acts.button(page, "Agree and start").click()
        await expect(page).to_have_url(acts.QUESTION)
        chosen = await acts.choose(page, "B")
        await flag.check()
    await acts.expect_saved(page)
    await expect(acts.options(page).nth(1)).to_be_checked()
    await expect(flag).to_be_checked()
    await expect(flag).to_be_focused()  # the page is the one that was there
    assert house.answers(ana) == {1: chosen}

    async with acts.late(page, "main.js"):
        await page.reload(wait_until="commit")
        await expect(acts.options(page).nth(1)).to_be_checked()
        chosen = await acts.choose(page, "C")
    await expect(page.locator("html")).to_have_class(re.compile("js"))
    await acts.expect_saved(page)
    assert house.answers(ana) == {1: chosen}

    second = await page.context.new_page()
    async with acts.late(second, "main.js"):
        await second.goto("/exam/questions/1", wait_until="commit")
        await acts.choose(second, "D")
    await expect(second.get_by_role("heading", name="Open in another tab")).to_be_focused()
    await expect(acts.options(second).nth(2)).to_be_checked()
    assert house.answers(ana) == {1: chosen}
    assert house.verify(ana)["intact"]


async def test_nothing_moves_when_the_letters_of_the_review_come(
    house: House, visit: Visit
) -> None:
    page = await visit(house, await house.candidate())
    await acts.begin(page)
    await acts.answer(page, "B")
    letters = page.locator("#letters a")
    submit = acts.button(page, "Submit exam")
    async with acts.late(page, "exam/review"):
        await page.get_by_role("link", name="Review all").click()
        await expect(letters).to_have_count(10)
        await expect(letters.first).to_have_text("1 • answered")
        await expect(letters.nth(1)).to_have_text("2 – no answer")
        await letters.first.focus()
        before = await submit.bounding_box()
    await expect(letters.first).to_have_text("1 B")
    await expect(letters.first).to_be_focused()
    assert await submit.bounding_box() == before
    await acts.button(page, "Go back").click()
    await acts.answer(page, "C")
    await page.get_by_role("link", name="Review all").click()
    await expect(letters.first).to_have_text("1 C")


async def test_letters_that_are_late_are_not_taken_for_those_of_the_next_visit(
    house: House, visit: Visit
) -> None:
    page = await visit(house, await house.candidate())
    await acts.begin(page)
    await acts.answer(page, "B")
    read, now = asyncio.Event(), asyncio.Event()

    async def overtaken(route: Route) -> None:
        if read.is_set():
            return await route.continue_()
        old = await route.fetch()
        read.set()
        await now.wait()
        return await route.fulfill(response=old)

    await page.route("**/exam/review", overtaken)
    letters = page.locator("#letters a")
    await page.get_by_role("link", name="Review all").click()
    await read.wait()
    await acts.button(page, "Go back").click()
    await acts.answer(page, "C")
    await page.get_by_role("link", name="Review all").click()
    await expect(letters.first).to_have_text("1 C")
    async with page.expect_event("requestfinished", lambda one: one.url.endswith("/exam/review")):
        now.set()
    await page.evaluate("fetch('/health').then((reply) => reply.text())")
    await expect(letters.first).to_have_text("1 C")
