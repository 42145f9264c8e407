"""Equatings for psychometricians: look at two forms, compute, decide."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.equating import computing, queries
from exam_engine.equating.plans import Plan
from exam_engine.equating.service import Equatings
from exam_engine.equating.tables import Equating
from exam_engine.resources import Resources
from exam_engine.web.api.calibrations import ANALYSTS, NO_NUL
from exam_engine.web.schemas import Strict


class VerdictIn(Strict):
    reason: Annotated[str, Meta(max_length=500, pattern=NO_NUL)] = ""


class EquatingOut(Struct):
    """``state``: draft, approved or rejected.  ``data_hash`` is a SHA-256 over the plan, the
    answers and the parameters that the table rests on."""

    id: UUID
    state: str
    plan: Plan
    method: str
    data_hash: str
    requested_at: datetime
    requested_by: UUID | None
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str | None


class EquatingDetail(Struct):
    """``report`` is everything that the decision rests on, the table among it."""

    equating: EquatingOut
    report: dict[str, Any]


def equating_out(found: Equating) -> EquatingOut:
    return EquatingOut(
        found.id,
        found.state,
        Plan.from_json(found.plan),
        found.method,
        found.data_hash,
        found.requested_at,
        found.requested_by,
        found.decided_at,
        found.decided_by,
        found.decision_reason,
    )


@get("/api/equatings", opt=ANALYSTS)
async def list_equatings(resources: NamedDependency[Resources]) -> list[EquatingOut]:
    """The newest fifty."""
    async with resources.database.reading() as session:
        return [equating_out(one.equating) for one in await queries.list_equatings(session)]


@post("/api/equating-plans", status_code=200, opt=ANALYSTS)
async def look_at_forms(
    data: JSONBody[Plan], resources: NamedDependency[Resources]
) -> dict[str, Any]:
    """What two forms share, which anchors drifted, and what the data support.  Nothing is kept."""
    return await computing.look(resources.database, data)


@post("/api/equatings", status_code=201, opt=ANALYSTS)
async def equate(
    data: JSONBody[Plan], who: NamedDependency[SignedIn], resources: NamedDependency[Resources]
) -> EquatingDetail:
    """Compute a draft.  The form's table stays as it is until somebody approves."""
    found = await computing.compute(resources.database, data, who.person_id)
    return EquatingDetail(equating_out(found), found.report)


@get("/api/equatings/{equating_id:uuid}", opt=ANALYSTS)
async def show_equating(
    equating_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> EquatingDetail:
    """An equating with its report."""
    async with resources.database.reading() as session:
        found = await queries.get_equating(session, equating_id, whole=True)
        return EquatingDetail(equating_out(found), found.report)


@post("/api/equatings/{equating_id:uuid}/approve", status_code=200, opt=ANALYSTS)
async def approve_equating(
    equating_id: FromPath[UUID],
    data: JSONBody[VerdictIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> EquatingOut:
    """The table replaces the form's provisional one, once, in one transaction."""
    async with resources.database.transaction() as session:
        acts = Equatings(session, await resources.database.now(session))
        return equating_out(await acts.approve(equating_id, who.person_id, data.reason))


@post("/api/equatings/{equating_id:uuid}/reject", status_code=200, opt=ANALYSTS)
async def reject_equating(
    equating_id: FromPath[UUID],
    data: JSONBody[VerdictIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> EquatingOut:
    """The table goes nowhere; a reason is needed."""
    async with resources.database.transaction() as session:
        acts = Equatings(session, await resources.database.now(session))
        return equating_out(await acts.reject(equating_id, who.person_id, data.reason))


ROUTES = [
    list_equatings,
    look_at_forms,
    equate,
    show_equating,
    approve_equating,
    reject_equating,
]
