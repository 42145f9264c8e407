"""Two servers for all of these tests, and pages in which nothing may go wrong unseen.

Tests share a server because each books people of its own.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

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


class Visits:
    """Opens pages with cookies of their own, and hears what goes wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        """Of a page that threw, complained in its console, or broke its security policy."""

    async def open(self, house: House, person: Person | None = None, **options: Any) -> Page:
        """Without a person nobody is signed in; the options are those of ``new_context``."""
        context = await self._browser.new_context(
            base_url=house.url,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            **({"viewport": {"width": 1280, "height": 900}} | options),
        )
        self._contexts.append(context)
        context.on("weberror", lambda thrown: self.complaints.append(str(thrown.error)))
        context.on("console", self._hear)
        if person is not None:
            await context.add_cookies([{"name": "exam", "value": person.token, "url": house.url}])
        return await context.new_page()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith(EXPECTED):
            self.complaints.append(f"{said.type}: {said.text}")

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest.fixture
def in_a_browser(chromium: parts.Chromium, record_property: Callable[[str, object], None]) -> None:
    record_property(RAN_ON, chromium.version)
    record_property(RAN_ON, f"SQLite {sqlite3.sqlite_version}")


@pytest.fixture
async def visit(browser: Browser, in_a_browser: None) -> AsyncIterator[Visit]:
    """``visit(house, person, **options)``: a page of this test's; see `Visits.open`."""
    visits = Visits(browser)
    yield visits.open
    await visits.close()
    assert visits.complaints == []
