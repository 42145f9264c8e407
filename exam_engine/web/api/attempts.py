"""A candidate's own attempt: check in, start, answer, submit.

The attempt in the path is looked up among those of the signed-in person: anybody else's is not
found.
"""

import time
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ASGIApp

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.arrival.service import Arrival
from exam_engine.delivery import queries as attempts
from exam_engine.delivery.answers import Answer
from exam_engine.delivery.errors import NotStarted
from exam_engine.delivery.service import Delivery
from exam_engine.delivery.states import AttemptState
from exam_engine.invigilation.queries import count_answered, get_standing
from exam_engine.invigilation.service import Invigilation, time_left_ms
from exam_engine.resources import Resources
from exam_engine.web import render, schemas, views
from exam_engine.web.answering import AnswerOperation, json_reply, read_answer, read_body
from exam_engine.web.auth import FOR, RECORDER, AnyRequest, resources_of, serves, token_hash_of
from proctor.presence import Contact
from proctor.signals import read

CANDIDATE = serves(Role.CANDIDATE)
MOST_QUESTIONS = 20


@get("/api/authorizations", opt=CANDIDATE)
async def list_authorizations(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> list[schemas.AuthorizationOut]:
    """My rights to sit, with the attempt where one was made."""
    async with resources.database.snapshot() as snapshot:
        return await views.authorizations_out(snapshot, who)


@post("/api/attempts", status_code=201, opt=CANDIDATE)
async def check_in(
    data: JSONBody[schemas.CheckInIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.AttemptOut:
    """Check in to the attempt of an authorization; again changes nothing."""
    async with resources.database.act() as act:
        came = await Arrival(act, await act.now()).check_in(who, data.authorization_id)
    resources.hints.changed([came.sitting_id])
    return await _out(resources, came.attempt_id, who)


async def _out(resources: Resources, attempt_id: UUID, who: SignedIn) -> schemas.AttemptOut:
    """An attempt as stored: after an act it is read when the commit is over, so that nobody waits
    to write meanwhile."""
    async with resources.database.snapshot() as snapshot:
        now = await snapshot.now()
        standing = await get_standing(snapshot, attempt_id, who.person_id)
        return await views.attempt_out(snapshot, standing, who, now)


@get("/api/attempts/{attempt_id:uuid}", opt=CANDIDATE)
async def get_attempt(
    attempt_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.AttemptOut:
    """The truth about my attempt: state, time, and every answer that is stored."""
    return await _out(resources, attempt_id, who)


@post("/api/attempts/{attempt_id:uuid}/start", status_code=200, opt=CANDIDATE)
async def start(
    attempt_id: FromPath[UUID],
    data: JSONBody[schemas.StartIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.AttemptOut:
    """Agree to the rules and start the clock; starting again changes nothing."""
    async with resources.database.act() as act:
        arrival = Arrival(act, await act.now())
        started = await arrival.start(attempt_id, who, agreement=data.agreement)
    resources.hints.changed([started.sitting_id])
    return await _out(resources, attempt_id, who)


@post("/api/attempts/{attempt_id:uuid}/lease", status_code=200, opt=CANDIDATE)
async def take_lease(
    attempt_id: FromPath[UUID],
    data: JSONBody[schemas.LeaseIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.LeaseOut:
    """Become the one device that writes."""
    async with resources.database.snapshot() as snapshot:
        attempt = await get_standing(snapshot, attempt_id, who.person_id)
    if attempt.state == AttemptState.RUNNING and views.writes_here(attempt, who):
        return schemas.LeaseOut(attempt.lease, attempt.last_sequence + 1)
    async with resources.database.transaction() as session:
        now = await resources.database.now(session)
        lease, following = await Delivery(session, now).take_lease(
            attempt.id, who.sign_in_id, take_over=data.take_over
        )
        if data.take_over and (noticed := read("taken_over", 0, None, now)) and lease > 1:
            await Invigilation(session, now).record_signals(attempt.id, [noticed])
        room = attempt.sitting_id
    resources.hints.changed([room])
    return schemas.LeaseOut(lease, following)


@get("/api/attempts/{attempt_id:uuid}/questions", opt=CANDIDATE)
async def list_questions(
    request: AnyRequest,
    attempt_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
    start: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
    count: Annotated[int, QueryParameter(ge=1, le=MOST_QUESTIONS)] = 10,
) -> schemas.QuestionsOut:
    """The next questions, as fragments of the page, for the player to keep in memory."""
    async with resources.database.snapshot() as snapshot:
        attempt = await get_standing(snapshot, attempt_id, who.person_id)
        if attempt.state == AttemptState.CREATED:
            raise NotStarted
        shown = await views.questions_shown(resources.database, snapshot, attempt, start, count)
    return schemas.QuestionsOut(
        [
            schemas.QuestionOut(
                one.position,
                render.question(request.app, one, attempt.question_count, attempt.state),
            )
            for one in shown
        ]
    )


@post(
    "/api/attempts/{attempt_id:uuid}/answers",
    status_code=200,
    opt={FOR: RECORDER},
    operation_class=AnswerOperation,
    responses={200: ResponseSpec(schemas.AnswerOut, description="A receipt.")},
)
async def answer(request: AnyRequest, attempt_id: FromPath[UUID]) -> ASGIApp:
    """Store one answer.  The receipt leaves after the commit has reached the disk."""
    received = time.monotonic()
    token_hash = token_hash_of(request)
    data = read_answer(await read_body(request.receive))
    receipt = await resources_of(request).recorder.record(
        Answer(
            token_hash,
            attempt_id,
            data.lease,
            data.sequence,
            data.position,
            data.response,
            data.flagged,
            received,
        )
    )
    out = schemas.AnswerOut(
        receipt.attempt_id,
        receipt.position,
        receipt.lease,
        receipt.sequence,
        receipt.received_at,
        receipt.hash.hex(),
        receipt.current,
        int(receipt.remaining.total_seconds() * 1000),
    )
    return json_reply(out)


@post("/api/attempts/{attempt_id:uuid}/heartbeat", status_code=200, opt=CANDIDATE)
async def heartbeat(
    attempt_id: FromPath[UUID],
    data: JSONBody[schemas.HeartbeatIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.HeartbeatOut:
    """Say that I am here; hear the state and the time left.  Signals that came along are kept."""
    async with resources.database.snapshot() as snapshot:
        now = await snapshot.now()
        attempt = await get_standing(snapshot, attempt_id, who.person_id)
        answered = await count_answered(snapshot, attempt.id)
        message = await views.time_message(snapshot, attempt)
    if attempt.session_id is not None:
        contact = Contact(now, data.waiting)
        await resources.presence.beat(attempt.sitting_id, attempt.session_id, contact)
    noticed = [
        one
        for signal in data.signals
        if (one := read(signal.kind, signal.ago_ms, signal.duration_ms, now)) is not None
    ]
    if noticed:
        async with resources.database.transaction() as session:
            await Invigilation(session, now).record_signals(attempt.id, noticed)
        resources.hints.changed([attempt.sitting_id])
    return schemas.HeartbeatOut(
        state=attempt.state,
        admission=attempt.admission or "waiting",
        remaining_ms=time_left_ms(attempt, now),
        paused_at=attempt.paused_at,
        lease=attempt.lease,
        writes_here=views.writes_here(attempt, who),
        answered=answered,
        message=message,
    )


@post("/api/attempts/{attempt_id:uuid}/submit", status_code=200, opt=CANDIDATE)
async def submit(
    attempt_id: FromPath[UUID],
    data: JSONBody[schemas.SubmitIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.SubmittedOut:
    """Close the attempt and score it; submitting again answers the same."""
    async with resources.database.transaction() as session:
        await attempts.get_attempt_for_update(session, attempt_id)  # then look at the clock
        now = await resources.database.now(session)
        attempt = await Invigilation(session, now).submit(attempt_id, who, data.last_sequence)
    resources.hints.changed([attempt.sitting_id])
    async with resources.database.snapshot() as snapshot:
        closed = await get_standing(snapshot, attempt_id, who.person_id)
        answered = await count_answered(snapshot, attempt_id)
    return schemas.SubmittedOut(
        closed.id,
        closed.state,
        closed.ended_at or now,
        answered,
        closed.question_count,
        views.receipt_word(closed) or "",
        closed.result_id,
    )


ROUTES = [
    list_authorizations,
    check_in,
    get_attempt,
    start,
    take_lease,
    list_questions,
    answer,
    heartbeat,
    submit,
]
