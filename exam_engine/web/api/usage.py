"""What packages say about items and of them: statistics of use, and the tests they make up."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from exam_engine.exams.queries import list_forms_of_import
from exam_engine.resources import Resources
from exam_engine.web.api.item_imports import IMPORTERS
from exam_engine.web.api.trying import BANK
from item_bank import queries as bank
from item_bank.imports.outlines import to_json
from item_bank.imports.queries import get_import, list_outlines
from item_bank.usage.queries import Known, list_of_item


class StatisticOut(Struct):
    """``version`` is the item's version that it is about. Either ``value`` or ``values`` is there:
    one number, or one by key. ``source`` is the file that it came with, ``context`` the group of
    candidates as that file names it."""

    version: int
    name: str
    part: str
    kind: str
    context: str
    value: float | None
    values: dict[str, float]
    cases: int | None
    standard_error: float | None
    standard_deviation: float | None
    last_updated: str
    glossary: str
    source: str


class TestsOut(Struct):
    """``tests`` as the package has them, ``forms`` the drafts that were made of them, by code."""

    tests: list[dict[str, Any]]
    forms: list[str]


def _statistic_out(known: Known) -> StatisticOut:
    one = known.statistic
    return StatisticOut(
        known.number,
        one.name,
        one.targets[0].part,
        one.targets[0].kind,
        one.context,
        one.value,
        dict(one.values),
        one.cases,
        one.standard_error,
        one.standard_deviation,
        one.last_updated,
        one.glossary,
        known.source,
    )


@get("/api/items/{code:str}/statistics", opt=BANK)
async def list_statistics(
    code: FromPath[str], resources: NamedDependency[Resources]
) -> list[StatisticOut]:
    """What is known of an item from its use, the newest version's first."""
    async with resources.database.reading() as session:
        item = await bank.get_item(session, code)
        return [_statistic_out(known) for known in await list_of_item(session, item.id)]


@get("/api/item-imports/{import_id:uuid}/tests", opt=IMPORTERS)
async def list_tests(import_id: FromPath[UUID], resources: NamedDependency[Resources]) -> TestsOut:
    """The tests of a package, and the draft forms that accepting it made."""
    async with resources.database.reading() as session:
        await get_import(session, import_id)
        tests = [to_json(outline) for outline in await list_outlines(session, import_id)]
        forms = await list_forms_of_import(session, import_id)
        return TestsOut(tests, [form.code for form in forms])


ROUTES = [list_statistics, list_tests]
