"""The description of the API: it names every route, and what the API does agrees with it."""

import httpx
from hypothesis import HealthCheck, given, settings
from litestar import Litestar

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.settings import driver_url
from tests import factories
from tests.conftest import StartServer
from tests.exam_engine.web.test_access import routes_of


async def test_every_json_route_is_described_with_its_answer(
    app: Litestar, app_client: httpx.AsyncClient
) -> None:
    described = (await app_client.get("/schema/openapi.json")).json()
    operations = {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if not path.startswith("/schema")
    }
    json_routes = {row for row in routes_of(app) if row[1].startswith(("/api/", "/health"))}
    assert operations.keys() == json_routes
    for where, operation in operations.items():
        assert operation.get("description"), where
        assert any(status.startswith("2") for status in operation["responses"]), where
        if where[0] == "POST" and "sign-out" not in where[1]:
            assert "requestBody" in operation, where


async def test_whatever_the_description_allows_is_never_our_fault(
    server: StartServer, in_full: bool
) -> None:
    # loaded here: every process of the suite would wait for them
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import response_schema_conformance

    process = server()
    database = Database(driver_url(f"sqlite:///{process.data_dir / 'exam.db'}"))
    async with database.transaction() as session:
        now = await database.now(session)
        programmed = await factories.a_programme(session, now)
        sitting = await factories.a_sitting(session, now, programmed)
        seat = await factories.a_seat(session, now, sitting)
        everything = await factories.a_person(session, now, *Role)
        sign_in = await factories.a_sign_in(session, now, everything.id)
        await factories.a_running_attempt(session, now, seat)
    await database.close()
    schema = schemathesis.openapi.from_url(f"{process.url}/schema/openapi.json")
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/schema") or operation.path.endswith(
            ("/stream", "/sign-out")
        ):
            continue

        @settings(
            max_examples=50 if in_full else 4,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def never_fails(case: schemathesis.Case) -> None:
            response = case.call(headers=sign_in.bearer)
            case.validate_response(
                response, checks=[not_a_server_error, response_schema_conformance]
            )

        never_fails()
        tried += 1
    assert tried > 15
