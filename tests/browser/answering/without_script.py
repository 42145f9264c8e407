"""Each interaction type answered in its plain form."""

from collections.abc import Mapping

from playwright.async_api import FilePayload, Page

from tests.browser.answering.by_mouse import choose_file, end, pick_inline, type_essay, type_word
from tests.browser.answering.touches import Answer, box


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
