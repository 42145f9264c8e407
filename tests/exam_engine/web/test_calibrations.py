"""Calibration runs over the API: what a psychometrician's tool sees."""

import csv
import io
from http import HTTPStatus

import httpx
import pytest

from exam_engine.database import Database
from tests import factories
from tests.exam_engine.calibration.conftest import QUESTIONS, Past, a_past
from tests.exam_engine.calibration.test_scales import another_right, code_at
from tests.exam_engine.web.conftest import Enter


@pytest.fixture
async def past(database: Database) -> Past:
    return await a_past(database, n=40)


@pytest.fixture
async def analyst(past: Past, enter: Enter) -> httpx.AsyncClient:
    async with past.database.transaction() as session:
        now = await past.database.now(session)
        return enter(await factories.a_sign_in(session, now, past.analyst))


async def test_a_run_is_asked_for_once_by_its_key_and_cancelled(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    body = {"plan": {"exam": past.plan.exam, "model": "Rasch"}, "key": "spring"}
    first = await analyst.post("/api/calibration-runs", json=body)
    second = await analyst.post("/api/calibration-runs", json=body)
    assert (first.status_code, second.status_code) == (HTTPStatus.CREATED, HTTPStatus.OK)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["state"] == "queued"
    other = {**body, "plan": {**body["plan"], "model": "2PL"}}  # type: ignore[dict-item]
    refused = await analyst.post("/api/calibration-runs", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_taken")
    where = f"/api/calibration-runs/{first.json()['id']}"
    assert (await analyst.post(f"{where}/cancel", json={})).json()["state"] == "cancelled"
    again = await analyst.post(f"{where}/cancel", json={})
    assert (again.status_code, again.json()["code"]) == (409, "calibration_move_refused")


async def test_what_stands_against_a_plan_is_said_before_and_when_it_is_asked_for(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    plan = {"exam": past.plan.exam, "past": False}
    seen = (await analyst.post("/api/calibration-data", json=plan)).json()
    assert seen["n_candidates"] == 0
    refused = await analyst.post("/api/calibration-runs", json={"plan": plan})
    assert (refused.status_code, refused.json()["code"]) == (422, "calibration_plan_unsound")
    assert refused.json()["detail"] == " ".join(seen["refusals"])
    typo = {"plan": {**plan, "modell": "Rasch"}}
    assert (await analyst.post("/api/calibration-runs", json=typo)).status_code == 422


async def test_approved_parameters_are_read_by_set_by_item_and_as_csv(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    run = await past.finished()
    where = f"/api/calibration-runs/{run.id}"
    items = (await analyst.get(f"{where}/items")).json()["items"]
    assert len(items) == QUESTIONS
    text = (await analyst.get(f"{where}/items.csv")).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["item"] for row in rows] == [one["code"] for one in items]
    assert "nan" not in text.lower()
    approved = (await analyst.post(f"{where}/approve", json={"reason": "sound"})).json()
    assert (approved["state"], approved["parameters_version"]) == ("approved", 1)
    whole = (await analyst.get(f"/api/parameter-sets/{approved['scale']}/1")).json()
    assert whole["parameters"]["run_id"] == str(run.id)
    assert [one["values"]["b"] for one in whole["items"]] == [
        one["parameters"]["b"] for one in items
    ]
    code = items[0]["code"]
    (history,) = (await analyst.get(f"/api/items/{code}/parameters")).json()
    assert (history["scale"], history["version"]) == (approved["scale"], 1)


async def test_the_page_of_a_plan_that_cannot_be_calibrated_says_why(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    query = {"exam": past.plan.exam, "ended_from": "2999-01-01"}
    page = await analyst.get("/analysis/new", params=query)
    assert page.status_code == HTTPStatus.OK
    assert "0 candidates, and 10 are needed" in page.text
    assert "Start the calibration" not in page.text
    form = {**query, "key": "one"}
    posted = await analyst.post("/analysis/runs", data=form)
    assert posted.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "0 candidates, and 10 are needed" in posted.text


async def test_what_is_older_than_a_decision_is_told_by_page_and_api(
    past: Past, analyst: httpx.AsyncClient
) -> None:
    run = await past.carried_through((await past.asked()).id)
    where, page = f"/api/calibration-runs/{run.id}", f"/analysis/runs/{run.id}"
    assert (await analyst.get(where)).json()["outdated"] == []
    assert "Older than a decision" not in (await analyst.get(page)).text
    await another_right(past, 3)
    third = await code_at(past, 3)
    assert (await analyst.get(where)).json()["outdated"] == [third]
    shown = (await analyst.get(page)).text
    assert "Older than a decision about a key" in shown
    assert f"decided otherwise since for {third}." in shown
