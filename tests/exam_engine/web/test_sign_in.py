"""Coming in and going out: passwords, start codes, cookies, and the end of a sign-in."""

import json
import re
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select, update

from exam_engine.accounts.roles import Role
from exam_engine.accounts.service import token_hash
from exam_engine.accounts.tables import Person, SignIn
from exam_engine.registration.tables import StartCode
from tests import factories
from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter
from tests.exam_engine.web.problems import check_problem

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def password_hash() -> str:
    """Quick to check: a hash says itself how much work it takes."""
    quick = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHash((quick,)).hash(PASSWORD)


@pytest.fixture
async def email(room: Room, password_hash: str) -> str:
    async with room.database.transaction() as session:
        person = await factories.a_person(
            session, room.now, Role.PROCTOR, password_hash=password_hash
        )
    return person.email


def cookie_of(response: httpx.Response) -> SimpleCookie:
    return SimpleCookie(response.headers["set-cookie"])


async def sign_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await client.post("/api/sign-in", json={"email": email, "password": password})


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    app_client: httpx.AsyncClient, email: str
) -> None:
    response = await sign_in(app_client, email, PASSWORD)
    assert response.status_code == 204
    (cookie,) = cookie_of(response).values()
    assert cookie.key == "exam"
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert len(cookie.value) >= 43  # 256 bits in base 64


async def test_each_sign_in_has_a_token_of_its_own_and_only_its_hash_is_stored(
    room: Room, app_client: httpx.AsyncClient, email: str
) -> None:
    tokens = set()
    for _ in range(2):
        response = await sign_in(app_client, email, PASSWORD)
        tokens |= {cookie.value for cookie in cookie_of(response).values()}
    assert len(tokens) == 2
    async with room.database.reading() as session:
        rows = (await session.scalars(select(SignIn))).all()
    stored = {row.token_hash for row in rows}
    assert {token_hash(token) for token in tokens} <= stored
    assert not {token.encode() for token in tokens} & stored


def said(response: httpx.Response) -> dict[str, object]:
    body: dict[str, object] = json.loads(response.text)
    del body["request_id"]
    return body


async def test_a_wrong_address_and_a_wrong_password_are_told_the_same(
    app_client: httpx.AsyncClient, email: str
) -> None:
    wrong = await sign_in(app_client, email, "not the password")
    unknown = await sign_in(app_client, "nobody@example.org", "not the password")
    check_problem(wrong, 401, "sign_in_refused")
    assert said(wrong) == said(unknown)
    assert wrong.headers.keys() == unknown.headers.keys()
    page = {"email": email, "password": "not the password"}
    wrong = await app_client.post("/sign-in", data=page)
    unknown = await app_client.post("/sign-in", data=page | {"email": "nobody@example.org"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(email, "") == unknown.text.replace("nobody@example.org", "")


async def test_the_tenth_wrong_password_locks_and_a_quarter_of_an_hour_opens(
    room: Room, app_client: httpx.AsyncClient, email: str
) -> None:
    for _ in range(10):
        check_problem(await sign_in(app_client, email, "not it"), 401, "sign_in_refused")
    locked = await sign_in(app_client, email, PASSWORD)
    check_problem(locked, 429, "account_locked")
    assert "set-cookie" not in locked.headers
    assert int(locked.headers["retry-after"]) > 0
    async with room.database.transaction() as session:
        person = (await session.scalars(select(Person).where(Person.email == email))).one()
        assert person.locked_until is not None
        now = await room.database.now(session)
        assert timedelta(minutes=14) < person.locked_until - now < timedelta(minutes=15)
        person.locked_until = now
    assert (await sign_in(app_client, email, PASSWORD)).status_code == 204


async def test_nine_wrong_passwords_lock_nothing(app_client: httpx.AsyncClient, email: str) -> None:
    for _ in range(9):
        await sign_in(app_client, email, "not it")
    assert (await sign_in(app_client, email, PASSWORD)).status_code == 204


async def test_somebody_without_a_password_cannot_sign_in_with_one(
    room: Room, app_client: httpx.AsyncClient
) -> None:
    seat = await room.seat()
    check_problem(await sign_in(app_client, seat.who.email, "x" * 12), 401, "sign_in_refused")


@pytest.mark.parametrize("address", ["\x00", "a\x00@example.org", "x" * 200, "' OR 1=1 --"])
async def test_an_address_that_cannot_be_is_an_unknown_one(
    room: Room, app_client: httpx.AsyncClient, address: str
) -> None:
    check_problem(await sign_in(app_client, address, PASSWORD), 401, "sign_in_refused")
    code = {"email": address, "code": "00000-00000"}
    check_problem(await app_client.post("/api/sign-in/code", json=code), 401, "code_refused")


async def test_a_start_code_opens_the_door_however_it_is_typed(
    room: Room, app_client: httpx.AsyncClient
) -> None:
    seat = await room.seat()
    plain = seat.code.replace("-", "")
    for typed in (seat.code, plain.lower(), f" {plain[:3]} {plain[3:]} ", plain.replace("0", "O")):
        body = {"email": seat.who.email.upper(), "code": typed}
        assert (await app_client.post("/api/sign-in/code", json=body)).status_code == 204, typed


async def test_the_fifth_wrong_code_locks_the_right_one_out(
    room: Room, app_client: httpx.AsyncClient
) -> None:
    seat = await room.seat()
    wrong = {"email": seat.who.email, "code": "00000-00000"}
    for _ in range(5):
        check_problem(await app_client.post("/api/sign-in/code", json=wrong), 401, "code_refused")
    right = {"email": seat.who.email, "code": seat.code}
    check_problem(await app_client.post("/api/sign-in/code", json=right), 401, "code_refused")


async def test_four_wrong_codes_lock_nothing_and_the_right_one_wipes_them_out(
    room: Room, app_client: httpx.AsyncClient
) -> None:
    seat = await room.seat()
    wrong = {"email": seat.who.email, "code": "00000-00000"}
    for _ in range(2):
        for _ in range(4):
            await app_client.post("/api/sign-in/code", json=wrong)
        right = {"email": seat.who.email, "code": seat.code}
        assert (await app_client.post("/api/sign-in/code", json=right)).status_code == 204


async def test_using_the_code_of_one_sitting_never_locks_the_code_of_another(
    room: Room, app_client: httpx.AsyncClient
) -> None:
    seat = await room.seat()
    async with room.database.transaction() as session:
        opens = room.now - timedelta(minutes=5)
        later = await factories.a_sitting(
            session, room.now, room.programmed, title="Later", opens_at=opens
        )
        registration = factories.Registration(session, room.now, factories.SECRET_KEY)
        _, code = await registration.authorize(seat.who.person_id, later, 3600)
    for typed in (code, seat.code) * 3:
        body = {"email": seat.who.email, "code": typed}
        assert (await app_client.post("/api/sign-in/code", json=body)).status_code == 204
    async with room.database.reading() as session:
        tries = (await session.scalars(select(StartCode.failed_tries))).all()
    assert set(tries) == {0}


async def test_after_signing_out_the_token_opens_nothing(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    out = await client.post("/api/sign-out")
    assert out.status_code == 204
    assert re.search("max-age=0", out.headers["set-cookie"], re.IGNORECASE)
    late = enter(seat.sign_in)
    check_problem(await late.get("/api/me"), 401, "not_signed_in")
    body = {"lease": 1, "sequence": 1, "position": 1, "response": "A"}
    answer = await late.post(f"/api/attempts/{attempt.id}/answers", json=body)
    check_problem(answer, 401, "not_signed_in")


@pytest.mark.parametrize("how", ["run out", "account closed"])
async def test_a_sign_in_that_has_ended_opens_nothing(room: Room, enter: Enter, how: str) -> None:
    seat, attempt = await room.running()
    async with room.database.transaction() as session:
        now = await room.database.now(session)
        if how == "run out":
            own = SignIn.id == seat.who.sign_in_id
            await session.execute(update(SignIn).where(own).values(expires_at=now))
        else:
            own = Person.id == seat.who.person_id
            await session.execute(update(Person).where(own).values(closed_at=now))
    client = enter(seat.sign_in)
    check_problem(await client.get(f"/api/attempts/{attempt.id}"), 401, "not_signed_in")
    body = {"lease": 1, "sequence": 1, "position": 1, "response": "A"}
    answer = await client.post(f"/api/attempts/{attempt.id}/answers", json=body)
    check_problem(answer, 401, "not_signed_in")
    page = await client.get("/home", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
