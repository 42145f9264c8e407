"""F1, F8, F9, E6: two requests at once for one attempt."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from sqlalchemy import func, select

from exam_engine.delivery.queries import list_links
from exam_engine.delivery.tables import Attempt
from exam_engine.results.tables import Result, Score
from proctor.queries import find_session_of
from tests import factories
from tests.conftest import RAN_ON
from tests.faults.candidates import Candidate, check_nothing_lost, seat_candidates
from tests.faults.conftest import Served

AT_ONCE = 8


@pytest.fixture
def served(standing: Served, record_property: Callable[[str, object], None]) -> Served:
    """The server that all races share."""
    record_property(RAN_ON, standing.ran_on)
    return standing


async def race(
    candidate: Candidate, http: aiohttp.ClientSession, url: str, wait_s: float
) -> tuple[int, dict[str, Any]]:
    """The right answer to question 1 against the submit, which does not wait for it.

    The answer sets out ``wait_s`` after the submit; before it where that is negative.
    """
    body = candidate.next_answer(1, candidate.key)

    async def save() -> tuple[int, dict[str, Any]]:
        await asyncio.sleep(max(wait_s, 0))
        return await candidate.post(http, url, "answers", body)

    async def submit() -> tuple[int, dict[str, Any]]:
        await asyncio.sleep(max(-wait_s, 0))
        return await candidate.post(http, url, "submit", {"lease": 1, "last_sequence": 0})

    saved, (status, said) = await asyncio.gather(save(), submit())
    assert (status, said["state"]) == (HTTPStatus.OK, "submitted"), said
    return saved


async def test_an_answer_that_races_the_submit_is_in_the_score_and_before_it_or_refused(
    served: Served, http: aiohttp.ClientSession, in_full: bool
) -> None:
    candidates = await seat_candidates(
        served.database, served.programmed, 10_000 if in_full else 100
    )
    answers: dict[UUID, tuple[int, dict[str, Any]]] = {}
    remaining = iter(candidates)

    async def run_races(shortest_s: float) -> None:
        wait_s, step_s, saved = 0.0, shortest_s, True
        for candidate in remaining:
            status, said = await race(candidate, http, served.url, wait_s)
            answers[candidate.attempt_id] = status, said
            if status == HTTPStatus.OK:
                candidate.receipts[1] = said
            # whoever won gets a handicap, so that both arrive at the same moment: a longer one
            # each time that it was not enough, for nobody knows how quick this machine is
            again = saved == (status == HTTPStatus.OK)
            saved = status == HTTPStatus.OK
            step_s = step_s * 2 if again else max(step_s / 2, shortest_s)
            wait_s += step_s if saved else -step_s

    await asyncio.gather(*(run_races(0.001 * lane) for lane in range(1, 1 + AT_ONCE)))
    won = 0
    for candidate in candidates:
        async with served.database.reading() as session:
            links = await list_links(session, candidate.attempt_id)
            scored = select(Score.raw).where(Score.attempt_id == candidate.attempt_id)
            (raw,) = await session.scalars(scored)
        kinds = [link.kind for link in links]
        assert kinds.count("submitted") == 1
        status, said = answers[candidate.attempt_id]
        if status == HTTPStatus.OK:
            won += 1
            assert kinds.index("answered") < kinds.index("submitted")
            assert links[kinds.index("answered")].at <= links[kinds.index("submitted")].at
            assert raw == 1
        else:
            assert (status, said["code"]) == (HTTPStatus.CONFLICT, "attempt_closed")
            assert kinds.index("answer_refused") > kinds.index("submitted")
            assert "answered" not in kinds
            assert raw == 0
    # a race that always ends the same way would show nothing
    assert 0.2 < won / len(candidates) < 0.8
    await check_nothing_lost(served.database, candidates)


async def test_the_same_save_ten_times_at_once_is_one_event_and_ten_equal_receipts(
    served: Served, http: aiohttp.ClientSession
) -> None:
    (candidate,) = await seat_candidates(served.database, served.programmed, 1)
    body = candidate.next_answer(1, candidate.key)
    said = await asyncio.gather(
        *(candidate.post(http, served.url, "answers", body) for _ in range(10))
    )
    assert {status for status, _ in said} == {HTTPStatus.OK}
    receipts = [{k: v for k, v in one.items() if k != "remaining_ms"} for _, one in said]
    assert all(receipt == receipts[0] for receipt in receipts)
    async with served.database.reading() as session:
        links = await list_links(session, candidate.attempt_id)
    assert [link.kind for link in links].count("answered") == 1


async def test_submitting_ten_times_at_once_is_one_end_and_one_score(
    served: Served, http: aiohttp.ClientSession
) -> None:
    (candidate,) = await seat_candidates(served.database, served.programmed, 1)
    body = {"lease": 1, "last_sequence": 0}
    said = await asyncio.gather(
        *(candidate.post(http, served.url, "submit", body) for _ in range(10))
    )
    assert all(one == said[0] for one in said), said
    assert said[0][0] == HTTPStatus.OK
    await check_one_end(served, candidate, "submitted")


async def test_a_submit_that_races_the_sweeper_ends_once_and_at_the_deadline(
    served: Served, http: aiohttp.ClientSession
) -> None:
    # the sweeper comes each second and records what has been overdue for two
    overdue = timedelta(hours=1, seconds=1.5)
    candidates = await seat_candidates(served.database, served.programmed, 24, began_ago=overdue)

    async def submit(candidate: Candidate, wait_s: float) -> tuple[int, dict[str, Any]]:
        await asyncio.sleep(wait_s)
        return await candidate.post(http, served.url, "submit", {"lease": 1, "last_sequence": 0})

    said = await asyncio.gather(
        *(submit(candidate, number / 16) for number, candidate in enumerate(candidates))
    )
    for candidate, (status, body) in zip(candidates, said, strict=True):
        assert (status, body["state"]) == (HTTPStatus.OK, "expired")
        await check_one_end(served, candidate, "expired")
        async with served.database.reading() as session:
            attempt = await session.get_one(Attempt, candidate.attempt_id)
        assert attempt.ended_at == attempt.deadline_at


async def test_starting_ten_times_at_once_is_one_start_and_one_deadline(
    served: Served, http: aiohttp.ClientSession
) -> None:
    (candidate,) = await seat_candidates(served.database, served.programmed, 1, started=False)
    said = await asyncio.gather(
        *(candidate.post(http, served.url, "start", {"agreement": True}) for _ in range(10))
    )
    assert {status for status, _ in said} == {HTTPStatus.OK}
    assert len({body["started_at"] for _, body in said}) == 1
    async with served.database.reading() as session:
        kinds = [link.kind for link in await list_links(session, candidate.attempt_id)]
    assert kinds == ["created", "started", "lease_granted"]


async def test_checking_in_ten_times_at_once_is_one_check_in(
    served: Served, http: aiohttp.ClientSession
) -> None:
    async with served.database.transaction() as session:
        now = await served.database.now(session)
        sitting = await factories.a_sitting(session, now, served.programmed)
        seat = await factories.a_seat(session, now, sitting)

    async def check_in() -> tuple[int, dict[str, Any]]:
        body = {"authorization_id": str(seat.authorization_id)}
        address = f"{served.url}/api/attempts"
        async with http.post(address, json=body, headers=seat.sign_in.bearer) as response:
            return response.status, await response.json()

    said = await asyncio.gather(*(check_in() for _ in range(10)))
    assert {status for status, _ in said} == {HTTPStatus.CREATED}
    assert len({body["id"] for _, body in said}) == 1
    async with served.database.reading() as session:
        kinds = [link.kind for link in await list_links(session, UUID(said[0][1]["id"]))]
        watched = await find_session_of(session, UUID(said[0][1]["id"]))
    assert kinds == ["created"]
    assert watched is not None
    assert (watched.state, watched.version) == ("admitted", 3)  # it came and was let in, once


async def check_one_end(served: Served, candidate: Candidate, kind: str) -> None:
    async with served.database.reading() as session:
        kinds = [link.kind for link in await list_links(session, candidate.attempt_id)]
        of_this = select(func.count()).where(Score.attempt_id == candidate.attempt_id)
        results = select(func.count()).where(Result.attempt_id == candidate.attempt_id)
        assert kinds.count(kind) == 1
        assert kinds[-1] == kind
        assert await session.scalar(of_this) == 1
        assert await session.scalar(results) == 1
