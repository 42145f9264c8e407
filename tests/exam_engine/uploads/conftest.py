"""A desk with a writer, on each database."""

from pathlib import Path
from uuid import UUID

import pytest

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from tests import factories
from tests.exam_engine.uploads.desk import Desk


@pytest.fixture
async def writer(database: Database) -> UUID:
    async with database.transaction() as session:
        now = await database.now(session)
        return (await factories.a_person(session, now, Role.ITEM_WRITER)).id


@pytest.fixture
def desk(database: Database, writer: UUID, tmp_path: Path) -> Desk:
    return Desk(database, writer, tmp_path)
