"""Two servers for all of these tests, and pages in which nothing may go wrong unseen.

Tests share a server because each books people of its own.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests import parts
from tests.browser.acts import WAITS_MS
from tests.browser.seeding import House, Person, open_house, small_form, whole_form
from tests.conftest import RAN_ON

Visit = Callable[..., Awaitable[Page]]

expect.set_options(timeout=WAITS_MS)  # for events, on a machine that does other things too

# The browser says this of each request that a test lets fail; the pages cannot silence it.
EXPECTED = ("Failed to load resource",)


@pytest.fixture(scope="session")
async def house(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> AsyncIterator[House]:
    """A server with the small form."""
    opened = await open_house(tmp_path_factory.mktemp("house"), migrated_file, small_form)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def hall(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> AsyncIterator[House]:
    """A server with the form of 100 questions."""
    opened = await open_house(tmp_path_factory.mktemp("hall"), migrated_file, whole_form)
    yield opened
    await opened.close()


@pytest.fixture
async def visit(
    browser: Browser,
    chromium: parts.Chromium,
    record_property: Callable[[str, object], None],
) -> AsyncIterator[Visit]:
    """``visit(house, person, **options)``: a page with cookies of its own, signed in as the person.

    Without a person nobody is signed in; the options are those of Playwright's ``new_context``.
    The test fails when a page threw, complained in its console, or broke its security policy.
    """
    record_property(RAN_ON, chromium.version)
    record_property(RAN_ON, f"SQLite {sqlite3.sqlite_version}")
    complaints: list[str] = []
    contexts = []

    async def open_page(house: House, person: Person | None = None, **options: Any) -> Page:
        context = await browser.new_context(
            base_url=house.url,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            **({"viewport": {"width": 1280, "height": 900}} | options),
        )
        contexts.append(context)
        context.on("weberror", lambda thrown: complaints.append(str(thrown.error)))
        context.on(
            "console",
            lambda said: (
                complaints.append(f"{said.type}: {said.text}")
                if said.type in ("error", "warning") and not said.text.startswith(EXPECTED)
                else None
            ),
        )
        if person is not None:
            await context.add_cookies([{"name": "exam", "value": person.token, "url": house.url}])
        return await context.new_page()

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []
