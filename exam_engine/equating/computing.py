"""From a plan to what is shown of it: read, reckon on a thread, keep.

numpy and scipy are loaded on the thread as well, the first time that somebody equates.
"""

import asyncio
from importlib import import_module
from typing import Any
from uuid import UUID

from exam_engine.database import Database
from exam_engine.equating.material import Material
from exam_engine.equating.plans import Plan
from exam_engine.equating.queries import read_material
from exam_engine.equating.service import Equatings
from exam_engine.equating.tables import Equating


async def look(database: Database, plan: Plan) -> dict[str, Any]:
    """What two forms share, by `exam_engine.equating.shared.examined`.  Nothing is kept.

    Raises `EquatingUnsound`.
    """
    shared = await _loaded("shared")
    found = await asyncio.to_thread(shared.examined, await _read(database, plan))
    document: dict[str, Any] = found.document
    return document


async def compute(database: Database, plan: Plan, by: UUID | None) -> Equating:
    """A draft equating, stored.  Raises `EquatingUnsound`."""
    report = await _loaded("report")
    material = await _read(database, plan)
    found = await asyncio.to_thread(report.equated, material)
    async with database.transaction() as session:
        equatings = Equatings(session, await database.now(session))
        return await equatings.keep(material, found.method, found.report, found.data_hash, by)


async def _loaded(module: str) -> Any:
    return await asyncio.to_thread(import_module, f"exam_engine.equating.{module}")


async def _read(database: Database, plan: Plan) -> Material:
    async with database.reading() as session:
        return await read_material(session, plan, answers=True)
