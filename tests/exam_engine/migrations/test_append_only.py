"""The database itself refuses to change what was recorded."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exam_engine.database import Database
from exam_engine.demonstration.service import add_programme

FORBIDDEN = [
    "UPDATE item_version SET title = title",
    "DELETE FROM item_version",
    "UPDATE item_transition SET verb = verb",
    "DELETE FROM item_transition",
    "UPDATE form SET seed = 1",
    "DELETE FROM form",
    "UPDATE form_item SET role = 'pretest' WHERE position = 1",
    "DELETE FROM form_item WHERE position = 1",
    "INSERT INTO form_item (form_id, position, item_version_id, node_id, role) "
    "SELECT form_id, 1000, v.id, node_id, role FROM form_item, item_version v "
    "WHERE position = 1 AND v.id NOT IN (SELECT item_version_id FROM form_item) LIMIT 1",
]


async def test_what_was_recorded_or_published_cannot_be_changed(database: Database) -> None:
    async with database.transaction() as session:
        await add_programme(session, await database.now(session))

    for act in FORBIDDEN:
        with pytest.raises(DBAPIError, match=r"append-only|does not change"):
            async with database.transaction() as session:
                await session.execute(text(act))
