"""Held results for managers: what they wait for, who would get what, and the release."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import list_names
from exam_engine.accounts.roles import Role
from exam_engine.database import Session
from exam_engine.delivery.queries import list_exposures
from exam_engine.exams.conversion import Conversion
from exam_engine.exams.queries import get_conversion
from exam_engine.exams.tables import Form
from exam_engine.release import carrying_out, queries
from exam_engine.release.errors import ReleaseError
from exam_engine.release.notices.service import Notices
from exam_engine.release.queries import ResultRow
from exam_engine.resources import Resources
from exam_engine.results.errors import ResultError
from exam_engine.results.marking import TREATMENT_WORDS, Treatment
from exam_engine.results.queries import get_decisions, list_item_decisions
from exam_engine.web.api.releases import (
    LOOKERS,
    MANAGERS,
    KeyDecisionIn,
    act_on,
    decide_and_score,
)
from exam_engine.web.auth import FOR, SIGNED_IN, AnyRequest
from exam_engine.web.pages.frame import FormError, Notice, page, see
from item_bank.queries import get_contents

GONE = frozenset({"form_not_found", "result_not_found", "notice_not_found"})


@get("/releases", opt=LOOKERS, include_in_schema=False)
async def list_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    async with resources.database.reading() as session:
        held = await queries.list_held(session)
        releases = await queries.list_releases(session)
    blocked = {}
    for form_id in {one.form_id for one in held}:
        found, _ = await carrying_out.look(resources.database, form_id)
        blocked[form_id] = [check.title for check in found if check.blocks and not check.met]
    return page("releases/list.html", who, held=held, blocked=blocked, releases=releases)


# ---- a form


@get("/releases/{form_id:uuid}", opt=LOOKERS, include_in_schema=False)
async def form_page(
    form_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
    sitting: FromQuery[UUID | None] = None,
    question: FromQuery[int | None] = None,
) -> Template:
    return await _form(form_id, who, resources, sitting, question=question)


async def _form(
    form_id: UUID,
    who: SignedIn,
    resources: Resources,
    sitting: UUID | None = None,
    *,
    question: int | None = None,
    notice: Notice | None = None,
    error: FormError | None = None,
    status: int = 200,
) -> Template:
    """``question`` is the place of one to be decided about beside those that are doubted."""
    found, ready = await carrying_out.look(resources.database, form_id, sitting)
    async with resources.database.reading() as session:
        form, exam = await queries.get_released_form(session, form_id)
        conversion = await get_conversion(session, form)
        in_force = (form.conversion_number, (await get_decisions(session, form.id)).number)
        rows = await queries.list_rows(session, form_id, sitting)
        groups = await queries.list_held(session, form_id)
        releases = await queries.list_releases(session, form_id)
        asked = await queries.find_open_release(session, form_id)
        keys = await _keys(session, form, question)
        exposures = [one for one in await list_exposures(session, form_id) if one.role == "pretest"]
    held = [row for row in rows if row.state == "held"]
    current = [one for one in held if one.decision_number == in_force[1]]
    figure = await asyncio.to_thread(_picture, current, conversion) if current else None
    return page(
        "releases/form.html",
        who,
        status=status,
        notice=notice,
        form_error=error,
        form=form,
        exam=exam,
        sitting=sitting,
        sitting_title=next((one.sitting for one in groups if one.sitting_id == sitting), ""),
        groups=groups,
        checks=found,
        blocked=[check.title for check in found if check.blocks and not check.met],
        ready=ready,
        rows=[(row, _told(row, conversion, in_force)) for row in rows],
        held=held,
        passing=sum(conversion.decides(conversion.at(one.raw, one.raw_max)) for one in current),
        current=len(current),
        stale=sum(
            row.state == "released" and (row.conversion_number, row.decision_number) != in_force
            for row in rows
        ),
        figure=figure,
        releases=releases,
        asked=asked,
        keys=keys,
        words=TREATMENT_WORDS,
        exposures=exposures,
        may_release=Role.MANAGER in who.roles,
        may_analyse=Role.PSYCHOMETRICIAN in who.roles,
    )


def _told(row: ResultRow, conversion: Conversion, in_force: tuple[int, int]) -> tuple[int, bool]:
    """The score and decision to show: of a held one by the table in force."""
    if row.state != "held" or row.decision_number != in_force[1]:
        return row.reported, row.passed
    scaled = conversion.at(row.raw, row.raw_max)
    return conversion.printed(scaled), conversion.decides(scaled)


def _picture(rows: list[ResultRow], conversion: Conversion) -> Any:
    # loads numpy, which starting up does not need
    from exam_engine.analysis.plots.scaled_scores import scaled_scores

    scaled = [conversion.at(one.raw, one.raw_max) for one in rows]
    return scaled_scores(scaled, conversion.low, conversion.high, conversion.cut)


async def _keys(session: Session, form: Form, question: int | None) -> dict[str, Any]:
    """Doubted questions and the one asked for, and every decision about a key of the form."""
    run_id = await queries.find_last_run(session, form)
    doubted = await queries.list_doubted(session, form, run_id) if run_id else []
    codes = await queries.list_codes(session, form.id)
    decisions = await list_item_decisions(session, form.id)
    versions = await queries.list_version_ids(session, form.id)
    shown = {one.position for one in doubted}
    more = [question] if question in codes and question not in shown else []
    contents = await get_contents(session, {versions[place] for place in (*shown, *more)})
    people = {one.decided_by for one in decisions if one.decided_by}
    return {
        "run_id": run_id,
        "n_doubted": len(doubted),
        "shown": [
            *((one.position, one, contents[versions[one.position]]) for one in doubted),
            *((place, None, contents[versions[place]]) for place in more),
        ],
        "asked": question,
        "decisions": decisions,
        "newest": {one.position: one for one in decisions},
        "codes": codes,
        "names": await list_names(session, people),
    }


@post("/releases/{form_id:uuid}/release", status_code=303, opt=MANAGERS, include_in_schema=False)
async def release(
    form_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    fields = await _fields(request)
    sitting = _uuid(fields.get("sitting", ""))
    reason = fields.get("reason", "")
    try:
        await carrying_out.release(resources.database, form_id, who.person_id, reason, sitting)
    except ReleaseError as refusal:
        return await _refused(form_id, who, resources, refusal, sitting)
    return see(f"/releases/{form_id}")


@post("/releases/{form_id:uuid}/rescore", status_code=303, opt=MANAGERS, include_in_schema=False)
async def rescore(
    form_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """Released results by the rules in force, all of the form, with a reason."""
    reason = (await _fields(request)).get("reason", "")
    try:
        await carrying_out.rescore_released(resources.database, form_id, who.person_id, reason)
    except ReleaseError as refusal:
        return await _refused(form_id, who, resources, refusal)
    return see(f"/releases/{form_id}")


@post("/releases/{form_id:uuid}/keys", status_code=303, opt=LOOKERS, include_in_schema=False)
async def decide_key(
    form_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    fields = await _fields(request)
    position, treatment = fields.get("position", ""), fields.get("treatment", "")
    if not position.isascii() or not position.isdecimal() or len(position) > 5:
        error = FormError((("keys", "Choose a question of the form."),))
        return await _form(form_id, who, resources, error=error, status=422)
    if treatment not in set(Treatment):
        error = FormError(((f"treatment-{position}", "Choose what becomes of the question."),))
        place = int(position)
        return await _form(form_id, who, resources, question=place, error=error, status=422)
    also = [fields["also"]] if treatment == Treatment.ALSO and fields.get("also") else []
    reason = fields.get("reason", "")
    asked = KeyDecisionIn(int(position), Treatment(treatment), reason, also)
    try:
        await decide_and_score(resources, form_id, asked, who)
    except ReleaseError as refusal:
        return await _refused(form_id, who, resources, refusal, question=asked.position)
    return see(f"/releases/{form_id}?question={asked.position}#key-{asked.position}")


async def _refused(
    form_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: ReleaseError,
    sitting: UUID | None = None,
    question: int | None = None,
) -> Template:
    if refusal.code in GONE:
        raise refusal
    notice = Notice("bad", "Nothing was changed", str(refusal))
    return await _form(
        form_id, who, resources, sitting, question=question, notice=notice, status=409
    )


# ---- a result


@get("/releases/{form_id:uuid}/results/{result_id:uuid}", opt=LOOKERS, include_in_schema=False)
async def result_page(
    form_id: FromPath[UUID],
    result_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _result(form_id, result_id, who, resources)


async def _result(
    form_id: UUID,
    result_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: Exception | None = None,
) -> Template:
    async with resources.database.reading() as session:
        one = await queries.get_one(session, result_id)
        if one.form.id != form_id:
            raise NotFoundException
        decisions = await get_decisions(session, form_id)
    score = next(score for score in one.scores if score.id == one.result.score_id)
    in_force = (one.form.conversion_number, decisions.number)
    return page(
        "releases/result.html",
        who,
        status=409 if refusal else 200,
        notice=Notice("bad", "Nothing was changed", str(refusal)) if refusal else None,
        one=one,
        counts=score,
        stale=(score.conversion_number, score.decision_number) != in_force,
        may_release=Role.MANAGER in who.roles,
    )


@post(
    "/releases/{form_id:uuid}/results/{result_id:uuid}/{verb:str}",
    status_code=303,
    opt=MANAGERS,
    include_in_schema=False,
)
async def act(
    form_id: FromPath[UUID],
    result_id: FromPath[UUID],
    verb: FromPath[str],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """Hold, lift, release, withdraw, rescore."""
    reason = (await _fields(request)).get("reason", "")
    try:
        await act_on(resources, result_id, verb, who, reason)
    except (ReleaseError, ResultError) as refusal:
        if refusal.code in GONE:
            raise
        return await _result(form_id, result_id, who, resources, refusal)
    return see(f"/releases/{form_id}/results/{result_id}")


@post(
    "/notices/{notice_id:uuid}/read", status_code=303, opt={FOR: SIGNED_IN}, include_in_schema=False
)
async def read_notice(
    notice_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    async with resources.database.transaction() as session:
        notices = Notices(session, await resources.database.now(session))
        await notices.read(notice_id, who.person_id)
    return see("/home")


async def _fields(request: AnyRequest) -> dict[str, str]:
    form = await request.form()
    return {name: str(text).replace("\0", "")[:500] for name, text in form.multi_items()}


def _uuid(text: str) -> UUID | None:
    """None for nothing.  Raises `NotFoundException` for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFoundException from None


ROUTES = [
    list_page,
    form_page,
    release,
    rescore,
    decide_key,
    result_page,
    act,
    read_notice,
]
