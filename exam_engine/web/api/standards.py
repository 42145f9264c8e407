"""Standard setting: panels and their rounds for psychometricians, signatures."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.queries import find_person_by_email
from exam_engine.accounts.roles import Role
from exam_engine.database import Session
from exam_engine.exams.queries import find_exam, find_form
from exam_engine.resources import Resources
from exam_engine.standards import proceedings, queries
from exam_engine.standards.errors import PanelUnsound
from exam_engine.standards.panels import PanelPlan, Seat
from exam_engine.standards.service import Panels
from exam_engine.standards.tables import Standard, StandardPanel
from exam_engine.web.api.calibrations import Reason
from exam_engine.web.auth import serves
from exam_engine.web.schemas import ShortText, Strict

FACILITATORS = serves(Role.PSYCHOMETRICIAN)
SIGNERS = serves(Role.PSYCHOMETRICIAN, Role.MANAGER)
SEATED = serves(Role.PSYCHOMETRICIAN, Role.MANAGER, Role.JUDGE)

Title = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
LongText = Annotated[str, Meta(max_length=4000, pattern=r"^[^\x00]*$")]
RawScore = Annotated[int, Meta(ge=0, le=100_000)]
RoundNumber = Annotated[int, Meta(ge=0, le=100)]


class SeatIn(Strict):
    email: ShortText
    qualification: Reason


class PanelIn(Strict):
    """``exam`` and ``form`` are codes; ``method`` is angoff or bookmark, and the response
    probability is for the second."""

    exam: ShortText
    form: ShortText
    method: ShortText
    title: Title
    judges: Annotated[list[SeatIn], Meta(max_length=200)]
    rounds: RoundNumber = 2
    borderline: LongText = ""
    response_probability: float = 2 / 3


class ReasonIn(Strict):
    reason: Reason = ""


class SignatureIn(Strict):
    """``cut``: the lowest raw score that passes."""

    cut: RawScore
    reason: Reason = ""


class StandardOut(Struct):
    """Recommended and adopted are kept apart; the second signature makes it the form's."""

    id: UUID
    cut_recommended: float
    standard_error: float
    recommended_at: datetime
    recommended_by: UUID | None
    cut_adopted: int | None
    reason: str
    first_by: UUID | None
    first_at: datetime | None
    second_by: UUID | None
    second_at: datetime | None


class PanelOut(Struct):
    """``state``: draft, practice, open, closed, recommended, proposed, adopted or abandoned;
    ``round`` is the present one, 0 for practice."""

    id: UUID
    title: str
    form_id: UUID
    method: str
    state: str
    round: int
    rounds: int
    response_probability: float | None
    scale: str | None
    parameters_version: int | None
    created_at: datetime
    created_by: UUID | None


class JudgeOut(Struct):
    person_id: UUID
    name: str
    qualification: str
    accepted_at: datetime | None
    left_out_round: int | None
    left_out_reason: str | None
    rated: int


class PanelDetail(Struct):
    panel: PanelOut
    borderline: str
    judges: list[JudgeOut]
    reports: dict[str, Any]
    """What each closed round came to."""
    log: list[dict[str, Any]]
    standard: StandardOut | None


def panel_out(panel: StandardPanel) -> PanelOut:
    return PanelOut(
        panel.id,
        panel.title,
        panel.form_id,
        panel.method,
        panel.state,
        panel.round,
        panel.n_rounds,
        panel.response_probability,
        panel.scale,
        panel.parameters_version,
        panel.created_at,
        panel.created_by,
    )


def standard_out(one: Standard) -> StandardOut:
    return StandardOut(
        one.id,
        one.cut_recommended,
        one.standard_error,
        one.recommended_at,
        one.recommended_by,
        one.cut_adopted,
        one.reason,
        one.first_by,
        one.first_at,
        one.second_by,
        one.second_at,
    )


async def read_panel(session: Session, panel_id: UUID) -> PanelDetail:
    panel = await queries.get_panel(session, panel_id, whole=True)
    rated = await queries.count_rated(session, panel.id, panel.round)
    standard = await queries.find_standard(session, panel.id)
    judges = [
        JudgeOut(
            one.judge.person_id,
            one.name,
            one.judge.qualification,
            one.judge.accepted_at,
            one.judge.left_out_round,
            one.judge.left_out_reason,
            rated[one.judge.person_id][0] if one.judge.person_id in rated else 0,
        )
        for one in await queries.list_judges(session, panel.id)
    ]
    return PanelDetail(
        panel_out(panel),
        panel.borderline,
        judges,
        panel.reports,
        panel.log,
        standard_out(standard) if standard else None,
    )


async def _plan(session: Session, data: PanelIn) -> PanelPlan:
    known = [data.exam, data.form]
    exam = None if any("\0" in one for one in known) else await find_exam(session, data.exam)
    form = await find_form(session, exam.id, data.form) if exam else None
    if form is None:
        raise PanelUnsound(f"There is no form {data.form} of an exam {data.exam}.")
    seats = []
    for one in data.judges:
        person = await find_person_by_email(session, one.email)
        if person is None:
            raise PanelUnsound(f"There is nobody with the address {one.email}.", "judges")
        seats.append(Seat(person.id, one.qualification))
    return PanelPlan(
        form_id=form.id,
        method=data.method,
        title=data.title,
        n_rounds=data.rounds,
        seats=tuple(seats),
        borderline=data.borderline,
        response_probability=data.response_probability,
    )


@get("/api/standards", opt=SEATED)
async def list_panels(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> list[PanelOut]:
    """Newest first; a judge sees only panels that they sit on."""
    async with resources.database.reading() as session:
        found = await queries.list_panels(session, only_for(who))
        return [panel_out(one.panel) for one in found]


def only_for(who: SignedIn) -> UUID | None:
    """Whose panels somebody sees: a judge's own, everybody's for those who facilitate or sign."""
    all_of_them = not who.roles.isdisjoint({Role.PSYCHOMETRICIAN, Role.MANAGER})
    return None if all_of_them else who.person_id


@post("/api/standards", status_code=201, opt=FACILITATORS)
async def make(
    data: JSONBody[PanelIn], who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> PanelDetail:
    """A draft of a panel; a bookmark panel with its ordered booklet."""
    async with resources.database.reading() as session:
        plan = await _plan(session, data)
    panel_id = await proceedings.make_panel(resources.database, plan, who.person_id)
    return await _detail(resources, panel_id)


@get("/api/standards/{panel_id:uuid}", opt=SIGNERS)
async def show(panel_id: FromPath[UUID], resources: NamedDependency[Resources]) -> PanelDetail:
    """A panel with its judges, its rounds' reports and its standard."""
    return await _detail(resources, panel_id)


async def _detail(resources: Resources, panel_id: UUID) -> PanelDetail:
    async with resources.database.reading() as session:
        return await read_panel(session, panel_id)


async def carry_out(
    resources: Resources, panel_id: UUID, verb: str, by: UUID, reason: str = "", cut: int = 0
) -> None:
    """One verb of a panel, with all that it needs.  The caller knows that it may."""
    database = resources.database
    if verb == "close":
        await proceedings.close_round(database, panel_id, by, reason)
        return
    if verb == "confirm":
        await proceedings.confirm(database, panel_id, cut, by)
        return
    async with database.transaction() as session:
        panels = Panels(session, await database.now(session))
        acts: dict[str, Any] = {
            "begin": lambda: panels.begin(panel_id, by),
            "open": lambda: panels.open_round(panel_id, by),
            "recommend": lambda: panels.recommend(panel_id, by),
            "abandon": lambda: panels.abandon(panel_id, by, reason),
            "propose": lambda: panels.propose(panel_id, cut, by, reason),
            "withdraw": lambda: panels.withdraw(panel_id, by, reason),
        }
        await acts[verb]()


def _facilitating(verb: str, explanation: str) -> Any:
    @post(
        f"/api/standards/{{panel_id:uuid}}/{verb}",
        status_code=200,
        opt=FACILITATORS,
        name=f"panel_{verb}",
        operation_id=f"panel_{verb}",
        description=explanation,
    )
    async def act(
        panel_id: FromPath[UUID],
        data: JSONBody[ReasonIn],
        who: NamedDependency[SignedIn],
        resources: NamedDependency[Resources],
    ) -> PanelDetail:
        await carry_out(resources, panel_id, verb, who.person_id, data.reason)
        return await _detail(resources, panel_id)

    return act


begin = _facilitating("begin", "Judges may read and practise from here on.")
open_round = _facilitating("open", "Open the next round.")
close_round = _facilitating(
    "close",
    "Close the open round with its figures. With a reason, judges who have not rated everything "
    "are left out.",
)
recommend = _facilitating("recommend", "The cut of the round closed last is the recommendation.")
abandon = _facilitating("abandon", "Nothing comes of the panel; a reason is needed.")


@post("/api/standards/{panel_id:uuid}/propose", status_code=200, opt=SIGNERS)
async def propose(
    panel_id: FromPath[UUID],
    data: JSONBody[SignatureIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> PanelDetail:
    """The first signature; a reason is needed where the cut is not the recommended one."""
    await carry_out(resources, panel_id, "propose", who.person_id, data.reason, data.cut)
    return await _detail(resources, panel_id)


@post("/api/standards/{panel_id:uuid}/confirm", status_code=200, opt=SIGNERS)
async def confirm(
    panel_id: FromPath[UUID],
    data: JSONBody[SignatureIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> PanelDetail:
    """The second signature, another person's: the form has its conversion table from here on."""
    await carry_out(resources, panel_id, "confirm", who.person_id, cut=data.cut)
    return await _detail(resources, panel_id)


@post("/api/standards/{panel_id:uuid}/withdraw", status_code=200, opt=SIGNERS)
async def withdraw(
    panel_id: FromPath[UUID],
    data: JSONBody[ReasonIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> PanelDetail:
    """Take the proposal back; a reason is needed."""
    await carry_out(resources, panel_id, "withdraw", who.person_id, data.reason)
    return await _detail(resources, panel_id)


ROUTES = [
    list_panels,
    make,
    show,
    begin,
    open_round,
    close_round,
    recommend,
    abandon,
    propose,
    confirm,
    withdraw,
]
