"""The ground itself: a test can stand on it only if it is what it says."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page
from redis import Redis as RedisClient
from sqlalchemy import text

from exam_engine.database import Database
from exam_engine.migrations import check
from tests import parts
from tests.conftest import OpenClient, OpenPage, StartServer
from tests.postgres import ask
from tests.processes import which

PROMISES = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(params=["system", "pip"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where parts come from: as on this system, or as on one that has nothing."""
    for name in ("EXAM_TEST_POSTGRES_URL", "EXAM_TEST_REDIS_URL", "EXAM_TEST_PARTS"):
        monkeypatch.delenv(name, raising=False)
    if request.param == "pip":
        monkeypatch.setenv("EXAM_TEST_PARTS", "pip")
    return str(request.param)


@pytest.mark.usefixtures("source")
def test_postgres_starts_as_the_system_has_it_and_as_pip_brings_it() -> None:
    with parts.postgres() as server:
        url = server.create_database("copy of nothing")
        assert ask(url, "SELECT current_database()") == "copy of nothing"
        server.drop_database("copy of nothing")
        assert [ask(server.url, f"SHOW {name}") for name in PROMISES] == ["off"] * 3
    with pytest.raises(OSError, match="Connect call failed"):
        ask(server.url, "SELECT 1")


@pytest.mark.usefixtures("source")
def test_redis_starts_as_the_system_has_it_and_as_pip_brings_it() -> None:
    with parts.redis() as server, RedisClient.from_url(server.url) as client:
        client.set("here", "yes")
        assert client.get("here") == b"yes"
        assert client.config_get("save") == {"save": ""}
    assert server.pid is not None
    assert not Path(f"/proc/{server.pid}").exists()


def test_pip_brings_its_own_binaries_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXAM_TEST_PARTS", "pip")
    assert which("sh") is None
    monkeypatch.delenv("EXAM_TEST_PARTS")
    assert which("sh") is not None


def test_the_environments_own_folder_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EXAM_TEST_PARTS", raising=False)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert which("python") is None


@pytest.mark.parametrize("end", ["kill", "stop_at_once", "stop"])
def test_a_durable_cluster_keeps_a_commit_however_it_ends(end: str) -> None:
    with parts.durable_postgres() as cluster:
        assert [ask(cluster.url, f"SHOW {name}") for name in PROMISES] == ["on"] * 3
        ask(cluster.url, "CREATE TABLE kept AS SELECT 7 AS seven")
        getattr(cluster, end)()
        assert cluster.pid is None
        with pytest.raises(OSError, match="Connect call failed"):
            ask(cluster.url, "SELECT 1")
        cluster.start()
        assert ask(cluster.url, "SELECT seven FROM kept") == 7


def test_a_cluster_that_was_killed_had_to_recover() -> None:
    with parts.durable_postgres() as cluster:
        cluster.kill()
        cluster.start()
        assert "database system was not properly shut down" in cluster.log


def test_a_missing_part_is_one_sentence_and_ends_the_run(tmp_path: Path) -> None:
    """A whole run of its own, on a system where nothing can be found."""
    (tmp_path / "test_two.py").write_text(
        "def test_first(redis_url): ...\ndef test_second(redis_url): ...\n", encoding="utf-8"
    )
    hidden = "import importlib.util; importlib.util.find_spec = lambda name: None; import pytest; "
    run = subprocess.run(
        [
            *(sys.executable, "-c", hidden + "raise SystemExit(pytest.main())"),
            *("-p", "tests.conftest", "-p", "no:cacheprovider", str(tmp_path)),
        ],
        cwd=Path(__file__).parent.parent,
        env={k: v for k, v in os.environ.items() if k != "EXAM_TEST_REDIS_URL"}
        | {"EXAM_TEST_PARTS": "pip"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Redis is missing: install it with apt-get install redis-server" in run.stdout
    assert "test_second" not in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


async def test_a_database_is_empty_and_its_own(database: Database, database_kind: str) -> None:
    assert database.is_sqlite == (database_kind == "sqlite")
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM person"))).scalar_one() == 0
        await session.execute(text("CREATE TABLE mine (number integer)"))


async def test_what_another_test_made_is_not_there(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE mine (number integer)"))


def test_the_tables_and_the_migrations_agree_on_both_databases(database_url: str) -> None:
    check(database_url)


def test_redis_is_empty(redis_url: str) -> None:
    with RedisClient.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_what_another_test_left_in_redis_is_not_there(redis_url: str) -> None:
    with RedisClient.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


async def test_the_app_answers_on_the_tests_own_loop(app_client: httpx.AsyncClient) -> None:
    assert (await app_client.get("/health")).status_code == httpx.codes.OK


def test_clients_are_people_apart(open_client: OpenClient) -> None:
    first, second = open_client(), open_client()
    first.cookies.set("who", "first")
    assert dict(second.cookies) == {}


def test_a_server_that_was_killed_starts_again_at_its_address(server: StartServer) -> None:
    process = server()
    address, pid = process.url, process.pid
    assert httpx.get(f"{address}/health").status_code == httpx.codes.OK
    process.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health")
    process.start()
    assert process.pid != pid
    assert httpx.get(f"{address}/health").status_code == httpx.codes.OK
    assert process.stop() in {0, -signal.SIGTERM}  # uvicorn ends by the signal it obeyed


async def test_people_have_browsers_of_their_own(open_page: OpenPage) -> None:
    first, second = await open_page(), await open_page()
    await first.context.add_cookies([{"name": "who", "value": "first", "url": "http://127.0.0.1"}])
    assert len(await first.context.cookies()) == 1
    assert await second.context.cookies() == []


async def test_a_page_runs_its_script(page: Page) -> None:
    await page.set_content("<button onclick=\"this.textContent = 'pressed'\">press</button>")
    await page.click("button")
    assert await page.inner_text("button") == "pressed"
