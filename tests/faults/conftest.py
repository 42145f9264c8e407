"""Real server processes on databases that keep their promises."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from exam_engine.database import Database
from exam_engine.migrations import upgrade
from exam_engine.settings import driver_url
from tests import parts
from tests.conftest import RAN_ON, StartServer
from tests.server import Server

HERE = Path(__file__).parent
_NUMBERS = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@dataclass(frozen=True, slots=True)
class Served:
    """A server process, and the test's own way into its database."""

    server: Server
    database: Database

    @property
    def url(self) -> str:
        return self.server.url


@pytest.fixture(scope="session")
def durable_cluster() -> Iterator[parts.Cluster]:
    with parts.durable_postgres() as cluster:
        yield cluster


@pytest.fixture
def own_database_url(
    database_kind: str,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> str | None:
    """A migrated database of the durable cluster; None where the server brings SQLite."""
    if database_kind == "sqlite":
        return None
    cluster: parts.Cluster = request.getfixturevalue("durable_cluster")
    running = parts.Postgres(cluster.url, "")
    url = running.create_database(f"faults_{next(_NUMBERS)}")
    upgrade(driver_url(url))
    record_property(RAN_ON, "PostgreSQL with fsync")
    return url


@pytest.fixture
async def served(server: StartServer, own_database_url: str | None) -> AsyncIterator[Served]:
    process = server(database_url=own_database_url)
    url = own_database_url or f"sqlite:///{process.data_dir / 'exam.db'}"
    database = Database(driver_url(url))
    yield Served(process, database)
    await database.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
