"""Candidates who play a script over HTTP, as a browser with the player does.

One connection pool a candidate, one answer under way at a time, the next ten questions fetched
ahead, a heartbeat every ten seconds.  A reply that says "not now" is asked again after a wait;
any other reply that a browser would not expect is an error.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from exam_engine.rehearsal import script
from exam_engine.rehearsal.report import Tally

PATIENCE_S = 15.0
OFFICE_PATIENCE_S = 300.0  # thousands of people are made in one request
MOST_TRIES = 12
HEARTBEAT_S = 10.0
AHEAD = 10
IDLE_S = 4.0  # below the server's five seconds, so that no request meets a closing connection


class Unexpected(Exception):
    """A reply that ends this candidate's day; the text names the request and what came back."""


def wait_s(failures: int, random: float, asked_s: float | None) -> float:
    """How long a browser waits before it asks again: what it was told to, else longer each time
    (up to 4 s), spread by ``random`` in [0, 1)."""
    if asked_s is not None:
        return asked_s
    return min(4.0, 0.5 * 2.0**failures) * (0.5 + random / 2)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str

    def json(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return {}


class Line:
    """One browser's way to the server."""

    def __init__(self, session: aiohttp.ClientSession, tally: Tally, rng: Random) -> None:
        self._session = session
        self._tally = tally
        self._rng = rng

    async def get(self, what: str, path: str) -> Reply:
        return await self.ask(what, "GET", path)

    async def post(self, what: str, path: str, body: Any) -> Reply:
        return await self.ask(what, "POST", path, body)

    async def ask(self, what: str, method: str, path: str, body: Any = None) -> Reply:
        """Ask until there is a final reply.  The time that counts (under ``what``) runs from the
        first try to the reply.  Raises `Unexpected` unless its status is below 400."""
        began = time.perf_counter()
        for failures in range(MOST_TRIES):
            if failures:
                self._tally.retries += 1
            self._tally.requests += 1
            status, text, asked_s = await self._exchange(method, path, body)
            if status != 0 and status != 429 and status < 500:
                break
            await asyncio.sleep(wait_s(failures, self._rng.random(), asked_s))
        reply = Reply(status, text)
        if not 200 <= status < 400:
            code = reply.json().get("code", "") if text.startswith("{") else ""
            raise Unexpected(f"{what}: {status or 'no answer'} {code}".strip())
        self._tally.milliseconds[what].append((time.perf_counter() - began) * 1000)
        return reply

    async def _exchange(self, method: str, path: str, body: Any) -> tuple[int, str, float | None]:
        """(status, text, seconds to wait); status 0 where the line failed."""
        try:
            async with self._session.request(
                method, path, json=body, allow_redirects=False
            ) as response:
                text = await response.text()
                asked = response.headers.get("retry-after", "")
                return response.status, text, float(asked) if asked.isdecimal() else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, "", None


@asynccontextmanager
async def open_line(
    url: str, tally: Tally, rng: Random, *, token: str | None = None
) -> AsyncIterator[Line]:
    """A browser (with cookies and an Origin), or with ``token`` a tool."""
    headers = {"Authorization": f"Bearer {token}"} if token else {"Origin": url}
    async with aiohttp.ClientSession(
        url,
        headers=headers,
        cookie_jar=aiohttp.CookieJar(unsafe=True),  # a loopback address has cookies too
        connector=aiohttp.TCPConnector(limit=6, keepalive_timeout=IDLE_S),
        timeout=aiohttp.ClientTimeout(total=OFFICE_PATIENCE_S if token else PATIENCE_S),
    ) as session:
        yield Line(session, tally, rng)


@dataclass(slots=True)
class Candidate:
    """One person of the rehearsal; ``lasts_s`` is how long the whole rehearsal is."""

    url: str
    email: str
    code: str
    rng: Random
    lasts_s: float
    tally: Tally
    _options: dict[int, list[str]] = field(default_factory=dict)

    async def play(self) -> None:
        """The whole appointment, from the arrival to the result.  Errors are counted, not
        raised."""
        await asyncio.sleep(script.begins_after_s(self.rng, self.lasts_s))
        try:
            async with open_line(self.url, self.tally, self.rng) as line:
                await self._sit(line)
        except Unexpected as error:
            self.tally.errors[str(error)] += 1

    async def _sit(self, line: Line) -> None:
        await line.post("sign_in", "/api/sign-in/code", {"email": self.email, "code": self.code})
        [right] = (await line.get("authorizations", "/api/authorizations")).json()
        checked_in = await line.post("check_in", "/api/attempts", {"authorization_id": right["id"]})
        attempt = checked_in.json()
        here = f"/api/attempts/{attempt['id']}"
        await line.post("start", f"{here}/start", {"agreement": True})
        self.tally.starts += 1
        started = time.perf_counter()
        await line.get("page", "/exam/questions/1")
        lease = (await line.post("lease", f"{here}/lease", {})).json()["lease"]
        saves = script.write(self.rng, attempt["question_count"], self.lasts_s)
        heart = asyncio.create_task(self._beat(line, here, lease))
        try:
            for save in saves:
                await self._save(line, here, lease, started, save)
        finally:
            heart.cancel()
            await asyncio.wait([heart])
        await self._compare(line, here, saves)
        await line.get("review", "/exam/review")
        last = max(save.sequence for save in saves)
        submitted = await line.post(
            "submit", f"{here}/submit", {"lease": lease, "last_sequence": last}
        )
        self.tally.submits += 1
        await line.get("finished", "/exam/finished")
        if result := submitted.json()["result_id"]:
            await line.get("result", f"/results/{result}")

    async def _save(
        self, line: Line, here: str, lease: int, started: float, save: script.Save
    ) -> None:
        if save.position not in self._options:
            await self._fetch_questions(line, here, save.position)
        late_s = time.perf_counter() - started - save.after_s
        if late_s < 0:
            await asyncio.sleep(-late_s)
            late_s = time.perf_counter() - started - save.after_s
        self.tally.lateness_ms.append(late_s * 1000)
        body = {
            "lease": lease,
            "sequence": save.sequence,
            "position": save.position,
            "response": self._option(save),
            "flagged": save.flagged,
        }
        receipt = (await line.post("save", f"{here}/answers", body)).json()
        self.tally.saves += 1
        named = (receipt["lease"], receipt["sequence"], receipt["position"])
        if named != (lease, save.sequence, save.position):
            raise Unexpected("save: the receipt is of another answer")
        known = self.tally.acknowledged[receipt["attempt_id"]]
        if known.setdefault((lease, save.sequence), receipt["hash"]) != receipt["hash"]:
            self.tally.errors["save: sent again, it got another receipt"] += 1

    async def _fetch_questions(self, line: Line, here: str, position: int) -> None:
        path = f"{here}/questions?start={position}&count={AHEAD}"
        for question in (await line.get("questions", path)).json()["questions"]:
            found = script.option_identifiers(question["html"])
            self._options[question["position"]] = found

    def _option(self, save: script.Save) -> str | None:
        options = self._options[save.position]
        return None if save.choice is None else options[save.choice % len(options)]

    async def _compare(self, line: Line, here: str, saves: list[script.Save]) -> None:
        """What the server shows after a reload must be what the script left."""
        shown = (await line.get("reload", here)).json()["answers"]
        left = {
            position: (self._option(save), save.flagged)
            for position, save in script.final_answers(saves).items()
        }
        if {one["position"]: (one["response"], one["flagged"]) for one in shown} != left:
            self.tally.errors["reload: the answers shown are not the ones given"] += 1

    async def _beat(self, line: Line, here: str, lease: int) -> None:
        while True:
            try:
                await line.post("heartbeat", f"{here}/heartbeat", {"lease": lease})
            except Unexpected as error:
                self.tally.errors[str(error)] += 1
            await asyncio.sleep(HEARTBEAT_S * (0.9 + self.rng.random() / 5))
