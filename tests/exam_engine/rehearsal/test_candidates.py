"""The browser's patience, against a small server that misbehaves on purpose."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest
from aiohttp import web

from exam_engine.rehearsal.candidates import MOST_TRIES, Unexpected, open_line, wait_s
from exam_engine.rehearsal.report import Tally
from tests.parts import free_port

Answers = Callable[[int], web.Response]


@asynccontextmanager
async def serving(answers: Answers) -> AsyncIterator[str]:
    """A server that gives ``answers(n)`` to the n-th request."""
    asked = 0

    async def handle(_request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return answers(asked)

    app = web.Application()
    app.router.add_post("/save", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_a_busy_server_is_asked_again_until_it_answers() -> None:
    def busy_twice(asked: int) -> web.Response:
        if asked < 3:
            return web.Response(status=503, headers={"Retry-After": "0"})
        return web.json_response({"stored": True})

    tally = Tally()
    async with serving(busy_twice) as url, open_line(url, tally, Random(1)) as line:
        reply = await line.post("save", "/save", {})
    assert reply.json() == {"stored": True}
    assert (tally.requests, tally.retries) == (3, 2)
    assert len(tally.milliseconds["save"]) == 1


async def test_a_final_refusal_is_not_asked_again_and_names_its_code() -> None:
    def closed(_asked: int) -> web.Response:
        return web.json_response({"code": "attempt_closed"}, status=409)

    tally = Tally()
    async with serving(closed) as url, open_line(url, tally, Random(1)) as line:
        with pytest.raises(Unexpected, match=r"^save: 409 attempt_closed$"):
            await line.post("save", "/save", {})
    assert tally.requests == 1
    assert not tally.milliseconds["save"]


async def test_a_server_that_never_has_time_ends_as_an_error() -> None:
    def busy(_asked: int) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "0"})

    tally = Tally()
    async with serving(busy) as url, open_line(url, tally, Random(1)) as line:
        with pytest.raises(Unexpected, match="save: 503"):
            await line.post("save", "/save", {})
    assert tally.requests == MOST_TRIES


def test_the_wait_grows_up_to_four_seconds_and_is_spread() -> None:
    assert [wait_s(failures, 1.0, None) for failures in range(5)] == [0.5, 1, 2, 4, 4]
    assert wait_s(10, 0.0, None) == 2


def test_a_server_that_names_a_wait_is_obeyed() -> None:
    assert wait_s(3, 0.7, 9.0) == 9.0
