"""From responses to a defensible score, on the demonstration's data: a psychometrician calibrates,
watches and approves, three judges rate, two persons adopt, and held results are released."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person
from exam_engine.database import Database
from exam_engine.delivery.tables import Attempt
from exam_engine.demonstration.service import add_demonstration
from exam_engine.exams.programme import PRACTICE
from exam_engine.exams.queries import find_exam, find_form
from exam_engine.exams.tables import Form
from exam_engine.results.queries import list_answered
from exam_engine.results.tables import Result, Score
from exam_engine.settings import driver_url
from item_bank.queries import get_contents
from tests.browser import acts, seeding
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Visit
from tests.browser.pictures import SIZE, from_top, take
from tests.browser.seeding import House, open_house
from tests.factories import SECRET_KEY, Programmed

RUN = re.compile(r"/analysis/runs/[-0-9a-f]{36}$")
PANEL = re.compile(r"/standards/[-0-9a-f]{36}$")
DOUBTS = re.compile(r"calibration doubts (\d+) keys of this form")
WAITS_MS = 240_000
"""Longer than a run takes on a busy machine."""
FORM = "2026-B"
JUDGES = {"Mira Solberg": 62, "Otis Reyes": 64, "Pia Lund": 66}
CUT = 64
"""The mean of their ratings, of 100 questions."""


async def demonstration(session: AsyncSession, now: datetime) -> Programmed:
    await add_demonstration(session, now, SECRET_KEY, "no password")
    exam = await find_exam(session, PRACTICE.code)
    assert exam is not None
    form = await find_form(session, exam.id, FORM)
    assert form is not None
    return Programmed(exam, form, keys={})


@pytest.fixture
async def institute(tmp_path: Path, migrated_file: Path) -> AsyncIterator[House]:
    """A server that brings a worker when it is needed."""
    settings = {"EXAM_WORKER": "yes", "EXAM_WORKER_NICE": "0"}
    opened = await open_house(tmp_path, migrated_file, demonstration, **settings)
    yield opened
    await opened.close()


@asynccontextmanager
async def stored(house: House) -> AsyncIterator[AsyncSession]:
    """What the server stored, read by a process of our own."""
    database = Database(driver_url(f"sqlite:///{house.server.data_dir / 'exam.db'}"))
    async with database.transaction() as session:
        yield session
    await database.close()


async def look(page: Page, state: str) -> list[str]:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{state.replace(' ', '-')}.png", full_page=True)
    return await faults_of(page, state)


async def test_from_the_responses_to_released_results(
    institute: House, visit: Visit, tmp_path: Path
) -> None:
    sol = await institute.person(Role.PSYCHOMETRICIAN, "Sol Marin")
    page = await visit(institute, sol, viewport=SIZE)
    faults = await calibrate(page)
    judges = [await visit(institute, await institute.person(Role.JUDGE, name)) for name in JUDGES]
    faults += await recommend(page, judges, tmp_path)
    noor = await institute.person(Role.MANAGER, "Noor Haddad")
    board = await visit(institute, noor, viewport=SIZE)
    await board.goto(page.url)
    await acts.button(board, f"Sign and adopt {CUT}").click()
    await expect(board.get_by_role("heading", name=f"Adopted: {CUT} of 100")).to_be_visible()
    faults += await look(board, "a standard on the demonstration")
    credited = await release(board, tmp_path)
    await decisions_are_right(institute, credited)
    await a_candidate_finds_it(institute, visit)
    assert faults == []


async def calibrate(page: Page) -> list[str]:
    await page.goto("/home")
    await page.get_by_role("link", name="Analysis").click()
    await expect(page.get_by_text("No calibration has been run yet.")).to_be_visible()
    faults = await look(page, "no run yet")

    await page.get_by_role("link", name="New calibration").click()
    await expect(page.get_by_text("of the candidates are simulated")).to_be_visible()
    faults += await look(page, "choosing data")
    await page.get_by_label("Items to leave out").fill("IA-01")
    await acts.button(page, "Look at the data").click()
    await expect(page.locator("#leave_out-wrong")).to_contain_text("has no reason: IA-01")
    faults += await look(page, "a line without a reason")
    await page.get_by_label("Items to leave out").fill("")
    await page.get_by_label("Model").select_option("2PL")
    await acts.button(page, "Look at the data").click()
    await acts.button(page, "Start the calibration").click()

    await expect(page).to_have_url(RUN)
    await expect(page.get_by_role("progressbar")).to_be_visible()
    faults += await look(page, "a run under way")
    await expect(page.get_by_role("heading", name="Your decision")).to_be_visible(timeout=WAITS_MS)
    await expect(page.get_by_text("check its key").first).to_be_visible()
    faults += await look(page, "a run that waits for a decision")

    await page.get_by_role("link", name="IC-11").first.click()
    await expect(page.get_by_role("heading", name="Not for the bank")).to_be_visible()
    faults += await look(page, "an item with a wrong key")
    await page.go_back()
    await page.get_by_role("button", name=re.compile("^Approve 1[0-9]+ items$")).click()
    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    faults += await look(page, "approved")
    await page.goto("/analysis")
    await expect(page.get_by_role("cell", name="CTO-PRACTICE:1, version 1")).to_be_visible()
    return faults + await look(page, "runs")


async def recommend(page: Page, judges: list[Page], folder: Path) -> list[str]:
    """A panel on the beta form, to the first signature; a judge's ratings are all the same."""
    await page.goto("/standards/new")
    await page.get_by_label("Title").fill("Panel of the beta")
    await page.get_by_label("Form").select_option(label=f"{PRACTICE.code}, {FORM}")
    await page.get_by_label("Rounds after practice").fill("1")
    for name in JUDGES:
        await page.get_by_label(name, exact=True).check()
        await page.get_by_label(f"What qualifies {name}").fill("Technology director since 2011")
    await acts.button(page, "Make the panel").click()
    await expect(page).to_have_url(PANEL)
    await acts.button(page, "Begin practice").click()
    await acts.button(page, "Open round 1").click()
    for judge, percent in zip(judges, JUDGES.values(), strict=True):
        await judge.goto("/standards")
        await judge.get_by_role("link", name="Panel of the beta").click()
        await judge.get_by_label("This is true of me").check()
        await acts.button(judge, "Accept and continue").click()
        await expect(judge.locator("input[data-position]")).to_have_count(100)
        await judge.evaluate(
            "(percent) => { for (const field of document.querySelectorAll('[data-position]'))"
            " field.value = percent; }",
            str(percent),
        )
        await acts.button(judge, "Save ratings").click()
        await expect(judge.locator("#count")).to_have_text("100 of 100")
    await acts.button(page, "Close round 1").click()
    await acts.button(page, f"Recommend {CUT}.00").click()
    faults = await look(page, "a recommendation with its impact")
    await from_top(page, "What the cut would do")
    await take(page, "panel", folder)
    await acts.button(page, "Propose and sign").click()
    await expect(page.get_by_text("You signed first.")).to_be_visible()
    return faults


async def release(page: Page, folder: Path) -> int:
    """Everybody is credited with questions whose keys are in doubt; how many these are."""
    await page.goto("/releases")
    await page.get_by_role("link", name=FORM).first.click()
    doubts = page.get_by_text(DOUBTS)
    await expect(doubts).to_be_visible()
    doubted = int(re.findall(DOUBTS, await doubts.inner_text())[0])
    waiting = page.locator("section.decision", has_text="waits for a decision")
    for decided in range(1, doubted + 1):
        one = waiting.first
        await one.get_by_label("What becomes of it").select_option("everybody")
        await one.get_by_label("Reason").fill("Its key is another option")
        await one.get_by_role("button", name=re.compile("^Decide about")).click()
        await expect(page.get_by_text("decided", exact=True)).to_have_count(decided)
    await look(page, "a beta ready to be released")
    await page.evaluate("scrollTo(0, 0)")
    await take(page, "release", folder)
    await page.get_by_role("button", name="Release 24 results").click()
    await expect(page.get_by_text("No result of this form is held.")).to_be_visible()
    await look(page, "a beta released")
    return doubted


async def decisions_are_right(house: House, credited: int) -> None:
    """Each decision is that of the answers counted by hand."""
    async with stored(house) as session:
        form = (await session.scalars(select(Form).where(Form.code == FORM))).one()
        sat = (await session.scalars(select(Attempt).where(Attempt.form_id == form.id))).all()
        passed = []
        for attempt in sat:
            result = (
                await session.scalars(select(Result).where(Result.attempt_id == attempt.id))
            ).one()
            score = await session.get_one(Score, result.score_id)
            rows = await list_answered(session, [attempt.id], form.id)
            keys = await get_contents(session, [row.item_version_id for row in rows])
            right = sum(keys[row.item_version_id].key == row.value for row in rows)
            assert right <= score.raw <= right + credited
            assert (result.state, score.number > 1) == ("released", True)
            assert score.passed == (score.raw >= CUT) == (score.reported >= PRACTICE.cut)
            passed.append(score.passed)
    assert len(passed) == 24
    assert 0 < sum(passed) < 24


async def a_candidate_finds_it(house: House, visit: Visit) -> None:
    async with stored(house) as session:
        rows = select(Person, Score).join(Attempt, Attempt.person_id == Person.id)
        rows = rows.join(Result, Result.attempt_id == Attempt.id)
        rows = rows.join(Score, Score.id == Result.score_id).where(Result.state == "released")
        person, score = (await session.execute(rows.order_by(Score.raw.desc()).limit(1))).one()
        who = seeding.Person(person.id, person.name, person.email, token="")
        told = f"Your score is {score.reported}."
    who = await house.another_sign_in(who)
    phone = await visit(house, who, viewport={"width": 390, "height": 844})
    await phone.goto("/home")
    await phone.get_by_role("link", name="See the result").click()
    await expect(phone.get_by_role("heading", name="You passed.")).to_be_visible()
    await expect(phone.get_by_text(told).first).to_be_visible()
