import httpx

from tests.exam_engine.conftest import Room
from tests.exam_engine.web.conftest import Enter

EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def check(response: httpx.Response) -> None:
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert EXPECTED.items() <= dict(response.headers).items()
    assert "server" not in response.headers


async def test_every_answer_carries_the_security_headers(room: Room, enter: Enter) -> None:
    seat, attempt = await room.running()
    client = enter(seat.sign_in)
    for path in (
        "/home",
        "/exam/questions/1",
        "/exam/review",
        "/api/me",
        f"/api/attempts/{attempt.id}",
        "/health",
        "/no/such/page",
        "/api/attempts/1",
        "/schema/openapi.json",
    ):
        response = await client.get(path)
        check(response)
        assert response.headers["cache-control"] == "no-store", path
    refused = await client.post("/api/sign-out", headers={"Origin": "https://evil.example"})
    check(refused)


async def test_static_files_may_be_kept_but_are_asked_for_again(
    app_client: httpx.AsyncClient,
) -> None:
    response = await app_client.get("/static/app.css")
    check(response)
    assert response.headers["cache-control"] == "no-cache"


async def test_no_page_has_an_inline_script_or_style(room: Room, enter: Enter) -> None:
    seat, _ = await room.running()
    client = enter(seat.sign_in)
    for path in ("/home", "/exam/questions/1", "/exam/review", "/sign-in"):
        text = (await client.get(path)).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


async def test_a_path_cannot_leave_the_static_folder(app_client: httpx.AsyncClient) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fapp.py"):
        assert (await app_client.get(path)).status_code in (400, 404), path
