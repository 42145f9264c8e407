"""One exam in two tabs, and on two devices: one writes, the other shows, nothing is lost."""

from playwright.async_api import expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House


async def test_a_second_tab_only_shows_the_exam_until_it_is_chosen(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    first = await visit(house, ana)
    await acts.begin(first)
    chosen = {1: await acts.choose(first, "A")}
    await acts.expect_saved(first)

    second = await first.context.new_page()
    await acts.open_question(second, 2)
    notice = second.get_by_role("heading", name="Open in another tab")
    await expect(notice).to_be_focused()
    await expect(
        second.get_by_text("This page can only show it.").filter(visible=True).first
    ).to_be_visible()
    for option in await acts.options(second).all():
        await expect(option).to_be_disabled()

    await acts.next_question(first, 2)
    chosen[2] = await acts.answer(first, "B")
    assert house.answers(ana) == chosen

    async with second.expect_response("**/heartbeat"):
        await acts.button(second, "Continue here").click()
    await expect(first.get_by_role("heading", name="Open in another tab")).to_be_focused()
    for option in await acts.options(first).all():
        await expect(option).to_be_disabled()
    await acts.expect_question(second, 2)
    chosen[2] = await acts.answer(second, "D")
    assert house.answers(ana) == chosen
    assert house.verify(ana)["intact"]


async def test_a_device_that_was_taken_over_is_told_and_its_unsent_answers_are_not_lost(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    old = await visit(house, ana)
    await acts.begin(old)
    await acts.expect_question(old, 1)
    await old.context.set_offline(True)
    from_old = {}
    for position in (1, 2, 3):
        from_old[position] = await acts.choose(old, "A")
        if position < 3:
            await acts.next_question(old, position + 1)
    await expect(old.locator("#saved")).to_have_text(
        "No connection. 3 answers are safe on this device. Keep working."
    )

    new = await visit(house)
    await acts.sign_in(new, ana)
    await acts.open_question(new, 2)
    await expect(new.get_by_role("heading", name="Open on another device")).to_be_visible()
    await expect(acts.options(new).first).to_be_disabled()
    async with new.expect_response("**/heartbeat"):
        await acts.button(new, "Continue here").click()
    await acts.expect_question(new, 2)
    from_new = {2: await acts.choose(new, "B")}
    await acts.expect_saved(new)
    assert house.answers(ana) == from_new

    await old.context.set_offline(False)
    told = old.get_by_role("heading", name="Open on another device")
    await expect(told).to_be_focused(timeout=acts.WAITS_MS)
    await expect(acts.options(old).first).to_be_disabled()
    await acts.expect_saved(old)
    assert from_old[2] != from_new[2]
    assert house.answers(ana) == from_old | from_new
    sent = [(event["lease"], event["position"]) for event in house.events(ana, "answered")]
    assert sent == [(2, 2), (1, 1), (1, 2), (1, 3)]
    assert house.verify(ana)["intact"]
