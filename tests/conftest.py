"""What every test stands on: both databases, the app, a server process, a browser.

A test that uses `database` (or `settings`, `app_client`, ...) runs twice, on SQLite and on
PostgreSQL, each time in a fresh database built by the migrations.  The run ends with a list of
what it ran on.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import hypothesis
import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page, async_playwright
from redis import Redis as RedisClient

from exam_engine.app import build, leave_the_code_alone, make_resources, run
from exam_engine.database import Database
from exam_engine.migrations import upgrade
from exam_engine.settings import Settings, driver_url
from exam_engine.uploads.nursery import Nursery
from tests import parts
from tests.server import ROOT, Server

SHARED = ROOT.parent / "shared"
RAN_ON = "ran on"
# What waits for browsers and server processes comes first, so that no worker ends alone.
FIRST = tuple(
    str(ROOT / "tests" / name)
    for name in ("browser", "faults", "exam_engine/rehearsal", "exam_engine/web", "test_parts.py")
)
PUBLIC_URL = "http://127.0.0.1:8000"

T = TypeVar("T")
OpenClient = Callable[[], httpx.AsyncClient]
OpenPage = Callable[[], Awaitable[Page]]
StartServer = Callable[..., Server]

# The suite draws the same examples each time; `make evidence` draws others.
hypothesis.settings.register_profile("suite", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("EXAM_TEST_EXAMPLES", "suite"))


# ---- parts, once a process


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[parts.Postgres]:
    with ExitStack() as stack:
        yield _had(request, lambda: stack.enter_context(parts.postgres()))


@pytest.fixture(scope="session")
def redis(request: pytest.FixtureRequest) -> Iterator[parts.Redis]:
    with ExitStack() as stack:
        yield _had(request, lambda: stack.enter_context(parts.redis()))


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> parts.Chromium:
    return _had(request, parts.chromium)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "exam.db"
    upgrade(driver_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres: parts.Postgres) -> Iterator[str]:
    """The name of an empty PostgreSQL database at the newest revision, to be copied."""
    name = f"exam_template_{os.getpid()}"
    upgrade(driver_url(postgres.create_database(name)))
    yield name
    postgres.drop_database(name)


# ---- a fresh database a test


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(
    database_kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> Iterator[str]:
    """The address, driver named, of a migrated database that only this test uses.

    It is empty; where a test asks for a `room`, that room's programme is in it.
    """
    begun = "programmed" if "room" in request.fixturenames else "migrated"
    if database_kind == "sqlite":
        record_property(RAN_ON, f"SQLite {sqlite3.sqlite_version}")
        path = tmp_path / "exam.db"
        shutil.copyfile(request.getfixturevalue(f"{begun}_file"), path)
        yield driver_url(f"sqlite:///{path}")
        return
    server: parts.Postgres = request.getfixturevalue("postgres")
    template: str = request.getfixturevalue(f"{begun}_template")
    record_property(RAN_ON, server.version)
    name = f"exam_{os.getpid()}_{next(_NUMBERS)}"
    yield driver_url(server.create_database(name, template=template))
    server.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def redis_url(redis: parts.Redis, record_property: Callable[[str, object], None]) -> Iterator[str]:
    """An empty Redis that only this test uses; one that was there before us is locked."""
    record_property(RAN_ON, redis.version)
    lock = Path(tempfile.gettempdir()) / f"exam-redis-{os.getuid()}.lock"
    with lock.open("w") as held, RedisClient.from_url(redis.url) as client:
        if redis.pid is None:
            fcntl.flock(held, fcntl.LOCK_EX)
        client.flushdb()
        yield redis.url


# ---- the app on the test's own loop


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        public_url=PUBLIC_URL,
        secret_key=b"a key that only the tests may have",
    )


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts the processes that read files, as those of a server are started."""
    made = Nursery(os.environ)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def built() -> dict[str, Litestar]:
    """Apps by their public address: wiring one takes longer than most tests."""
    return {}


@pytest.fixture
async def app(
    settings: Settings, nursery: Nursery, built: dict[str, Litestar]
) -> AsyncIterator[Litestar]:
    """The Litestar app, with resources of its own that are started: recorder and sweeper run.

    That a server starts and stops them in its lifespan is for tests with a server process.
    """
    resources = make_resources(settings, nursery)
    if settings.public_url not in built:
        built[settings.public_url] = build(resources)
    app = built[settings.public_url]
    app.state.resources = resources
    async with run(resources):
        yield app


@pytest.fixture
async def open_client(app: Litestar, settings: Settings) -> AsyncIterator[OpenClient]:
    """Opens clients with cookies of their own, one a person."""
    clients: list[httpx.AsyncClient] = []

    def open_one() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(cast("Any", app))
        headers = {"Origin": settings.origin}
        client = httpx.AsyncClient(
            transport=transport, base_url=settings.public_url, headers=headers
        )
        clients.append(client)
        return client

    yield open_one
    for client in clients:
        await client.aclose()


@pytest.fixture
def app_client(open_client: OpenClient) -> httpx.AsyncClient:
    return open_client()


# ---- a server process and a browser


@pytest.fixture
def server(
    tmp_path: Path, migrated_file: Path, record_property: Callable[[str, object], None]
) -> Iterator[StartServer]:
    """Starts ``exam-engine serve`` processes, each with its own data folder and port.

    ``server(database_url=..., redis_url=..., environment={...})``; without a database address
    it has SQLite in its data folder, migrated.
    """
    running: list[Server] = []

    def start(
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> Server:
        data_dir = tmp_path / f"server-{len(running)}"
        data_dir.mkdir()
        given = {"EXAM_DATABASE_URL": database_url, "EXAM_REDIS_URL": redis_url}
        if database_url is None:
            shutil.copyfile(migrated_file, data_dir / "exam.db")
            record_property(RAN_ON, f"SQLite {sqlite3.sqlite_version}")
        process = Server(
            data_dir, {k: v for k, v in given.items() if v is not None} | (environment or {})
        )
        running.append(process)
        process.start()
        return process

    yield start
    for process in running:
        process.kill()


@pytest.fixture(scope="session")
async def browser(chromium: parts.Chromium) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium.executable,
            args=list(chromium.arguments),
            env={**chromium.environment},
        )
        yield launched
        await launched.close()


@pytest.fixture
async def open_page(
    browser: Browser, chromium: parts.Chromium, record_property: Callable[[str, object], None]
) -> AsyncIterator[OpenPage]:
    """Opens pages with cookies of their own, one a person.

    A test fails when a page threw an error that nothing caught, or broke its own content
    security policy.
    """
    record_property(RAN_ON, chromium.version)
    complaints: list[str] = []
    contexts = []

    async def open_one() -> Page:
        context = await browser.new_context(
            locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert complaints == []


@pytest.fixture
async def page(open_page: OpenPage) -> Page:
    return await open_page()


# ---- what is beside the project, and how much of a long test to run


@pytest.fixture
def shared(record_property: Callable[[str, object], None]) -> Path:
    """The folder of test material beside the project; the run says when it was not there."""
    if not SHARED.is_dir():
        pytest.skip("needs the test material in ../shared, which is not here")
    record_property(RAN_ON, "../shared: present")
    return SHARED


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether long tests run in full (``make faults``) rather than shortened."""
    return bool(request.config.getoption("--in-full"))


@pytest.fixture
def only_in_full(in_full: bool) -> None:
    if not in_full:
        pytest.skip("make faults")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--in-full", action="store_true", help="run long tests in full")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "in_full" in fixtures:
            item.add_marker(pytest.mark.shortened)
    items.sort(key=lambda item: not str(item.path).startswith(FIRST))


def pytest_collection_finish() -> None:
    leave_the_code_alone()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    ran = Counter({"../shared: present": 0} if SHARED.is_dir() else {"../shared: NOT present": 0})
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call":
                ran.update({value for name, value in report.user_properties if name == RAN_ON})
    for report in terminalreporter.getreports("skipped"):
        ran[f"nothing: {report.longrepr[2].removeprefix('Skipped: ')}"] += 1
    terminalreporter.section("how many tests ran on what")
    for part, tests in sorted(ran.items()):
        terminalreporter.line(f"{tests:5}  {part}")


_NUMBERS = count(1)


def _had(request: pytest.FixtureRequest, obtain: Callable[[], T]) -> T:
    """A part; one that cannot be had ends the whole run with its sentence."""
    try:
        return obtain()
    except (parts.PartMissing, parts.PartFailed) as error:
        sentence = str(error)
    request.session.shouldfail = sentence
    pytest.fail(sentence, pytrace=False)
