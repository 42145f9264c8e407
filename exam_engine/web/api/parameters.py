"""Approved item parameters, for those who work with them."""

from datetime import datetime
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS
from item_bank.parameters import queries
from item_bank.queries import get_item
from item_bank.tables import ParameterSet


class ParameterSetOut(Struct):
    """A version of a scale; ``anchored``: earlier parameters held it on the scale."""

    scale: str
    version: int
    run_id: str
    anchored: bool
    note: str
    approved_at: datetime
    approved_by: UUID | None
    items: int


class ParametersOut(Struct):
    """P = c + (u - c) expit(a (theta - b)), logits, D = 1; intercept = -a b."""

    code: str
    item_version: int
    model: str
    values: dict[str, float]
    errors: dict[str, float | None]
    n: int


class WholeSetOut(Struct):
    parameters: ParameterSetOut
    items: list[ParametersOut]


class HistoryOut(Struct):
    scale: str
    version: int
    run_id: str
    approved_at: datetime
    parameters: ParametersOut


def _set_out(stored: ParameterSet, items: int) -> ParameterSetOut:
    return ParameterSetOut(
        stored.scale,
        stored.version,
        stored.run_id,
        stored.anchored,
        stored.note,
        stored.approved_at,
        stored.approved_by,
        items,
    )


def _out(held: queries.Held) -> ParametersOut:
    return ParametersOut(held.code, held.number, held.model, held.values, held.errors, held.n)


@get("/api/parameter-sets", opt=ANALYSTS)
async def list_sets(resources: NamedDependency[Resources]) -> list[ParameterSetOut]:
    """Every version of every scale, newest first."""
    async with resources.database.reading() as session:
        found = await queries.list_parameter_sets(session)
        return [_set_out(stored, items) for stored, items in found]


@get("/api/parameter-sets/{scale:str}/{version:int}", opt=ANALYSTS)
async def show_set(
    scale: FromPath[str], version: FromPath[int], resources: NamedDependency[Resources]
) -> WholeSetOut:
    """The parameters that were approved together."""
    async with resources.database.reading() as session:
        stored = await queries.get_parameter_set(session, scale, version)
        items = [_out(held) for held in await queries.list_parameters(session, stored.id)]
        return WholeSetOut(_set_out(stored, len(items)), items)


@get("/api/items/{code:str}/parameters", opt=ANALYSTS)
async def list_history(
    code: FromPath[str], resources: NamedDependency[Resources]
) -> list[HistoryOut]:
    """All parameters that an item ever had, newest first."""
    async with resources.database.reading() as session:
        await get_item(session, code)
        return [
            HistoryOut(one.scale, one.version, one.run_id, one.approved_at, _out(one.held))
            for one in await queries.list_history(session, code)
        ]


ROUTES = [list_sets, show_set, list_history]
