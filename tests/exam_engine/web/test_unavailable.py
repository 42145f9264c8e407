"""The database goes away and comes back: 503 with Retry-After in between, nothing lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from exam_engine.app import build, create_app, make_resources, run
from exam_engine.database import Database, DatabaseUnavailable
from exam_engine.delivery.answers import Answer, Outcome
from exam_engine.delivery.recorder import Recorder
from exam_engine.migrations import upgrade
from exam_engine.settings import Settings, driver_url
from tests import factories
from tests.exam_engine.web.problems import check_problem
from tests.factories import Seat
from tests.postgres import FORGETFUL, Cluster
from tests.processes import temporary_folder

ANSWER = {"lease": 1, "sequence": 1, "position": 1, "response": "A"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster that this module may stop."""
    with temporary_folder("exam-away-") as folder:
        own = Cluster(folder, FORGETFUL)
        own.start()
        upgrade(driver_url(own.url))
        try:
            yield own
        finally:
            own.stop()


def settings_for(url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=driver_url(url),
        public_url="http://127.0.0.1:8000",
        secret_key=factories.SECRET_KEY,
    )


async def running_attempt(database: Database) -> tuple[Seat, str]:
    async with database.transaction() as session:
        now = await database.now(session)
        programmed = await factories.a_programme(session, now)
        seat = await factories.a_seat(
            session, now, await factories.a_sitting(session, now, programmed)
        )
        attempt = await factories.a_running_attempt(session, now, seat)
    return seat, f"/api/attempts/{attempt.id}"


@asynccontextmanager
async def started(app: Litestar) -> AsyncIterator[Litestar]:
    """Enter the app's lifespan in a task of its own: pytest-asyncio sets a fixture up and tears
    it down in different tasks, which the task groups inside a lifespan refuse."""
    is_up, may_end = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            is_up.set()
            await may_end.wait()

    life = asyncio.create_task(live())
    rising = asyncio.create_task(is_up.wait())
    await asyncio.wait({life, rising}, return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        rising.cancel()
        await life
    try:
        yield app
    finally:
        may_end.set()
        await life


@asynccontextmanager
async def client_of(app: Litestar, seat: Seat) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", headers=seat.sign_in.bearer
    ) as client:
        yield client


async def test_while_postgresql_is_away_everybody_is_told_to_come_again_and_then_it_works(
    cluster: Cluster, tmp_path: Path
) -> None:
    settings = settings_for(cluster.url, tmp_path)
    database = Database(settings.database_url)
    seat, attempt = await running_attempt(database)
    async with started(create_app(settings)) as app, client_of(app, seat) as client:
        assert (await client.post(f"{attempt}/answers", json=ANSWER)).status_code == 200
        await asyncio.to_thread(cluster.stop_at_once)
        second = ANSWER | {"sequence": 2, "response": "B"}
        refused = [
            await client.post(f"{attempt}/answers", json=second),
            await client.post(f"{attempt}/submit", json={"lease": 1, "last_sequence": 2}),
            await client.get(attempt),
            await client.get("/api/me"),
            await client.post("/api/sign-in", json={"email": "a@b", "password": "c"}),
        ]
        for response in refused:
            check_problem(response, 503, "try_again")
            assert int(response.headers["retry-after"]) > 0
        page = await client.get("/home", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "2")
        health = await client.get("/health")
        assert health.status_code == 503
        await asyncio.to_thread(cluster.start)
        taken = await client.post(f"{attempt}/answers", json=second)
        assert taken.status_code == 200, taken.text
        said = (await client.get(attempt)).json()
        assert [(one["position"], one["response"]) for one in said["answers"]] == [(1, "B")]
        assert (await client.get("/health")).status_code == 200
    await database.close()


class Away:
    """A store whose disk is gone."""

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        raise DatabaseUnavailable("the disk is gone")

    async def close(self) -> None:
        pass


async def test_when_the_store_cannot_write_an_answer_is_told_to_come_again(
    migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(migrated_file, tmp_path / "exam.db")
    settings = settings_for(f"sqlite:///{tmp_path / 'exam.db'}", tmp_path)
    resources = replace(make_resources(settings), recorder=Recorder([Away()]))
    seat, attempt = await running_attempt(resources.database)

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        async with run(resources):
            yield

    async with (
        started(build(resources, [running])) as app,
        client_of(app, seat) as client,
    ):
        response = await client.post(f"{attempt}/answers", json=ANSWER)
        check_problem(response, 503, "try_again")
        assert int(response.headers["retry-after"]) > 0
        assert (await client.get(attempt)).json()["answers"] == []


@pytest.mark.parametrize("how", ["reading", "transaction"])
async def test_a_database_file_that_cannot_be_opened_is_a_database_away(
    tmp_path: Path, how: str
) -> None:
    database = Database(driver_url(f"sqlite:///{tmp_path / 'nowhere' / 'exam.db'}"))
    with pytest.raises(DatabaseUnavailable):
        async with getattr(database, how)() as session:
            await session.connection()
    await database.close()
