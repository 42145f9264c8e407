"""The append-only, hash-chained log of an attempt: pure functions over its links.

hash(n) = SHA-256( hash(n-1) || JSON array of the event's fields ), hash(0) = SHA-256 of the
attempt's id.  The array is UTF-8 JSON without spaces:
``[attempt, number, kind, at, actor, lease, sequence, submission, body]`` where ids are 32
hexadecimal digits or null, ``at`` is the instant in UTC with microseconds, and ``body`` is the
stored text.  Any other program can recompute it from a dump of the table.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from exam_engine.base import as_text

_encode = msgspec.json.Encoder(order="sorted").encode


class Link(Struct, frozen=True):
    """One event with its place in the chain."""

    attempt_id: UUID
    number: int
    kind: str
    at: datetime
    actor_id: UUID | None
    lease: int | None
    sequence: int | None
    submission_id: str | None
    body: str
    hash: bytes


def genesis(attempt_id: UUID) -> bytes:
    """The head of a chain that has no event yet."""
    return hashlib.sha256(attempt_id.bytes).digest()


def canonical(body: Mapping[str, Any]) -> str:
    """The text of a body as it is stored and hashed: JSON, keys sorted, no spaces."""
    return _encode(body).decode()


def read(body: str) -> dict[str, Any]:
    """The body of an event as it was written by `canonical`."""
    decoded: dict[str, Any] = msgspec.json.decode(body)
    return decoded


def append(
    head: bytes,
    attempt_id: UUID,
    number: int,
    kind: str,
    at: datetime,
    body: str,
    *,
    actor_id: UUID | None = None,
    lease: int | None = None,
    sequence: int | None = None,
    submission_id: str | None = None,
) -> Link:
    """The next link after ``head``."""
    fields = [
        attempt_id.hex,
        number,
        kind,
        as_text(at),
        actor_id.hex if actor_id else None,
        lease,
        sequence,
        submission_id,
        body,
    ]
    digest = hashlib.sha256(head + _encode(fields)).digest()
    return Link(
        attempt_id, number, kind, at, actor_id, lease, sequence, submission_id, body, digest
    )


def find_fault(
    attempt_id: UUID, links: Iterable[Link], event_count: int, chain_head: bytes
) -> str | None:
    """The first sentence that is wrong with a chain, or None when it is intact.

    ``links`` come in order of their numbers; ``event_count`` and ``chain_head`` are what the
    attempt itself says about the end of its chain.
    """
    head, expected = genesis(attempt_id), 1
    for link in links:
        if link.number != expected:
            return f"Event {expected} is missing: the next one stored is {link.number}."
        again = append(
            head,
            attempt_id,
            link.number,
            link.kind,
            link.at,
            link.body,
            actor_id=link.actor_id,
            lease=link.lease,
            sequence=link.sequence,
            submission_id=link.submission_id,
        )
        if again.hash != link.hash:
            return f"Event {link.number} ({link.kind}) was changed after it was written."
        head, expected = link.hash, expected + 1
    if expected - 1 != event_count:
        return f"The attempt counts {event_count} events, {expected - 1} are stored."
    if head != chain_head:
        return "The attempt's chain head is not the hash of its last event."
    return None
