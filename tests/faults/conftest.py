"""Real server processes on databases that keep their promises."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from exam_engine.database import Database
from exam_engine.migrations import upgrade
from exam_engine.settings import driver_url
from tests import parts
from tests.conftest import RAN_ON
from tests.factories import Programmed, a_programme
from tests.server import Server

HERE = Path(__file__).parent
_NUMBERS = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@dataclass(frozen=True, slots=True)
class Served:
    """A server process, the test's own way into its database, and the small exam that is there."""

    server: Server
    database: Database
    programmed: Programmed

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ran_on(self) -> str:
        sqlite = f"SQLite {sqlite3.sqlite_version}"
        return sqlite if self.database.is_sqlite else "PostgreSQL with fsync"


@pytest.fixture(scope="session")
def durable_template() -> Iterator[tuple[parts.Postgres, str]]:
    """A durable cluster, and the name of an empty database in it at the newest revision."""
    with parts.durable_postgres() as cluster:
        running = parts.Postgres(cluster.url, "")
        upgrade(driver_url(running.create_database("template_of_faults")))
        yield running, "template_of_faults"


@asynccontextmanager
async def _serving(data_dir: Path, url: str) -> AsyncIterator[Served]:
    database = Database(driver_url(url))
    async with database.transaction() as session:
        programmed = await a_programme(session, await database.now(session))
    server = Server(data_dir, {} if database.is_sqlite else {"EXAM_DATABASE_URL": url})
    server.start()
    yield Served(server, database, programmed)
    server.kill()
    await database.close()


def _new_database(request: pytest.FixtureRequest, kind: str, data_dir: Path) -> str:
    """The address of a migrated one: where the server brings SQLite, in its data folder."""
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_file"), data_dir / "exam.db")
        return f"sqlite:///{data_dir / 'exam.db'}"
    cluster: parts.Postgres
    cluster, template = request.getfixturevalue("durable_template")
    return cluster.create_database(f"faults_{next(_NUMBERS)}", template=template)


@pytest.fixture
def own_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _new_database(request, database_kind, tmp_path)


@pytest.fixture
async def served(
    own_database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> AsyncIterator[Served]:
    """A server that only this test uses, and may kill."""
    async with _serving(tmp_path, own_database_url) as served:
        record_property(RAN_ON, served.ran_on)
        yield served


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing_place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    data_dir = tmp_path_factory.mktemp("standing")
    return data_dir, _new_database(request, request.param, data_dir)


@pytest.fixture(scope="module")
async def standing(standing_place: tuple[Path, str]) -> AsyncIterator[Served]:
    """One server for all tests of a module: each books people of its own, and leaves it running."""
    async with _serving(*standing_place) as served:
        yield served


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
