"""J1: a candidate walks a whole exam; no byte that comes back knows a key."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from exam_engine.results.queries import find_result_of
from item_bank.tables import ItemVersion
from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter
from tests.factories import CANARY, DIFFICULTY

MARKS = (
    CANARY,
    f"{DIFFICULTY}",
    "rationale",
    "correct",
    "qti-",
    "responseprocessing",
    "is_key",
    '"key"',
    "difficulty",
    "p_value",
    "discrimination",
    "raw_max",
    '"raw"',
)
PAGES = (
    "/home",
    "/exam/check-in",
    "/exam/agreement",
    *(f"/exam/questions/{position}" for position in range(12)),
    "/exam/review",
    "/exam/paused",
    "/exam/finished",
    "/api/me",
    "/api/authorizations",
    "/api/results",
)


class Listener:
    """Every answer that came back, as the bytes that a candidate could look at."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.heard: list[tuple[str, bytes]] = []

    async def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        response = await self.client.request(method, path, **more)
        headers = b"\n".join(b"%s: %s" % pair for pair in response.headers.raw)
        self.heard.append((f"{method} {path}", headers + b"\n\n" + response.content))
        return response

    def leaks(self) -> list[tuple[str, str]]:
        return [
            (where, mark)
            for where, answer in self.heard
            for mark in MARKS
            if mark.encode() in answer.lower()
        ]


@pytest.fixture
async def listener(room: Room, enter: Enter) -> Listener:
    seat = await room.seat()
    listening = Listener(enter(seat.sign_in))
    response = await listening(
        "POST", "/api/attempts", json={"authorization_id": str(seat.authorization_id)}
    )
    listening.attempt = f"/api/attempts/{response.json()['id']}"  # type: ignore[attr-defined]
    return listening


async def look_everywhere(listener: Listener, attempt: str) -> None:
    for path in (*PAGES, attempt, f"{attempt}/questions?start=1&count=20", f"{attempt}/audit"):
        for accept in ("text/html", "application/json"):
            await listener("GET", path, headers={"Accept": accept})


async def test_no_answer_to_a_candidate_holds_a_key_or_anything_about_one(
    room: Room, listener: Listener
) -> None:
    attempt: str = listener.attempt  # type: ignore[attr-defined]
    await look_everywhere(listener, attempt)
    await listener("POST", f"{attempt}/start", json={"agreement": True})
    await look_everywhere(listener, attempt)
    for number, option in enumerate("ABCDZ", 1):
        body = {"lease": 1, "sequence": number, "position": number, "response": option}
        await listener("POST", f"{attempt}/answers", json=body)
        await listener("POST", f"{attempt}/answers", json=body | {"response": None})
    form = {"lease": "1", "response": "A", "submission_id": "one", "action": "next"}
    await listener("POST", "/exam/questions/7", data=form)
    await listener("POST", f"{attempt}/heartbeat", json={"signals": [{"kind": "focus_lost"}]})
    await listener("POST", f"{attempt}/lease", json={"take_over": True})
    await listener("POST", f"{attempt}/answers", content=b"{")
    await look_everywhere(listener, attempt)
    said = await listener("POST", f"{attempt}/submit", json={"lease": 1, "last_sequence": 4})
    result = said.json()["result_id"]
    await listener("POST", f"{attempt}/answers", json=body | {"sequence": 99})
    await look_everywhere(listener, attempt)
    await listener("GET", f"/results/{result}", headers={"Accept": "text/html"})
    report = await listener("GET", f"/api/results/{result}")
    assert report.json()["score"] is not None
    questions = [answer for where, answer in listener.heard if "/exam/questions/3" in where]
    assert any(b"A situation that everybody may read" in answer for answer in questions)
    assert len(listener.heard) > 150
    assert listener.leaks() == []


async def test_the_bank_does_hold_what_the_search_looks_for(room: Room) -> None:
    async with room.database.reading() as session:
        versions = (await session.scalars(select(ItemVersion))).all()
    for version in versions:
        text = f"{version.content} {version.estimated_difficulty}".lower()
        assert {mark for mark in (CANARY, f"{DIFFICULTY}", "correct", "qti-") if mark in text} == {
            CANARY,
            f"{DIFFICULTY}",
            "correct",
            "qti-",
        }


async def test_a_held_result_tells_no_score(room: Room, enter: Enter) -> None:
    async with room.database.transaction() as session:
        room.programmed.exam.release = "held"
        session.add(room.programmed.exam)
        await session.merge(room.programmed.exam)
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    await client.post(f"/api/attempts/{attempt.id}/submit", json={"lease": 1})
    async with room.database.reading() as session:
        result = await find_result_of(session, attempt.id)
    assert result is not None
    said = (await client.get(f"/api/results/{result.id}")).json()
    assert (said["state"], said["score"], said["passed"]) == ("held", None, None)
    assert said["categories"] == []
    page = (await client.get(f"/results/{result.id}", headers={"Accept": "text/html"})).text
    assert "passed" not in page.lower()
    assert "did not pass" not in page
