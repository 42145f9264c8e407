"""Equating over the API and the pages."""

from http import HTTPStatus

import httpx
import pytest

from exam_engine.database import Database
from tests import factories
from tests.exam_engine.equating.forms import Pair, a_pair
from tests.exam_engine.web.conftest import Enter


@pytest.fixture
async def pair(database: Database) -> Pair:
    return await a_pair(database, n=60)


@pytest.fixture
async def analyst(pair: Pair, enter: Enter) -> httpx.AsyncClient:
    async with pair.database.transaction() as session:
        now = await pair.database.now(session)
        return enter(await factories.a_sign_in(session, now, pair.analyst))


async def test_a_tool_looks_computes_and_approves(pair: Pair, analyst: httpx.AsyncClient) -> None:
    plan = {"exam": "SMALL", "form": "F-2", "base": "F-1"}
    seen = (await analyst.post("/api/equating-plans", json=plan)).json()
    assert [row["code"] for row in seen["anchors"]] == list(pair.shared)
    made = await analyst.post("/api/equatings", json=plan)
    assert made.status_code == HTTPStatus.CREATED
    equating = made.json()["equating"]
    where = f"/api/equatings/{equating['id']}"
    shown = (await analyst.get(where)).json()
    assert shown == made.json()
    refused = await analyst.post(f"{where}/reject", json={"reason": " "})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    approved = (await analyst.post(f"{where}/approve", json={"reason": "sound"})).json()
    assert (approved["state"], approved["decided_by"]) == ("approved", str(pair.analyst))
    assert (await pair.table()).to_json() == shown["report"]["conversion"]
    again = await analyst.post(f"{where}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "equating_decided")
    (listed,) = (await analyst.get("/api/equatings")).json()
    assert listed == approved
    same = await analyst.post("/api/equatings", json={**plan, "base": "F-2"})
    assert (same.status_code, same.json()["code"]) == (422, "equating_unsound")
    typo = await analyst.post("/api/equatings", json={**plan, "methd": "tucker"})
    assert typo.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_the_pages_say_at_the_field_what_cannot_be(
    pair: Pair, analyst: httpx.AsyncClient
) -> None:
    query = {"exam": "SMALL", "form": "F-2", "base": "F-1"}
    usual = await analyst.get("/equating/new")
    assert usual.status_code == HTTPStatus.OK
    assert "What F-2 and F-1 share" in usual.text
    other = await analyst.get("/equating/new", params={**query, "form": "X-1", "base": "X-2"})
    assert "What F-2 and F-1 share" in other.text
    for change, field, words in (
        ({"base": "F-2"}, "base", "was chosen twice"),
        ({"left_out": pair.shared[0]}, "left_out", "has no reason"),
        ({"left_out": "XX-1: gone"}, "left_out", "XX-1 is not on both forms"),
        ({"method": "true-score"}, "method", "no calibrated scale yet"),
        ({"method": "magic"}, "form", "not a plan of an equating"),
        ({"form": "F-9"}, "form", "SMALL has no form F-9"),
    ):
        posted = await analyst.post("/equating", data={**query, **change})
        assert posted.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert words in posted.text, change
        assert f'href="#{field}"' in posted.text, change
    nul = await analyst.get("/equating/new", params={**query, "form": "F\0"})
    assert (nul.status_code, "There is no form" in nul.text) == (422, True)
    assert "No form has been equated yet." in (await analyst.get("/equating")).text
