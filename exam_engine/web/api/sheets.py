"""A judge's own sheet: the statement, questions with keys, ratings, feedback."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from exam_engine.accounts.people import SignedIn
from exam_engine.accounts.roles import Role
from exam_engine.resources import Resources
from exam_engine.standards.errors import RatingUnsound, StatementMissing
from exam_engine.standards.panels import STATEMENT
from exam_engine.standards.service import Panels
from exam_engine.standards.sheets import read_sheet
from exam_engine.web.api.standards import PanelOut, RoundNumber, panel_out
from exam_engine.web.auth import serves
from exam_engine.web.schemas import Strict

JUDGES = serves(Role.JUDGE)
POSITION = re.compile(r"[0-9]{1,5}")


class StatementIn(Strict):
    accepted: bool


class RatingsIn(Strict):
    """By form position: the share of just-qualified candidates who answer right, 0 to 1; null
    takes a rating back.  A bookmark is its page under position 0."""

    round: RoundNumber
    ratings: dict[str, float | None]


class SheetOption(Struct):
    identifier: str
    text: str
    is_key: bool


class SheetQuestion(Struct):
    """``before`` is the judge's rating of the round before, ``feedback`` what the panel said."""

    position: int
    page: int | None
    situation: list[str]
    question: str
    options: list[SheetOption]
    rating: float | None
    before: float | None
    feedback: dict[str, Any] | None


class SheetOut(Struct):
    panel: PanelOut
    borderline: str
    statement: str
    accepted_at: datetime | None
    may_rate: bool
    positions: list[int]
    rated: int
    bookmark: int | None
    bookmark_before: int | None
    questions: list[SheetQuestion]
    cut: float | None
    """Of the panel, in the round closed last, in raw points."""
    impact: list[dict[str, Any]]


class RatedOut(Struct):
    rated: int
    """How many of the round's positions have a rating of this judge now."""


@get("/api/standards/{panel_id:uuid}/sheet", opt=JUDGES)
async def sheet(
    panel_id: FromPath[UUID],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> SheetOut:
    """A judge's own: questions with keys once the statement is accepted, ratings, feedback."""
    return await _sheet(resources, panel_id, who.person_id)


async def _sheet(resources: Resources, panel_id: UUID, judge_id: UUID) -> SheetOut:
    async with resources.database.reading() as session:
        found = await read_sheet(session, panel_id, judge_id)
    questions = [
        SheetQuestion(
            one.position,
            one.page,
            list(one.content.situation),
            one.content.question,
            [
                SheetOption(choice.identifier, choice.text, choice.identifier == one.content.key)
                for choice in one.content.choices
            ],
            one.value,
            one.before,
            dict(one.feedback) if one.feedback else None,
        )
        for one in found.questions
    ]
    return SheetOut(
        panel_out(found.panel),
        found.panel.borderline,
        STATEMENT,
        found.judge.accepted_at,
        found.may_rate,
        list(found.positions),
        found.n_rated,
        found.bookmark,
        found.bookmark_before,
        questions,
        found.report["cut"] if found.report else None,
        found.report["impact"] if found.report else [],
    )


@post("/api/standards/{panel_id:uuid}/statement", status_code=200, opt=JUDGES)
async def accept(
    panel_id: FromPath[UUID],
    data: JSONBody[StatementIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> SheetOut:
    """Accept the statement on conflicts of interest; the sheet has questions from here on."""
    if not data.accepted:
        raise StatementMissing
    async with resources.database.transaction() as session:
        await Panels(session, await resources.database.now(session)).accept(panel_id, who.person_id)
    return await _sheet(resources, panel_id, who.person_id)


@post("/api/standards/{panel_id:uuid}/ratings", status_code=200, opt=JUDGES)
async def rate(
    panel_id: FromPath[UUID],
    data: JSONBody[RatingsIn],
    who: NamedDependency[SignedIn],
    resources: NamedDependency[Resources],
) -> RatedOut:
    """Keep ratings of the open round, all of these or none; sent again they change nothing."""
    unknown = next((at for at in data.ratings if not POSITION.fullmatch(at)), None)
    if unknown is not None:
        raise RatingUnsound(f"{unknown[:20]!r} is no position of a form.")
    ratings = {int(at): value for at, value in data.ratings.items()}
    return await keep(resources, panel_id, who.person_id, data.round, ratings)


async def keep(
    resources: Resources,
    panel_id: UUID,
    judge_id: UUID,
    round_number: int,
    ratings: dict[int, float | None],
) -> RatedOut:
    async with resources.database.transaction() as session:
        panels = Panels(session, await resources.database.now(session))
        return RatedOut(await panels.rate(panel_id, judge_id, round_number, ratings))


ROUTES = [
    sheet,
    accept,
    rate,
]
