"""The exam as plain pages: question, review, submit.  The player takes over where it can run."""

import re
import secrets
import time
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.delivery.answers import Answer
from exam_engine.delivery.errors import (
    AnswerLate,
    AttemptClosed,
    AttemptPaused,
    NoSuchQuestion,
)
from exam_engine.delivery.queries import get_attempt_for_update
from exam_engine.delivery.service import Delivery
from exam_engine.delivery.states import AttemptState
from exam_engine.invigilation.queries import Standing, list_touched
from exam_engine.invigilation.service import Invigilation
from exam_engine.resources import Resources
from exam_engine.web import views
from exam_engine.web.auth import AnyRequest, token_hash_of
from exam_engine.web.pages.candidate import CANDIDATE, own_attempt, place_of
from exam_engine.web.pages.frame import FormError, page, see
from exam_engine.web.schemas import AttemptOut

LEASE = re.compile("[0-9]{1,5}")
SUBMISSION = re.compile("[A-Za-z0-9_-]{1,64}")


class AnswerForm(Struct):
    lease: str = ""
    submission_id: str = ""
    response: str = ""
    flagged: str = ""
    action: str = "save"


class SubmitForm(Struct):
    lease: str = ""
    confirm: str = ""


class SheetCell(Struct):
    position: int
    answered: bool
    flagged: bool
    letter: str | None = None


class Sheet(Struct):
    """The map of an exam, with the positions that have no answer and those that are flagged."""

    cells: list[SheetCell]
    open: list[int]
    flagged: list[int]


def sheet_of(out: AttemptOut, letters: dict[int, str] | None = None) -> Sheet:
    touched = {answer.position: answer for answer in out.answers}
    cells = [
        SheetCell(
            position,
            (answer := touched.get(position)) is not None and answer.response is not None,
            answer is not None and answer.flagged,
            (letters or {}).get(position),
        )
        for position in range(1, out.question_count + 1)
    ]
    return Sheet(
        cells,
        [cell.position for cell in cells if not cell.answered],
        [cell.position for cell in cells if cell.flagged],
    )


def lease_of(out: AttemptOut) -> int | None:
    """The lease this page may write with; None where another device writes."""
    return out.lease if out.writes_here else None


@get("/exam/questions", opt=CANDIDATE, include_in_schema=False)
async def newest_question(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect:
    """Where the candidate was: the question answered or flagged last, else the first one."""
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None:
            return see("/home")
        if attempt.state != AttemptState.RUNNING:
            return see(place_of(attempt.state))
        touched = await list_touched(snapshot, attempt.id)
    newest = max(touched, key=lambda one: one.received_at, default=None)
    return see(f"/exam/questions/{newest.position if newest else 1}")


@get("/exam/questions/{position:int}", opt=CANDIDATE, include_in_schema=False)
async def question_page(
    position: FromPath[int],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None:
            return see("/home")
        if attempt.state != AttemptState.RUNNING:
            return see(place_of(attempt.state))
        if not 1 <= position <= attempt.question_count:
            raise NotFoundException
        shown = await views.questions_shown(resources.database, snapshot, attempt, position, 1)
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
    return page(
        "candidate/question.html",
        who,
        attempt=out,
        question=shown[0],
        count=attempt.question_count,
        sheet=sheet_of(out),
        lease=lease_of(out),
        submission_id=secrets.token_urlsafe(16),
    )


@post("/exam/questions/{position:int}", status_code=303, opt=CANDIDATE, include_in_schema=False)
async def answer(
    request: AnyRequest,
    position: FromPath[int],
    data: URLEncodedBody[AnswerForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    """An answer from the plain form: recorded like any other, then on to the next page."""
    received = time.monotonic()
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
    if attempt is None:
        return see("/home")
    if not 1 <= position <= attempt.question_count:
        raise NoSuchQuestion
    try:
        await resources.recorder.record(
            Answer(
                token_hash=token_hash_of(request),
                attempt_id=attempt.id,
                lease=int(data.lease) if LEASE.fullmatch(data.lease) else 0,
                sequence=None,
                position=position,
                response=None if data.action == "clear" else data.response or None,
                flagged=data.flagged == "yes",
                received=received,
                submission_id=(
                    data.submission_id
                    if SUBMISSION.fullmatch(data.submission_id)
                    else secrets.token_urlsafe(16)
                ),
            )
        )
    except (AnswerLate, AttemptClosed):
        return see("/exam/finished")
    except AttemptPaused:
        return see("/exam/paused")
    return see(_after(data.action, position, attempt))


def _after(action: str, position: int, attempt: Standing) -> str:
    if action == "review":
        return "/exam/review"
    step = {"next": 1, "previous": -1}.get(action, 0)
    following = min(max(position + step, 1), attempt.question_count)
    return f"/exam/questions/{following}"


@get("/exam/review", opt=CANDIDATE, include_in_schema=False)
async def review_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Response[Any]:
    return await _review(who, resources)


async def _review(
    who: SignedIn, resources: Resources, error: FormError | None = None
) -> Response[Any]:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
        if attempt is None:
            return see("/home")
        if attempt.state != AttemptState.RUNNING:
            return see(place_of(attempt.state))
        out = await views.attempt_out(snapshot, attempt, who, await snapshot.now())
        sheet = sheet_of(out, await views.letters_chosen(snapshot, attempt))
    return page(
        "candidate/review.html",
        who,
        status=422 if error else 200,
        form_error=error,
        attempt=out,
        question=None,
        count=attempt.question_count,
        sheet=sheet,
        unanswered=sheet.open,
        flagged=sheet.flagged,
        lease=lease_of(out),
        submission_id=None,
    )


@post("/exam/submit", status_code=303, opt=CANDIDATE, include_in_schema=False)
async def submit(
    data: URLEncodedBody[SubmitForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Response[Any]:
    if data.confirm != "yes":
        sentence = "Tick the box to submit, or go back to the questions."
        return await _review(who, resources, FormError((("submit", sentence),)))
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
    if attempt is None:
        return see("/home")
    async with resources.database.transaction() as session:
        await get_attempt_for_update(session, attempt.id)  # then look at the clock
        now = await resources.database.now(session)
        await Invigilation(session, now).submit(attempt.id, who, 0)
    resources.hints.changed([attempt.sitting_id])
    return see("/exam/finished")


@post("/exam/take-over", status_code=303, opt=CANDIDATE, include_in_schema=False)
async def take_over(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Redirect:
    async with resources.database.snapshot() as snapshot:
        attempt = await own_attempt(snapshot, who)
    if attempt is None:
        return see("/home")
    async with resources.database.transaction() as session:
        now = await resources.database.now(session)
        await Delivery(session, now).take_lease(attempt.id, who.sign_in_id, take_over=True)
    resources.hints.changed([attempt.sitting_id])
    return see("/exam/questions")


ROUTES = [newest_question, question_page, answer, review_page, submit, take_over]
