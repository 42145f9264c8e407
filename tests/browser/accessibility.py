"""What must hold for everybody on every page: axe finds nothing, and nothing scrolls sideways."""

from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

AXE = Axe()
TALL = 2400  # so that no sticky bar lies over what one could scroll to
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}  # WCAG 2.5.8; axe leaves it out
NARROW = {"runOnly": ["target-size", "scrollable-region-focusable", "button-name", "link-name"]}
COLOURS = {"runOnly": ["color-contrast"]}
# What is narrow has the wide page's colours and structure, in other places and behind one button
# more; what is not colour is the same in the dark.
LOOKS: list[tuple[Literal["light", "dark"], int, dict[str, Any]]] = [
    ("light", 320, NARROW),
    ("light", 1280, EVERYTHING),
    ("dark", 1280, COLOURS),
]
# Axe waits for media only where there are any, and never for style sheets: a rule that is off.
# The rows of a table come from one loop: a dozen of them say what a hundred would.
RUN = """async (options) => {
    const aside = [...document.querySelectorAll("tbody > tr:nth-child(n + 13)")].map(
        (row) => [row, document.createComment("a row")]);
    for (const [row, mark] of aside) row.replaceWith(mark);
    const preload = document.querySelector("audio, video") ? { assets: ["media"] } : false;
    try {
        return (await axe.run({ resultTypes: ["violations"], preload, ...options })).violations;
    } finally {
        for (const [row, mark] of aside) mark.replaceWith(row);
    }
}"""
SIDEWAYS = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.vh, .wide'))
    .map((e) => e.outerHTML.slice(0, 80))"""


async def faults_of(page: Page, state: str) -> list[str]:
    """One line for each violation in each look; the page is left as it was."""
    before = page.viewport_size
    assert before is not None
    faults = []
    await page.wait_for_load_state()  # half a page has other faults, or none
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.axe_script)
    for scheme, width, options in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        if page.viewport_size != (size := ViewportSize(width=width, height=TALL)):
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
