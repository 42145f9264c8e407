"""Scripted candidates over real HTTP, and the comparison of what they were told with what is
stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import aiohttp

from exam_engine.database import Database
from exam_engine.delivery.queries import list_links, list_responses, verify_attempt
from exam_engine.delivery.tables import PresentedItem
from tests import factories
from tests.factories import Programmed, SignIn

RETRIES = 1_200
PAUSE_S = 0.25


class GaveUp(AssertionError):
    """A candidate tried again so often that it can only be for ever."""


@dataclass
class Candidate:
    """One browser: it numbers its answers, keeps each until its receipt has come, and notes both.

    ``options[n - 1]`` are the identifiers offered at position n; ``key`` is the right one of
    position 1.
    """

    sign_in: SignIn
    attempt_id: UUID
    options: Sequence[Sequence[str]]
    key: str
    sequence: int = 0
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[int, dict[str, Any]] = field(default_factory=dict)
    turned_away: int = 0

    def next_answer(self, position: int, response: str | None) -> dict[str, Any]:
        self.sequence += 1
        body = {
            "lease": 1,
            "sequence": self.sequence,
            "position": position,
            "response": response,
            "flagged": False,
        }
        self.sent[self.sequence] = body
        return body

    async def post(
        self, http: aiohttp.ClientSession, url: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """One request, once.  Raises what aiohttp raises when the server goes away."""
        address = f"{url}/api/attempts/{self.attempt_id}/{path}"
        async with http.post(address, json=body, headers=self.sign_in.bearer) as response:
            return response.status, await response.json(content_type=None)

    async def save(
        self, http: aiohttp.ClientSession, url: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Send until a receipt comes, through dead lines and 503, as the outbox does."""
        for _ in range(RETRIES):
            try:
                status, said = await self.post(http, url, "answers", body)
                if status == HTTPStatus.OK:
                    self.receipts[body["sequence"]] = said
                    return said
                assert status == HTTPStatus.SERVICE_UNAVAILABLE, said
            except aiohttp.ClientConnectorError:
                self.turned_away += 1
            except (aiohttp.ClientError, OSError, ValueError):
                pass  # cut off: nobody knows what became of it
            await asyncio.sleep(PAUSE_S)
        raise GaveUp(f"no receipt for {body}")


async def seat_candidates(
    database: Database,
    programmed: Programmed,
    how_many: int,
    *,
    started: bool = True,
    began_ago: timedelta = timedelta(),
) -> list[Candidate]:
    """A room with this many attempts of one hour, begun some time ago or only checked in."""
    async with database.transaction() as session:
        now = await database.now(session) - began_ago
        sitting = await factories.a_sitting(session, now, programmed)
        seated = []
        for _ in range(how_many):
            seat = await factories.a_seat(session, now, sitting)
            begin = factories.a_running_attempt if started else factories.an_attempt
            attempt = await begin(session, now, seat)
            seated.append((seat.sign_in, attempt.id))
    candidates = []
    async with database.reading() as session:
        for sign_in, attempt_id in seated:
            shown = [
                await session.get_one(PresentedItem, (attempt_id, position))
                for position in range(1, 11)
            ]
            candidates.append(
                Candidate(
                    sign_in,
                    attempt_id,
                    [item.option_order for item in shown],
                    programmed.keys[shown[0].item_version_id],
                )
            )
    return candidates


async def check_nothing_lost(database: Database, candidates: Sequence[Candidate]) -> None:
    """Every receipt names a stored event with its hash; of each position the newest answer
    stands; the chains are intact."""
    for candidate in candidates:
        async with database.reading() as session:
            links = await list_links(session, candidate.attempt_id)
            responses = await list_responses(session, candidate.attempt_id)
            verified = await verify_attempt(session, candidate.attempt_id)
        assert verified.fault is None
        stored = {link.sequence: link.hash.hex() for link in links if link.kind == "answered"}
        for sequence, receipt in candidate.receipts.items():
            assert stored.get(sequence) == receipt["hash"], f"lost: {receipt}"
        newest = {
            candidate.sent[sequence]["position"]: candidate.sent[sequence]["response"]
            for sequence in sorted(stored, key=lambda one: one or 0)
            if sequence is not None
        }
        assert {row.position: row.value for row in responses} == newest
