"""The proctor's pages: which sittings, and the room, live."""

from collections import Counter
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.registration.queries import list_sittings
from exam_engine.resources import Resources
from exam_engine.web import views
from exam_engine.web.api.sittings import PROCTOR, act, room
from exam_engine.web.pages.frame import page, see


class ActForm(Struct):
    sitting_id: str = ""
    reason: str = ""


@get("/sittings", opt=PROCTOR, include_in_schema=False)
async def sittings_page(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> Template:
    async with resources.database.reading() as session:
        found = await list_sittings(session, views.proctor_scope(who))
    sittings = [views.sitting_out(sitting, exam) for sitting, exam in found]
    return page("proctor/sittings.html", who, sittings=sittings)


async def _room(name: str, sitting_id: UUID, who: SignedIn, resources: Resources) -> Template:
    seats = await room(resources, sitting_id, who)
    return page(
        name,
        who,
        sitting=seats.sitting,
        seats=seats.seats,
        counts=dict(Counter(seat.attempt_state for seat in seats.seats)),
        server_time=seats.server_time,
        stream_url=f"/api/sittings/{sitting_id}/stream",
    )


@get("/sittings/{sitting_id:uuid}/room", opt=PROCTOR, include_in_schema=False)
async def room_page(
    sitting_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _room("proctor/room.html", sitting_id, who, resources)


@get("/sittings/{sitting_id:uuid}/room/seats", opt=PROCTOR, include_in_schema=False)
async def seats_fragment(
    sitting_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Template:
    return await _room("proctor/_seats.html", sitting_id, who, resources)


async def _act(
    verb: str, session_id: UUID, data: ActForm, who: SignedIn, resources: Resources
) -> Redirect:
    sitting_id = await act(resources, session_id, who, verb, data.reason[:500])
    return see(f"/sittings/{sitting_id}/room")


@post("/sessions/{session_id:uuid}/admit", status_code=303, opt=PROCTOR, include_in_schema=False)
async def admit(
    session_id: FromPath[UUID],
    data: URLEncodedBody[ActForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    return await _act("admit", session_id, data, who, resources)


@post("/sessions/{session_id:uuid}/pause", status_code=303, opt=PROCTOR, include_in_schema=False)
async def pause(
    session_id: FromPath[UUID],
    data: URLEncodedBody[ActForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    return await _act("pause", session_id, data, who, resources)


@post("/sessions/{session_id:uuid}/resume", status_code=303, opt=PROCTOR, include_in_schema=False)
async def resume(
    session_id: FromPath[UUID],
    data: URLEncodedBody[ActForm],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> Redirect:
    return await _act("resume", session_id, data, who, resources)


ROUTES = [sittings_page, room_page, seats_fragment, admit, pause, resume]
