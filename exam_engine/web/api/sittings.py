"""The proctor's live list and the acts on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.database import Session
from exam_engine.delivery.queries import get_attempt_for_update
from exam_engine.exams.queries import count_form_items
from exam_engine.exams.tables import Exam
from exam_engine.invigilation.service import Invigilation, list_seats
from exam_engine.registration import queries as registration
from exam_engine.registration.tables import Sitting
from exam_engine.resources import Resources
from exam_engine.web import schemas, views
from exam_engine.web.auth import AnyRequest, find_who, serves
from proctor.errors import NoSuchSession
from proctor.queries import find_session

PROCTOR = serves(Role.PROCTOR, Role.MANAGER)
LOOK_AGAIN_S = 4.0
QUIET_BEATS = 4


async def get_own_sitting(
    session: Session, sitting_id: UUID, who: SignedIn
) -> tuple[Sitting, Exam]:
    """A sitting of this proctor; for anybody else's there is nothing here."""
    found = await registration.find_sitting(session, sitting_id, views.proctor_scope(who))
    if found is None:
        raise NotFoundException
    sitting, exam = found
    return sitting, exam


async def room(resources: Resources, sitting_id: UUID, who: SignedIn) -> schemas.SeatsOut:
    async with resources.database.reading() as session:
        now = await resources.database.now(session)
        sitting, exam = await get_own_sitting(session, sitting_id, who)
        contacts = await resources.presence.contacts(sitting.id)
        seats = await list_seats(session, sitting, contacts, now)
        count = await count_form_items(session, sitting.form_id)
    return schemas.SeatsOut(
        views.sitting_out(sitting, exam), now, [views.seat_out(seat, count) for seat in seats]
    )


@get("/api/sittings", opt=PROCTOR)
async def list_sittings(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> list[schemas.SittingOut]:
    """The sittings I watch, newest first."""
    async with resources.database.reading() as session:
        found = await registration.list_sittings(session, views.proctor_scope(who))
        return [views.sitting_out(sitting, exam) for sitting, exam in found]


@get("/api/sittings/{sitting_id:uuid}/sessions", opt=PROCTOR)
async def list_sessions(
    sitting_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.SeatsOut:
    """Everybody in the room, by name, as of now."""
    return await room(resources, sitting_id, who)


@get("/api/sittings/{sitting_id:uuid}/stream", opt=PROCTOR)
async def stream(
    request: AnyRequest,
    sitting_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ServerSentEvent:
    """Server-sent events: ``seat`` says that the room changed (read it again), ``beat`` that the
    line lives.  The stream ends within seconds when the right to it does."""
    async with resources.database.reading() as session:
        await get_own_sitting(session, sitting_id, who)
    return ServerSentEvent(_hints(request, resources, sitting_id))


async def _hints(
    request: AnyRequest, resources: Resources, sitting_id: UUID
) -> AsyncIterator[ServerSentEventMessage]:
    quiet = 0
    async with resources.hints.watching(sitting_id) as changed:
        yield ServerSentEventMessage(event="beat", data="{}", retry=2000)
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_AGAIN_S)
            if not await _still_allowed(request, resources, sitting_id):
                return
            if changed.is_set():
                changed.clear()
                quiet = 0
                yield ServerSentEventMessage(event="seat", data="{}")
            else:
                quiet += 1
                if quiet % QUIET_BEATS == 0:
                    yield ServerSentEventMessage(event="beat", data="{}")


async def _still_allowed(request: AnyRequest, resources: Resources, sitting_id: UUID) -> bool:
    who = await find_who(request)
    if who is None or who.roles.isdisjoint({Role.PROCTOR, Role.MANAGER}):
        return False
    async with resources.database.reading() as session:
        scope = views.proctor_scope(who)
        return await registration.find_sitting(session, sitting_id, scope) is not None


async def act(
    resources: Resources, session_id: UUID, who: SignedIn, verb: str, reason: str
) -> UUID:
    """Admit, pause or resume one candidate of a room of mine; the room's sitting."""
    async with resources.database.transaction() as session:
        watched = await find_session(session, session_id)
        if watched is None:
            raise NoSuchSession
        await get_own_sitting(session, watched.room_id, who)
        await get_attempt_for_update(session, watched.attempt_id)  # then look at the clock
        now = await resources.database.now(session)
        invigilation = Invigilation(session, now)
        if verb == "admit":
            await invigilation.admit(session_id, who.person_id)
        elif verb == "pause":
            await invigilation.pause(session_id, who.person_id, reason)
        else:
            await invigilation.resume(session_id, who.person_id, reason)
        sitting_id = watched.room_id
    resources.hints.changed([sitting_id])
    return sitting_id


async def _seat_after(
    resources: Resources, session_id: UUID, who: SignedIn, verb: str, reason: str
) -> schemas.SeatOut:
    sitting_id = await act(resources, session_id, who, verb, reason)
    seats = (await room(resources, sitting_id, who)).seats
    return next(seat for seat in seats if seat.session_id == session_id)


@post("/api/sessions/{session_id:uuid}/admit", status_code=200, opt=PROCTOR)
async def admit(
    session_id: FromPath[UUID],
    data: JSONBody[schemas.ReasonIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.SeatOut:
    """Let a candidate in who has checked in."""
    return await _seat_after(resources, session_id, who, "admit", data.reason)


@post("/api/sessions/{session_id:uuid}/pause", status_code=200, opt=PROCTOR)
async def pause(
    session_id: FromPath[UUID],
    data: JSONBody[schemas.ReasonIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.SeatOut:
    """Stop a candidate's clock."""
    return await _seat_after(resources, session_id, who, "pause", data.reason)


@post("/api/sessions/{session_id:uuid}/resume", status_code=200, opt=PROCTOR)
async def resume(
    session_id: FromPath[UUID],
    data: JSONBody[schemas.ReasonIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> schemas.SeatOut:
    """Start a paused candidate's clock again; the pause is given back in full."""
    return await _seat_after(resources, session_id, who, "resume", data.reason)


ROUTES = [list_sittings, list_sessions, stream, admit, pause, resume]
