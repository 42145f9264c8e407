"""How sharply a form measures at its cut, where its table was settled before that was known."""

import asyncio
from importlib import import_module
from typing import Any
from uuid import UUID

from exam_engine.calibration.scales.queries import find_form_scale
from exam_engine.database import Database
from exam_engine.exams.purposes import obstacle
from exam_engine.exams.queries import find_conversion_row, get_conversion, get_form


async def find_evidence(database: Database, form_id: UUID) -> dict[str, Any]:
    """What came with the form's table; where that is not enough, what the approved parameters
    tell now.  Empty while the table is provisional."""
    async with database.reading() as session:
        form = await get_form(session, form_id)
        row = await find_conversion_row(session, form)
        if row is None or obstacle(form.purpose, False, row.evidence) is None:
            return dict(row.evidence) if row else {}
        scale = await find_form_scale(session, form)
        conversion = await get_conversion(session, form)
    if scale is None:
        return dict(row.evidence)
    # loads numpy, which a server needs for little else
    module = await asyncio.to_thread(import_module, "exam_engine.calibration.at_cut")
    known: dict[str, Any] = await asyncio.to_thread(module.on_scale, form.code, scale, conversion)
    return known
