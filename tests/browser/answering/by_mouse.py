"""Each interaction type answered with the mouse."""

from collections.abc import Mapping

from playwright.async_api import Page, expect

from tests.browser.acts import button
from tests.browser.answering.touches import (
    ESSAY,
    PLAN,
    Answer,
    box,
    drag,
    drawn,
    press_at,
    words,
)
from tests.item_bank.qti.sample_parts import CANARY


async def click_choices(page: Page) -> None:
    await words(page, "Measure what is used").click()
    await words(page, "Ask the schools").click()
    await words(page, "Buy", exact=True).click()  # one too many: it is not taken
    await expect(words(page, "You have chosen 2, which is all.")).to_be_visible()


async def pick_inline(page: Page) -> None:
    await page.locator("select.inline").select_option("B")


async def type_word(page: Page) -> None:
    await page.locator("input.blank").click()
    await page.keyboard.type(CANARY)


async def type_essay(page: Page) -> None:
    await page.locator(".item textarea").click()
    await page.keyboard.type(ESSAY)


async def drag_order(page: Page) -> None:
    ranked = page.locator(".ranked")
    pool = page.locator(".pool li")
    for text in ("Find out what is lost", "Stop the spread", "Report"):
        await drag(page, pool.filter(has_text=text), ranked)
    await drag(page, pool.filter(has_text="Mend"), ranked.locator("li", has_text="Report"), 0.2)
    await button(page, "Move down: Find out what is lost").click()


async def drag_pairs(page: Page) -> None:
    await drag(page, button(page, "Switch"), button(page, "Cable"))
    await button(page, "Radio").click()
    await button(page, "Access point").click()


async def tick_table(page: Page) -> None:
    for pair in ("SW OUT", "SW IN", "FW EDGE", "AP IN"):
        await box(page, pair).click()
    await expect(box(page, "SW OUT")).not_to_be_checked()


async def drag_gaps(page: Page) -> None:
    await drag(page, button(page, "switch"), page.get_by_label("Gap 2: empty"))
    await drag(page, page.get_by_label("Gap 2: switch"), page.get_by_label("Gap 1: empty"))
    await button(page, "firewall").click()
    await page.get_by_label("Gap 2: empty").click()


async def click_stretch(page: Page) -> None:
    await words(page, "By June, every class").click()


async def click_rooms(page: Page) -> None:
    await press_at(page, 370, 90)
    await press_at(page, 110, 260)
    await expect(box(page, "SRV")).to_be_checked()


async def click_point(page: Page) -> None:
    await press_at(page, 100, 240)
    await press_at(page, 365, 70)  # only one may be: it moves there
    mark = await page.locator(".mark").bounding_box()
    assert mark is not None
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 5, y + 5, steps=3)
    await page.mouse.up()


async def click_room_order(page: Page) -> None:
    for x, y in ((370, 90), (110, 260), (370, 260), (110, 90)):
        await press_at(page, x, y)


async def click_room_pairs(page: Page) -> None:
    for x, y in ((370, 90), (370, 260), (110, 260), (370, 90)):
        await press_at(page, x, y)


async def drag_onto_rooms(page: Page) -> None:
    await drag(page, button(page, "switch"), page.locator('[data-area="SRV"] > :first-child'))
    await button(page, "access point").click()
    await press_at(page, 110, 90)


async def put_object(page: Page) -> None:
    await drag(page, page.locator(".source img"), page.locator(".frame"), 0.5)
    await press_at(page, 110, 75)  # only one may be: it moves there


async def slide(page: Page) -> None:
    track = await page.get_by_role("slider").bounding_box()
    assert track is not None
    await page.mouse.click(track["x"] + track["width"] * 0.7, track["y"] + track["height"] / 2)


async def play(page: Page) -> None:
    audio = page.locator(".item audio")
    # its button does nothing before the browser knows what it would play
    await page.wait_for_function("document.querySelector('.item audio').readyState > 0")
    player = await audio.bounding_box()
    assert player is not None
    await page.mouse.click(player["x"] + 24, player["y"] + player["height"] / 2)
    await expect(words(page, "Play 1 of 2.")).to_be_visible()


async def choose_file(page: Page) -> None:
    async with page.expect_file_chooser() as chosen:
        await page.locator(".item [type=file]").click()
    await (await chosen.value).set_files(PLAN)


async def draw(page: Page) -> None:
    canvas = await page.locator("canvas").bounding_box()
    assert canvas is not None
    await page.mouse.move(canvas["x"] + 90, canvas["y"] + 160)
    await page.mouse.down()
    await page.mouse.move(canvas["x"] + 300, canvas["y"] + 160, steps=5)
    await page.mouse.up()
    await drawn(page)


async def end(page: Page) -> None:
    await button(page, "Show a hint").click()
    await expect(page.locator("#result")).to_be_visible()


MOUSE: Mapping[str, Answer] = {
    "qti-choice-interaction": click_choices,
    "qti-inline-choice-interaction": pick_inline,
    "qti-text-entry-interaction": type_word,
    "qti-extended-text-interaction": type_essay,
    "qti-order-interaction": drag_order,
    "qti-associate-interaction": drag_pairs,
    "qti-match-interaction": tick_table,
    "qti-gap-match-interaction": drag_gaps,
    "qti-hottext-interaction": click_stretch,
    "qti-hotspot-interaction": click_rooms,
    "qti-select-point-interaction": click_point,
    "qti-graphic-order-interaction": click_room_order,
    "qti-graphic-associate-interaction": click_room_pairs,
    "qti-graphic-gap-match-interaction": drag_onto_rooms,
    "qti-position-object-interaction": put_object,
    "qti-slider-interaction": slide,
    "qti-media-interaction": play,
    "qti-upload-interaction": choose_file,
    "qti-drawing-interaction": draw,
    "qti-end-attempt-interaction": end,
}
