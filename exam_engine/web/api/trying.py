"""Scoring an item that is sent along: for tools that make items. Nothing is stored."""

import asyncio
from typing import Annotated, Any

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from exam_engine.accounts.roles import Role
from exam_engine.web.auth import serves
from exam_engine.web.schemas import Strict
from exam_engine.web.trial import LARGEST_SEED, MOST_XML, as_bytes
from item_bank.qti import read_item, score_item

BANK = serves(Role.ITEM_WRITER, Role.REVIEWER, Role.BANK_MANAGER, Role.PSYCHOMETRICIAN)
LARGEST_BODY = 3 * 1024 * 1024


class ScoreIn(Strict):
    """``responses`` by response identifier: a JSON scalar, a list for several, an object for a
    record, null for a blank."""

    xml: Annotated[str, Meta(max_length=MOST_XML)]
    responses: dict[str, Any]
    seed: Annotated[int, Meta(ge=0, le=LARGEST_SEED)] = 0


class FindingOut(Struct):
    severity: str
    code: str
    line: int | None
    sentence: str


class ScoreOut(Struct):
    """The outcome variables by identifier, and what is unusual in the item."""

    outcomes: dict[str, Any]
    findings: list[FindingOut]


@post("/api/items/score", status_code=200, opt=BANK, request_max_body_size=LARGEST_BODY)
async def score(data: JSONBody[ScoreIn]) -> ScoreOut:
    """Score responses to an item of QTI 2.0 to 3.0 that is sent along."""
    return await asyncio.to_thread(_score, data)


def _score(data: ScoreIn) -> ScoreOut:
    xml = as_bytes(data.xml)
    outcomes = score_item(xml, data.responses, seed=data.seed)
    findings = [
        FindingOut(one.severity.value, one.code, one.line, one.sentence)
        for one in read_item(xml).findings
    ]
    return ScoreOut(outcomes, findings)


ROUTES = [score]
