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
from tests.exam_engine.web.access import ACTORS, TABLE
from tests.factories import SignIn
from tests.item_bank.qti.files import an_item

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
