"""A1, A7: the server dies, at once or when told to, while answers come in."""

import asyncio
import random
import signal
import sqlite3
from contextlib import closing, suppress
from http import HTTPStatus

import aiohttp

from exam_engine.delivery.queries import list_links
from tests.faults.candidates import Candidate, check_nothing_lost, seat_candidates
from tests.faults.conftest import Served

CANDIDATES = 16
LINES = 4
ANSWERS = 30


async def keep_answering(
    candidate: Candidate,
    http: aiohttp.ClientSession,
    url: str,
    rng: random.Random,
    acknowledged: asyncio.Semaphore,
) -> None:
    """Some changes of mind, several answers under way at a time, each until its receipt."""

    async def one_line() -> None:
        for _ in range(ANSWERS // LINES):
            position = rng.randint(1, len(candidate.options))
            body = candidate.next_answer(position, rng.choice(candidate.options[position - 1]))
            await candidate.save(http, url, body)
            acknowledged.release()

    await asyncio.gather(*(one_line() for _ in range(LINES)))


async def test_a_killed_server_loses_no_acknowledged_answer(
    served: Served, http: aiohttp.ClientSession, in_full: bool
) -> None:
    rng = random.Random(20261121)
    candidates = await seat_candidates(served.database, served.programmed, CANDIDATES)
    for _ in range(20 if in_full else 2):
        acknowledged = asyncio.Semaphore(0)
        answering = asyncio.gather(
            *(keep_answering(one, http, served.url, rng, acknowledged) for one in candidates)
        )
        for _ in range(rng.randint(20, CANDIDATES * ANSWERS // 2)):
            await acknowledged.acquire()
        assert not answering.done()
        await asyncio.to_thread(served.server.kill)
        await check_nothing_lost(served.database, candidates)
        await asyncio.to_thread(served.server.start)
        await answering
    assert all(one.receipts.keys() == one.sent.keys() for one in candidates)
    await check_nothing_lost(served.database, candidates)
    if served.database.is_sqlite:
        with closing(sqlite3.connect(served.server.data_dir / "exam.db")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_server_that_is_told_to_stop_answers_for_everything_it_stored(
    served: Served, http: aiohttp.ClientSession
) -> None:
    rng = random.Random(7)
    candidates = await seat_candidates(served.database, served.programmed, CANDIDATES)
    acknowledged = asyncio.Semaphore(0)
    days = [
        asyncio.create_task(keep_answering(one, http, served.url, rng, acknowledged))
        for one in candidates
    ]
    answering = asyncio.gather(*days)
    for _ in range(60):
        await acknowledged.acquire()
    assert not answering.done()
    # uvicorn ends by the signal it was sent, once it has wound up
    assert await asyncio.to_thread(served.server.stop) in (0, -signal.SIGTERM)
    for candidate, day in zip(candidates, days, strict=True):
        while not day.done() and candidate.turned_away < LINES:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for candidate in candidates:
        async with served.database.reading() as session:
            links = await list_links(session, candidate.attempt_id)
        stored = {link.sequence for link in links if link.kind == "answered"}
        assert stored == candidate.receipts.keys()
    await asyncio.to_thread(served.server.start)
    await answering
    await check_nothing_lost(served.database, candidates)


async def test_an_answer_whose_sender_hung_up_is_stored_and_seen_at_the_resume(
    served: Served, http: aiohttp.ClientSession
) -> None:
    (candidate,) = await seat_candidates(served.database, served.programmed, 1)
    body = candidate.next_answer(2, candidate.options[1][0])
    for _ in range(200):  # until one was cut off after the server had read it
        with suppress(TimeoutError):
            async with asyncio.timeout(0.002):
                await candidate.post(http, served.url, "answers", body)
        address = f"{served.url}/api/attempts/{candidate.attempt_id}"
        async with http.get(address, headers=candidate.sign_in.bearer) as response:
            assert response.status == HTTPStatus.OK
            answers = (await response.json())["answers"]
        if answers:
            break
    assert [(one["position"], one["sequence"]) for one in answers] == [(2, 1)]
    await candidate.save(http, served.url, body)
    await check_nothing_lost(served.database, [candidate])
