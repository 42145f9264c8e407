"""axe on every page in every state that can be reached, light and dark, narrow and wide."""

import re

import pytest
from playwright.async_api import Route, expect

from exam_engine.accounts.roles import Role
from tests.browser import acts
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.seeding import House

FAULTY = """<!doctype html><html lang="en"><title>Faulty</title><style>
    body { color: #111; background: #fff }
    #narrow { display: none; width: 9px; height: 9px; padding: 0; border: 0 }
    @media (max-width: 30rem) { #narrow { display: inline-block } }
    @media (prefers-color-scheme: dark) { body { color: #333; background: #222 } }
</style><main><h1>Faulty</h1><button id="narrow"></button><img src="data:,">
<table><tbody></tbody></table></main>"""
LONG_ROW = """() => {
    document.querySelector("tbody").innerHTML =
        "<tr><td>one</td></tr>".repeat(39) + `<tr><td>${"x".repeat(400)}</td></tr>`;
}"""


async def test_each_look_finds_what_only_it_can_see(house: House, visit: Visit) -> None:
    page = await visit(house)
    await page.set_content(FAULTY)
    await page.evaluate(LONG_ROW)
    before = await page.content()
    found = [line.partition(" (")[0] for line in await faults_of(page, "faulty")]
    assert {"faulty, light, 320: button-name", "faulty, light, 1280: image-alt"} <= set(found)
    assert "faulty, dark, 1280: color-contrast" in found
    assert not any(line.endswith("color-contrast") and "light" in line for line in found)
    assert any(line.startswith("faulty, light, 320: scrolls sideways") for line in found)
    without_axe = (await page.content()).partition("<main>")[2]
    assert without_axe == before.partition("<main>")[2], "all forty rows are back in their order"


async def test_pages_around_the_exam_have_no_fault(house: House, visit: Visit) -> None:
    room = await house.room()
    ana = await house.candidate(room=room)
    page = await visit(house)
    faults = []

    async def check(state: str) -> None:
        faults.extend(await faults_of(page, state))

    await page.goto("/sign-in")
    await check("sign-in")
    await acts.button(page, "Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await check("sign-in, nothing given")
    await page.goto("/start-code")
    await check("start code")
    await page.get_by_label("Email address").fill(ana.email)
    await page.get_by_label("Start code").fill("00000-00000")
    await acts.button(page, "Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await check("start code, a wrong one")

    await acts.sign_in(page, ana)
    await check("home")
    await acts.button(page, "Check in").click()
    await expect(page.get_by_role("heading", name="Wait for the proctor")).to_be_visible()
    await check("waiting for the proctor")
    await page.goto("/nowhere")
    await check("nothing at this address")
    await page.goto("/sittings")
    await check("not for this role")
    assert faults == []


async def test_a_home_page_with_nothing_booked_or_not_yet_open_has_no_fault(
    house: House, visit: Visit
) -> None:
    idle = await house.person(Role.CANDIDATE, "Ines Moreau")
    page = await visit(house, idle)
    await page.goto("/home")
    await expect(page.get_by_text("No exam is booked for you.")).to_be_visible()
    faults = await faults_of(page, "nothing booked")
    early = await house.candidate(room=await house.room(opens_in_s=3600))
    page = await visit(house, early)
    await page.goto("/home")
    await expect(page.get_by_text("Check-in opens on")).to_be_visible()
    faults += await faults_of(page, "not yet open")
    writer = await house.person(Role.ITEM_WRITER, "Wren Ito")
    page = await visit(house, writer)
    await page.goto("/home")
    faults += await faults_of(page, "staff without a task")
    assert faults == []


@pytest.mark.parametrize("scripted", [True, False], ids=["player", "plain-forms"])
async def test_the_exam_itself_has_no_fault_in_any_state(
    house: House, visit: Visit, scripted: bool
) -> None:
    ana = await house.candidate()
    page = await visit(house, ana)
    if not scripted:  # axe needs a browser that can run scripts; the pages get none
        await page.route("**/*.js", lambda route: route.abort())
    faults = []

    async def check(state: str) -> None:
        faults.extend(await faults_of(page, state))

    await acts.check_in(page)
    await check("agreement")
    await acts.button(page, "Agree and start").click()
    await expect(page.locator("#agreement-wrong")).to_be_visible()
    await check("agreement, not agreed")
    await page.get_by_label("I have read these rules").check()
    await acts.button(page, "Agree and start").click()
    await acts.expect_question(page, 1)
    await check("question")
    await acts.choose(page, "B")
    await page.get_by_label("Flag this question").check()
    if scripted:
        await acts.expect_saved(page)
    await check("question answered and flagged")
    await acts.next_question(page, 2)
    if scripted:
        await page.get_by_role("button", name="Cross out A").click()
        await check("option crossed out")
        await page.keyboard.press("F2")
        await expect(page.get_by_role("dialog", name="Commands and keys")).to_be_visible()
        await check("commands and keys")
        await page.keyboard.press("Escape")
        await page.context.set_offline(True)
        await acts.choose(page, "C")
        await expect(page.locator("#saved")).to_have_text(re.compile("safe on this device"))
        await check("offline")
        await page.context.set_offline(False)
        await acts.expect_saved(page)
    await page.get_by_role("link", name="Review all").click()
    await expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    await expect(page.locator("#letters a").first).to_be_visible()
    await check("review")
    await acts.button(page, "Submit exam").click()
    if scripted:
        sure = page.get_by_role("dialog", name="Submit now?")
        await check("submit now?")
        await sure.get_by_role("button", name="Submit exam").click()
    else:
        await check("review, box not ticked")
        await page.get_by_label("Submit now.").check()
        await acts.button(page, "Submit exam").click()
    await expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
    await check("finished")
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_role("heading", name="You did not pass this time.")).to_be_visible()
    await page.locator("details").evaluate("(details) => (details.open = true)")
    await check("result, not passed")
    await page.goto("/home")
    await check("home with a result")
    assert faults == []


async def test_what_interrupts_an_exam_has_no_fault(house: House, visit: Visit) -> None:
    room = await house.room(self_admitting=True)
    ana = await house.candidate(room=room)
    page = await visit(house, ana)
    await acts.begin(page)
    desk = await visit(house, room.proctor)
    await desk.goto(room.path)
    await desk.get_by_role("button", name="Pause Ana Pereira").click()
    resume = desk.get_by_role("button", name="Resume Ana Pereira")
    await expect(resume).to_be_visible()
    await acts.nudge(page)
    await expect(page.get_by_role("heading", name="Paused")).to_be_visible(timeout=acts.WAITS_MS)
    faults = await faults_of(page, "paused in the player")
    second = await page.context.new_page()
    await second.goto("/exam/paused")
    faults += await faults_of(second, "paused")
    await second.close()
    await resume.click()
    news = page.locator("#news")
    await expect(news).to_contain_text("You can continue.", timeout=acts.WAITS_MS)
    faults += await faults_of(page, "resumed")

    other = await visit(house, await house.another_sign_in(ana))
    await other.goto("/exam/questions/1")
    await expect(other.get_by_role("heading", name="Open on another device")).to_be_visible()
    faults += await faults_of(other, "open on another device")
    await page.context.clear_cookies()
    await acts.choose(page, "A")
    await expect(page.locator("#saved")).to_contain_text("You are not signed in any more.")
    faults += await faults_of(page, "signed out")
    assert faults == []


async def test_an_exam_that_ran_out_and_one_that_was_passed_have_no_fault(
    house: House, visit: Visit
) -> None:
    ben = await house.candidate(name="Ben Castillo", allowance_s=6)
    late = await visit(house, ben)
    await acts.begin(late)

    ana = await house.candidate()
    page = await visit(house, ana)
    await acts.begin(page)
    keys = house.keys(ana)
    for position in range(1, 11):
        option = acts.options(page).locator(f"xpath=self::*[@value='{keys[position]}']")
        letter = "ABCD"[await option.evaluate("(e) => [...e.form.response].indexOf(e)")]
        await acts.choose(page, letter)
        if position < 10:
            await acts.next_question(page, position + 1)
    await acts.submit(page)
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_role("heading", name="You passed.")).to_be_visible()
    await expect(page.get_by_text("Your score is 800.")).to_be_visible()
    faults = await faults_of(page, "result, passed")

    await expect(late.get_by_role("heading", name="Time is up")).to_be_visible(
        timeout=2 * acts.WAITS_MS
    )
    await expect(late).to_have_url(re.compile("/exam/finished$"), timeout=acts.WAITS_MS)
    faults += await faults_of(late, "time is up")
    assert faults == []


async def test_the_proctors_pages_have_no_fault(house: House, visit: Visit) -> None:
    room = await house.room()
    desk = await visit(house, room.proctor)
    await desk.goto("/home")
    faults = await faults_of(desk, "proctor's start page")
    await desk.goto("/sittings")
    faults += await faults_of(desk, "sittings")
    await desk.goto(room.path)
    await expect(desk.locator("#contact")).to_contain_text("live")
    faults += await faults_of(desk, "room without candidates")
    ana = await house.candidate(room=room)
    await house.candidate(room=room, name="Ben Castillo")
    await house.candidate(room=room, name="Chen Wei")
    page = await visit(house, ana)
    await acts.check_in(page)
    await desk.reload()
    await expect(desk.get_by_text("waits to be admitted")).to_be_visible()
    faults += await faults_of(desk, "room with one who waits")
    await desk.get_by_role("button", name="Admit Ana Pereira").first.click()
    await acts.agree(page)
    await acts.choose(page, "A")
    await expect(desk.get_by_text("1 of 10")).to_be_visible()
    faults += await faults_of(desk, "room with one at work")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, body="{}")

    await desk.route("**/pause", refuse)
    await desk.get_by_role("button", name="Pause Ana Pereira").click()
    await expect(desk.locator("#trouble")).to_contain_text("try again")
    faults += await faults_of(desk, "room after an act that failed")
    await desk.unroute("**/pause")
    await desk.get_by_role("button", name="Pause Ana Pereira").click()
    await expect(desk.get_by_role("button", name="Resume Ana Pereira")).to_be_visible()
    faults += await faults_of(desk, "room with one paused")
    await desk.context.set_offline(True)
    await expect(desk.locator("#contact")).to_contain_text("Contact lost.")
    faults += await faults_of(desk, "room without a line")

    nobody = await house.person(Role.PROCTOR, "Nils Ek")
    idle = await visit(house, nobody)
    await idle.goto("/sittings")
    await expect(idle.get_by_text("No sitting is yours to watch.")).to_be_visible()
    faults += await faults_of(idle, "no sittings")
    assert faults == []
