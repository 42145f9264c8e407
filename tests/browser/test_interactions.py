"""Each interaction type on the writers' page: by mouse, by keyboard alone, and without a script."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from exam_engine.accounts.roles import Role
from item_bank.qti.interactions import KINDS
from tests.browser.accessibility import faults_of
from tests.browser.acts import button
from tests.browser.answering.by_keyboard import KEYS
from tests.browser.answering.by_mouse import MOUSE
from tests.browser.answering.touches import open_sample, score_of
from tests.browser.answering.without_script import PLAIN
from tests.browser.conftest import Visit, Visits
from tests.browser.seeding import House
from tests.item_bank.qti.sample_parts import Sample
from tests.item_bank.qti.samples import SAMPLES


@pytest.fixture(scope="module")
async def writers(browser: Browser, house: House) -> AsyncIterator[dict[bool, Page]]:
    """A page with scripts and one without: a new one for each test costs more than the test."""
    visits = Visits(browser)
    writer = await house.person(Role.ITEM_WRITER)
    yield {
        script: await visits.open(house, writer, java_script_enabled=script)
        for script in (True, False)
    }
    await visits.close()
    assert visits.complaints == []


@pytest.fixture
def writing(writers: dict[bool, Page], in_a_browser: None) -> "Writing":
    async def open_page(sample: Sample, *, script: bool = True) -> Page:
        await open_sample(writers[script], sample)
        return writers[script]

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
        async with page.expect_event("load"):
            await button(page, "Check again").click()
        assert await score_of(page) == "1"


@pytest.mark.parametrize("kind", [kind for kind, answer in PLAIN.items() if answer])
async def test_it_is_answered_without_a_script(writing: Writing, kind: str) -> None:
    page = await writing(SAMPLES[kind], script=False)
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
