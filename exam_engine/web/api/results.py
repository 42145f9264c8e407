"""A candidate's own results."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.resources import Resources
from exam_engine.results import queries
from exam_engine.web import views
from exam_engine.web.auth import serves
from exam_engine.web.schemas import ResultOut


@get("/api/results", opt=serves(Role.CANDIDATE))
async def list_results(
    who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> list[ResultOut]:
    """My results, newest first."""
    async with resources.database.reading() as session:
        found = await queries.list_results(session, who.person_id)
        return [await views.result_out(session, one) for one in found]


@get("/api/results/{result_id:uuid}", opt=serves(Role.CANDIDATE))
async def get_result(
    result_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ResultOut:
    """One of my results; no score until it is released."""
    async with resources.database.reading() as session:
        found = await queries.find_result(session, result_id, who.person_id)
        if found is None:
            raise NotFoundException
        return await views.result_out(session, found)


ROUTES = [list_results, get_result]
