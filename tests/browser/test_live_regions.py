"""What a screen reader is told: little, and never of routine saving."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House

RECORD = """() => {
    window.utterances = [];
    const heard = '[aria-live=polite], [aria-live=assertive], [role=status], [role=alert]';
    const note = (node) => {
        const region = (node.nodeType === 1 ? node : node.parentElement)?.closest(heard);
        const text = region?.textContent.trim();
        if (text) window.utterances.push(`${region.id}: ${text}`);
    };
    new MutationObserver((changes) => changes.forEach((change) =>
        change.type === 'childList' ? note(change.target) : note(change.target.parentElement),
    )).observe(document, { subtree: true, childList: true, characterData: true });
}"""


async def utterances(page: Page) -> list[str]:
    found: list[Any] = await page.evaluate("window.utterances")
    return [str(one) for one in found]


async def test_an_exam_without_faults_is_almost_silent(house: House, visit: Visit) -> None:
    ana = await house.candidate(allowance_s=608)
    page = await visit(house, ana)
    await page.add_init_script(f"({RECORD})()")
    await acts.begin(page)
    for position in range(1, 10):
        await acts.answer(page, "ABCD"[position % 4])
        await acts.next_question(page, position + 1)
    await page.get_by_label("Flag this question").check()
    await acts.answer(page, "A")
    ten = page.locator("#polite")
    await expect(ten).to_have_text("10 minutes left.", timeout=acts.WAITS_MS)
    await acts.button(page, "Review").click()
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_focused()
    assert await utterances(page) == ["polite: 10 minutes left."]

    await page.keyboard.press("Alt+Shift+S")
    await expect(page.locator("#polite")).to_contain_text("Saved")
    assert len(await utterances(page)) == 2, "asked for, it is said"


async def test_a_lost_line_is_said_once_when_it_goes_and_once_when_all_is_sent(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    await page.add_init_script(f"({RECORD})()")
    await acts.begin(page)
    await page.context.set_offline(True)
    polite = page.locator("#polite")
    for position in range(1, 4):
        await acts.choose(page, "B")
        await acts.next_question(page, position + 1)
    await expect(polite).to_contain_text("No connection.", timeout=acts.WAITS_MS)
    await page.context.set_offline(False)
    await expect(polite).to_have_text("All answers are on the server.", timeout=acts.WAITS_MS)
    said = await utterances(page)
    assert len(said) == 2, said
