"""Calibration for psychometricians: runs, choosing data, a run and its items, the decision."""

from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import replace

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import list_names
from exam_engine.calibration import queries
from exam_engine.calibration.approval import left_out
from exam_engine.calibration.choosing.queries import read_supply
from exam_engine.calibration.comparing import Comparison, compare
from exam_engine.calibration.errors import CalibrationError, PlanUnsound
from exam_engine.calibration.plans import MODEL_WORDS, Plan, exclusions_in
from exam_engine.calibration.scales.queries import list_outdated, scales_of
from exam_engine.calibration.service import CalibrationRuns
from exam_engine.calibration.states import COMPUTED, DOING, OPEN, STAGES
from exam_engine.calibration.tables import CalibrationItem, CalibrationRun
from exam_engine.database import Session
from exam_engine.exams.queries import get_exam, list_exams
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS
from exam_engine.web.api.exports import exports_of
from exam_engine.web.auth import AnyRequest
from exam_engine.web.pages.frame import FormError, Notice, page, see
from item_bank.errors import ItemBankError
from item_bank.parameters.queries import find_latest_set, list_parameters

SERIOUS = frozenset(
    {"infit_high", "outfit_high", "s_x2", "dependent", "check_key", "low_discrimination"}
    | {"few_responses", "steep_slope", "not_converged", "duplicate_item"}
)
"""Flags that call for a look at the item, beside those that keep it out of the bank."""
SHOWN_PAIRS = 12


def _serious(row: CalibrationItem, gone: dict[str, str]) -> bool:
    return row.code in gone or not SERIOUS.isdisjoint(row.flags)


@get("/analysis", opt=ANALYSTS, include_in_schema=False)
async def runs_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    return await _runs("analysis/runs.html", who, resources)


@get("/analysis/list", opt=ANALYSTS, include_in_schema=False)
async def runs_fragment(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    return await _runs("analysis/_runs.html", who, resources)


async def _runs(name: str, who: SignedIn, resources: Resources) -> Template:
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        runs = await queries.list_runs(session)
    waiting = any(one.run.state in OPEN for one in runs)
    return page(name, who, runs=runs, now=now, waiting=waiting, stages=STAGES)


# ---- choosing


def _plan_of(query: dict[str, str], forms: list[str]) -> Plan:
    """The plan that a form's fields describe.  Raises `PlanUnsound`."""
    plan: dict[str, Any] = {"exam": query.get("exam", ""), "forms": forms}
    for name in ("model", "groups", "anchors", "unanswered"):
        if query.get(name):
            plan[name] = query[name]
    if query.get("prior", "").strip():
        plan["priors"] = query["prior"].split()
    for name in ("ended_from", "ended_before"):
        if query.get(name):
            plan[name] = f"{query[name]}T00:00:00Z"
    found = Plan.from_json(plan)
    return replace(found, exclusions=exclusions_in(query.get("leave_out", "")))


@get("/analysis/new", opt=ANALYSTS, include_in_schema=False)
async def new_page(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    query = dict(request.query_params.items())
    forms = request.query_params.getall("form", [])
    return await _new(who, resources, query, forms)


async def _new(
    who: SignedIn,
    resources: Resources,
    query: dict[str, str],
    forms: list[str],
    error: PlanUnsound | None = None,
) -> Template:
    supply = None
    async with resources.database.reading() as session:
        exams = await list_exams(session)
        if exams and not query.get("exam"):
            query = {**query, "exam": exams[0].code}
        known = []
        purposes: dict[str, str] = {}
        if exams:
            try:
                plan = _plan_of(query, forms)
                exam = await queries.get_exam_of(session, plan)
                published = await queries.list_published_forms(session, exam.id)
                known = [form.code for form in published]
                purposes = {form.code: form.purpose for form in published}
                supply = await read_supply(session, plan)
            except PlanUnsound as refusal:
                error = error or refusal
    fields = {"exclusions": "leave_out", "priors": "prior", "forms": "forms", "model": "model"}
    faults = FormError(((fields.get(error.field, "exam"), str(error)),)) if error else None
    return page(
        "analysis/new.html",
        who,
        status=422 if error else 200,
        form_error=faults,
        exams=exams,
        query=query,
        forms=known,
        purposes=purposes,
        chosen=forms or known,
        supply=supply,
        models=MODEL_WORDS,
        key=token_hex(8),
    )


@post("/analysis/runs", status_code=303, opt=ANALYSTS, include_in_schema=False)
async def start(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect | Template:
    form = await request.form()
    fields = {
        name: str(text).replace("\0", "") for name, text in form.multi_items() if name != "form"
    }
    forms = [str(text) for name, text in form.multi_items() if name == "form"]
    try:
        plan = _plan_of(fields, forms)
        async with resources.database.transaction() as session:
            runs = CalibrationRuns(session, await resources.database.now(session))
            reason = fields.get("reason", "")
            run, _ = await runs.request(plan, who.person_id, fields.get("key", ""), reason=reason)
    except PlanUnsound as refusal:
        return await _new(who, resources, fields, forms, refusal)
    return see(f"/analysis/runs/{run.id}")


# ---- a run


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page of a run shows."""

    run: CalibrationRun
    exam: str
    names: dict[UUID, str]
    rows: list[CalibrationItem]
    gone: dict[str, str]
    outdated: list[str]
    comparison: Comparison | None
    compared_with: str
    figures: list[dict[str, Any]]


async def _shown(session: Session, run_id: UUID) -> Shown:
    run = await queries.get_run(session, run_id, whole=True)
    exam = await get_exam(session, run.exam_id)
    people = {one for one in (run.requested_by, run.decided_by) if one}
    names = await list_names(session, people)
    rows: list[CalibrationItem] = []
    outdated: list[str] = []
    figures: list[dict[str, Any]] = []
    comparison, compared_with = None, ""
    if run.state in COMPUTED:
        rows = list(await queries.list_run_items(session, run_id))
        outdated = await list_outdated(session, run)
        made = await queries.read_documents(session, run_id, ["calibration", "information", "fit"])
        for name in ("calibration", "information", "fit"):
            figures += made.get(name, {}).get("figures", [])
        before = await find_latest_set(session, scales_of(exam), before=run.decided_at)
        if before is not None and before.run_id != str(run.id):
            held = await list_parameters(session, before.id)
            comparison = compare(
                {one.code: (one.values, one.errors) for one in held},
                {row.code: (row.parameters, row.errors) for row in rows},
            )
            compared_with = f"{before.scale}, version {before.version}"
    gone = {one.code: one.reason for one in left_out(rows)}
    return Shown(run, exam.code, names, rows, gone, outdated, comparison, compared_with, figures)


async def _run(
    run_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: Exception | None = None,
    status: int = 200,
) -> Template:
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        shown = await _shown(session, run_id)
    run = shown.run
    flagged = [row for row in shown.rows if _serious(row, shown.gone)]
    return page(
        "analysis/run.html",
        who,
        status=status,
        notice=Notice("bad", "Nothing was changed", str(refusal)) if refusal else None,
        run=run,
        plan=Plan.from_json(run.plan),
        exam=shown.exam,
        names=shown.names,
        rows=shown.rows,
        gone=shown.gone,
        outdated=shown.outdated,
        flagged=flagged,
        comparison=shown.comparison,
        compared_with=shown.compared_with,
        shown_pairs=SHOWN_PAIRS,
        figures=shown.figures,
        now=now,
        stages=STAGES,
        doing=DOING,
        is_open=run.state in OPEN,
        is_computed=run.state in COMPUTED,
        exports=exports_of(run_id),
    )


@get("/analysis/runs/{run_id:uuid}", opt=ANALYSTS, include_in_schema=False)
async def run_page(
    run_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _run(run_id, who, resources)


@get("/analysis/runs/{run_id:uuid}/progress", opt=ANALYSTS, include_in_schema=False)
async def progress_fragment(
    run_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        run = await queries.get_run(session, run_id)
    return page(
        "analysis/_progress.html",
        who,
        run=run,
        now=now,
        stages=STAGES,
        doing=DOING,
        is_open=run.state in OPEN,
    )


@get("/analysis/runs/{run_id:uuid}/items/{code:str}", opt=ANALYSTS, include_in_schema=False)
async def item_page(
    run_id: FromPath[UUID],
    code: FromPath[str],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    async with resources.database.reading() as session:
        run = await queries.get_run(session, run_id)
        rows = await queries.list_run_items(session, run_id)
        codes = [row.code for row in rows]
        if code not in codes:
            raise NotFoundException
        made = await queries.read_documents(session, run_id, ["fit", "classical"])
    at = codes.index(code)
    figures = [made["fit"]["curves"].get(code), made["classical"]["traces"].get(code)]
    return page(
        "analysis/item.html",
        who,
        run=run,
        row=rows[at],
        before=codes[at - 1] if at else "",
        after=codes[at + 1] if at + 1 < len(codes) else "",
        kept_out={one.code: one.reason for one in left_out(rows)}.get(code, ""),
        options=made["classical"]["options"].get(code, []),
        figures=[figure for figure in figures if figure],
    )


@post(
    "/analysis/runs/{run_id:uuid}/{verb:str}",
    status_code=303,
    opt=ANALYSTS,
    include_in_schema=False,
)
async def decide(
    run_id: FromPath[UUID],
    verb: FromPath[str],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """Approve, reject, cancel, or run again."""
    reason = str((await request.form()).get("reason", "")).replace("\0", "")[:500]
    to = run_id
    try:
        async with resources.database.transaction() as session:
            runs = CalibrationRuns(session, await resources.database.now(session))
            if verb == "approve":
                await runs.approve(run_id, who.person_id, reason)
            elif verb == "reject":
                await runs.reject(run_id, who.person_id, reason)
            elif verb == "cancel":
                await runs.cancel(run_id, who.person_id, reason)
            elif verb == "again":
                to = (await runs.again(run_id, reason, who.person_id)).id
            else:
                raise NotFoundException
    except (CalibrationError, ItemBankError) as refusal:
        if refusal.code == "calibration_run_not_found":
            raise
        return await _run(run_id, who, resources, refusal, 409)
    return see(f"/analysis/runs/{to}")


ROUTES = [
    runs_page,
    runs_fragment,
    new_page,
    start,
    run_page,
    progress_fragment,
    item_page,
    decide,
]
