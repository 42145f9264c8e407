"""An act that another website started is refused; the names of this machine are one origin."""

from dataclasses import replace

import pytest

from exam_engine.settings import Settings
from exam_engine.web.auth import allowed_origins, cookie_name, session_cookie
from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter

ANSWER = {"lease": 1, "sequence": 1, "position": 1, "response": "A"}


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://127.0.0.1:8001",
        "http://127.0.0.1",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:8000/",
    ],
)
async def test_an_act_from_elsewhere_is_refused_and_nothing_is_stored(
    room: Room, enter: Enter, origin: str | None
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    del client.headers["Origin"]
    headers = {} if origin is None else {"Origin": origin}
    path = f"/api/attempts/{attempt.id}"
    refused = [
        await client.post(f"{path}/answers", json=ANSWER, headers=headers),
        await client.post(f"{path}/submit", json={"lease": 1}, headers=headers),
        await client.post("/api/sign-out", headers=headers),
    ]
    for response in refused:
        assert response.status_code == 403
        assert response.json()["code"] == "origin_refused"
    now = (await client.get(path)).json()
    assert (now["state"], now["answers"]) == ("running", [])


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"]
)
async def test_every_name_of_this_machine_is_our_own_origin(
    room: Room, enter: Enter, origin: str
) -> None:
    seat, attempt = await room.running()
    path = f"/api/attempts/{attempt.id}/answers"
    taken = await enter(seat.sign_in).post(path, json=ANSWER, headers={"Origin": origin})
    assert taken.status_code == 200


async def test_a_tool_with_a_bearer_token_needs_no_origin(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    client.cookies.clear()
    del client.headers["Origin"]
    path = f"/api/attempts/{attempt.id}/answers"
    assert (await client.post(path, json=ANSWER, headers=seat.sign_in.bearer)).status_code == 200


async def test_a_bearer_token_that_is_none_does_not_let_the_cookie_through(
    room: Room, enter: Enter
) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    del client.headers["Origin"]
    path = f"/api/attempts/{attempt.id}/answers"
    for word in ("Bearer nobody", "Basic eDp5", "x", ""):
        headers = {"Authorization": word, "Origin": "https://evil.example"}
        response = await client.post(path, json=ANSWER, headers=headers)
        assert response.status_code in (401, 403), (word, response.text)


def test_a_public_address_has_one_origin(settings_of_a_site: Settings) -> None:
    assert allowed_origins(settings_of_a_site) == {"https://exam.example.org"}


def test_under_tls_the_cookie_is_a_host_cookie(settings_of_a_site: Settings) -> None:
    cookie = session_cookie(settings_of_a_site, "token")
    assert cookie_name(settings_of_a_site).startswith("__Host-")
    assert cookie.secure
    assert cookie.httponly
    assert cookie.path == "/"
    assert cookie.domain is None


@pytest.fixture
def settings_of_a_site(settings: Settings) -> Settings:
    return replace(settings, public_url="https://exam.example.org")


async def test_the_refusal_names_the_right_address(room: Room, enter: Enter) -> None:
    seat = await room.seat()
    client = enter(seat.sign_in)
    response = await client.post("/api/sign-out", headers={"Origin": "https://evil.example"})
    assert "http://127.0.0.1:8000" in response.json()["detail"]
    assert (await client.get("/api/me")).status_code == 200
