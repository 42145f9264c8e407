"""The pictures of the README, made from the real pages when ``EXAM_PICTURES=1``.

Without it the same pages are only looked at, so that a picture can always be made.
"""

import os
from pathlib import Path

from playwright.async_api import Page

from tests.server import ROOT

WANTED = os.environ.get("EXAM_PICTURES") == "1"
SIZE = {"width": 1280, "height": 800}
LARGEST = 150_000


async def take(page: Page, name: str, otherwise: Path) -> None:
    """What the window shows; into the folder ``otherwise`` where no picture is wanted."""
    folder = ROOT / "pictures" if WANTED else otherwise
    picture = await page.screenshot(path=folder / f"{name}.png")
    assert not WANTED or len(picture) <= LARGEST


async def from_top(page: Page, heading: str) -> None:
    """Put a heading at the upper edge of the window."""
    found = page.get_by_role("heading", name=heading, exact=True)
    await found.evaluate("(element) => element.scrollIntoView({ block: 'start' })")
