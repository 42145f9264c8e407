"""The whole way without a script: every page a GET, every act a form."""

import re

from playwright.async_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.browser.seeding import House, Person

COUNT = 10


async def begin(page: Page, person: Person) -> None:
    await acts.sign_in(page, person)
    await acts.button(page, "Check in").click()
    await page.get_by_label("I have read these rules").check()
    await acts.button(page, "Agree and start").click()
    await acts.expect_question(page, 1)


async def test_an_exam_without_javascript_reaches_its_result(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, java_script_enabled=False)
    await begin(page, ana)

    chosen = {}
    for position in range(1, COUNT):
        chosen[position] = await acts.choose(page, "ABCD"[position % 4])
        await acts.next_question(page, position + 1)
    chosen[COUNT] = await acts.choose(page, "A")
    await page.get_by_label("Flag this question").check()
    await acts.button(page, "Review").click()
    await expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    await expect(page.get_by_text("1 question is flagged: 10.")).to_be_visible()

    await acts.button(page, "Submit exam").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tick the box to submit")
    await page.get_by_label("Submit now.").check()
    await acts.button(page, "Submit exam").click()
    await expect(page.get_by_role("heading", name="Submitted")).to_be_visible()
    await page.get_by_role("link", name="See result").click()
    await expect(page.get_by_text("The passing score is 600.")).to_be_visible()

    assert house.answers(ana) == chosen
    assert house.verify(ana)["intact"]


async def test_going_back_and_sending_a_form_again_does_no_harm(house: House, visit: Visit) -> None:
    ana = await house.candidate()
    page = await visit(house, java_script_enabled=False)
    await begin(page, ana)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)

    first = await acts.choose(page, "B")
    await acts.next_question(page, 2)
    again = await page.request.post(
        sent[-1].url,
        data=sent[-1].post_data,
        headers={"Origin": house.url, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert again.ok
    assert len(house.events(ana, "answered")) == 1, "the same form twice is one answer"
    assert house.answers(ana) == {1: first}

    await page.go_back()
    changed = await acts.choose(page, "C")
    await acts.next_question(page, 2)
    assert house.answers(ana) == {1: changed}


async def test_submitting_again_from_the_page_before_shows_the_receipt(
    house: House, visit: Visit
) -> None:
    ana = await house.candidate()
    page = await visit(house, java_script_enabled=False)
    await begin(page, ana)
    await page.get_by_role("link", name="Review all").click()
    await expect(page.get_by_text(re.compile("^10 questions have no answer: 1, 2"))).to_be_visible()
    await page.get_by_label("Submit now.").check()
    other = await page.context.new_page()
    await other.goto("/exam/review")
    await acts.button(page, "Submit exam").click()
    receipt = await page.get_by_text(re.compile("^Receipt")).inner_text()

    await page.go_back()
    await expect(page).to_have_url(re.compile("/exam/finished$"))
    await other.get_by_label("Submit now.").check()
    await acts.button(other, "Submit exam").click()
    await expect(other.get_by_text(receipt)).to_be_visible()
    assert len(house.events(ana, "submitted")) == 1
