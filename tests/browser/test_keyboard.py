"""From sign-in to the receipt without a mouse, every stop in sight."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import PASSWORD, House

# Where the focus is, whether it shows, and whether something lies over it. The real radio button
# is invisible; the boxed letter beside it stands for it.
STOP = """() => {
    const at = document.activeElement;
    const shown = at.matches('.option input') ? at.nextElementSibling : at;
    const box = shown.getBoundingClientRect();
    const style = getComputedStyle(shown);
    const lines = [...shown.getClientRects()];
    const top = document.elementFromPoint(
        lines[0].left + lines[0].width / 2, lines[0].top + lines[0].height / 2);
    return {
        what: at.outerHTML.slice(0, 100),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inside: box.top >= -1 && box.bottom <= innerHeight + 1 && box.width > 0,
        over: shown.contains(top) || (top?.contains(shown) && top.matches('label, a, button'))
            ? '' : top?.outerHTML.slice(0, 100) ?? 'nothing',
    };
}"""
MOST_STOPS = 60


async def check_stop(page: Page) -> None:
    stop: dict[str, Any] = await page.evaluate(STOP)
    assert stop["ring"], f"no focus ring on {stop['what']}"
    assert stop["inside"], f"out of sight: {stop['what']}"
    assert not stop["over"], f"{stop['over']} lies over {stop['what']}"


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way must be seen."""
    for _ in range(MOST_STOPS):
        if await target.evaluate("(e) => e === document.activeElement"):
            return
        await page.keyboard.press("Tab")
        if not await page.evaluate("document.activeElement === document.body"):
            await check_stop(page)
    raise AssertionError(f"Tab does not lead to {target}")


async def press_on(page: Page, target: Locator, key: str = "Enter") -> None:
    await tab_to(page, target)
    await page.keyboard.press(key)


async def test_from_sign_in_to_the_receipt_by_keyboard_alone(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, viewport={"width": 1280, "height": 720})
    await page.goto("/sign-in")
    await tab_to(page, page.get_by_label("Email address"))
    await page.keyboard.type(ana.email)
    await tab_to(page, page.get_by_label("Password"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/home$"))
    await press_on(page, acts.button(page, "Check in"))
    await expect(page).to_have_url(re.compile("/exam/agreement$"))
    await press_on(page, page.get_by_label("I have read these rules"), "Space")
    async with page.expect_response("**/heartbeat"):
        await press_on(page, acts.button(page, "Agree and start"))

    chosen = {}
    for position in range(1, 11):
        await acts.expect_question(page, position)
        if position > 1:
            heading = page.get_by_role("heading", name=re.compile(f"^Question {position} "))
            await expect(heading).to_be_focused()
        radios = acts.options(page)
        await tab_to(page, radios.first)
        await page.keyboard.press("Enter")
        await acts.expect_question(page, position)
        letter = "ABCD"[position % 4]
        if position % 3 == 0:
            await page.keyboard.press(letter.lower())
        elif position % 3 == 1:
            await page.keyboard.press("Space")
            for _ in range("ABCD".index(letter)):
                await page.keyboard.press("ArrowDown")
        else:
            await page.keyboard.press(str("ABCD".index(letter) + 1))
        option = radios.nth("ABCD".index(letter))
        await expect(option).to_be_checked()
        await expect(option).to_be_focused()
        await check_stop(page)
        chosen[position] = await option.get_attribute("value")
        if position == 2:
            await page.keyboard.press("x")
            await expect(page.locator(".option").nth(2)).to_have_class(re.compile("crossed"))
        if position % 2 and position < 10:
            await page.keyboard.press("Alt+Shift+N")
        elif position < 10:
            await press_on(page, acts.button(page, "Next"))
    await page.keyboard.press("Alt+Shift+F")
    await expect(page.get_by_label("Flag this question")).to_be_checked()
    await page.keyboard.press("F2")
    await expect(page.get_by_role("dialog", name="Commands and keys")).to_be_visible()
    await check_stop(page)
    await page.keyboard.press("r")
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_focused()

    await press_on(page, acts.button(page, "Submit exam"))
    sure = page.get_by_role("dialog", name="Submit now?")
    await expect(sure.get_by_role("button", name="Go back")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sure).to_be_hidden()
    await expect(acts.button(page, "Submit exam")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(sure).to_be_visible()
    # On a slow machine the close event of the first time comes only now.
    await sure.dispatch_event("close")
    await press_on(page, sure.get_by_role("button", name="Submit exam"))
    await expect(page.get_by_text(re.compile("^Receipt"))).to_be_visible(timeout=acts.WAITS_MS)
    await press_on(page, page.get_by_role("link", name="See result"))
    await expect(page.get_by_text("The passing score is 600.")).to_be_visible()
    assert house.answers(ana) == chosen


async def test_the_map_is_a_way_by_keyboard_on_a_narrow_screen(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, ana, viewport={"width": 320, "height": 640})
    await acts.begin(page)
    await page.keyboard.press("Alt+Shift+M")
    here = page.get_by_role("link", name=re.compile(r"^Question 1\b"))
    await expect(here).to_be_focused()
    await check_stop(page)
    await press_on(page, page.get_by_role("link", name="Question 7"))
    await expect(page.get_by_role("heading", name=re.compile("^Question 7 "))).to_be_focused()
