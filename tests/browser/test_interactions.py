"""Each interaction type on the writers' page: by mouse, by keyboard alone, and without a script."""

import re
from collections.abc import Awaitable, Callable, Mapping

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from exam_engine.accounts.roles import Role
from item_bank.qti.interactions import KINDS
from tests.browser.accessibility import faults_of
from tests.browser.acts import button
from tests.browser.conftest import Visit
from tests.browser.seeding import House
from tests.item_bank.qti.samples import CANARY, SAMPLES, Sample

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


async def score_of(page: Page) -> str:
    """Check the answer, and what the page then says the score is."""
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


# ---- by mouse


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


async def drawn(page: Page) -> None:
    field = page.locator(".item [type=file]")
    await expect(field).to_have_value(re.compile("drawing.png$"))


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


# ---- by keyboard


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
    async with page.expect_file_chooser() as chosen:
        await page.keyboard.press("Enter")
    await (await chosen.value).set_files(PLAN)


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


# ---- without a script


async def plain_choices(page: Page) -> None:
    await box(page, "A").check()
    await box(page, "C").check()


def ranking(*order: str) -> Answer:
    async def rank(page: Page) -> None:
        for place, name in enumerate(order, 1):
            await page.locator(f'select[name="answer:RESPONSE:{name}"]').select_option(str(place))

    return rank


def pairing(*pairs: tuple[str, str]) -> Answer:
    async def pair(page: Page) -> None:
        for number, (first, second) in enumerate(pairs, 1):
            await page.get_by_label(f"Pair {number}, first").select_option(first)
            await page.get_by_label(f"Pair {number}, second").select_option(second)

    return pair


def placing(**places: str) -> Answer:
    async def place(page: Page) -> None:
        for name, choice in places.items():
            await page.locator(f'select[name="answer:RESPONSE:{name}"]').select_option(choice)

    return place


async def plain_table(page: Page) -> None:
    for pair in ("SW IN", "FW EDGE", "AP IN"):
        await box(page, pair).check()


async def plain_stretch(page: Page) -> None:
    await box(page, "H2").check()


async def plain_rooms(page: Page) -> None:
    await box(page, "SRV").check()
    await box(page, "OFF").check()


def numbers(noun: str, x: int, y: int) -> Answer:
    async def write(page: Page) -> None:
        await page.get_by_label(f"{noun} 1, across").fill(str(x))
        await page.get_by_label(f"{noun} 1, down").fill(str(y))

    return write


async def plain_slide(page: Page) -> None:
    await page.get_by_label("A number from 0 to 100").fill("70")


async def plain_draw(page: Page) -> None:
    picture: FilePayload = {"name": "drawing.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    await page.locator(".item [type=file]").set_input_files(picture)


PLAIN: Mapping[str, Answer | None] = {
    "qti-choice-interaction": plain_choices,
    "qti-inline-choice-interaction": pick_inline,
    "qti-text-entry-interaction": type_word,
    "qti-extended-text-interaction": type_essay,
    "qti-order-interaction": ranking("STOP", "FIND", "MEND", "TELL"),
    "qti-associate-interaction": pairing(("SW", "LAN"), ("AIR", "AP")),
    "qti-match-interaction": plain_table,
    "qti-gap-match-interaction": placing(G1="SW", G2="FW"),
    "qti-hottext-interaction": plain_stretch,
    "qti-hotspot-interaction": plain_rooms,
    "qti-select-point-interaction": numbers("Point", 370, 75),
    "qti-graphic-order-interaction": ranking("SRV", "OFF", "LAB", "LIB"),
    "qti-graphic-associate-interaction": pairing(("SRV", "LAB"), ("SRV", "OFF")),
    "qti-graphic-gap-match-interaction": placing(SRV="SW", LIB="AP"),
    "qti-position-object-interaction": numbers("Object", 110, 75),
    "qti-slider-interaction": plain_slide,
    "qti-media-interaction": None,  # plays are counted by the script alone
    "qti-upload-interaction": choose_file,
    "qti-drawing-interaction": plain_draw,
    "qti-end-attempt-interaction": end,
}


@pytest.fixture
def writing(house: House, visit: Visit) -> "Writing":
    async def open_page(sample: Sample, **options: object) -> Page:
        page = await visit(house, await house.person(Role.ITEM_WRITER), **options)
        await open_sample(page, sample)
        return page

    return open_page


Writing = Callable[..., Awaitable[Page]]


def test_every_interaction_type_is_answered_here() -> None:
    assert set(KINDS) == set(MOUSE) == set(KEYS) == set(PLAIN) == set(SAMPLES)


@pytest.mark.parametrize("kind", MOUSE)
async def test_a_mouse_answers_it(writing: Writing, kind: str) -> None:
    page = await writing(SAMPLES[kind])
    await MOUSE[kind](page)
    assert await score_of(page) == "1"


@pytest.mark.parametrize("kind", KEYS)
async def test_the_keyboard_alone_answers_it_and_axe_finds_nothing(
    writing: Writing, kind: str
) -> None:
    page = await writing(SAMPLES[kind])
    faults = await faults_of(page, f"{kind}, blank")
    await KEYS[kind](page)
    assert await score_of(page) == "1"
    faults += await faults_of(page, f"{kind}, scored, with its answer")
    assert faults == []
    # The page after it shows the answer again; it is sent once more as it is.
    if kind not in (
        "qti-upload-interaction",
        "qti-drawing-interaction",
        "qti-end-attempt-interaction",
    ):
        await button(page, "Check again").click()
        assert await score_of(page) == "1"


@pytest.mark.parametrize("kind", [kind for kind, answer in PLAIN.items() if answer])
async def test_it_is_answered_without_a_script(writing: Writing, kind: str) -> None:
    page = await writing(SAMPLES[kind], java_script_enabled=False)
    answer = PLAIN[kind]
    assert answer is not None
    await answer(page)
    assert await score_of(page) == "1"


async def test_the_page_is_sound_when_there_is_nothing_to_show(house: House, visit: Visit) -> None:
    page = await visit(house, await house.person(Role.REVIEWER))
    await page.goto("/home")
    await page.get_by_role("link", name="Try an item").click()
    faults = await faults_of(page, "empty")
    await button(page, "Show the item").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose a file with an item")
    faults += await faults_of(page, "nothing handed in")
    await page.get_by_label("Or its XML").fill("<item>")
    await button(page, "Show the item").click()
    await expect(page.get_by_role("heading", name="This item cannot be shown")).to_be_visible()
    faults += await faults_of(page, "refused")
    sample = SAMPLES["qti-graphic-order-interaction"]
    await open_sample(page, Sample(sample.xml, sample.answer, sample.wrong))
    await expect(page.get_by_text("A file is not here")).to_be_visible()
    faults += await faults_of(page, "without its picture")
    assert faults == []
