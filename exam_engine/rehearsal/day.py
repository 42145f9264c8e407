"""The exam day: make the event, let everybody play, then hold every receipt against the log."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from exam_engine.rehearsal import report
from exam_engine.rehearsal.candidates import Candidate, Line, Unexpected, open_line
from exam_engine.rehearsal.report import Audited, Tally, Usage

TELL_EVERY_S = 5.0
AUDITED_AT_ONCE = 4

Tell = Callable[[str], None]
Measure = Callable[[], Usage | None]


class NoEvent(Exception):
    """The server did not make the event of the rehearsal; the text is its answer."""


async def play(
    url: str,
    token: str,
    *,
    candidates: int,
    minutes: float,
    seed: int,
    tell: Tell,
    measure: Measure = lambda: None,
) -> dict[str, Any]:
    """Rehearse on the server at ``url``; the summary of `report.summarise`.

    ``token`` is a manager's.  ``measure`` reads what the server
    process has used since it was ready, before the audit.  Raises `NoEvent`.
    """
    tally, lasts_s = Tally(), minutes * 60
    rng = Random(seed)  # noqa: S311 - a script to play again, no secret
    async with open_line(url, Tally(), rng, token=token) as office:
        tell(f"Making an event for {candidates} candidates on {url}")
        people = await _make_event(office, candidates)
        cpu_before = time.process_time()
        before = measure()
        everybody = [
            Candidate(url, one["email"], one["code"], _drawn_from(rng), lasts_s, tally)
            for one in people
        ]
        teller = asyncio.create_task(_tell_for_ever(tally, candidates, tell))
        try:
            async with asyncio.TaskGroup() as room:
                for candidate in everybody:
                    room.create_task(candidate.play())
        finally:
            teller.cancel()
        generator_cpu = time.process_time() - cpu_before
        used = _since(before, measure())
        tell(f"{_progress(tally, candidates)}. Holding the receipts against the log")
        audited = await _audit(office, tally)
    return report.summarise(
        tally,
        audited,
        candidates=candidates,
        minutes=minutes,
        seed=seed,
        server=used,
        generator_cpu_seconds=generator_cpu,
    )


def _drawn_from(rng: Random) -> Random:
    """A source of a candidate's own: what others do first changes nothing in their script."""
    return Random(rng.getrandbits(64))  # noqa: S311


async def _make_event(office: Line, candidates: int) -> list[dict[str, str]]:
    try:
        made = await office.post("event", "/api/rehearsals", {"candidates": candidates})
    except Unexpected as error:
        raise NoEvent(str(error)) from error
    people: list[dict[str, str]] = made.json()["candidates"]
    return people


async def _audit(office: Line, tally: Tally) -> dict[str, Audited]:
    """Ask for the audit of every attempt that was told an answer is safe."""
    found: dict[str, Audited] = {}
    waiting = list(tally.acknowledged)

    async def work() -> None:
        while waiting:
            attempt = waiting.pop()
            try:
                body = (await office.get("audit", f"/api/attempts/{attempt}/audit")).json()
            except Unexpected as error:
                tally.errors[str(error)] += 1
                continue
            found[attempt] = Audited(
                body["chain_intact"],
                {(one["lease"], one["sequence"]): one["hash"] for one in body["accepted"]},
            )

    async with asyncio.TaskGroup() as auditors:
        for _ in range(AUDITED_AT_ONCE):
            auditors.create_task(work())
    return found


async def _tell_for_ever(tally: Tally, candidates: int, tell: Tell) -> None:
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            tell(_progress(tally, candidates))


def _progress(tally: Tally, candidates: int) -> str:
    return (
        f"{tally.starts} of {candidates} started, {tally.saves} answers saved, "
        f"{tally.submits} submitted, {tally.retries} sent again, {tally.errors.total()} errors"
    )


def _since(before: Usage | None, after: Usage | None) -> Usage | None:
    if before is None or after is None:
        return None
    return Usage(after.cpu_seconds - before.cpu_seconds, after.rss_mb)
