"""Around the exam: check in, agree, start; afterwards the receipt and the result."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.arrival.service import Arrival
from exam_engine.delivery.errors import AgreementMissing, NotAdmitted
from exam_engine.delivery.states import TERMINAL, AttemptState
from exam_engine.driver.prepared import Snapshot
from exam_engine.invigilation.queries import Standing, count_answered, find_latest_standing
from exam_engine.resources import Resources
from exam_engine.results.queries import find_result
from exam_engine.web import views
from exam_engine.web.auth import serves
from exam_engine.web.pages.frame import FormError, page, see

CANDIDATE = serves(Role.CANDIDATE)
RULES = (
    "You may move back and forth and change answers until you submit.",
    "Each answer is saved by itself; the line at the top says when the server has it.",
    "If the line drops, keep working on this page: your answers wait on this device.",
    "The clock runs until you submit or time is up, also while you are offline.",
    "Work alone. No other person, notes, telephone or second screen.",
    "Leaving the exam window is recorded and shown to the proctor.",
    "One device at a time. You can continue on another one; the first then only shows the exam.",
    "Do not copy, photograph or pass on any question.",
    "If something goes wrong, tell the proctor at once; lost time can be given back.",
    "An unanswered question scores the same as a wrong one.",
)


class CheckInForm(Struct):
    authorization_id: UUID


class AgreementForm(Struct):
    agreement: str = ""


async def own_attempt(snapshot: Snapshot, who: SignedIn) -> Standing | None:
    """The attempt that the sign-in means; an exam page's address carries none."""
    return await find_latest_standing(snapshot, who.person_id)


def place_of(state: str) -> str:
    """The page on which an attempt in this state belongs."""
    if state == AttemptState.CREATED:
        return "/exam/check-in"
    if state == AttemptState.PAUSED:
        return "/exam/paused"
    if state in TERMINAL:
        return "/exam/finished"
    return "/exam/questions"


@post("/exam/check-in", status_code=303, opt=CANDIDATE, include_in_schema=False)
async def check_in(
    data: URLEncodedBody[CheckInForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    async with resources.database.act() as act:
        came = await Arrival(act, await act.now()).check_in(who, data.authorization_id)
    resources.hints.changed([came.sitting_id])
    return see(place_of(came.state))


@get("/exam/check-in", opt=CANDIDATE, include_in_schema=False)
async def check_in_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None:
            return see("/home")
        if attempt.state != AttemptState.CREATED:
            return see(place_of(attempt.state))
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
    if out.admission in ("admitted", "live"):
        return see("/exam/agreement")
    return page("candidate/check_in.html", who, attempt=out)


@get("/exam/agreement", opt=CANDIDATE, include_in_schema=False)
async def agreement_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[Any]:
    return await _agreement(who, resources)


async def _agreement(
    who: SignedIn, resources: Resources, error: FormError | None = None
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None:
            return see("/home")
        if attempt.state != AttemptState.CREATED:
            return see(place_of(attempt.state))
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
    if out.admission not in ("admitted", "live"):
        return see("/exam/check-in")
    return page(
        "candidate/agreement.html",
        who,
        status=422 if error else 200,
        form_error=error,
        attempt=out,
        minutes=out.allowance_s // 60,
        rules=RULES,
    )


@post("/exam/start", status_code=303, opt=CANDIDATE, include_in_schema=False)
async def start(
    data: URLEncodedBody[AgreementForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
    if attempt is None:
        return see("/home")
    try:
        async with resources.database.act() as act:
            arrival = Arrival(act, await act.now())
            started = await arrival.start(attempt.id, who, agreement=data.agreement == "yes")
    except AgreementMissing as refusal:
        return await _agreement(who, resources, FormError((("agreement", str(refusal)),)))
    except NotAdmitted:
        return see("/exam/check-in")
    resources.hints.changed([started.sitting_id])
    return see(place_of(started.state))


@get("/exam/paused", opt=CANDIDATE, include_in_schema=False)
async def paused_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None or attempt.state != AttemptState.PAUSED:
            return see(place_of(attempt.state) if attempt else "/home")
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
    return page("candidate/paused.html", who, attempt=out)


@get("/exam/finished", opt=CANDIDATE, include_in_schema=False)
async def finished_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None or attempt.state not in TERMINAL:
            return see(place_of(attempt.state) if attempt else "/home")
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
        answered = await count_answered(snapshot, attempt.id)
    return page(
        "candidate/finished.html",
        who,
        attempt=out,
        answered=answered,
        result_id=attempt.result_id if attempt.result_state == "released" else None,
    )


@get("/results/{result_id:uuid}", opt=CANDIDATE, include_in_schema=False)
async def result_page(
    result_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    async with resources.database.reading() as session:
        found = await find_result(session, result_id, who.person_id)
        if found is None:
            raise NotFoundException
        out = await views.result_out(session, found)
        picture = await views.score_picture(session, found)
    return page("candidate/result.html", who, result=out, picture=picture)


ROUTES = [
    check_in,
    check_in_page,
    agreement_page,
    start,
    paused_page,
    finished_page,
    result_page,
]
