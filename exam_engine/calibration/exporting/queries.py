"""A run, read whole."""

import json
import zlib
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from exam_engine.calibration import queries
from exam_engine.calibration.approval import left_out
from exam_engine.calibration.errors import NothingToExport
from exam_engine.calibration.exporting.whole import ItemRow, Whole
from exam_engine.calibration.frozen import Frozen

FACTS = (
    *("id", "state", "plan", "reason", "requested_at", "started_at", "ended_at", "data_hash"),
    *("n_persons", "n_items", "digits", "outcome", "scale", "parameters_version", "decided_at"),
)


async def read_whole(session: AsyncSession, run_id: UUID) -> Whole:
    """Raises `RunNotFound`, `NothingToExport`."""
    run = await queries.get_computed_run(session, run_id)
    rows = await queries.list_run_items(session, run_id)
    gone = {one.code: one.reason for one in left_out(rows)}
    stored = await queries.read_artifacts(session, run_id, ["frozen", "classical", "fit"])
    if len(stored) < 3:
        raise NothingToExport("data")
    facts: dict[str, Any] = msgspec.to_builtins({name: getattr(run, name) for name in FACTS})
    items = [
        ItemRow(
            row.code,
            row.role,
            row.area,
            row.model,
            row.n,
            row.parameters,
            row.errors,
            row.figures,
            row.flags,
            gone.get(row.code, ""),
        )
        for row in rows
    ]
    documents = {name: json.loads(zlib.decompress(stored[name])) for name in ("classical", "fit")}
    frozen = Frozen.from_bytes(stored["frozen"])
    ended_at = run.ended_at or run.requested_at
    return Whole(run.id, ended_at, facts, items, frozen, documents["classical"], documents["fit"])
