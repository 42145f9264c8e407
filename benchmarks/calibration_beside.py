"""A running calibration beside an exam day, and the analysis pages over a million answers.

Minutes with and without a calibration take turns (``BESIDE_MINUTES`` of them, 10); in each a
rehearsal of ``BESIDE_CANDIDATES`` (100) is played on one server with its own worker, on SQLite.
The bars: the median of the save p99 at most doubles, and stays under 250 ms; a page in 500 ms.
"""

import asyncio
import os
import time
from statistics import median
from typing import Any

import aiohttp
import numpy as np
import uvloop

from benchmarks import printing
from benchmarks.venue import Venue, venue
from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import Accounts
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.queries import find_open_run
from exam_engine.calibration.service import CalibrationRuns, add_past_administration
from exam_engine.calibration.states import RunState
from exam_engine.calibration.tables import CalibrationRun
from exam_engine.database import Database
from exam_engine.exams.programme import PRACTICE
from exam_engine.exams.queries import find_exam, find_published_form
from exam_engine.rehearsal import day
from exam_engine.rehearsal.server import own_server
from exam_engine.settings import driver_url

MINUTES = int(os.environ.get("BESIDE_MINUTES", "10"))
CANDIDATES = int(os.environ.get("BESIDE_CANDIDATES", "100"))
PAST = 10_000
BAR_RATIO, BAR_MS, BAR_PAGE_MS = 2.0, 250.0, 500.0
ASKED_EACH = 7


def main() -> None:
    with venue() as place:
        saves, pages = uvloop.run(_measured(place))
    off, on = median(saves["without"]), median(saves["with"])
    printing.table(
        f"Save p99 in ms, {CANDIDATES} candidates a minute, SQLite",
        ("", "median", "each minute"),
        [
            (f"{name} a calibration", f"{median(each):.0f}", " ".join(f"{ms:.0f}" for ms in each))
            for name, each in saves.items()
        ],
    )
    kept = on <= BAR_RATIO * off and on <= BAR_MS
    print(
        f"\n  ratio {on / off:.2f}, bar {BAR_RATIO:g} and {BAR_MS:.0f} ms: "
        f"{'kept' if kept else 'MISSED'}"
    )
    printing.table(
        f"Analysis pages, {PAST * 100:,} answers stored, the slowest of {ASKED_EACH}",
        ("", "ms"),
        [(address, f"{ms:.0f}{' !' if ms > BAR_PAGE_MS else ''}") for address, ms in pages.items()],
    )
    printing.json_line("calibration_beside", {"save_p99_ms": saves, "pages_ms": pages})


async def _measured(place: Venue) -> tuple[dict[str, list[float]], dict[str, float]]:
    database = Database(driver_url(f"sqlite:///{place.data_dir / 'exam.db'}"))
    token = await _furnish(database)
    saves: dict[str, list[float]] = {"without": [], "with": []}
    try:
        async with own_server(place.data_dir, None) as server:
            for minute in range(MINUTES):
                busy = minute % 2 == 1
                keeping = asyncio.create_task(_keep_calibrating(database)) if busy else None
                found: dict[str, Any] = await day.play(
                    server.url,
                    place.token,
                    candidates=CANDIDATES,
                    minutes=1,
                    seed=minute,
                    tell=lambda _: None,
                )
                saves["with" if busy else "without"].append(found["save_ms"]["p99"])
                print(f"  minute {minute + 1} of {MINUTES}: {found['save_ms']}", flush=True)
                if keeping is not None:
                    keeping.cancel()
                    await asyncio.gather(keeping, return_exceptions=True)
                    await _stop_calibrating(database)
            run_id = await _one_finished(database)
            pages = await _pages(server.url, token, str(run_id))
    finally:
        await database.close()
    return saves, pages


async def _furnish(database: Database) -> str:
    """A million past answers to the published form; a psychometrician's sign-in."""
    async with database.transaction() as session:
        now = await database.now(session)
        exam = await find_exam(session, PRACTICE.code)
        assert exam is not None
        form = await find_published_form(session, exam.id)
        assert form is not None
        rng = np.random.default_rng(1)
        skilled = rng.standard_normal((PAST, 1)) > rng.standard_normal((1, 100))
        answers = np.where(rng.random((PAST, 100)) < 0.25 + 0.6 * skilled, 1, 2).astype(np.uint8)
        await add_past_administration(
            session,
            now,
            form,
            "Ten thousand of long ago",
            answers.tobytes(),
            n_positions=100,
            source="drawn for a benchmark",
            simulated=True,
            held_at=now,
        )
        accounts = Accounts(session, now)
        person = await accounts.add_person(
            "p@example.org", "Psychometrician", [Role.PSYCHOMETRICIAN], None
        )
        return await accounts.sign_in(person.id)


async def _keep_calibrating(database: Database) -> None:
    """Whenever no run is open, ask for another."""
    while True:
        async with database.reading() as session:
            is_open = await find_open_run(session) is not None
        if not is_open:
            await _ask(database)
        await asyncio.sleep(0.5)


async def _ask(database: Database) -> CalibrationRun:
    async with database.transaction() as session:
        runs = CalibrationRuns(session, await database.now(session))
        run, _ = await runs.request(Plan(PRACTICE.code, model="2PL"), None)
        return run


async def _stop_calibrating(database: Database) -> None:
    while True:
        async with database.transaction() as session:
            run = await find_open_run(session)
            if run is None:
                return
            await CalibrationRuns(session, await database.now(session)).cancel(run.id, None)


async def _one_finished(database: Database) -> Any:
    run = await _ask(database)
    while True:
        async with database.reading() as session:
            found = await session.get_one(CalibrationRun, run.id)
            if found.state == RunState.FINISHED:
                return run.id
            if found.state == RunState.FAILED:
                raise SystemExit(f"The calibration failed: {found.failure}")
        await asyncio.sleep(0.5)


async def _pages(url: str, token: str, run: str) -> dict[str, float]:
    slowest = {}
    async with aiohttp.ClientSession(
        url, headers={"Cookie": f"exam={token}"}, cookie_jar=aiohttp.DummyCookieJar()
    ) as browser:
        for address in (
            "/analysis",
            f"/analysis/new?exam={PRACTICE.code}",
            f"/analysis/runs/{run}",
            f"/api/calibration-runs/{run}/items",
        ):
            taken = []
            for _ in range(ASKED_EACH):
                began = time.perf_counter()
                async with browser.get(address, allow_redirects=False) as reply:
                    await reply.read()
                    if reply.status != 200:
                        raise SystemExit(f"{address} was answered with {reply.status}")
                taken.append(1e3 * (time.perf_counter() - began))
            slowest[address.replace(run, "{run}")] = max(taken)
    return slowest


if __name__ == "__main__":
    main()
