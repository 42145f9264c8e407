"""What every way of answering does to the page: drag, press, reach by Tab, read the score."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.acts import button
from tests.item_bank.qti.sample_parts import Sample
from tests.item_bank.qti.samples import SAMPLES

MOST_TABS = 60
ESSAY = SAMPLES["qti-extended-text-interaction"].answer["RESPONSE"]
PLAN: FilePayload = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"one cable"}

Answer = Callable[[Page], Awaitable[None]]


async def open_sample(page: Page, sample: Sample) -> None:
    """Hand the item in, as a writer does."""
    await page.goto("/bank/try")
    xml: FilePayload = {"name": "item.xml", "mimeType": "text/xml", "buffer": sample.xml}
    files: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in sample.files.items()
    ]
    await page.get_by_label("Item file").set_input_files(xml)
    await page.get_by_label("Its pictures and sounds").set_input_files(files)
    await button(page, "Show the item").click()
    await expect(page.locator("form#answering")).to_be_visible()
    await page.wait_for_load_state()  # pictures and scripts move what the mouse then aims at


async def score_of(page: Page) -> str:
    """Check the answer, and what the page then says the score is."""
    await page.wait_for_load_state()  # half a page has no result yet
    if not await page.locator("#result").count():
        await button(page, "Check the answer").click()
    row = page.get_by_role("row", name=re.compile("^SCORE "))
    return (await row.get_by_role("cell").inner_text()).strip()


async def drag(page: Page, what: Locator, to: Locator, down: float = 0.9) -> None:
    """Drop it at a share of the height of ``to``."""
    await what.scroll_into_view_if_needed()
    start, end = await what.bounding_box(), await to.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    await page.mouse.down()
    x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] * down
    await page.mouse.move(x, y - 5, steps=4)
    await page.mouse.move(x, y)
    await page.mouse.up()


async def press_at(page: Page, x: int, y: int) -> None:
    """Click the picture at a point of its own."""
    box = await page.locator(".frame").bounding_box()
    assert box is not None
    assert round(box["width"]) in (480, 482), "the picture is shown in its own size"
    await page.mouse.click(box["x"] + 1 + x, box["y"] + 1 + y)


async def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_TABS):
        if await goal.evaluate("(element) => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{goal} cannot be reached with Tab")


async def press_each(page: Page, *names: str) -> None:
    """Reach each button by Tab and press Enter."""
    for name in names:
        await tab_to(page, button(page, name))
        await page.keyboard.press("Enter")


def box(page: Page, value: str) -> Locator:
    return page.locator(f'.item input[value="{value}"]')


def words(page: Page, text: str, *, exact: bool = False) -> Locator:
    """In the item: its XML is on the page too."""
    return page.locator(".item").get_by_text(text, exact=exact)


async def drawn(page: Page) -> None:
    field = page.locator(".item [type=file]")
    await expect(field).to_have_value(re.compile("drawing.png$"))
