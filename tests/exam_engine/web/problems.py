"""What every refusal of the API must be."""

import httpx


def check_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert response.headers["cache-control"] == "no-store"
    said = response.json()
    assert said["code"] == code, said
    assert said["status"] == status
    assert said["title"]
    sentence = said["detail"]
    assert sentence[0].isupper(), sentence
    assert sentence.endswith("."), sentence
    assert len(said["request_id"]) >= 8
    for inside in ("Traceback", "sqlalchemy", "sqlite", "asyncpg", "litestar", "/", "\n"):
        assert inside not in sentence, sentence
