"""What a browser receives during a sitting, and what it complains of."""

import asyncio

from playwright.async_api import Error, Page, Response, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House
from tests.factories import CANARY, DIFFICULTY

SECRETS = [f"{CANARY}-{kind}" for kind in ("title", "rationale", "remember", "source")]


async def test_no_key_or_rationale_ever_reaches_the_browser(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    bodies: dict[str, bytes] = {}
    lost: list[str] = []
    reading: list[asyncio.Task[None]] = []

    async def keep(response: Response) -> None:
        try:
            bodies[response.url] = bodies.get(response.url, b"") + await response.body()
        except Error:  # its page was left
            lost.append(response.url)

    def note(response: Response) -> None:
        if response.status != 303:
            reading.append(asyncio.create_task(keep(response)))

    async def read() -> None:
        """Wait until all that has come is read: it is gone once its page is left."""
        await page.wait_for_load_state("networkidle")
        await asyncio.gather(*reading)

    page.on("response", note)
    await page.goto("/home")
    await read()
    await acts.button(page, "Check in").click()
    await acts.agree(page)
    for position in range(1, 10):
        await acts.choose(page, "ABCD"[position % 4])
        await acts.next_question(page, position + 1)
    await acts.answer(page, "A")
    await read()
    for path in ("/exam/review", "/exam/questions/5", "/exam/questions/10", "/exam/paused"):
        await page.goto(path)
        await read()
    await page.goto(f"/api/attempts/{await attempt_id_of(page)}")
    await read()
    await acts.open_question(page, 1)
    await acts.submit(page)
    await read()
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_text("The passing score is 600.")).to_be_visible()
    await read()

    everything = b"\n".join(bodies.values())
    assert b"Which option is the best one" in everything, "the questions themselves were searched"
    assert set(lost) <= bodies.keys()
    assert any(url.endswith("/exam/finished") for url in bodies)
    assert any("/static/player/" in url for url in bodies)
    for secret in (*SECRETS, str(DIFFICULTY), "correct", "rationale"):
        found = [url for url, body in bodies.items() if secret.encode() in body]
        assert found == [], f"{secret} reached the browser"


async def attempt_id_of(page: Page) -> str | None:
    await acts.open_question(page, 1)
    return await page.locator("#exam").get_attribute("data-attempt")
