"""Releases by HTTP: the manager's pages and acts, and what a candidate sees before and after."""

import re
from uuid import UUID

import httpx
import pytest

from tests import factories
from tests.conftest import OpenClient
from tests.exam_engine.conftest import Room
from tests.exam_engine.release.conftest import Beta, a_beta
from tests.exam_engine.web.conftest import Enter
from tests.factories import SignIn


@pytest.fixture
async def beta(room: Room) -> Beta:
    return await a_beta(room)


async def sign_in(beta: Beta, person_id: UUID) -> SignIn:
    async with beta.database.transaction() as session:
        now = await beta.database.now(session)
        return await factories.a_sign_in(session, now, person_id)


async def everything_seen(client: httpx.AsyncClient, result_id: UUID) -> str:
    """All that a candidate can open after the exam, as text."""
    texts = []
    for path in (
        "/home",
        "/exam/finished",
        f"/results/{result_id}",
        f"/api/results/{result_id}",
        "/api/results",
        "/api/notices",
    ):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        texts.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-F]{4}-[0-9A-F]{4}", "", answer.text))
    return "\n".join(texts)


async def test_a_candidate_sees_nothing_before_and_everything_after(
    beta: Beta, enter: Enter
) -> None:
    seat, result_id = await beta.ended(6)
    candidate, manager = enter(seat.sign_in), enter(await sign_in(beta, beta.manager))
    before = await everything_seen(candidate, result_id)
    assert "Your result is not out yet" in before
    for hint in ("You passed", "did not pass", "Your score", '"passed":true', '"passed":false'):
        assert hint not in before, hint
    assert '"score":null' in before
    listed = (await manager.get("/releases")).text
    assert "Beta, spring" in listed
    shown = (await manager.get(f"/releases/{beta.form_id}")).text
    assert "provisional conversion table" in shown
    refused = await manager.post(
        f"/releases/{beta.form_id}/release",
        data={"reason": ""},
        headers={"Origin": "http://127.0.0.1:8000"},
    )
    assert refused.status_code == 409
    assert "The results stay held." in refused.text

    await beta.ready()
    done = await manager.post(
        f"/api/releases/{beta.form_id}",
        json={"reason": "Standard of March"},
        headers={"Origin": "http://127.0.0.1:8000"},
    )
    assert (done.status_code, done.json()["count"], done.json()["passed"]) == (200, 1, 1)
    after = await everything_seen(candidate, result_id)
    assert "Your result is out" in after
    assert "You passed." in after
    assert "Your score is 640." in after
    assert "It counts from the day of the exam" in after
    (notice,) = (await candidate.get("/api/notices")).json()
    assert notice["read_at"] is None
    read = await candidate.post(
        f"/notices/{notice['id']}/read", headers={"Origin": "http://127.0.0.1:8000"}
    )
    assert read.status_code == 303
    assert "I have read this" not in (await candidate.get("/home")).text
    (notice,) = (await candidate.get("/api/notices")).json()
    assert notice["read_at"] is not None


async def test_what_is_shown_as_json_agrees_with_the_checks(
    beta: Beta, open_client: OpenClient
) -> None:
    await beta.ended(6)
    client = open_client()
    client.headers.update((await sign_in(beta, beta.manager)).bearer)
    (group,) = (await client.get("/api/releases")).json()
    assert (group["form"], group["count"], group["purpose"]) == ("B-1", 1, "beta")
    shown = (await client.get(f"/api/releases/{beta.form_id}")).json()
    assert [one["name"] for one in shown["checks"]] == ["table", "evidence", "keys", "running"]
    assert len(shown["obstacles"]) == 3
    refused = await client.post(f"/api/releases/{beta.form_id}", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "release_blocked")
    decided = await client.post(
        f"/api/releases/{beta.form_id}/keys",
        json={"position": 7, "treatment": "everybody", "reason": "Two readings"},
    )
    assert (decided.status_code, decided.json()["number"]) == (201, 1)
    shown = (await client.get(f"/api/releases/{beta.form_id}")).json()
    assert shown["results"][0]["raw"] == 7  # the seventh is credited at once, still held
    bad = await client.post(
        f"/api/releases/{beta.form_id}/keys",
        json={"position": 70, "treatment": "keep", "reason": "a slip"},
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "item_decision_unfit")


async def test_any_scored_question_can_be_looked_at_and_decided_about(
    beta: Beta, enter: Enter
) -> None:
    manager = enter(await sign_in(beta, beta.manager))
    address = f"/releases/{beta.form_id}"
    origin = {"Origin": "http://127.0.0.1:8000"}
    plain = (await manager.get(address)).text
    assert 'id="key-3"' not in plain
    shown = (await manager.get(address, params={"question": 3})).text
    assert shown.count('id="key-3"') == 1
    assert "Decide about" in shown
    assert "waits for a decision" not in shown
    assert "no scored question 70." in (await manager.get(address, params={"question": 70})).text
    fields = {"position": "3", "treatment": "also", "reason": "A candidate was right"}
    refused = await manager.post(f"{address}/keys", data=fields, headers=origin)
    assert refused.status_code == 409
    assert "Choose the option that is right too." in refused.text
    assert 'id="key-3"' in refused.text
    fields["treatment"] = "everybody"
    done = await manager.post(f"{address}/keys", data=fields, headers=origin)
    assert (done.status_code, done.headers["location"]) == (303, f"{address}?question=3#key-3")
    after = (await manager.get(done.headers["location"])).text
    assert "A candidate was right" in after
    # one that a calibration doubts is there once, asked for or not
    await beta.calibrate(4)
    for question in (3, 4):
        page = (await manager.get(address, params={"question": question})).text
        assert page.count('id="key-4"') == 1


async def test_a_result_is_held_lifted_released_and_withdrawn_with_its_reasons_kept(
    beta: Beta, open_client: OpenClient
) -> None:
    seat, result_id = await beta.ended(6)
    await beta.ready()
    client = open_client()
    client.headers.update((await sign_in(beta, beta.manager)).bearer)
    for verb, state in (
        ("hold", "held"),
        ("lift", "held"),
        ("release", "released"),
        ("withdraw", "withdrawn"),
    ):
        without = await client.post(f"/api/results/{result_id}/{verb}", json={})
        assert (without.status_code, without.json()["code"]) == (422, "reason_missing")
        done = await client.post(f"/api/results/{result_id}/{verb}", json={"reason": f"For {verb}"})
        assert (done.status_code, done.json()["state"]) == (200, state)
    page = (await client.get(f"/releases/{beta.form_id}/results/{result_id}")).text
    for verb in ("hold", "lift", "release", "withdraw"):
        assert f"For {verb}" in page
    own = open_client()
    own.headers.update(seat.sign_in.bearer)
    told = (await own.get(f"/api/results/{result_id}")).json()
    assert (told["state"], told["score"], told["passed"]) == ("withdrawn", None, None)


async def test_a_practice_score_says_that_it_is_one(
    room: Room, open_client: OpenClient, beta: Beta
) -> None:
    practice = Beta(room, room.programmed.form.id, beta.manager, beta.colleague)
    seat, result_id = await practice.ended(8)
    client = open_client()
    client.headers.update(seat.sign_in.bearer)
    assert (await client.get(f"/api/results/{result_id}")).json()["purpose"] == "practice"
    page = (await client.get(f"/results/{result_id}")).text
    assert "practice form: its score counts for no certification" in page
    assert "met the standard" not in page
    assert '<span class="badge warn">practice</span>' in (await client.get("/home")).text
