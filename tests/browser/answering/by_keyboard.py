"""Each interaction type answered by keyboard alone."""

from collections.abc import Mapping
from contextlib import suppress

from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as TooLate

from tests.browser.acts import button
from tests.browser.answering.touches import (
    ESSAY,
    PLAN,
    Answer,
    box,
    drawn,
    press_each,
    tab_to,
    words,
)
from tests.item_bank.qti.sample_parts import CANARY

PRESSES, ANSWERS_IN_MS = 3, 10_000


async def space_on(page: Page, *values: str) -> None:
    for value in values:
        await tab_to(page, box(page, value))
        await page.keyboard.press("Space")


async def key_choices(page: Page) -> None:
    await tab_to(page, page.locator(".item input").first)
    values = [await each.get_attribute("value") for each in await page.locator(".item input").all()]
    await space_on(page, *sorted({"A", "C"}, key=values.index))


async def key_inline(page: Page) -> None:
    await tab_to(page, page.locator("select.inline"))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")


async def key_word(page: Page) -> None:
    await tab_to(page, page.locator("input.blank"))
    await page.keyboard.type(CANARY)
    await page.keyboard.press("Enter")  # stays here
    await expect(page.locator("#result")).to_have_count(0)


async def key_essay(page: Page) -> None:
    await tab_to(page, page.locator(".item textarea"))
    await page.keyboard.type(ESSAY)


async def key_order(page: Page) -> None:
    await press_each(page, "Add: Find out what is lost")
    # The focus goes on to the next one by itself.
    await page.keyboard.press("Enter")
    await expect(words(page, "Stop the spread is number 2 of 2.")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.locator(".ranked button").first.focus()
    await press_each(page, "Move up: Stop the spread")
    await expect(button(page, "Move up: Stop the spread")).to_be_focused()


async def key_pairs(page: Page) -> None:
    await press_each(page, "Switch", "Cable", "Access point")
    await page.keyboard.press("Escape")
    await expect(words(page, "Access point is put back.")).to_be_visible()
    await press_each(page, "Access point", "Radio")


async def key_table(page: Page) -> None:
    await space_on(page, "SW IN", "AP IN", "FW EDGE")


async def key_gaps(page: Page) -> None:
    await press_each(page, "switch", "Gap 1: empty")
    await page.locator(".chip").first.focus()
    await press_each(page, "firewall", "Gap 2: empty")


async def key_stretch(page: Page) -> None:
    await tab_to(page, box(page, "H1"))
    await page.keyboard.press("ArrowDown")


async def key_rooms(page: Page) -> None:
    await space_on(page, "SRV", "OFF")


async def key_point(page: Page) -> None:
    await press_each(page, "Add a point")
    await expect(page.locator(".mark")).to_be_focused()
    for _ in range(13):
        await page.keyboard.press("Shift+ArrowRight")
    for _ in range(8):
        await page.keyboard.press("Shift+ArrowUp")
    await page.keyboard.press("ArrowDown")
    await expect(words(page, "Point 1 at 370 across, 81 down.")).to_be_visible()


async def key_room_order(page: Page) -> None:
    await press_each(page, "Add: B: Server room", "Add: C: Office", "Add: D: Lab")
    await page.locator(".pool button").first.focus()
    await press_each(page, "Add: A: Library")


async def key_room_pairs(page: Page) -> None:
    await press_each(page, "B: Server room", "D: Lab")
    await page.locator(".chip").first.focus()
    await press_each(page, "B: Server room", "C: Office")


async def key_onto_rooms(page: Page) -> None:
    await press_each(page, "switch", "B: Server room: empty")
    await page.locator(".chip").first.focus()
    await press_each(page, "access point", "A: Library: empty")


async def key_object(page: Page) -> None:
    await press_each(page, "Add an object")
    for _ in range(13):
        await page.keyboard.press("Shift+ArrowLeft")
    for _ in range(8):
        await page.keyboard.press("Shift+ArrowUp")


async def key_slide(page: Page) -> None:
    await tab_to(page, page.get_by_role("slider"))
    for _ in range(4):
        await page.keyboard.press("ArrowRight")


async def key_play(page: Page) -> None:
    await tab_to(page, page.locator(".item audio"))
    await page.keyboard.press("Space")
    await expect(words(page, "Play 1 of 2.")).to_be_visible()


async def key_file(page: Page) -> None:
    await tab_to(page, page.locator(".item [type=file]"))
    await expect(page.locator(".item [type=file]")).to_be_focused()
    for _ in range(PRESSES):  # a browser that is very busy may open none, and says nothing
        with suppress(TooLate):
            async with page.expect_file_chooser(timeout=ANSWERS_IN_MS) as chosen:
                await page.keyboard.press("Enter")
            await (await chosen.value).set_files(PLAN)
            return
    raise AssertionError("Enter does not open the choice of a file")


async def key_draw(page: Page) -> None:
    await tab_to(page, page.locator("canvas"))
    await page.keyboard.press("Space")
    for _ in range(9):
        await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("Space")
    await drawn(page)


async def key_end(page: Page) -> None:
    await press_each(page, "Show a hint")
    await expect(page.locator("#result")).to_be_visible()


KEYS: Mapping[str, Answer] = {
    "qti-choice-interaction": key_choices,
    "qti-inline-choice-interaction": key_inline,
    "qti-text-entry-interaction": key_word,
    "qti-extended-text-interaction": key_essay,
    "qti-order-interaction": key_order,
    "qti-associate-interaction": key_pairs,
    "qti-match-interaction": key_table,
    "qti-gap-match-interaction": key_gaps,
    "qti-hottext-interaction": key_stretch,
    "qti-hotspot-interaction": key_rooms,
    "qti-select-point-interaction": key_point,
    "qti-graphic-order-interaction": key_room_order,
    "qti-graphic-associate-interaction": key_room_pairs,
    "qti-graphic-gap-match-interaction": key_onto_rooms,
    "qti-position-object-interaction": key_object,
    "qti-slider-interaction": key_slide,
    "qti-media-interaction": key_play,
    "qti-upload-interaction": key_file,
    "qti-drawing-interaction": key_draw,
    "qti-end-attempt-interaction": key_end,
}
