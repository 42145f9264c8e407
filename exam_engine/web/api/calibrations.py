"""Calibration runs for psychometricians: ask for one, watch it, decide about it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Meta, Struct, field

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.analysis.exports import csv_text
from exam_engine.calibration import queries
from exam_engine.calibration.approval import LeftOut, left_out
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.plans import Plan
from exam_engine.calibration.scales.queries import list_outdated
from exam_engine.calibration.service import CalibrationRuns
from exam_engine.calibration.supply import Supply
from exam_engine.calibration.tables import CalibrationItem, CalibrationRun
from exam_engine.resources import Resources
from exam_engine.web.auth import AnyRequest, find_who, serves
from exam_engine.web.schemas import Strict

ANALYSTS = serves(Role.PSYCHOMETRICIAN)
LOOK_EVERY_S = 1.0
BEAT_EVERY = 15
NAMES = ("a", "b", "c", "u", "intercept")
FIGURES = (
    *("p", "point_biserial", "infit", "outfit", "s_x2", "df", "p_value", "adjusted_p", "rmsea"),
)
NO_NUL = r"^[^\x00]*$"
Reason = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]


class RunIn(Strict):
    """``key`` makes the request idempotent: the same key and plan give the same run."""

    plan: Plan
    key: Annotated[str, Meta(max_length=100, pattern=NO_NUL)] = ""
    reason: Reason = ""


class DecisionIn(Strict):
    reason: Reason = ""


class RunOut(Struct):
    """``state``: queued, running, finished, failed, cancelled, approved or rejected.  ``digits``
    is a SHA-256 over every parameter: two runs with the same one agree to the last bit."""

    id: UUID
    state: str
    plan: Plan
    reason: str
    repeats: UUID | None
    requested_at: datetime
    requested_by: UUID | None
    started_at: datetime | None
    ended_at: datetime | None
    stage: str | None
    progress: dict[str, Any]
    log: list[dict[str, Any]]
    failure: str | None
    data_hash: str | None
    candidates: int | None
    items: int | None
    digits: str | None
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str | None
    scale: str | None
    parameters_version: int | None


class RunDetail(Struct):
    run: RunOut
    outcome: dict[str, Any]
    """The report with its certificate; empty until the run is finished."""
    outdated: list[str] = field(default_factory=list)
    """Codes of items about whose keys something else was decided since: their parameters are used
    for nothing until a newer run is approved."""


class RunItem(Struct):
    code: str
    version_id: UUID
    role: str
    area: str
    model: str
    n: int
    parameters: dict[str, float | None]
    errors: dict[str, float | None]
    figures: dict[str, Any]
    flags: list[str]
    kept_out: str | None = None
    """Why its parameters would not go to the bank."""


class RunItems(Struct):
    items: list[RunItem] = field(default_factory=list)


def run_out(run: CalibrationRun) -> RunOut:
    return RunOut(
        run.id,
        run.state,
        Plan.from_json(run.plan),
        run.reason,
        run.repeats_id,
        run.requested_at,
        run.requested_by,
        run.started_at,
        run.ended_at,
        run.stage,
        run.progress,
        run.log,
        run.failure,
        run.data_hash,
        run.n_persons,
        run.n_items,
        run.digits,
        run.decided_at,
        run.decided_by,
        run.decision_reason,
        run.scale,
        run.parameters_version,
    )


def item_out(row: CalibrationItem, gone: dict[str, str]) -> RunItem:
    return RunItem(
        row.code,
        row.item_version_id,
        row.role,
        row.area,
        row.model,
        row.n,
        row.parameters,
        row.errors,
        row.figures,
        row.flags,
        gone.get(row.code),
    )


def reasons(rows: list[LeftOut]) -> dict[str, str]:
    return {one.code: one.reason for one in rows}


@get("/api/calibration-runs", opt=ANALYSTS)
async def list_runs(resources: NamedDependency[Resources]) -> list[RunOut]:
    """The newest fifty."""
    async with resources.database.reading() as session:
        return [run_out(one.run) for one in await queries.list_runs(session)]


@post("/api/calibration-data", status_code=200, opt=ANALYSTS)
async def look_at_data(data: JSONBody[Plan], resources: NamedDependency[Resources]) -> Supply:
    """What data a plan would take now, and what stands against it.  Nothing is started."""
    async with resources.database.reading() as session:
        return await read_supply(session, data)


@post("/api/calibration-runs", status_code=201, opt=ANALYSTS)
async def start(
    data: JSONBody[RunIn], who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[RunOut]:
    """Ask for a run; a worker takes it.  200 where the key had been used for it before."""
    async with resources.database.transaction() as session:
        runs = CalibrationRuns(session, await resources.database.now(session))
        run, is_new = await runs.request(data.plan, who.person_id, data.key, reason=data.reason)
        return Response(run_out(run), status_code=201 if is_new else 200)


@get("/api/calibration-runs/{run_id:uuid}", opt=ANALYSTS)
async def show(run_id: FromPath[UUID], resources: NamedDependency[Resources]) -> RunDetail:
    """A run with its report."""
    async with resources.database.reading() as session:
        run = await queries.get_run(session, run_id, whole=True)
        outdated = await list_outdated(session, run)
        return RunDetail(run_out(run), run.outcome, outdated)


async def read_items(resources: Resources, run_id: UUID) -> RunItems:
    async with resources.database.reading() as session:
        await queries.get_run(session, run_id)
        rows = await queries.list_run_items(session, run_id)
    gone = reasons(left_out(rows))
    return RunItems([item_out(row, gone) for row in rows])


@get("/api/calibration-runs/{run_id:uuid}/items", opt=ANALYSTS)
async def list_items(run_id: FromPath[UUID], resources: NamedDependency[Resources]) -> RunItems:
    """The run's table: parameters, errors, fit; empty until the run is finished."""
    return await read_items(resources, run_id)


@get("/api/calibration-runs/{run_id:uuid}/items.csv", opt=ANALYSTS)
async def items_csv(run_id: FromPath[UUID], resources: NamedDependency[Resources]) -> Response[str]:
    """The same as CSV; what is undefined is blank."""
    found = await read_items(resources, run_id)
    columns = ["item", "version", "role", "area", "model", "n", *NAMES]
    columns += [*(f"se_{name}" for name in NAMES), *FIGURES, "flags", "kept_out"]
    rows = [
        {
            "item": one.code,
            "version": one.figures.get("version"),
            "role": one.role,
            "area": one.area,
            "model": one.model,
            "n": one.n,
            **one.parameters,
            **{f"se_{name}": value for name, value in one.errors.items()},
            **{name: one.figures.get(name) for name in FIGURES},
            "flags": one.flags,
            "kept_out": one.kept_out,
        }
        for one in found.items
    ]
    name = f'attachment; filename="calibration-{str(run_id)[:8]}.csv"'
    headers = {"content-disposition": name}
    return Response(csv_text(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


@get("/api/calibration-runs/stream", opt=ANALYSTS)
async def stream(request: AnyRequest, resources: NamedDependency[Resources]) -> ServerSentEvent:
    """Server-sent events: ``run`` says that runs changed (the data are their ids), ``beat`` that
    the line lives.  The stream ends within seconds when the right to it does."""
    return ServerSentEvent(_changes(request, resources))


async def _changes(
    request: AnyRequest, resources: Resources
) -> AsyncIterator[ServerSentEventMessage]:
    seen: set[tuple[UUID, datetime, str]] | None = None
    quiet = 0
    yield ServerSentEventMessage(event="beat", data="{}", retry=2000)
    while True:
        async with resources.database.reading() as session:
            now = set(await queries.list_stamps(session))
        if seen is not None and now != seen:
            ids = sorted({str(run_id) for run_id, _, _ in now - seen})
            yield ServerSentEventMessage(event="run", data=" ".join(ids))
        seen = now
        quiet += 1
        if quiet % BEAT_EVERY == 0:
            yield ServerSentEventMessage(event="beat", data="{}")
        await asyncio.sleep(LOOK_EVERY_S)
        who = await find_who(request)
        if who is None or Role.PSYCHOMETRICIAN not in who.roles:
            return


@post("/api/calibration-runs/{run_id:uuid}/cancel", status_code=200, opt=ANALYSTS)
async def cancel(
    run_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> RunOut:
    """End a run that waits or is under way; its process ends within two seconds."""
    async with resources.database.transaction() as session:
        runs = CalibrationRuns(session, await resources.database.now(session))
        return run_out(await runs.cancel(run_id, who.person_id, data.reason))


@post("/api/calibration-runs/{run_id:uuid}/again", status_code=201, opt=ANALYSTS)
async def again(
    run_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> RunOut:
    """The same plan on the same frozen data as a new run; a reason is needed."""
    async with resources.database.transaction() as session:
        runs = CalibrationRuns(session, await resources.database.now(session))
        return run_out(await runs.again(run_id, data.reason, who.person_id))


@post("/api/calibration-runs/{run_id:uuid}/approve", status_code=200, opt=ANALYSTS)
async def approve(
    run_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> RunOut:
    """The parameters become a version of their scale in the bank, all in one transaction."""
    async with resources.database.transaction() as session:
        runs = CalibrationRuns(session, await resources.database.now(session))
        await runs.approve(run_id, who.person_id, data.reason)
        return run_out(await queries.get_run(session, run_id))


@post("/api/calibration-runs/{run_id:uuid}/reject", status_code=200, opt=ANALYSTS)
async def reject(
    run_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> RunOut:
    """The parameters go nowhere; a reason is needed."""
    async with resources.database.transaction() as session:
        runs = CalibrationRuns(session, await resources.database.now(session))
        return run_out(await runs.reject(run_id, who.person_id, data.reason))


ROUTES = [
    list_runs,
    look_at_data,
    start,
    stream,
    show,
    list_items,
    items_csv,
    cancel,
    again,
    approve,
    reject,
]
