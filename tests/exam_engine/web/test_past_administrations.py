"""Answers from elsewhere, over the API and the pages; and a run's exports."""

import asyncio
from http import HTTPStatus
from typing import Any

import httpx
import numpy as np
import pytest

from exam_engine.calibration.freezing.queries import freeze
from exam_engine.calibration.frozen import Frozen
from exam_engine.calibration.outside.waiting import WaitingState
from exam_engine.database import Database
from tests import factories
from tests.exam_engine.calibration.conftest import QUESTIONS, Past, a_past
from tests.exam_engine.web.conftest import Enter

WHERE = "/api/past-administrations"
FIELDS = {"form": "2026-A", "title": "Paper", "source": "scanned", "held_on": "2024-03-14"}


@pytest.fixture
async def past(database: Database) -> Past:
    return await a_past(database, n=40)


@pytest.fixture
async def analyst(past: Past, enter: Enter) -> httpx.AsyncClient:
    async with past.database.transaction() as session:
        now = await past.database.now(session)
        return enter(await factories.a_sign_in(session, now, past.analyst))


async def codes_of(past: Past) -> list[str]:
    async with past.database.reading() as session:
        return [column.code for column in (await freeze(session, past.plan)).columns]


async def frozen_of(past: Past) -> Frozen:
    async with past.database.reading() as session:
        return await freeze(session, past.plan)


async def uploaded(
    client: httpx.AsyncClient, past: Past, data: bytes, **changes: str
) -> dict[str, Any]:
    """An upload once it is read."""
    fields = {**FIELDS, "form": past.programmed.form.code, **changes}
    sent = await client.post(WHERE, data=fields, files={"file": ("march.csv", data)})
    assert sent.status_code == HTTPStatus.ACCEPTED, sent.text
    found: dict[str, Any] = sent.json()
    while found["state"] == WaitingState.READING:
        await asyncio.sleep(0.05)
        found = (await client.get(f"{WHERE}/uploads/{found['id']}")).json()
    return found


async def test_a_file_is_uploaded_looked_at_accepted_and_calibrated(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    codes = await codes_of(past)
    lines = ["candidate,item,response,name"]
    lines += [f"c{n},{code},{'ABCD'[n % 4]},Ana" for n in range(8) for code in codes]
    found = await uploaded(analyst, past, "\n".join(lines).encode())
    assert (found["state"], found["errors"]) == ("ready", 0)
    (told,) = found["data_sets"]
    assert (told["candidates"], told["answers"]) == (8, 8 * QUESTIONS)
    assert len((await analyst.get(WHERE)).json()) == 1, "nothing is stored before the decision"
    page = await analyst.get(f"/analysis/data/{found['id']}")
    assert "Accept 8 candidates" in page.text
    where = f"{WHERE}/uploads/{found['id']}"
    accepted = await analyst.post(f"{where}/accept", json={})
    assert accepted.status_code == HTTPStatus.CREATED
    (stored,) = accepted.json()
    assert (stored["candidates"], stored["items"]) == (8, QUESTIONS)
    assert (await analyst.get(f"{WHERE}/{stored['id']}")).json() == stored
    assert (await analyst.post(f"{where}/accept", json={})).status_code == HTTPStatus.NOT_FOUND
    frozen = await frozen_of(past)
    here = np.array([one == "Paper" for one in frozen.administrations])
    assert frozen.answers[here].tolist() == [[n % 4 + 1] * QUESTIONS for n in range(8)]
    assert "Paper" in (await analyst.get("/analysis/data")).text
    again = await uploaded(analyst, past, "\n".join(lines).encode())
    assert next(group["code"] for group in again["findings"]) == "title_taken"


async def test_what_is_wrong_keeps_the_whole_file_out(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    code = (await codes_of(past))[0]
    data = f"candidate,item,response\nc1,{code},A\nc1,NONE-1,A\nc2,{code},Q\n".encode()
    found = await uploaded(analyst, past, data)
    assert (found["state"], found["errors"]) == ("refused", 2)
    places = {one["place"] for group in found["findings"] for one in group["found"]}
    assert places == {"line 3, column B (item)", "line 4, column C (response)"}
    where = f"{WHERE}/uploads/{found['id']}"
    refused = await analyst.post(f"{where}/accept", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "calibration_data_unsound")
    page = await analyst.get(f"/analysis/data/{found['id']}")
    assert "2 places stand against it" in page.text
    assert "line 4, column C (response)" in page.text
    assert len((await analyst.get(WHERE)).json()) == 1
    assert (await analyst.delete(where)).status_code == HTTPStatus.NO_CONTENT
    assert (await analyst.get(where)).status_code == HTTPStatus.NOT_FOUND


async def test_the_page_says_which_fields_are_missing(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    form = f"{past.programmed.exam.code}/{past.programmed.form.code}"
    files = {"file": ("march.csv", b"candidate,item,response\n")}
    page = await analyst.post("/analysis/data", data={"form": form}, files=files)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Give the answers a title" in page.text
    assert "Say where the answers are from" in page.text
    nothing = await analyst.post("/analysis/data", data={"form": form, "title": "x"})
    assert "Choose a file with answers" in nothing.text
    fields = {"form": form, "title": "x", "source": "y", "held_on": "2024-01-01"}
    sent = await analyst.post("/analysis/data", data=fields, files=files)
    assert sent.status_code == HTTPStatus.SEE_OTHER
    unknown = await analyst.post(WHERE, data={**fields, "form": "NONE"}, files=files)
    assert (unknown.status_code, unknown.json()["detail"]) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "There is no published form NONE.",
    )


async def test_a_run_goes_out_as_files_and_its_responses_come_back_equal(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    asked = await past.asked()
    where = f"/api/calibration-runs/{asked.id}/exports"
    early = await analyst.get(where)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_export")
    await past.carried_through(asked.id)
    listed = (await analyst.get(where)).json()
    assert [one["name"] for one in listed] == [
        *("parameters", "responses", "classical", "options", "fit", "usage-data", "certificate"),
    ]
    page = (await analyst.get(f"/analysis/runs/{asked.id}")).text
    for one in listed:
        assert all(address in page for address in one["formats"].values())
    files = {}
    for name in ("responses.csv", "certificate.json"):
        files[name] = await analyst.get(f"{where}/{name}")
        assert files[name].status_code == HTTPStatus.OK
    assert files["certificate.json"].json()["id"] == str(asked.id)
    assert (await analyst.get(f"{where}/secrets.csv")).status_code == HTTPStatus.NOT_FOUND
    found = await uploaded(analyst, past, files["responses.csv"].content, missing="not-shown")
    assert found["errors"] == 0
    await analyst.post(f"{WHERE}/uploads/{found['id']}/accept", json={})
    frozen = await frozen_of(past)
    before = np.array([one != "Paper" for one in frozen.administrations])
    assert before.sum() == 40
    assert (frozen.answers[before] == frozen.answers[~before]).all()
