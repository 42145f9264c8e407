"""Trying an item: what the writers' page and the scoring route answer."""

from typing import Any

import httpx
import pytest

from exam_engine.accounts.roles import Role
from exam_engine.settings import Settings
from exam_engine.web.trial import as_bytes, as_text
from tests import factories
from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter
from tests.exam_engine.web.problems import check_problem
from tests.item_bank.qti.files import an_item, declared, q, variable
from tests.item_bank.qti.sample_parts import floor_plan
from tests.item_bank.qti.samples import SAMPLES

CHOICE = SAMPLES["qti-choice-interaction"]


@pytest.fixture
async def writer(room: Room, enter: Enter) -> httpx.AsyncClient:
    async with room.database.transaction() as session:
        person = await factories.a_person(session, room.now, Role.ITEM_WRITER)
        sign_in = await factories.a_sign_in(session, room.now, person.id)
    return enter(sign_in)


async def score(client: httpx.AsyncClient, xml: bytes, **more: Any) -> httpx.Response:
    body = {"xml": xml.decode(), "responses": {}} | more
    return await client.post("/api/items/score", json=body)


async def test_a_tool_scores_an_item_it_sends_along(writer: httpx.AsyncClient) -> None:
    response = await score(writer, CHOICE.xml, responses=CHOICE.answer)
    assert response.status_code == 200
    assert response.json() == {"outcomes": {"SCORE": 1.0, "FEEDBACK": None}, "findings": []}


async def test_what_cannot_be_scored_is_a_problem_with_a_line(writer: httpx.AsyncClient) -> None:
    broken = await score(writer, b"<a>\n</b>")
    check_problem(broken, 422, "qti_refused")
    assert broken.json()["line"] == 2
    refused = await score(writer, CHOICE.xml, responses={"OTHER": 1})
    check_problem(refused, 422, "response_unsound")
    check_problem(await score(writer, CHOICE.xml, seed=-1), 422, "not_understood")


async def test_an_item_is_shown_scored_and_told_about(writer: httpx.AsyncClient) -> None:
    form = {"xml": CHOICE.xml.decode()}
    shown = await writer.post("/bank/try", data=form)
    assert shown.status_code == 200
    assert "Measure what is used" in shown.text
    assert "What came of it" not in shown.text
    answers = {"answer:RESPONSE": ["A", "C"], "act": "check"}
    checked = await writer.post("/bank/try", data=form | answers)
    assert "<td>1</td>" in checked.text
    assert "<td>A, C</td>" in checked.text


async def test_an_item_that_cannot_be_shown_is_told_by_line(writer: httpx.AsyncClient) -> None:
    xml = an_item(declarations="", body="<qti-choice-interaction/>")
    page = await writer.post("/bank/try", data={"xml": xml.decode()})
    assert page.status_code == 200
    assert "This item cannot be shown" in page.text
    assert "qti-choice-interaction has no response-identifier." in page.text


async def test_an_answer_that_cannot_be_meant_is_said_beside_its_field(
    writer: httpx.AsyncClient,
) -> None:
    xml = SAMPLES["qti-order-interaction"].xml.decode()
    twice = {f"answer:RESPONSE:{name}": "1" for name in ("STOP", "FIND")}
    page = await writer.post("/bank/try", data={"xml": xml, "act": "check"} | twice)
    assert page.status_code == 422
    assert '<a href="#item-1">Two of them have the place 1. Give each its own.</a>' in page.text


async def test_pictures_are_made_safe_kept_for_the_trial_and_served(
    writer: httpx.AsyncClient, settings: Settings
) -> None:
    sample = SAMPLES["qti-hotspot-interaction"]
    form = {"xml": sample.xml.decode()}
    without = await writer.post("/bank/try", data=form)
    assert "Picture not here: Floor plan of a school" in without.text
    files = [("pictures", ("plan.png", floor_plan())), ("pictures", ("x.svg", b"<svg/>"))]
    page = await writer.post("/bank/try", data=form, files=files)
    assert page.status_code == 422
    assert "x.svg: SVG pictures can hold scripts" in page.text
    address = page.text.partition('<img src="')[2].partition('"')[0]
    assert address.startswith("/bank/media/")
    picture = await writer.get(address)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    kept = address.rpartition("/")[2]
    assert (settings.data_dir / "tried" / kept[:2] / kept).is_file()
    again = await writer.post("/bank/try", data=form | {"kept": f"media/{kept} plan.png"})
    assert address in again.text
    other = await writer.post("/bank/try", data=form | {"kept": "../../exam.db plan.png"})
    assert "Picture not here" in other.text


@pytest.mark.parametrize("name", ["..%2fexam.db", "0.png", f"{0:064}.svg", f"{0:064}.png"])
async def test_nothing_but_stored_media_is_served(writer: httpx.AsyncClient, name: str) -> None:
    assert (await writer.get(f"/bank/media/{name}")).status_code == 404


async def test_an_adaptive_item_goes_on_from_its_last_attempt(writer: httpx.AsyncClient) -> None:
    count = q(
        "set-outcome-value",
        q("sum", variable("TRIES"), q("base-value", 1, base_type="integer")),
        identifier="TRIES",
    )
    start = q("default-value", q("value", 0))
    xml = an_item(
        declarations=declared("outcome", "TRIES", "integer", inside=start),
        body="<p>Again</p>",
        rules=count,
    ).replace(b'adaptive="false"', b'adaptive="true"')
    form = {"xml": xml.decode(), "act": "check"}
    first = await writer.post("/bank/try", data=form)
    assert "<td>1</td>" in first.text
    before = {"before": '{"TRIES":1}', "attempt": "2"}
    assert "<td>2</td>" in (await writer.post("/bank/try", data=form | before)).text
    odd = {"before": '{"TRIES":"many"}', "attempt": "x"}
    assert (await writer.post("/bank/try", data=form | odd)).status_code == 200


async def test_nothing_handed_in_is_said_in_words(writer: httpx.AsyncClient) -> None:
    page = await writer.post("/bank/try", data={"xml": " "})
    assert page.status_code == 422
    assert "Choose a file with an item, or paste its XML" in page.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_a_file_in_any_declared_encoding_is_shown_as_text(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?>\n<p>Größe</p>'
    assert as_bytes(as_text(text.encode(encoding))) == "\n<p>Größe</p>".encode()


@pytest.mark.parametrize("encoding", ["idna", "rot13", "base64", "no-such", "utf-16"])
def test_an_encoding_that_is_none_does_no_harm(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><p>{"ö" * 70}</p>'.encode()
    assert isinstance(as_text(data), str)
