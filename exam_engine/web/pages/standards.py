"""Standard setting: panels for those who facilitate and sign, the judge's own sheet."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import list_names
from exam_engine.accounts.roles import Role
from exam_engine.database import Session
from exam_engine.exams.errors import ExamError
from exam_engine.exams.queries import get_conversion, get_exam, get_form
from exam_engine.resources import Resources
from exam_engine.standards import proceedings, queries
from exam_engine.standards.adoption import passing
from exam_engine.standards.errors import (
    AdoptionUnsound,
    PanelNotFound,
    PanelUnsound,
    RatingUnsound,
    ReasonMissing,
    StandardsError,
)
from exam_engine.standards.panels import (
    BOOKMARK,
    METHOD_WORDS,
    STATEMENT,
    PanelPlan,
    Seat,
    asked,
    share_in,
)
from exam_engine.standards.service import Panels
from exam_engine.standards.sheets import Sheet, read_sheet
from exam_engine.web.api.sheets import JUDGES, keep
from exam_engine.web.api.standards import (
    FACILITATORS,
    SEATED,
    SIGNERS,
    carry_out,
    only_for,
    read_panel,
)
from exam_engine.web.auth import AnyRequest, NotAllowed
from exam_engine.web.errors import STATUS
from exam_engine.web.pages.frame import FormError, Notice, page, see

FACILITATE = frozenset({"begin", "open", "close", "recommend", "abandon"})
SIGN = frozenset({"propose", "confirm", "withdraw"})
PERCENT = "rating-"


@get("/standards", opt=SEATED, include_in_schema=False)
async def panels_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    only = only_for(who)
    async with resources.database.reading() as session:
        panels = await queries.list_panels(session, only)
        seats = {one.panel.id for one in await queries.list_panels(session, who.person_id)}
    return page(
        "standards/panels.html",
        who,
        panels=panels,
        seats=seats,
        methods=METHOD_WORDS,
        is_judge_only=only is not None,
        may_make=Role.PSYCHOMETRICIAN in who.roles,
    )


# ---- a new panel


@get("/standards/new", opt=FACILITATORS, include_in_schema=False)
async def new_page(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    return await _new(who, resources, dict(request.query_params.items()))


async def _new(
    who: SignedIn,
    resources: Resources,
    given: Mapping[str, str],
    error: PanelUnsound | None = None,
) -> Template:
    async with resources.database.reading() as session:
        forms = await queries.list_forms(session)
        people = await queries.list_people_who_judge(session)
    return page(
        "standards/new.html",
        who,
        status=422 if error else 200,
        form_error=FormError(((error.field, str(error)),)) if error else None,
        given=given,
        forms=[one for one in forms if one.refusal is None],
        refusals=[one.refusal for one in forms if one.refusal],
        people=people,
        methods=METHOD_WORDS,
    )


def _plan_of(fields: Mapping[str, str]) -> PanelPlan:
    """The panel that a form's fields describe.  Raises `PanelUnsound`."""
    try:
        form_id = UUID(fields.get("form", ""))
    except ValueError:
        raise PanelUnsound("Choose a form.") from None
    try:
        rounds = int(fields.get("rounds", "2"))
    except ValueError:
        raise PanelUnsound("Write how many rounds there are, like 2.", "rounds") from None
    try:
        probability = float(fields.get("probability", "").replace(",", ".") or 2 / 3)
    except ValueError:
        raise PanelUnsound("Write a response probability, like 0.67.", "probability") from None
    seats = tuple(
        Seat(UUID(name.removeprefix("judge-")), fields.get(f"qualification-{name[6:]}", ""))
        for name in fields
        if name.startswith("judge-")
    )
    return PanelPlan(
        form_id=form_id,
        method=fields.get("method", ""),
        title=fields.get("title", ""),
        n_rounds=rounds,
        seats=seats,
        borderline=fields.get("borderline", ""),
        response_probability=probability,
    )


async def _fields(request: AnyRequest) -> dict[str, str]:
    form = await request.form()
    return {name: str(text).replace("\0", "") for name, text in form.multi_items()}


@post("/standards", status_code=303, opt=FACILITATORS, include_in_schema=False)
async def make(
    request: AnyRequest, who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect | Template:
    fields = await _fields(request)
    try:
        plan = _plan_of(fields)
        panel_id = await proceedings.make_panel(resources.database, plan, who.person_id)
    except PanelUnsound as refusal:
        return await _new(who, resources, fields, refusal)
    return see(f"/standards/{panel_id}")


# ---- a panel


async def _shown(session: Session, panel_id: UUID, who: SignedIn) -> dict[str, Any]:
    detail = await read_panel(session, panel_id)
    panel = await queries.get_panel(session, panel_id)
    form = await get_form(session, panel.form_id)
    conversion = await get_conversion(session, form)
    standard = detail.standard
    people = {UUID(line["by"]) for line in detail.log if line["by"]}
    names = await list_names(session, people)
    scored = await queries.list_scored(session, form.id)
    report = detail.reports[max(detail.reports, key=int)] if detail.reports else None
    on_it = any(one.person_id == who.person_id for one in detail.judges)
    return {
        "panel": panel,
        "detail": detail,
        "form": form,
        "exam": await get_exam(session, form.exam_id),
        "raw_max": len(conversion.scaled) - 1,
        "cut": conversion.cut,
        "names": names,
        "names_by_text": {str(person_id): name for person_id, name in names.items()},
        "n_asked": len(asked(panel.method, panel.round, [one.position for one in scored])),
        "report": report,
        "offered": passing(standard.cut_recommended) if standard else None,
        "may_facilitate": Role.PSYCHOMETRICIAN in who.roles,
        "may_sign": not on_it,
        "signed_first": standard is not None and standard.first_by == who.person_id,
    }


async def _panel(
    panel_id: UUID,
    who: SignedIn,
    resources: Resources,
    refusal: Exception | None = None,
    fields: Mapping[str, str] | None = None,
) -> Template:
    async with resources.database.reading() as session:
        shown = await _shown(session, panel_id, who)
    faults, notice = None, None
    if isinstance(refusal, AdoptionUnsound):
        faults = FormError(((refusal.field, str(refusal)),))
    elif isinstance(refusal, ReasonMissing):
        faults = FormError((("reason", str(refusal)),))
    elif refusal is not None:
        notice = Notice("bad", "Nothing was changed", str(refusal))
    return page(
        "standards/panel.html",
        who,
        status=STATUS.get(type(refusal), 409) if refusal else 200,
        form_error=faults,
        notice=notice,
        given=fields or {},
        methods=METHOD_WORDS,
        **shown,
    )


@get("/standards/{panel_id:uuid}", opt=SIGNERS, include_in_schema=False)
async def panel_page(
    panel_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _panel(panel_id, who, resources)


@post(
    "/standards/{panel_id:uuid}/acts/{verb:str}",
    status_code=303,
    opt=SIGNERS,
    include_in_schema=False,
)
async def decide(
    panel_id: FromPath[UUID],
    verb: FromPath[str],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """Begin, open, close, recommend, abandon; propose, confirm, withdraw."""
    if verb not in FACILITATE | SIGN:
        raise NotFoundException
    if verb in FACILITATE and Role.PSYCHOMETRICIAN not in who.roles:
        raise NotAllowed
    fields = await _fields(request)
    reason = fields.get("reason", "")[:500]
    try:
        cut = _cut(fields.get("cut", "")) if verb in {"propose", "confirm"} else 0
        await carry_out(resources, panel_id, verb, who.person_id, reason, cut)
    except PanelNotFound:
        raise
    except (StandardsError, ExamError) as refusal:
        return await _panel(panel_id, who, resources, refusal, fields)
    return see(f"/standards/{panel_id}")


def _cut(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise AdoptionUnsound("Write the lowest raw score that passes, a whole number.")
    return int(text)


# ---- a judge's sheet


async def _sheet(
    panel_id: UUID,
    who: SignedIn,
    resources: Resources,
    *,
    faults: tuple[tuple[str, str], ...] = (),
    notice: Notice | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Template:
    async with resources.database.reading() as session:
        found = await read_sheet(session, panel_id, who.person_id)
    impact = [one for one in found.report["impact"] if one["steps"] == 0] if found.report else []
    return page(
        "standards/sheet.html",
        who,
        status=status,
        form_error=FormError(faults) if faults else None,
        notice=notice,
        sheet=found,
        panel=found.panel,
        typed=typed or {},
        wrong=dict(faults),
        statement=STATEMENT,
        impact=impact[0] if impact else None,
        methods=METHOD_WORDS,
        n_pages=len(found.panel.booklet),
    )


@get("/standards/{panel_id:uuid}/sheet", opt=JUDGES, include_in_schema=False)
async def sheet_page(
    panel_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    saved = "saved" in request.query_params
    notice = Notice("ok", "Saved", "You can change it until the round closes.") if saved else None
    return await _sheet(panel_id, who, resources, notice=notice)


@post("/standards/{panel_id:uuid}/statement", status_code=303, opt=JUDGES, include_in_schema=False)
async def accept(
    panel_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    if (await _fields(request)).get("accepted") != "yes":
        faults = (("accepted", "Tick the box if the statement is true of you"),)
        return await _sheet(panel_id, who, resources, faults=faults, status=422)
    async with resources.database.transaction() as session:
        await Panels(session, await resources.database.now(session)).accept(panel_id, who.person_id)
    return see(f"/standards/{panel_id}/sheet")


@post("/standards/{panel_id:uuid}/sheet", status_code=303, opt=JUDGES, include_in_schema=False)
async def save(
    panel_id: FromPath[UUID],
    request: AnyRequest,
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect | Template:
    """The whole form, as it comes without scripts: what is right is kept, the rest is told."""
    fields = await _fields(request)
    async with resources.database.reading() as session:
        found = await read_sheet(session, panel_id, who.person_id)
    ratings, faults = _ratings_of(found, fields)
    try:
        number = int(fields.get("round", "-1")) if fields.get("round", "").isdecimal() else -1
        await keep(resources, panel_id, who.person_id, number, ratings)
    except PanelNotFound:
        raise
    except StandardsError as refusal:
        notice = Notice("bad", "Nothing was saved", str(refusal))
        status = STATUS.get(type(refusal), 409)
        return await _sheet(panel_id, who, resources, notice=notice, typed=fields, status=status)
    if faults:
        return await _sheet(panel_id, who, resources, faults=faults, typed=fields, status=422)
    return see(f"/standards/{panel_id}/sheet?saved=yes")


def _ratings_of(
    found: Sheet, fields: Mapping[str, str]
) -> tuple[dict[int, float | None], tuple[tuple[str, str], ...]]:
    """Ratings by position, and what cannot be read as one; a field that did not come is left."""
    if found.panel.method == "bookmark":
        page_text = fields.get("bookmark", "")
        if not page_text.isdecimal() or len(page_text) > 5:
            return {}, (("bookmark", "Choose the page of the bookmark"),)
        return {BOOKMARK: float(page_text)}, ()
    ratings: dict[int, float | None] = {}
    faults = []
    last = found.last if fields.get("keep") == "yes" else {}
    for position in found.positions:
        name = f"{PERCENT}{position}"
        if name not in fields:
            continue
        if not fields[name].strip():
            ratings[position] = last.get(position)
            continue
        try:
            ratings[position] = share_in(fields[name])
        except RatingUnsound as refusal:
            faults.append((name, f"Question {position}: {refusal}"))
    return ratings, tuple(faults)


ROUTES = [
    panels_page,
    new_page,
    make,
    panel_page,
    decide,
    sheet_page,
    accept,
    save,
]
