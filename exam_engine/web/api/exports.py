"""Everything of a calibration run, as files."""

import asyncio
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from exam_engine.calibration.exporting import names
from exam_engine.calibration.queries import get_computed_run
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS

PIECE = 256 * 1024


class ExportOut(Struct):
    """``formats`` are the addresses of the files by what they are: csv, parquet, xml or json."""

    name: str
    about: str
    formats: dict[str, str]


def exports_of(run_id: UUID) -> list[ExportOut]:
    """What there is of a run; Parquet only where it can be written."""
    begins = f"/api/calibration-runs/{run_id}/exports/"
    forms = [form for form in names.FORMATS if form != "parquet" or find_spec("polars")]
    found = [
        ExportOut(name, about, {form: f"{begins}{name}.{form}" for form in forms})
        for name, about in names.TABLES.items()
    ]
    usage, certificate = {"xml": begins + names.USAGE}, {"json": begins + names.CERTIFICATE}
    found.append(ExportOut("usage-data", "Statistics of items as QTI 3 usage data", usage))
    found.append(
        ExportOut("certificate", "The run: plan, report, certificate, digits", certificate)
    )
    return found


@get("/api/calibration-runs/{run_id:uuid}/exports", opt=ANALYSTS)
async def list_exports(
    run_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> list[ExportOut]:
    """The files that can be had of a run that is computed."""
    async with resources.database.reading() as session:
        await get_computed_run(session, run_id)
    return exports_of(run_id)


@get("/api/calibration-runs/{run_id:uuid}/exports/{name:str}", opt=ANALYSTS)
async def export(
    run_id: FromPath[UUID], name: FromPath[str], resources: NamedDependency[Resources]
) -> Stream:
    """One file of a run.  Numbers in it come back to the last bit; candidates are numbered."""
    if name not in names.NAMES:
        raise NotFoundException
    async with resources.database.reading() as session:
        await get_computed_run(session, run_id)
    file = await resources.readers.export_run(run_id, name)
    kind = names.MEDIA_TYPES[name.rpartition(".")[2]]
    attachment = f'attachment; filename="calibration-{str(run_id)[:8]}-{name}"'
    return Stream(_pieces(file), media_type=kind, headers={"content-disposition": attachment})


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    """What a file holds; it is removed at the end, or where nobody takes more of it."""
    opened = await asyncio.to_thread(file.open, "rb")
    await asyncio.to_thread(file.unlink)
    try:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
    finally:
        opened.close()


ROUTES = [list_exports, export]
