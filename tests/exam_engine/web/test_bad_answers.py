"""Answers that cannot be taken: what is said of each, and that nothing is stored of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from exam_engine.database import Database
from exam_engine.delivery.queries import list_links, list_responses, verify_attempt
from tests import factories
from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter
from tests.exam_engine.web.problems import check_problem

GOOD = {"lease": 1, "sequence": 1, "position": 1, "response": "A", "flagged": False}

MALFORMED: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "not_understood"),
    "empty body": (b"", 400, "not_understood"),
    "no UTF-8": (b'{"lease":1,"sequence":1,"position":1,"response":"\xff"}', 400, "not_understood"),
    "deeply nested": (b"[" * 30_000, 422, "not_understood"),
    "a list": (b"[]", 422, "not_understood"),
    "a number too big for a float": (
        b'{"lease":1,"sequence":1,"position":1e400,"response":null}',
        422,
        "not_understood",
    ),
    "too large": (b'{"response":"' + b"A" * 70_000 + b'"}', 413, "too_large"),
}
FIELDS: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown option": ({"response": "Z"}, 422, "unknown_option"),
    "option in lower case": ({"response": "a"}, 422, "unknown_option"),
    "empty option": ({"response": ""}, 422, "unknown_option"),
    "option with a NUL": ({"response": "A\x00"}, 422, "unknown_option"),
    "position after the last": ({"position": 11}, 422, "no_such_question"),
    "position 0": ({"position": 0}, 422, "not_understood"),
    "position -1": ({"position": -1}, 422, "not_understood"),
    "position 2^63": ({"position": 2**63}, 422, "not_understood"),
    "position 1.5": ({"position": 1.5}, 422, "not_understood"),
    "sequence 0": ({"sequence": 0}, 422, "not_understood"),
    "sequence -1": ({"sequence": -1}, 422, "not_understood"),
    "sequence 2^63": ({"sequence": 2**63}, 422, "not_understood"),
    "sequence null": ({"sequence": None}, 422, "not_understood"),
    "lease 0": ({"lease": 0}, 422, "not_understood"),
    "lease that was never given": ({"lease": 2}, 409, "lease_required"),
    "option as number": ({"response": 1}, 422, "not_understood"),
    "option of 65 signs": ({"response": "A" * 65}, 422, "not_understood"),
    "a state in the body": ({"state": "submitted"}, 422, "not_understood"),
    "a score in the body": ({"score": 800}, 422, "not_understood"),
    "a deadline in the body": ({"deadline_at": "2099-01-01T00:00:00Z"}, 422, "not_understood"),
    "an attempt in the body": ({"attempt_id": str(uuid4())}, 422, "not_understood"),
}


async def fingerprint(database: Database, attempt_id: UUID) -> tuple[Any, ...]:
    async with database.reading() as session:
        links = await list_links(session, attempt_id)
        rows = await list_responses(session, attempt_id)
        verified = await verify_attempt(session, attempt_id)
    assert verified.fault is None
    return links, [(row.position, row.value, row.lease, row.sequence) for row in rows]


def address(attempt_id: UUID) -> str:
    return f"/api/attempts/{attempt_id}/answers"


async def test_each_malformed_body_is_refused_and_nothing_is_stored(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    before = await fingerprint(room.database, attempt.id)
    for name, (body, status, code) in MALFORMED.items():
        response = await client.post(
            address(attempt.id), content=body, headers={"content-type": "application/json"}
        )
        assert (name, response.status_code) == (name, status)
        check_problem(response, status, code)
    for name, (changes, status, code) in FIELDS.items():
        response = await client.post(address(attempt.id), json=GOOD | changes)
        assert (name, response.status_code, response.json().get("code")) == (name, status, code)
        check_problem(response, status, code)
    for left_out in ("lease", "sequence", "position", "response"):
        body = {key: value for key, value in GOOD.items() if key != left_out}
        check_problem(await client.post(address(attempt.id), json=body), 422, "not_understood")
    assert await fingerprint(room.database, attempt.id) == before
    assert (await client.post(address(attempt.id), json=GOOD)).status_code == 200


async def test_a_number_written_as_text_is_refused(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    response = await client.post(address(attempt.id), json=GOOD | {"position": "1"})
    check_problem(response, 422, "not_understood")


async def test_a_body_that_is_not_json_is_refused(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    before = await fingerprint(room.database, attempt.id)
    form = await client.post(address(attempt.id), data={"lease": "1", "position": "1"})
    check_problem(form, 400, "not_understood")
    check_problem(await client.put(address(attempt.id), json=GOOD), 405, "method_not_allowed")
    assert await fingerprint(room.database, attempt.id) == before


async def test_a_number_used_for_another_answer_is_a_conflict_and_the_same_body_is_not(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    first = await client.post(address(attempt.id), json=GOOD)
    before = await fingerprint(room.database, attempt.id)
    other = await client.post(address(attempt.id), json=GOOD | {"response": "B"})
    check_problem(other, 409, "sequence_reused")
    again = await client.post(address(attempt.id), json=GOOD)
    assert again.status_code == 200
    assert again.json() | {"remaining_ms": 0} == first.json() | {"remaining_ms": 0}
    assert await fingerprint(room.database, attempt.id) == before


async def test_an_answer_after_the_deadline_is_kept_as_a_late_event_and_not_scored(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running(allowance_s=60, began_ago=timedelta(seconds=90))
    client = enter(seat.sign_in)
    for _ in range(2):  # sent again, it is told the same
        check_problem(await client.post(address(attempt.id), json=GOOD), 409, "answer_late")
    links, responses = await fingerprint(room.database, attempt.id)
    assert [link.kind for link in links].count("answer_refused") == 1
    assert responses == []


async def test_an_answer_after_the_submit_is_kept_and_refused(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    await client.post(f"/api/attempts/{attempt.id}/submit", json={"lease": 1})
    check_problem(await client.post(address(attempt.id), json=GOOD), 409, "attempt_closed")
    links, responses = await fingerprint(room.database, attempt.id)
    assert links[-1].kind == "answer_refused"
    assert responses == []


async def test_somebody_elses_attempt_is_not_found_in_any_way(room: Room, enter: Enter) -> None:
    _, attempt = await room.running()
    stranger, _ = await room.running()
    client = enter(stranger.sign_in)
    before = await fingerprint(room.database, attempt.id)
    path = f"/api/attempts/{attempt.id}"
    said: list[httpx.Response] = [
        await client.get(path),
        await client.get(f"{path}/questions"),
        await client.post(f"{path}/answers", json=GOOD),
        await client.post(f"{path}/start", json={"agreement": True}),
        await client.post(f"{path}/lease", json={"take_over": True}),
        await client.post(f"{path}/heartbeat", json={}),
        await client.post(f"{path}/submit", json={"lease": 1}),
    ]
    nowhere = await client.get(f"/api/attempts/{uuid4()}")
    for response in [*said, nowhere]:
        check_problem(response, 404, "no_such_attempt")
    assert await fingerprint(room.database, attempt.id) == before


async def test_without_a_sign_in_no_answer_is_taken(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    before = await fingerprint(room.database, attempt.id)
    client.cookies.clear()
    check_problem(await client.post(address(attempt.id), json=GOOD), 401, "not_signed_in")
    bearer = {"Authorization": "Bearer nobody"}
    refused = await client.post(address(attempt.id), json=GOOD, headers=bearer)
    check_problem(refused, 401, "not_signed_in")
    assert await fingerprint(room.database, attempt.id) == before


async def test_a_submit_waits_for_the_answers_that_the_device_still_has(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    await client.post(address(attempt.id), json=GOOD)
    path = f"/api/attempts/{attempt.id}/submit"
    early = await client.post(path, json={"lease": 1, "last_sequence": 2})
    check_problem(early, 409, "answers_missing")
    await client.post(address(attempt.id), json=GOOD | {"sequence": 2, "position": 2})
    done = await client.post(path, json={"lease": 1, "last_sequence": 2})
    assert (done.status_code, done.json()["answered"]) == (200, 2)


async def test_submitting_twice_says_the_same_twice(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    path = f"/api/attempts/{attempt.id}/submit"
    first, second = [await client.post(path, json={"lease": 1}) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()


async def test_starting_twice_changes_nothing_and_nothing_is_shown_before_the_start(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.checked_in()
    client = enter(seat.sign_in)
    path = f"/api/attempts/{attempt.id}"
    check_problem(await client.get(f"{path}/questions"), 409, "not_started")
    check_problem(await client.post(f"{path}/answers", json=GOOD), 409, "not_started")
    refused = await client.post(f"{path}/start", json={"agreement": False})
    check_problem(refused, 422, "agreement_missing")
    check_problem(await client.post(f"{path}/start", json={}), 422, "not_understood")
    first = await client.post(f"{path}/start", json={"agreement": True})
    second = await client.post(f"{path}/start", json={"agreement": True})
    assert first.json()["started_at"] == second.json()["started_at"]
    assert second.json()["remaining_ms"] <= first.json()["remaining_ms"]


@pytest.mark.parametrize(
    ("opens_h", "closes_h"), [(1, 2), (-3, -1)], ids=["not open yet", "closed already"]
)
async def test_nobody_checks_in_outside_the_window(
    room: Room, enter: Enter, opens_h: int, closes_h: int
) -> None:
    async with room.database.transaction() as session:
        sitting = await factories.a_sitting(
            session,
            room.now,
            room.programmed,
            opens_at=room.now + timedelta(hours=opens_h),
            closes_at=room.now + timedelta(hours=closes_h),
        )
        seat = await factories.a_seat(session, room.now, sitting)
    client = enter(seat.sign_in)
    body = {"authorization_id": str(seat.authorization_id)}
    check_problem(await client.post("/api/attempts", json=body), 403, "outside_window")
    assert (await client.get("/api/authorizations")).json()[0]["attempt_id"] is None


async def test_nobody_starts_before_being_admitted(room: Room, enter: Enter) -> None:
    async with room.database.transaction() as session:
        sitting = await factories.a_sitting(
            session, room.now, room.programmed, self_admitting=False
        )
        seat = await factories.a_seat(session, room.now, sitting)
        attempt = await factories.an_attempt(session, room.now, seat)
    path = f"/api/attempts/{attempt.id}/start"
    response = await enter(seat.sign_in).post(path, json={"agreement": True})
    check_problem(response, 403, "not_admitted")


async def test_a_forged_form_is_refused_or_read_as_harmless_and_never_our_fault(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    form = {"lease": "1", "submission_id": "x", "response": "A", "action": "save"}
    forged: list[tuple[str, dict[str, str], int]] = [
        (f"/exam/questions/{2**63}", form, 422),
        ("/exam/questions/0", form, 422),
        ("/exam/questions/11", form, 422),
        ("/exam/questions/1", form | {"lease": "9" * 30}, 409),
        ("/exam/questions/1", form | {"lease": "9" * 5_000}, 409),
        ("/exam/questions/1", form | {"lease": "\u0663"}, 409),
        ("/exam/questions/1", form | {"response": "\x00"}, 422),
        ("/exam/questions/1", form | {"response": "Z"}, 422),
    ]
    before = await fingerprint(room.database, attempt.id)
    for path, data, status in forged:
        response = await client.post(path, data=data)
        assert (path, response.status_code) == (path, status), response.text
    assert await fingerprint(room.database, attempt.id) == before
    for mark in ("\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "y" * 99):
        response = await client.post("/exam/questions/1", data=form | {"submission_id": mark})
        assert response.status_code == 303, response.text
    assert (await client.get(f"/exam/questions/{2**63}")).status_code == 404
