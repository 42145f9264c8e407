"""The answer store on PostgreSQL: locks first, then reads, then one statement a table.

Like `store_sqlite` it speaks to the driver itself.  Attempts are locked in the order of their
ids, so two batches (of two writers or two processes) cannot wait for each other in a ring.
"""

from collections.abc import Sequence
from datetime import UTC, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from exam_engine.database import POSTGRES_SETTINGS, Database, DatabaseUnavailable, is_unavailable
from exam_engine.delivery.answers import (
    Answer,
    AttemptFacts,
    Decided,
    Loaded,
    Outcome,
    Prior,
    SignInFacts,
    decide,
)
from exam_engine.delivery.options import OptionsCache
from exam_engine.delivery.recorder import RowRefused
from exam_engine.delivery.states import AttemptState

LOCK = """
SELECT id, person_id, sitting_id, state, grace_s, deadline_at, ended_at, lease, last_sequence,
       event_count, chain_head
FROM attempt WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"""
SIGN_INS = """
SELECT s.token_hash, s.id, s.person_id, clock_timestamp() AS now
FROM sign_in s JOIN person p ON p.id = s.person_id
WHERE s.token_hash = ANY($1::bytea[]) AND s.ended_at IS NULL
  AND s.expires_at > clock_timestamp() AND p.closed_at IS NULL"""
HOLDERS = """
SELECT l.attempt_id, l.sign_in_id
FROM lease l JOIN unnest($1::uuid[], $2::int[]) AS k(attempt_id, number)
  ON l.attempt_id = k.attempt_id AND l.number = k.number"""
OPTIONS = """
SELECT attempt_id, option_order FROM presented_item
WHERE attempt_id = ANY($1::uuid[]) ORDER BY attempt_id, position"""
PRIORS = """
SELECT e.attempt_id, e.kind, e.at, e.lease, e.sequence, e.body, e.hash
FROM event e JOIN unnest($1::uuid[], $2::int[], $3::int[]) AS k(attempt_id, lease, sequence)
  ON e.attempt_id = k.attempt_id AND e.lease = k.lease AND e.sequence = k.sequence"""
SUBMISSIONS = """
SELECT e.attempt_id, e.kind, e.at, e.lease, e.sequence, e.body, e.hash, e.submission_id
FROM event e JOIN unnest($1::uuid[], $2::text[]) AS k(attempt_id, submission_id)
  ON e.attempt_id = k.attempt_id AND e.submission_id = k.submission_id"""
NEWEST = """
SELECT r.attempt_id, r.position, r.lease, r.sequence
FROM response r JOIN unnest($1::uuid[], $2::int[]) AS k(attempt_id, position)
  ON r.attempt_id = k.attempt_id AND r.position = k.position"""
ADD_EVENTS = """
INSERT INTO event (attempt_id, number, kind, at, actor_id, lease, sequence, submission_id,
                   body, hash)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::uuid[], $6::int[],
                     $7::int[], $8::text[], $9::text[], $10::bytea[])"""
PUT_RESPONSES = """
INSERT INTO response (attempt_id, position, value, flagged, lease, sequence, received_at)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bool[], $5::int[], $6::int[],
                     $7::timestamptz[])
ON CONFLICT (attempt_id, position) DO UPDATE SET
  value = excluded.value, flagged = excluded.flagged, lease = excluded.lease,
  sequence = excluded.sequence, received_at = excluded.received_at
WHERE (excluded.lease, excluded.sequence) > (response.lease, response.sequence)"""
MOVE_ATTEMPTS = """
UPDATE attempt a SET event_count = k.event_count, chain_head = k.chain_head,
                     last_sequence = k.last_sequence
FROM unnest($1::uuid[], $2::int[], $3::bytea[], $4::int[])
  AS k(id, event_count, chain_head, last_sequence)
WHERE a.id = k.id"""

# Every statement here finds its rows by key.  A plan made while a table was small, or had not been
# analysed, would read the whole of it for each batch, and is kept as long as the connection.
BY_KEY = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}

# A value that breaks a constraint, that the server cannot hold, or that the driver cannot send:
# the fault of one row.  asyncpg's own complaint about a value is a ValueError.
_UNFIT = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, ValueError)


class PostgresAnswerStore:
    """One connection; two stores side by side keep the disk busy while one decides."""

    def __init__(self, database: Database, options: OptionsCache) -> None:
        self._dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = options
        self._connection: asyncpg.Connection[Any] | None = None

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        try:
            connection = await self._connected()
            async with connection.transaction():
                decided = await self._decide(connection, answers)
                await _store(connection, decided)
        except _UNFIT as error:
            raise RowRefused(str(error)) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if is_unavailable(error) or isinstance(error, OSError):
                await self._disconnect()
            raise DatabaseUnavailable("the database does not answer") from error
        return decided.outcomes

    async def close(self) -> None:
        await self._disconnect()

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn, server_settings=POSTGRES_SETTINGS | BY_KEY, timeout=5
            )
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _decide(
        self, connection: "asyncpg.Connection[Any]", answers: Sequence[Answer]
    ) -> Decided:
        loaded = Loaded()
        ids = sorted({answer.attempt_id for answer in answers})
        locked = await connection.fetch(LOCK, ids)
        await self._load_attempts(connection, locked, loaded)
        sign_ins = await connection.fetch(SIGN_INS, list({one.token_hash for one in answers}))
        for row in sign_ins:
            loaded.sign_ins[row["token_hash"]] = SignInFacts(row["id"], row["person_id"])
        if sign_ins:
            now = sign_ins[0]["now"].astimezone(UTC)
        else:  # nobody of the batch is signed in, so no time is looked at
            now = (await connection.fetchval("SELECT clock_timestamp()")).astimezone(UTC)
        here = monotonic()
        await _load_rows(connection, answers, loaded)
        at = [now - timedelta(seconds=here - answer.received) for answer in answers]
        return decide(answers, at, loaded, now)

    async def _load_attempts(
        self, connection: "asyncpg.Connection[Any]", locked: Sequence[Any], loaded: Loaded
    ) -> None:
        found = [_uuid(row["id"]) for row in locked]
        holders = {
            _uuid(row["attempt_id"]): row["sign_in_id"]
            for row in await connection.fetch(HOLDERS, found, [row["lease"] for row in locked])
        }
        unknown = [one for one in found if self._options.get(one) is None]
        if unknown:
            orders: dict[UUID, list[str]] = {}
            for row in await connection.fetch(OPTIONS, unknown):
                orders.setdefault(_uuid(row["attempt_id"]), []).append(row["option_order"])
            for attempt_id, its in orders.items():
                self._options.put(attempt_id, its)
        for row in locked:
            attempt_id = _uuid(row["id"])
            loaded.attempts[attempt_id] = AttemptFacts(
                attempt_id,
                row["person_id"],
                row["sitting_id"],
                AttemptState(row["state"]),
                row["grace_s"],
                row["deadline_at"],
                row["ended_at"],
                row["lease"],
                holders.get(attempt_id),
                row["last_sequence"],
                row["event_count"],
                row["chain_head"],
                self._options.get(attempt_id) or (),
            )


async def _load_rows(
    connection: "asyncpg.Connection[Any]", answers: Sequence[Answer], loaded: Loaded
) -> None:
    numbered = [one for one in answers if one.sequence is not None]
    forms = [one for one in answers if one.sequence is None and one.submission_id]
    if numbered:
        rows = await connection.fetch(
            PRIORS,
            [one.attempt_id for one in numbered],
            [one.lease for one in numbered],
            [one.sequence for one in numbered],
        )
        for row in rows:
            key = (_uuid(row["attempt_id"]), row["lease"], row["sequence"])
            loaded.priors[key] = _prior(row)
    if forms:
        rows = await connection.fetch(
            SUBMISSIONS, [one.attempt_id for one in forms], [one.submission_id for one in forms]
        )
        for row in rows:
            loaded.submissions[_uuid(row["attempt_id"]), row["submission_id"]] = _prior(row)
    rows = await connection.fetch(
        NEWEST, [one.attempt_id for one in answers], [one.position for one in answers]
    )
    for row in rows:
        loaded.newest[_uuid(row["attempt_id"]), row["position"]] = (row["lease"], row["sequence"])


def _prior(row: Any) -> Prior:
    return Prior(
        row["kind"],
        row["at"].astimezone(UTC),
        row["lease"],
        row["sequence"],
        row["body"],
        row["hash"],
    )


def _uuid(value: Any) -> UUID:
    """asyncpg has a UUID type of its own, which is one too; as a key it hashes slower."""
    return value if type(value) is UUID else UUID(int=value.int)


async def _store(connection: "asyncpg.Connection[Any]", decided: Decided) -> None:
    if not decided.links:
        return
    links = decided.links
    await connection.execute(
        ADD_EVENTS,
        [link.attempt_id for link in links],
        [link.number for link in links],
        [link.kind for link in links],
        [link.at for link in links],
        [link.actor_id for link in links],
        [link.lease for link in links],
        [link.sequence for link in links],
        [link.submission_id for link in links],
        [link.body for link in links],
        [link.hash for link in links],
    )
    rows = list(decided.responses.values())
    if rows:
        await connection.execute(
            PUT_RESPONSES,
            [row.attempt_id for row in rows],
            [row.position for row in rows],
            [row.value for row in rows],
            [row.flagged for row in rows],
            [row.lease for row in rows],
            [row.sequence for row in rows],
            [row.received_at for row in rows],
        )
    attempts = list(decided.touched.values())
    await connection.execute(
        MOVE_ATTEMPTS,
        [one.id for one in attempts],
        [one.event_count for one in attempts],
        [one.chain_head for one in attempts],
        [one.last_sequence for one in attempts],
    )
