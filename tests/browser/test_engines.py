"""A candidate sits an exam in Firefox and in WebKit, the engine of Safari, over a bad line."""

import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.late import late
from tests.browser.seeding import PASSWORD, House, Person, open_house, small_form
from tests.conftest import RAN_ON
from tests.engines import Engine, firefox, webkit
from tests.processes import PartMissing

Serve = Callable[..., Awaitable[tuple[House, Person]]]

ENGINES = {"firefox": firefox, "webkit": webkit}
LETTERS = {1: "B", 2: "D", 3: "A", 4: "C", 5: "B", 6: "A"}

AT = "location.pathname === arguments[0]"
TAKEN_OVER = 'document.documentElement.classList.contains("js")'
QUESTION = """document.querySelector("#question h1")?.textContent.startsWith(
    `Question ${arguments[0]} `) && document.querySelectorAll("#question .option").length === 4"""
HELD = """performance.getEntriesByType("resource").some(
    (one) => one.name.includes("/questions?") && one.responseEnd > 0)"""
SAVED = r"""/^(Saved \d+:\d\d:\d\d|All answers are on the server\.)$/.test(
    document.getElementById("saved").textContent)"""
SAYS = "document.querySelector(arguments[0])?.textContent === arguments[1]"
CHOSEN = 'document.querySelector("#question [name=response]:checked")?.value === arguments[0]'
FLAGGED = 'document.querySelector("#question [name=flagged]").checked'
OPTION = 'document.querySelectorAll("#question [name=response]")[arguments[0]].value'
REVIEWED = """Array.from(document.querySelectorAll("#letters a"), (one) =>
    one.textContent.replace(" no answer", "").trim()).join(", ") === arguments[0]"""
RECEIPT = 'document.querySelector(".receipt b")?.textContent'


@pytest.fixture
async def serve(
    tmp_path: Path, migrated_file: Path, record_property: Callable[[str, object], None]
) -> AsyncIterator[Serve]:
    """A server of this test's, which may be stopped, and a candidate who may sit there."""
    houses: list[House] = []

    async def start(**environment: str) -> tuple[House, Person]:
        record_property(RAN_ON, f"SQLite {sqlite3.sqlite_version}")
        (data := tmp_path / "house").mkdir()
        houses.append(house := await open_house(data, migrated_file, small_form, **environment))
        return house, await house.candidate()

    yield start
    for house in houses:
        await house.close()


@pytest.fixture(params=ENGINES)
def engine(
    only_in_full: None,
    serve: Serve,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> Iterator[Engine]:
    """A window in which nothing may go wrong unseen; closed before the server ends."""
    try:
        with ENGINES[request.param](tmp_path / "browser") as opened:
            record_property(RAN_ON, opened.version)
            yield opened
            complaints = opened.complaints()
    except PartMissing as missing:
        pytest.skip(str(missing))
    assert complaints == []


def look(engine: Engine, state: str) -> None:
    if folder := os.environ.get("EXAM_TEST_PICTURES"):
        name = f"{engine.version.split()[0]}-{state.replace(' ', '-')}.png"
        (Path(folder) / name).write_bytes(engine.picture())


def begin(engine: Engine, url: str, person: Person) -> None:
    """From the sign-in page to the button that starts the clock."""
    engine.goto(f"{url}/sign-in")
    engine.type("[name=email]", person.email)
    engine.type("[name=password]", PASSWORD)
    engine.click("main button", "Sign in")
    engine.wait(AT, "/home")
    engine.click("button", "Check in")
    engine.wait(AT, "/exam/agreement")
    engine.click("#agreement")
    engine.click("button", "Agree and start")
    engine.wait(AT, "/exam/questions/1")


def choose(engine: Engine, position: int) -> str:
    """Click the option that is shown under the question's letter; its identifier."""
    engine.wait(QUESTION, position)
    place = "ABCD".index(LETTERS[position])
    identifier = str(engine.wait(OPTION, place))
    engine.click(f"#question .option:nth-of-type({place + 1}) label")
    engine.wait(CHOSEN, identifier)
    return identifier


async def test_an_exam_is_sat_while_the_server_is_away_for_a_while(
    engine: Engine, serve: Serve
) -> None:
    house, ana = await serve()
    begin(engine, house.url, ana)
    engine.wait(TAKEN_OVER)
    engine.listen()
    chosen = {1: choose(engine, 1)}
    engine.wait(SAVED)
    look(engine, "question")
    assert house.answers(ana) == chosen

    engine.wait(HELD)
    os.kill(house.server.pid, signal.SIGSTOP)
    for position in list(LETTERS)[1:]:
        engine.click("#moves button", "Next")
        chosen[position] = choose(engine, position)
    offline = "No connection. 5 answers are safe on this device. Keep working."
    engine.wait(SAYS, "#saved", offline)
    look(engine, "no connection")
    assert house.answers(ana) == {1: chosen[1]}
    os.kill(house.server.pid, signal.SIGCONT)
    engine.wait(SAVED)
    assert house.answers(ana) == chosen

    engine.reload()
    engine.wait(TAKEN_OVER)
    engine.listen()
    engine.wait(SAYS, "#sheet p", "6 of 10 answered")
    for position, identifier in chosen.items():
        engine.click(f"#sheet li:nth-of-type({position}) a")
        engine.wait(QUESTION, position)
        engine.wait(CHOSEN, identifier)

    engine.click("#sheet a", "Review all")
    engine.wait(SAYS, "#open", "4 questions have no answer: 7, 8, 9, 10.")
    engine.wait(REVIEWED, "1 B, 2 D, 3 A, 4 C, 5 B, 6 A, 7 –, 8 –, 9 –, 10 –")
    look(engine, "review")
    engine.click("#submit button", "Submit exam")
    engine.wait('document.activeElement.matches("#sure[open] button:not([value])")')  # goes back
    look(engine, "dialog")
    engine.click("#sure button", "Submit exam")
    engine.wait(AT, "/exam/finished")
    receipt = engine.wait(RECEIPT)
    look(engine, "finished")
    attempt = house.attempt(ana)
    assert attempt["state"] == "submitted"
    assert receipt.replace("-", "") == attempt["chain_head"].hex()[:8].upper()
    assert house.answers(ana) == chosen
    assert house.verify(ana)["intact"]


async def test_what_is_chosen_before_the_player_is_there_is_stored(
    engine: Engine, serve: Serve
) -> None:
    with late("/main.js") as line:
        house, ana = await serve(EXAM_PUBLIC_URL=line.url)
        line.port = house.server.port
        begin(engine, line.url, ana)
        chosen = choose(engine, 1)
        engine.click(".flag")
        engine.wait(FLAGGED)
        assert line.asked.is_set()
        assert not engine.run(f"return {TAKEN_OVER}")
        assert house.answers(ana) == {}
        line.now.set()
        engine.wait(SAVED)
        engine.listen()
        assert engine.run(f"return {CHOSEN} && {FLAGGED}", chosen)
        assert house.answers(ana) == {1: chosen}
        assert house.events(ana, "answered")[-1]["flagged"]
        assert house.verify(ana)["intact"]
