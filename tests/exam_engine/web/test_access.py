"""Every route, every role, own objects and those of others: who gets what is written here."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar

from exam_engine.accounts.roles import Role
from exam_engine.accounts.tables import Person
from exam_engine.invigilation.service import Invigilation
from exam_engine.settings import Settings
from exam_engine.web.auth import cookie_name
from proctor.queries import find_session_of
from tests import factories
from tests.conftest import OpenClient
from tests.exam_engine.conftest import Room
from tests.factories import SignIn
from tests.item_bank.qti.files import an_item

ACTORS = (
    "visitor",
    "candidate",
    "other candidate",
    "item_writer",
    "reviewer",
    "bank_manager",
    "psychometrician",
    "proctor",
    "other proctor",
    "manager",
)
Row = tuple[int, int, int, int, int, int, int, int, int, int]

# What each actor is answered.  The candidate sits in the proctor's room; the other candidate has
# no exam; the other proctor watches another room.  303 is a redirect: to the page that shows what
# came of an act, to the sign-in, or home where there is no exam.
EVERYBODY: Row = (200,) * 10
ANYBODY_IN: Row = (303, *(200,) * 9)
CANDIDATE: Row = (401, 200, 404, 403, 403, 403, 403, 403, 403, 403)
CANDIDATES: Row = (401, 200, 200, 403, 403, 403, 403, 403, 403, 403)
ROOM: Row = (401, 403, 403, 403, 403, 403, 403, 200, 404, 200)
MANAGER: Row = (401, 403, 403, 403, 403, 403, 403, 403, 403, 200)
EXAM_PAGE: Row = (303, 200, 303, 403, 403, 403, 403, 403, 403, 403)
EXAM_PAST: Row = (303, 303, 303, 403, 403, 403, 403, 403, 403, 403)
EXAM_ACT: Row = (401, 303, 303, 403, 403, 403, 403, 403, 403, 403)
ROOM_PAGE: Row = (303, 403, 403, 403, 403, 403, 403, 200, 404, 200)
BANK: Row = (401, 403, 403, 200, 200, 200, 200, 403, 403, 403)
BANK_PAGE: Row = (303, *BANK[1:])
# the ids of the world are of no item, import or format
BANK_ITEM: Row = (401, 403, 403, 404, 404, 404, 404, 403, 403, 403)
IMPORTERS: Row = (401, 403, 403, 200, 200, 200, 403, 403, 403, 403)
NO_IMPORT: Row = (401, 403, 403, 404, 404, 404, 403, 403, 403, 403)
ANALYSTS: Row = (401, 403, 403, 403, 403, 403, 200, 403, 403, 403)
NO_RUN: Row = (401, 403, 403, 403, 403, 403, 404, 403, 403, 403)
NO_PLAN: Row = (401, 403, 403, 403, 403, 403, 422, 403, 403, 403)
LOOKERS: Row = (401, 403, 403, 403, 403, 403, 200, 403, 403, 200)
NO_PANEL: Row = (401, 403, 403, 403, 403, 403, 404, 403, 403, 404)
JUDGES_ONLY: Row = (401, *(403,) * 9)
NO_VERB: Row = (401, 403, 403, 403, 403, 403, 403, 403, 403, 404)
NO_NOTICE: Row = (401, *(404,) * 9)
ROOM_ACT: Row = (401, 403, 403, 403, 403, 403, 403, 303, 404, 303)

TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/health"): EVERYBODY,
    ("GET", "/"): (303,) * 10,
    ("GET", "/sign-in"): EVERYBODY,
    ("GET", "/start-code"): EVERYBODY,
    ("POST", "/sign-in"): (422,) * 10,
    ("POST", "/start-code"): (422,) * 10,
    ("POST", "/api/sign-in"): (401,) * 10,
    ("POST", "/api/sign-in/code"): (401,) * 10,
    ("GET", "/home"): ANYBODY_IN,
    ("GET", "/api/me"): (401, *(200,) * 9),
    ("GET", "/api/authorizations"): CANDIDATES,
    ("POST", "/api/attempts"): (401, 201, 404, 403, 403, 403, 403, 403, 403, 403),
    ("GET", "/api/attempts/{attempt_id}"): CANDIDATE,
    ("POST", "/api/attempts/{attempt_id}/start"): CANDIDATE,
    ("POST", "/api/attempts/{attempt_id}/lease"): CANDIDATE,
    ("GET", "/api/attempts/{attempt_id}/questions"): CANDIDATE,
    # the recorder knows the attempt's person and nobody else
    ("POST", "/api/attempts/{attempt_id}/answers"): (401, 200, *(404,) * 8),
    ("POST", "/api/attempts/{attempt_id}/heartbeat"): CANDIDATE,
    ("GET", "/api/results"): CANDIDATES,
    ("GET", "/api/results/{result_id}"): CANDIDATE,
    ("GET", "/results/{result_id}"): (303, 200, 404, 403, 403, 403, 403, 403, 403, 403),
    ("POST", "/exam/check-in"): (401, 303, 404, 403, 403, 403, 403, 403, 403, 403),
    ("GET", "/exam/check-in"): EXAM_PAST,
    ("GET", "/exam/agreement"): EXAM_PAST,
    ("POST", "/exam/start"): EXAM_ACT,
    ("GET", "/exam/questions"): EXAM_PAST,
    ("GET", "/exam/questions/{position}"): EXAM_PAGE,
    ("POST", "/exam/questions/{position}"): EXAM_ACT,
    ("GET", "/exam/review"): EXAM_PAGE,
    ("GET", "/exam/paused"): EXAM_PAST,
    ("GET", "/exam/finished"): EXAM_PAST,
    ("POST", "/exam/take-over"): EXAM_ACT,
    ("GET", "/sittings"): (303, 403, 403, 403, 403, 403, 403, 200, 200, 200),
    ("GET", "/sittings/{sitting_id}/room"): ROOM_PAGE,
    ("GET", "/sittings/{sitting_id}/room/seats"): ROOM_PAGE,
    ("GET", "/api/sittings"): (401, 403, 403, 403, 403, 403, 403, 200, 200, 200),
    ("GET", "/api/sittings/{sitting_id}/sessions"): ROOM,
    ("GET", "/api/sittings/{sitting_id}/stream"): ROOM,
    ("POST", "/sessions/{session_id}/admit"): ROOM_ACT,
    ("POST", "/sessions/{session_id}/pause"): ROOM_ACT,
    ("POST", "/sessions/{session_id}/resume"): ROOM_ACT,
    ("POST", "/api/sessions/{session_id}/admit"): ROOM,
    ("POST", "/api/sessions/{session_id}/pause"): ROOM,
    ("POST", "/api/sessions/{session_id}/resume"): ROOM,
    ("GET", "/api/attempts/{attempt_id}/audit"): MANAGER,
    ("GET", "/api/sittings/{sitting_id}/audit"): MANAGER,
    ("POST", "/api/rehearsals"): (401, 403, 403, 403, 403, 403, 403, 403, 403, 409),
    ("GET", "/bank/try"): BANK_PAGE,
    ("POST", "/bank/try"): (401, 403, 403, 422, 422, 422, 422, 403, 403, 403),
    ("GET", "/bank/media/{name}"): (303, 403, 403, 404, 404, 404, 404, 403, 403, 403),
    ("POST", "/api/items/score"): BANK,
    ("GET", "/bank"): BANK_PAGE,
    ("GET", "/bank/items/{code}"): (303, *BANK_ITEM[1:]),
    ("GET", "/bank/import"): (303, *IMPORTERS[1:]),
    ("POST", "/bank/import"): (401, 403, 403, 422, 422, 422, 403, 403, 403, 403),
    ("GET", "/bank/imports/{import_id}"): (303, *NO_IMPORT[1:]),
    ("POST", "/bank/imports/{import_id}/accept"): NO_IMPORT,
    ("POST", "/bank/imports/{import_id}/discard"): NO_IMPORT,
    ("POST", "/api/item-imports"): (401, 403, 403, 422, 422, 422, 403, 403, 403, 403),
    ("GET", "/api/item-imports/{import_id}"): NO_IMPORT,
    ("GET", "/api/item-imports/{import_id}/questions"): NO_IMPORT,
    ("GET", "/api/item-imports/{import_id}/tests"): NO_IMPORT,
    ("POST", "/api/item-imports/{import_id}/accept"): NO_IMPORT,
    ("DELETE", "/api/item-imports/{import_id}"): NO_IMPORT,
    ("GET", "/api/items"): BANK,
    ("GET", "/api/items/{code}"): BANK_ITEM,
    ("GET", "/api/items/{code}/xml"): BANK_ITEM,
    ("GET", "/api/items/{code}/statistics"): BANK_ITEM,
    ("GET", "/api/item-templates/{kind}"): (401, 403, 403, 404, 404, 404, 403, 403, 403, 403),
    ("GET", "/api/item-exports/{form}"): BANK_ITEM,
    ("GET", "/api/calibration-runs"): ANALYSTS,
    ("POST", "/api/calibration-runs"): NO_PLAN,
    ("POST", "/api/calibration-data"): ANALYSTS,
    ("GET", "/api/calibration-runs/stream"): ANALYSTS,
    ("GET", "/api/calibration-runs/{run_id}"): NO_RUN,
    ("GET", "/api/calibration-runs/{run_id}/items"): NO_RUN,
    ("GET", "/api/calibration-runs/{run_id}/items.csv"): NO_RUN,
    ("POST", "/api/calibration-runs/{run_id}/cancel"): NO_RUN,
    ("POST", "/api/calibration-runs/{run_id}/again"): NO_RUN,
    ("POST", "/api/calibration-runs/{run_id}/approve"): NO_RUN,
    ("POST", "/api/calibration-runs/{run_id}/reject"): NO_RUN,
    ("GET", "/analysis"): (303, *ANALYSTS[1:]),
    ("GET", "/analysis/list"): (303, *ANALYSTS[1:]),
    ("GET", "/analysis/new"): (303, *ANALYSTS[1:]),
    ("POST", "/analysis/runs"): NO_PLAN,
    ("GET", "/analysis/runs/{run_id}"): (303, *NO_RUN[1:]),
    ("GET", "/analysis/runs/{run_id}/progress"): (303, *NO_RUN[1:]),
    ("GET", "/analysis/runs/{run_id}/items/{code}"): (303, *NO_RUN[1:]),
    ("POST", "/analysis/runs/{run_id}/{verb}"): NO_RUN,
    ("GET", "/api/calibration-runs/{run_id}/exports"): NO_RUN,
    ("GET", "/api/calibration-runs/{run_id}/exports/{name}"): NO_RUN,
    ("GET", "/api/past-administrations"): ANALYSTS,
    ("POST", "/api/past-administrations"): NO_PLAN,
    ("GET", "/api/past-administrations/{past_id}"): NO_RUN,
    ("GET", "/api/past-administrations/uploads/{upload_id}"): NO_RUN,
    ("POST", "/api/past-administrations/uploads/{upload_id}/accept"): NO_RUN,
    ("DELETE", "/api/past-administrations/uploads/{upload_id}"): NO_RUN,
    ("GET", "/analysis/data"): (303, *ANALYSTS[1:]),
    ("POST", "/analysis/data"): NO_PLAN,
    ("GET", "/analysis/data/{upload_id}"): (303, *NO_RUN[1:]),
    ("POST", "/analysis/data/{upload_id}/accept"): NO_RUN,
    ("POST", "/analysis/data/{upload_id}/discard"): NO_RUN,
    ("GET", "/api/equatings"): ANALYSTS,
    ("POST", "/api/equatings"): NO_PLAN,
    ("POST", "/api/equating-plans"): NO_PLAN,
    ("GET", "/api/equatings/{equating_id}"): NO_RUN,
    ("POST", "/api/equatings/{equating_id}/approve"): NO_RUN,
    ("POST", "/api/equatings/{equating_id}/reject"): NO_RUN,
    ("GET", "/equating"): (303, *ANALYSTS[1:]),
    ("GET", "/equating/new"): (303, *ANALYSTS[1:]),
    ("POST", "/equating"): NO_PLAN,
    ("GET", "/equating/{equating_id}"): (303, *NO_RUN[1:]),
    ("POST", "/equating/{equating_id}/{verb}"): NO_RUN,
    ("GET", "/api/standards"): LOOKERS,
    ("POST", "/api/standards"): NO_PLAN,
    ("GET", "/api/standards/{panel_id}"): NO_PANEL,
    ("POST", "/api/standards/{panel_id}/begin"): NO_RUN,
    ("POST", "/api/standards/{panel_id}/open"): NO_RUN,
    ("POST", "/api/standards/{panel_id}/close"): NO_RUN,
    ("POST", "/api/standards/{panel_id}/recommend"): NO_RUN,
    ("POST", "/api/standards/{panel_id}/abandon"): NO_RUN,
    ("POST", "/api/standards/{panel_id}/propose"): NO_PANEL,
    ("POST", "/api/standards/{panel_id}/confirm"): NO_PANEL,
    ("POST", "/api/standards/{panel_id}/withdraw"): NO_PANEL,
    ("GET", "/api/standards/{panel_id}/sheet"): JUDGES_ONLY,
    ("POST", "/api/standards/{panel_id}/statement"): JUDGES_ONLY,
    ("POST", "/api/standards/{panel_id}/ratings"): JUDGES_ONLY,
    ("GET", "/standards"): (303, *LOOKERS[1:]),
    ("GET", "/standards/new"): (303, *ANALYSTS[1:]),
    ("POST", "/standards"): NO_PLAN,
    ("GET", "/standards/{panel_id}"): (303, *NO_PANEL[1:]),
    ("POST", "/standards/{panel_id}/acts/{verb}"): NO_PANEL,
    ("GET", "/standards/{panel_id}/sheet"): (303, *JUDGES_ONLY[1:]),
    ("POST", "/standards/{panel_id}/sheet"): JUDGES_ONLY,
    ("POST", "/standards/{panel_id}/statement"): JUDGES_ONLY,
    ("GET", "/api/parameter-sets"): ANALYSTS,
    ("GET", "/api/parameter-sets/{scale}/{version}"): NO_RUN,
    ("GET", "/api/items/{code}/parameters"): NO_RUN,
    ("GET", "/api/releases"): LOOKERS,
    ("GET", "/api/releases/{form_id}"): LOOKERS,
    # nothing is held
    ("POST", "/api/releases/{form_id}"): (401, 403, 403, 403, 403, 403, 403, 403, 403, 409),
    ("GET", "/api/releases/{form_id}/keys"): LOOKERS,
    ("POST", "/api/releases/{form_id}/keys"): (401, *(403,) * 5, 201, 403, 403, 201),
    ("POST", "/api/results/{result_id}/{verb}"): NO_VERB,
    ("GET", "/releases"): (303, *LOOKERS[1:]),
    ("GET", "/releases/{form_id}"): (303, *LOOKERS[1:]),
    ("GET", "/releases/{form_id}/results/{result_id}"): (303, *LOOKERS[1:]),
    ("POST", "/releases/{form_id}/release"): (401, *(403,) * 8, 409),
    ("POST", "/releases/{form_id}/rescore"): (401, *(403,) * 8, 409),
    ("POST", "/releases/{form_id}/keys"): (401, *(403,) * 5, 422, 403, 403, 422),
    ("POST", "/releases/{form_id}/results/{result_id}/{verb}"): NO_VERB,
    ("GET", "/api/notices"): (401, *(200,) * 9),
    ("POST", "/api/notices/{notice_id}/read"): NO_NOTICE,
    ("POST", "/notices/{notice_id}/read"): NO_NOTICE,
    # from here on it ends: the exam, then the sign-ins
    ("POST", "/api/attempts/{attempt_id}/submit"): CANDIDATE,
    ("POST", "/exam/submit"): EXAM_ACT,
    ("POST", "/sign-out"): (401, *(303,) * 9),
    ("POST", "/api/sign-out"): (401,) * 10,
}
JSON: Mapping[str, Any] = {
    "/api/sign-in": {"email": "nobody@example.org", "password": "not the password"},
    "/api/sign-in/code": {"email": "nobody@example.org", "code": "00000-00000"},
    "/api/attempts/{attempt_id}/start": {"agreement": True},
    "/api/attempts/{attempt_id}/answers": {
        "lease": 1,
        "sequence": 1,
        "position": 1,
        "response": "A",
    },
    "/api/attempts/{attempt_id}/submit": {"lease": 1},
    "/api/rehearsals": {"candidates": 1},
    "/api/calibration-runs": {"plan": {"exam": "NONE"}},
    "/api/calibration-data": {"exam": "SMALL"},
    "/api/equatings": {"exam": "SMALL", "form": "F-1", "base": "F-1"},
    "/api/equating-plans": {"exam": "SMALL", "form": "F-1", "base": "F-1"},
    "/api/calibration-runs/{run_id}/again": {"reason": "once more"},
    "/api/releases/{form_id}/keys": {"position": 1, "treatment": "keep", "reason": "it is right"},
    "/api/standards": {
        "exam": "NONE",
        "form": "F-1",
        "method": "angoff",
        "title": "Spring",
        "judges": [],
    },
    "/api/standards/{panel_id}/propose": {"cut": 7},
    "/api/standards/{panel_id}/confirm": {"cut": 7},
    "/api/items/score": {"xml": an_item().decode(), "responses": {}},
}
FORMS: Mapping[str, dict[str, str]] = {
    "/exam/questions/{position}": {"lease": "1", "response": "A", "submission_id": "one"},
    "/exam/submit": {"confirm": "yes"},
}


@dataclass(frozen=True, slots=True)
class World:
    actors: dict[str, SignIn | None]
    ids: dict[str, str]


@pytest.fixture
async def world(room: Room) -> World:
    """The candidate has finished one exam and runs another; everybody else looks on."""
    async with room.database.transaction() as session:
        now = room.now
        actors: dict[str, SignIn | None] = {"visitor": None}
        for name in ACTORS[3:]:
            role = Role(name.removeprefix("other "))
            person = await factories.a_person(session, now, role)
            actors[name] = await factories.a_sign_in(session, now, person.id)
        other = await factories.a_person(session, now, Role.CANDIDATE)
        actors["other candidate"] = await factories.a_sign_in(session, now, other.id)
        past = await factories.a_sitting(session, now, room.programmed, title="Past")
        seat = await factories.a_seat(session, now, past)
        actors["candidate"] = seat.sign_in
        finished = await factories.a_running_attempt(session, now, seat)
        await Invigilation(session, now).submit(finished.id, seat.who, 0)
        proctor = actors["proctor"]
        assert proctor is not None
        sitting = await factories.a_sitting(
            session, now, room.programmed, title="Now", proctors=[proctor.who.person_id]
        )
        registration = factories.Registration(session, now, factories.SECRET_KEY)
        person = await session.get_one(Person, seat.who.person_id)
        booked = factories.Invigilation(session, now).book(registration, person, sitting, 3600)
        authorization, _ = await booked
        again = factories.Seat(seat.sign_in, authorization.id, "")
        attempt = await factories.a_running_attempt(session, now, again)
        watched = await find_session_of(session, attempt.id)
        assert watched is not None
        result = await factories.result_of(session, finished.id)
    ids = {
        "attempt_id": str(attempt.id),
        "name": f"{0:064}.png",
        "code": "NONE-1",
        "equating_id": str(sitting.id),
        "form": "doc",
        "form_id": str(room.programmed.form.id),
        "notice_id": str(sitting.id),
        "import_id": str(sitting.id),
        "kind": "doc",
        "run_id": str(sitting.id),
        "past_id": str(sitting.id),
        "upload_id": str(sitting.id),
        "scale": "NONE:1",
        "version": "1",
        "verb": "approve",
        "authorization_id": str(authorization.id),
        "panel_id": str(sitting.id),
        "position": "1",
        "result_id": str(result.id),
        "session_id": str(watched.id),
        "sitting_id": str(sitting.id),
    }
    return World(actors, ids)


def routes_of(app: Litestar) -> set[tuple[str, str]]:
    found = set()
    for route in app.routes:
        path = route.path_format
        if path.startswith(("/static", "/schema")):
            continue
        for method in getattr(route, "methods", ()):
            if method not in ("OPTIONS", "HEAD"):
                found.add((method, path))
    return found


async def first_status(app: Litestar, path: str, headers: dict[str, str]) -> int:
    """The status of an answer that may have no end."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        if started.done():
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.set_result(message["status"])

    serving = asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
    status = await started
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return status


async def test_every_route_answers_every_actor_as_the_table_says(
    app: Litestar, world: World, open_client: OpenClient, settings: Settings
) -> None:
    assert routes_of(app) == TABLE.keys(), "a route without a row, or a row without a route"
    wrong = []
    for (method, path), row in TABLE.items():
        for name, expected in zip(ACTORS, row, strict=True):
            sign_in = world.actors[name]
            token = sign_in.token if sign_in else ""
            accept = "application/json" if path.startswith(("/api", "/health")) else "text/html"
            where = path.format(**world.ids)
            if path.endswith("/stream"):
                cookie = {"cookie": f"{cookie_name(settings)}={token}"} if token else {}
                status = await first_status(app, where, cookie)
            else:
                client: httpx.AsyncClient = open_client()
                if token:
                    client.cookies.set(cookie_name(settings), token)
                body: dict[str, Any] = {}
                if method == "POST" and path.startswith("/api"):
                    body["json"] = JSON.get(path, {})
                elif method == "POST":
                    body["data"] = FORMS.get(path, {"": ""})
                if path in ("/api/attempts", "/exam/check-in") and method == "POST":
                    key = "json" if path.startswith("/api") else "data"
                    body[key] = {"authorization_id": world.ids["authorization_id"]}
                response = await client.request(method, where, headers={"Accept": accept}, **body)
                status = response.status_code
            if status != expected:
                wrong.append(f"{method} {path} as {name}: {status}, not {expected}")
    assert wrong == []
