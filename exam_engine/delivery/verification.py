"""Prove an attempt: recompute its chain, its responses and its deadline from the log alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exam_engine.base import as_text
from exam_engine.delivery import clock, events
from exam_engine.delivery.answers import ANSWERED
from exam_engine.delivery.states import TERMINAL, AttemptState
from exam_engine.delivery.tables import Adjustment, Attempt, Response

STATE_AFTER = {
    "created": AttemptState.CREATED,
    "started": AttemptState.RUNNING,
    "paused": AttemptState.PAUSED,
    "resumed": AttemptState.RUNNING,
    "submitted": AttemptState.SUBMITTED,
    "expired": AttemptState.EXPIRED,
    "terminated": AttemptState.TERMINATED,
    "withdrawn": AttemptState.WITHDRAWN,
}
"""The state that each kind of event leaves an attempt in; other kinds leave it as it is."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that was acknowledged."""

    lease: int
    sequence: int
    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """``fault`` is the first sentence that is wrong; None when everything agrees."""

    attempt_id: UUID
    state: str
    events: int
    accepted: list[Accepted]
    fault: str | None


def verify(
    attempt: Attempt,
    links: Sequence[events.Link],
    responses: Sequence[Response],
    ledger: Sequence[Adjustment],
) -> Verified:
    """Hold everything that is stored of an attempt against its log."""
    fault = (
        events.find_fault(attempt.id, links, attempt.event_count, attempt.chain_head)
        or _response_fault(links, responses)
        or _deadline_fault(attempt, links, ledger)
        or _state_fault(attempt, links)
    )
    accepted = [
        Accepted(link.lease, link.sequence, events.read(link.body)["position"], link.hash)
        for link in links
        if link.kind == ANSWERED and link.lease is not None and link.sequence is not None
    ]
    return Verified(attempt.id, attempt.state, len(links), accepted, fault)


def _response_fault(links: Sequence[events.Link], responses: Sequence[Response]) -> str | None:
    """Whether the stored responses are what the log says: the highest (lease, sequence) wins."""
    newest: dict[int, tuple[tuple[int, int], str | None, bool]] = {}
    for link in links:
        if link.kind != ANSWERED or link.lease is None or link.sequence is None:
            continue
        body = events.read(link.body)
        key = (link.lease, link.sequence)
        if key > newest.get(body["position"], ((0, 0), None, False))[0]:
            newest[body["position"]] = (key, body["response"], body["flagged"])
    stored = {
        row.position: ((row.lease, row.sequence), row.value, row.flagged) for row in responses
    }
    for position in sorted(stored.keys() | newest.keys()):
        if stored.get(position) != newest.get(position):
            return f"The stored answer to question {position} is not the one in the log."
    return None


def _deadline_fault(
    attempt: Attempt, links: Sequence[events.Link], ledger: Sequence[Adjustment]
) -> str | None:
    started_at = next((link.at for link in links if link.kind == "started"), None)
    if started_at is None:
        return None if attempt.deadline_at is None else "The log does not tell of a start."
    granted = events.read(links[0].body)
    adjusted = [events.read(link.body)["microseconds"] for link in links if link.kind == "adjusted"]
    if adjusted != [row.microseconds for row in ledger]:
        return "The ledger of adjustments is not the one in the log."
    expected = clock.deadline(
        started_at,
        granted["allowance_s"],
        datetime.fromisoformat(granted["window_end_at"]),
        adjusted,
    )
    told = (started_at, granted["allowance_s"], as_text(attempt.window_end_at), expected)
    if told == (
        attempt.started_at,
        attempt.allowance_s,
        granted["window_end_at"],
        attempt.deadline_at,
    ):
        return None
    return "The deadline is not what the start and the adjustments in the log make it."


def _state_fault(attempt: Attempt, links: Sequence[events.Link]) -> str | None:
    last = next((link for link in reversed(links) if link.kind in STATE_AFTER), None)
    state = STATE_AFTER[last.kind] if last else None
    if attempt.state != state:
        return f"The attempt is {attempt.state}; by its log it is {state}."
    if attempt.ended_at != (last.at if last and state in TERMINAL else None):
        return "The attempt did not end when its log says."
    return None
