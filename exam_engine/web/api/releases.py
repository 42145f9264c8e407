"""Releases for certification managers, and the keys that are decided about before them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.release import carrying_out, queries
from exam_engine.release.checks import Check, obstacles
from exam_engine.release.queries import HeldGroup, ResultRow, get_released_form
from exam_engine.release.service import Releases
from exam_engine.release.tables import Release
from exam_engine.resources import Resources
from exam_engine.results.marking import KeyDecision, Treatment
from exam_engine.results.queries import list_item_decisions
from exam_engine.results.tables import ItemDecision, Result
from exam_engine.web.auth import serves
from exam_engine.web.schemas import Strict

MANAGERS = serves(Role.MANAGER)
LOOKERS = serves(Role.MANAGER, Role.PSYCHOMETRICIAN)
"""The psychometrician decides about keys, the manager about results."""
VERBS = ("hold", "lift", "release", "withdraw", "rescore")
Reason = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")]
Option = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class ReleaseIn(Strict):
    """``sitting_id``: only the results of one sitting."""

    reason: Reason = ""
    sitting_id: UUID | None = None


class ActIn(Strict):
    reason: Reason = ""


class KeyDecisionIn(Strict):
    """``also`` names options that are right beside the key, for the treatment ``also`` alone."""

    position: Annotated[int, Meta(ge=1, le=10_000)]
    treatment: Treatment
    reason: Reason
    also: Annotated[list[Option], Meta(max_length=20)] = field(default_factory=list)


class KeyDecisionOut(Struct):
    number: int
    position: int
    treatment: str
    also: list[str]
    reason: str
    decided_at: datetime
    decided_by: UUID | None


class ReleaseOut(Struct):
    """``released_at`` is empty while a second person has to confirm it."""

    id: UUID
    form_id: UUID
    sitting_id: UUID | None
    count: int
    passed: int
    conversion_number: int
    decision_number: int
    reason: str
    asked_by: UUID | None
    asked_at: datetime
    confirmed_by: UUID | None
    released_at: datetime | None
    checks: list[dict[str, Any]]


class FormDetail(Struct):
    """``ready`` results would be released; with ``obstacles`` none is."""

    form_id: UUID
    form: str
    exam: str
    purpose: str
    ready: int
    checks: list[Check]
    obstacles: list[str]
    held: list[HeldGroup]
    results: list[ResultRow]
    releases: list[ReleaseOut]


class ResultActOut(Struct):
    """``state`` is held, released or withdrawn; ``score_number`` of the score that counts."""

    id: UUID
    state: str
    hold_reason: str | None
    released_at: datetime | None
    score_number: int
    reported: int
    passed: bool


def release_out(release: Release) -> ReleaseOut:
    return ReleaseOut(
        release.id,
        release.form_id,
        release.sitting_id,
        release.count,
        release.passed,
        release.conversion_number,
        release.decision_number,
        release.reason,
        release.asked_by,
        release.asked_at,
        release.confirmed_by,
        release.released_at,
        release.checks,
    )


def decision_out(row: ItemDecision) -> KeyDecisionOut:
    return KeyDecisionOut(
        row.number,
        row.position,
        row.treatment,
        row.also,
        row.reason,
        row.decided_at,
        row.decided_by,
    )


@get("/api/releases", opt=LOOKERS)
async def list_held(resources: NamedDependency[Resources]) -> list[HeldGroup]:
    """Held results by form and sitting, those that wait longest first."""
    async with resources.database.reading() as session:
        return await queries.list_held(session)


@get("/api/releases/{form_id:uuid}", opt=LOOKERS)
async def show(form_id: FromPath[UUID], resources: NamedDependency[Resources]) -> FormDetail:
    """What stands between the held results of a form and their release, and who gets what."""
    found, ready = await carrying_out.look(resources.database, form_id)
    async with resources.database.reading() as session:
        form, exam = await get_released_form(session, form_id)
        return FormDetail(
            form.id,
            form.code,
            exam.code,
            form.purpose,
            ready,
            found,
            obstacles(found),
            await queries.list_held(session, form_id),
            await queries.list_rows(session, form_id),
            [release_out(row[0]) for row in await queries.list_releases(session, form_id)],
        )


@post("/api/releases/{form_id:uuid}", status_code=200, opt=MANAGERS)
async def release(
    form_id: FromPath[UUID],
    data: JSONBody[ReleaseIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ReleaseOut:
    """Tell all at once, each with a notice; refused with every reason that stands against it.

    Where the exam's policy wants a second person, the first call asks and the second confirms."""
    return release_out(
        await carrying_out.release(
            resources.database, form_id, who.person_id, data.reason, data.sitting_id
        )
    )


@get("/api/releases/{form_id:uuid}/keys", opt=LOOKERS)
async def list_keys(
    form_id: FromPath[UUID], resources: NamedDependency[Resources]
) -> list[KeyDecisionOut]:
    """What was decided about a form's keys, first one first; the newest of a question counts."""
    async with resources.database.reading() as session:
        await get_released_form(session, form_id)
        return [decision_out(row) for row in await list_item_decisions(session, form_id)]


@post("/api/releases/{form_id:uuid}/keys", opt=LOOKERS)
async def decide_key(
    form_id: FromPath[UUID],
    data: JSONBody[KeyDecisionIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> KeyDecisionOut:
    """Keep a key, accept another answer, credit everybody, or do not score the question.

    Held results are scored again; released ones stay as they were told."""
    row = await decide_and_score(resources, form_id, data, who)
    return decision_out(row)


async def decide_and_score(
    resources: Resources, form_id: UUID, data: KeyDecisionIn, who: SignedIn
) -> ItemDecision:
    async with resources.database.transaction() as session:
        row = await Releases(session, await resources.database.now(session)).decide(
            form_id,
            data.position,
            KeyDecision(data.treatment, tuple(data.also)),
            who.person_id,
            data.reason,
        )
    await carrying_out.rescore_held(resources.database, form_id)
    return row


@post("/api/results/{result_id:uuid}/{verb:str}", status_code=200, opt=MANAGERS)
async def act(
    result_id: FromPath[UUID],
    verb: FromPath[str],
    data: JSONBody[ActIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> ResultActOut:
    """One result: hold, lift, release, withdraw or rescore it, with a reason."""
    await act_on(resources, result_id, verb, who, data.reason)
    async with resources.database.reading() as session:
        one = await queries.get_one(session, result_id)
    score = next(score for score in one.scores if score.id == one.result.score_id)
    result = one.result
    return ResultActOut(
        result.id,
        result.state,
        result.hold_reason,
        result.released_at,
        score.number,
        score.reported,
        score.passed,
    )


async def act_on(
    resources: Resources, result_id: UUID, verb: str, who: SignedIn, reason: str
) -> Result | None:
    """Raises `NotFoundException` for a verb that is none."""
    if verb not in VERBS:
        raise NotFoundException
    if verb == "release":
        return await carrying_out.release_one(resources.database, result_id, who.person_id, reason)
    async with resources.database.transaction() as session:
        releases = Releases(session, await resources.database.now(session))
        if verb == "hold":
            return await releases.hold(result_id, who.person_id, reason)
        if verb == "lift":
            return await releases.lift(result_id, who.person_id, reason)
        if verb == "withdraw":
            return await releases.withdraw(result_id, who.person_id, reason)
        return (await releases.rescore(result_id, who.person_id, reason)).result


ROUTES = [list_held, show, release, list_keys, decide_key, act]
