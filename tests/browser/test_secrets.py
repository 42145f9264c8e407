"""What a browser receives during a sitting, and what it complains of."""

from playwright.async_api import Response

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House
from tests.factories import CANARY, DIFFICULTY

SECRETS = [f"{CANARY}-{kind}" for kind in ("title", "rationale", "remember", "source")]


async def test_no_key_or_rationale_ever_reaches_the_browser(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    received: list[Response] = []
    page.on("response", lambda response: received.append(response))
    bodies: dict[str, bytes] = {}

    async def read() -> None:
        """A body is gone once its page is left."""
        for response in received:
            if response.status == 200 and response.url not in bodies:
                bodies[response.url] = await response.body()
            headers = str(await response.all_headers())
            assert not any(secret in headers for secret in SECRETS)
        received.clear()

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
    await page.wait_for_load_state()
    await read()

    everything = b"\n".join(bodies.values())
    assert b"Which option is the best one" in everything, "the questions themselves were searched"
    assert any(url.endswith("/exam/finished") for url in bodies)
    assert any("/static/player/" in url for url in bodies)
    for secret in (*SECRETS, str(DIFFICULTY), "correct", "rationale"):
        found = [url for url, body in bodies.items() if secret.encode() in body]
        assert found == [], f"{secret} reached the browser"


async def attempt_id_of(page: acts.Page) -> str | None:
    await acts.open_question(page, 1)
    return await page.locator("#exam").get_attribute("data-attempt")
