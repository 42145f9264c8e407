"""The upload page for item writers: dropped or chosen, read, reported, chosen, imported."""

import base64
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from exam_engine.accounts.roles import Role
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House
from tests.item_bank.imports.files import a_row, a_table, some_rows

DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name));
    const zone = document.getElementById('drop');
    const how = {dataTransfer: data, bubbles: true, cancelable: true};
    const kinds = ['dragenter', 'dragover', 'drop'];
    for (const kind of kinds) zone.dispatchEvent(new DragEvent(kind, how));
}"""


async def open_upload(visit: Visit, house: House, **options: object) -> Page:
    page = await visit(house, await house.person(Role.ITEM_WRITER, "Wren Ito"), **options)
    await page.goto("/home")
    await page.get_by_role("link", name="Import questions").click()
    await heading(page, "Import questions")
    return page


async def choose(page: Page, name: str, data: bytes) -> None:
    await page.get_by_label("File with questions").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )


async def heading(page: Page, name: str) -> None:
    """Wait for it: reading a file starts a process."""
    found = page.get_by_role("heading", name=name)
    await expect(found).to_be_visible(timeout=4 * acts.WAITS_MS)


def rows(prefix: str, count: int) -> list[dict[str, str]]:
    """Codes of their own, for tests share a bank."""
    return [row | {"code": f"{prefix}-{row['code']}"} for row in some_rows(count)]


async def look(page: Page, name: str) -> None:
    folder = os.environ.get("EXAM_LOOKS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_a_dropped_file_is_read_reported_and_imported(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house)
    await look(page, "upload")
    content = base64.b64encode(a_table(*rows("DROP", 4), a_row(9, code="DROP-9", key="F")))
    await page.wait_for_load_state()  # its script hears what is dropped from then on
    await page.evaluate(DROP, ["march.csv", content.decode()])
    await expect(page.locator("#sending")).to_have_text("march.csv is chosen.")
    await acts.button(page, "Read the file").click()
    await heading(page, "4 questions ready, 1 refused")
    await heading(page, "Kept out")
    await look(page, "report")
    await acts.button(page, "Import 4 questions").click()
    await expect(page.get_by_role("alert")).to_contain_text("1 question is refused")
    await page.get_by_label("Import the rest without the 1 question").check()
    await acts.button(page, "Import 4 questions").click()
    await heading(page, "4 questions imported")
    await page.get_by_role("link", name="DROP-IMP-2").click()
    await heading(page, "DROP-IMP-2")
    await expect(page.get_by_text("Imported from march.csv")).to_be_visible()
    await look(page, "item")


async def test_the_keyboard_alone_imports_a_file(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house)
    await page.keyboard.press("Tab")
    await acts.button(page, "Read the file").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#file-wrong")).to_have_text(
        "Choose a file with questions, like march.xlsx"
    )
    await expect(page.get_by_label("File with questions")).to_be_focused()
    await choose(page, "keys.csv", a_table(*rows("KEYS", 2)))
    for _ in range(3):
        await page.keyboard.press("Tab")
    await expect(acts.button(page, "Read the file")).to_be_focused()
    await page.keyboard.press("Enter")
    await heading(page, "2 questions ready")
    await acts.button(page, "Import 2 questions").focus()
    await page.keyboard.press("Enter")
    await heading(page, "2 questions imported")


async def test_without_scripts_a_file_is_imported_all_the_same(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house, java_script_enabled=False)
    await acts.button(page, "Read the file").click()
    await expect(page.locator("#file-wrong")).to_contain_text("Choose a file with questions")
    await expect(page.get_by_label("File with questions")).to_be_focused()
    await choose(page, "plain.csv", a_table(*rows("PLAIN", 2)))
    await page.get_by_label("Skill area of questions").select_option("I.A")
    await acts.button(page, "Read the file").click()
    await heading(page, "2 questions ready")
    await acts.button(page, "Import 2 questions").click()
    await heading(page, "2 questions imported")


async def test_changed_and_like_questions_are_chosen_one_by_one(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house)
    before = rows("TURN", 3)
    await choose(page, "first.csv", a_table(*before))
    await acts.button(page, "Read the file").click()
    await heading(page, "3 questions ready")
    await acts.button(page, "Import 3 questions").click()
    await heading(page, "3 questions imported")
    await page.goto("/bank/import")
    after = [row | {"title": "Turned"} for row in before]
    copy = before[0] | {"code": "TURN-COPY"}
    await choose(page, "second.csv", a_table(*after, copy))
    await acts.button(page, "Read the file").click()
    await heading(page, "In the bank with other content")
    await look(page, "choices")
    await page.get_by_label("Make a new version of each").check()
    await page.get_by_label("What becomes of TURN-IMP-1").select_option("skip")
    await page.get_by_label("What becomes of TURN-COPY").select_option("skip")
    await acts.button(page, "Import 4 questions").click()
    await heading(page, "2 questions imported")
    await expect(page.get_by_text("0 new, 2 changed, 2 left out")).to_be_visible()


async def test_an_import_that_is_put_aside_can_be_begun_again(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house)
    await choose(page, "aside.csv", a_table(*rows("ASIDE", 1)))
    await acts.button(page, "Read the file").click()
    await heading(page, "1 question ready")
    await acts.button(page, "Put aside").click()
    await heading(page, "Import questions")
    row = page.get_by_role("row").filter(has_text="aside.csv")
    await expect(row).to_contain_text("put aside")


async def test_the_pages_of_the_bank_have_no_fault(house: House, visit: Visit) -> None:
    page = await open_upload(visit, house)
    faults = await faults_of(page, "upload")
    await acts.button(page, "Read the file").click()
    await expect(page.locator("#file-wrong")).to_be_visible()
    faults += await faults_of(page, "upload, no file")
    before = rows("AXE", 3)
    await choose(page, "axe.csv", a_table(*before))
    await acts.button(page, "Read the file").click()
    await heading(page, "3 questions ready")
    await acts.button(page, "Import 3 questions").click()
    await heading(page, "3 questions imported")
    faults += await faults_of(page, "imported")
    await page.goto("/bank/import")
    changed = [row | {"title": "Turned"} for row in before]
    bad = a_row(8, code="AXE-8", key="F")
    await choose(page, "axe.csv", a_table(*changed, before[0] | {"code": "AXE-COPY"}, bad))
    await acts.button(page, "Read the file").click()
    await heading(page, "Kept out")
    faults += await faults_of(page, "report")
    await acts.button(page, "Import 4 questions").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    faults += await faults_of(page, "report, undecided")
    await page.goto("/bank/import")
    await choose(page, "odd.bin", b"PK\x03\x04 not a zip file")
    await acts.button(page, "Read the file").click()
    await heading(page, "Nothing of this file")
    faults += await faults_of(page, "failed")
    for address, state in (
        ("/bank", "bank"),
        ("/bank?text=nothing+like+this", "no match"),
        ("/bank/items/AXE-IMP-1", "item"),
    ):
        await page.goto(address)
        faults += await faults_of(page, state)
        await look(page, state)
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_coverage_picture_has_the_numbers_of_its_table(
    house: House, visit: Visit, scheme: str
) -> None:
    page = await visit(house, await house.person(Role.BANK_MANAGER), color_scheme=scheme)
    await page.goto("/bank")
    await page.wait_for_load_state()
    await look(page, f"bank-{scheme}")
    texts = await page.locator(".coverage svg text").all_text_contents()
    shown = [text for text in texts if " + " in text]
    await page.get_by_text("The numbers as a table").click()
    cells = await page.locator(".coverage tbody tr").all()
    table = []
    for row in cells:
        usable, in_work, _, need = [await one.inner_text() for one in await row.locator("td").all()]
        short = int(need) - int(usable) if need != "–" else 0
        table.append(f"{usable} + {in_work}" + (f", {short} short" if short > 0 else ""))
    assert shown == table
    assert len(table) == 10
