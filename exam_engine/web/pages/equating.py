"""Equating for psychometricians: choosing two forms, looking at them, the report, the decision."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import list_names
from exam_engine.calibration.errors import PlanUnsound
from exam_engine.calibration.plans import exclusions_in
from exam_engine.equating import computing, queries
from exam_engine.equating.errors import EquatingError, EquatingNotFound, EquatingUnsound
from exam_engine.equating.methods import METHOD_WORDS
from exam_engine.equating.plans import RULE_WORDS, Plan
from exam_engine.equating.queries import FormChoice
from exam_engine.equating.service import Equatings
from exam_engine.exams.errors import ExamError
from exam_engine.exams.queries import list_exams
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS
from exam_engine.web.auth import AnyRequest
from exam_engine.web.pages.frame import FormError, Notice, page, see

FIELDS = {"exclusions": "left_out", "exam": "exam", "base": "base", "method": "method"}


@get("/equating", opt=ANALYSTS, include_in_schema=False)
async def equatings_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    async with resources.database.reading() as session:
        found = await queries.list_equatings(session)
    return page("equating/list.html", who, found=found, methods=METHOD_WORDS)


# ---- choosing


def _plan_of(fields: Mapping[str, str]) -> Plan:
    """The plan that a form's fields describe.  Raises `EquatingUnsound` or `PlanUnsound`."""
    plan: dict[str, Any] = {name: fields.get(name, "") for name in ("exam", "form", "base")}
    for name in ("method", "rule"):
        if fields.get(name):
            plan[name] = fields[name]
    left_out = exclusions_in(fields.get("left_out", ""))
    plan["left_out"] = [{"kind": "item", "id": one.id, "reason": one.reason} for one in left_out]
    return Plan.from_json(plan)


def _with_usual(fields: dict[str, str], forms: Sequence[FormChoice]) -> dict[str, str]:
    """A form without a table and a base that has one, where none of the exam's are named: at the
    first look, and after another exam was chosen."""
    if {fields.get("form"), fields.get("base")} & {one.code for one in forms}:
        return fields
    new = next((one.code for one in forms if not one.settled), forms[0].code)
    others = [one for one in forms if one.code != new]
    base = next((one.code for one in others if one.settled), others[0].code)
    return {**fields, "form": new, "base": base}


@get("/equating/new", opt=ANALYSTS, include_in_schema=False)
async def new_page(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    return await _new(who, resources, dict(request.query_params.items()))


async def _new(
    who: SignedIn,
    resources: Resources,
    fields: dict[str, str],
    error: EquatingUnsound | PlanUnsound | None = None,
) -> Template:
    async with resources.database.reading() as session:
        exams = await list_exams(session)
        exam = next((one for one in exams if one.code == fields.get("exam")), None)
        if exam is None and exams and not fields.get("exam"):
            exam = exams[0]
            fields = {**fields, "exam": exam.code}
        forms = await queries.list_form_choices(session, exam.id) if exam else []
    seen = None
    if len(forms) > 1 or fields.get("form"):
        try:
            fields = _with_usual(fields, forms) if len(forms) > 1 else fields
            seen = await computing.look(resources.database, _plan_of(fields))
        except (EquatingUnsound, PlanUnsound) as refusal:
            error = error or refusal
    named = (FIELDS.get(error.field, error.field), str(error)) if error else None
    return page(
        "equating/new.html",
        who,
        status=422 if error else 200,
        form_error=FormError((named,)) if named else None,
        exams=exams,
        forms=forms,
        fields=fields,
        seen=seen,
        rules=RULE_WORDS,
    )


@post("/equating", status_code=303, opt=ANALYSTS, include_in_schema=False)
async def equate(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect | Template:
    form = await request.form()
    fields = {name: str(text).replace("\0", "") for name, text in form.multi_items()}
    try:
        found = await computing.compute(resources.database, _plan_of(fields), who.person_id)
    except (EquatingUnsound, PlanUnsound) as refusal:
        return await _new(who, resources, fields, refusal)
    return see(f"/equating/{found.id}")


# ---- an equating


@get("/equating/{equating_id:uuid}", opt=ANALYSTS, include_in_schema=False)
async def equating_page(
    equating_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _equating(equating_id, who, resources)


async def _equating(
    equating_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: Exception | None = None,
    status: int = 200,
) -> Template:
    async with resources.database.reading() as session:
        found = await queries.get_equating(session, equating_id, whole=True)
        people = {one for one in (found.requested_by, found.decided_by) if one}
        names = await list_names(session, people)
    return page(
        "equating/equating.html",
        who,
        status=status,
        notice=Notice("bad", "Nothing was changed", str(refusal)) if refusal else None,
        equating=found,
        plan=Plan.from_json(found.plan),
        report=found.report,
        names=names,
        methods=METHOD_WORDS,
        rules=RULE_WORDS,
    )


@post(
    "/equating/{equating_id:uuid}/{verb:str}",
    status_code=303,
    opt=ANALYSTS,
    include_in_schema=False,
)
async def decide(
    equating_id: FromPath[UUID],
    verb: FromPath[str],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """Approve or reject."""
    reason = str((await request.form()).get("reason", "")).replace("\0", "")[:500]
    try:
        async with resources.database.transaction() as session:
            acts = Equatings(session, await resources.database.now(session))
            if verb == "approve":
                await acts.approve(equating_id, who.person_id, reason)
            elif verb == "reject":
                await acts.reject(equating_id, who.person_id, reason)
            else:
                raise NotFoundException
    except EquatingNotFound:
        raise
    except (EquatingError, ExamError) as refusal:
        return await _equating(equating_id, who, resources, refusal, 409)
    return see(f"/equating/{equating_id}")


ROUTES = [equatings_page, new_page, equate, equating_page, decide]
