"""What must hold for everybody on every page: axe finds nothing, and nothing scrolls sideways."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

AXE = Axe()
TALL = 2400  # so that no sticky bar lies over what one could scroll to
RULES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.5.8; axe leaves it out by default
    "preload": {"assets": ["media"]},  # the style sheets are for a rule that is off
}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"], "preload": False}
# What is not colour is the same in the dark, and the dark's colours are the same in any width.
LOOKS = [("light", 320, RULES), ("light", 1280, RULES), ("dark", 1280, COLOURS)]
RUN = "(options) => axe.run(options).then((found) => found.violations)"
SIDEWAYS = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.vh, .wide'))
    .map((e) => e.outerHTML.slice(0, 80))"""


async def faults_of(page: Page, state: str) -> list[str]:
    """One line for each violation in each look; the page is left as it was."""
    before = page.viewport_size
    assert before is not None
    faults = []
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.axe_script)
    for scheme, width, options in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        if page.viewport_size != (size := {"width": width, "height": TALL}):
            await page.set_viewport_size(size)
        look = f"{state}, {scheme}, {width}"
        violations = await page.evaluate(RUN, options)
        faults += [
            f"{look}: {violation['id']} ({violation['help']}): "
            + " | ".join(node["html"][:120] for node in violation["nodes"][:3])
            for violation in violations
        ]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{look}: scrolls sideways: {await page.evaluate(SIDEWAYS)}")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(before)
    return faults
