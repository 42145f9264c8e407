"""What a candidate and a proctor do in the browser, by the names that the pages give to things."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, Response, Route, expect

from tests.browser.seeding import PASSWORD, Person

QUESTION = re.compile(r"/exam/questions/\d+$")
WAITS_MS = 15_000
"""Longer than the time between two heartbeats: how soon a page may learn what the server knows."""


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


async def sign_in(page: Page, person: Person) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Email address").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await button(page, "Sign in").click()
    await expect(page).to_have_url(re.compile("/home$"))


async def check_in(page: Page) -> None:
    await page.goto("/home")
    await button(page, "Check in").click()


async def agree(page: Page) -> None:
    """From the agreement to the first question, until the player has taken over."""
    await expect(page).to_have_url(re.compile("/exam/agreement$"), timeout=WAITS_MS)
    await page.get_by_label("I have read these rules").check()
    async with page.expect_response("**/heartbeat"):
        await button(page, "Agree and start").click()
    await expect(page).to_have_url(QUESTION)


async def begin(page: Page) -> None:
    """From a signed-in page to the first question of a sitting that admits by itself."""
    await check_in(page)
    await agree(page)


async def open_question(page: Page, position: int) -> None:
    """Load the page of a question anew, until the player has taken over."""
    async with page.expect_response("**/heartbeat"):
        await page.goto(f"/exam/questions/{position}")


def options(page: Page) -> Locator:
    return page.locator("#question [name=response]")


async def choose(page: Page, letter: str) -> str:
    """Choose the option that is shown under a letter; its identifier."""
    option = options(page).nth("ABCD".index(letter))
    await page.locator("#question .option label").nth("ABCD".index(letter)).click()
    await expect(option).to_be_checked()
    identifier = await option.get_attribute("value")
    assert identifier
    return identifier


async def answer(page: Page, letter: str) -> str:
    """Choose, and wait until the page has the receipt and says so."""
    position = int(page.url.rpartition("/")[2])
    identifier = await options(page).nth("ABCD".index(letter)).get_attribute("value")

    def is_receipt(response: Response) -> bool:
        if not response.url.endswith("/answers") or response.status != 200:
            return False
        sent = json.loads(response.request.post_data or "{}")
        return bool((sent["position"], sent["response"]) == (position, identifier))

    async with page.expect_response(is_receipt):
        await choose(page, letter)
    await expect_saved(page)
    assert identifier
    return identifier


async def next_question(page: Page, position: int) -> None:
    """Press Next and see ``position``."""
    await button(page, "Next").click()
    await expect_question(page, position)


async def expect_question(page: Page, position: int) -> None:
    heading = page.get_by_role("heading", name=re.compile(rf"^Question {position}\b"))
    await expect(heading).to_be_visible()
    await expect(options(page)).to_have_count(4)


async def expect_saved(page: Page) -> None:
    """The bar says that everything is on the server."""
    said = re.compile(r"^(Saved \d+:\d\d:\d\d|All answers are on the server\.)$")
    await expect(page.locator("#saved")).to_have_text(said, timeout=WAITS_MS)


async def nudge(page: Page) -> None:
    """Let the page ask the server at once, as it does when the line comes back."""
    await page.evaluate("dispatchEvent(new Event('online'))")


async def submit(page: Page) -> None:
    """From any question to the receipt."""
    await page.get_by_role("link", name="Review all").click()
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    await button(page, "Submit exam").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Submit exam").click()
    await expect(page).to_have_url(re.compile("/exam/finished$"), timeout=WAITS_MS)


@asynccontextmanager
async def late(page: Page, address: str) -> AsyncIterator[None]:
    """What is at this address comes only at the end, as on a thin line."""
    now = asyncio.Event()

    async def hold(route: Route) -> None:
        await now.wait()
        await route.continue_()

    await page.route(f"**/{address}*", hold)
    yield
    now.set()
    await page.unroute_all(behavior="wait")
    await page.wait_for_load_state()
