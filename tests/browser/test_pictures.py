"""The pictures of an exam day for the README: see `tests.browser.pictures`."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.pictures import SIZE, WANTED, take
from tests.browser.seeding import House

NAMES = ("Ana Pereira", "Ben Castillo", "Chen Wei", "Dana Whitehorse", "Elif Demir", "Farid Rahimi")


async def test_the_pictures_of_the_readme_can_be_taken(
    only_in_full: None, hall: House, visit: Visit, tmp_path: Path
) -> None:
    room = await hall.room()
    people = [await hall.candidate(room=room, name=name, allowance_s=7200) for name in NAMES]
    desk = await visit(hall, room.proctor, viewport=SIZE)
    await desk.goto(room.path)
    pages = [await visit(hall, person, viewport=SIZE) for person in people[:5]]
    for page in pages:
        await acts.check_in(page)
    waiting = desk.locator(".lane").get_by_role("button")
    await expect(waiting).to_have_count(5)
    for left in range(4, 0, -1):
        await waiting.first.click()
        await expect(waiting).to_have_count(left)
    for answered, page in enumerate(pages[:4], 2):
        await acts.agree(page)
        for position in range(1, answered + 1):
            await acts.choose(page, "ABCD"[(position * answered) % 4])
            await acts.next_question(page, position + 1)
        await acts.expect_saved(page)
    await desk.get_by_role("button", name="Pause Dana Whitehorse").click()
    await expect(desk.get_by_role("button", name="Resume Dana Whitehorse")).to_be_visible()
    await expect(desk.get_by_text("4 of 100")).to_be_visible()
    await take(desk, "room", tmp_path)

    page = pages[0]
    for position in range(3, 24 if WANTED else 5):
        await acts.choose(page, "BCDA"[position % 4])
        await acts.next_question(page, position + 1)
    await page.get_by_label("Flag this question").check()
    await acts.choose(page, "B")
    await acts.expect_saved(page)
    await take(page, "question", tmp_path)

    await acts.submit(page)
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_text("The passing score is 600.")).to_be_visible()
    await take(page, "result", tmp_path)
