"""A database of each kind with forms to equate, filled once and copied."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exam_engine.database import Database
from exam_engine.settings import driver_url
from tests import parts
from tests.exam_engine.equating.forms import Pair, Parts, pair_in


@pytest.fixture(scope="session")
def made() -> dict[str, Parts]:
    """The forms of each kind of database, once they are made."""
    return {}


@pytest.fixture(scope="session")
def migrated_file(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, made: dict[str, Parts]
) -> Path:
    """A SQLite database with the forms, to be copied."""
    path = tmp_path_factory.mktemp("equated") / "exam.db"
    shutil.copyfile(migrated_file, path)
    made["sqlite"] = _filled(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def migrated_template(
    postgres: parts.Postgres, migrated_template: str, made: dict[str, Parts]
) -> Iterator[str]:
    """The name of a PostgreSQL database with the forms, to be copied."""
    name = f"exam_equated_{os.getpid()}"
    made["postgresql"] = _filled(postgres.create_database(name, template=migrated_template))
    yield name
    postgres.drop_database(name)


def _filled(url: str) -> Parts:
    async def fill() -> Parts:
        database = Database(driver_url(url))
        async with database.transaction() as session:
            forms = await pair_in(session, await database.now(session), more=True)
        await database.close()
        return forms

    # with a factory the runner leaves the thread's current loop, pytest-asyncio's, as it is
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(fill())


@pytest.fixture
def pair(database: Database, database_kind: str, made: dict[str, Parts]) -> Pair:
    return made[database_kind].within(database)
