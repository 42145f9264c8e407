"""The answer store on SQLite: one connection, ``BEGIN IMMEDIATE``, synchronous=FULL.

Statements run on the loop and only the commit on a thread, as in `exam_engine.sqlite`.

This and `store_postgres` speak to the driver itself: through SQLAlchemy a save costs ten times
as much (see DECISIONS.md).  The tables are those of `exam_engine.delivery.tables`.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from exam_engine.base import as_text
from exam_engine.database import SQLITE_PRAGMAS, Database, DatabaseUnavailable
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
from exam_engine.sqlite import begin_writing, commit

SIGN_IN = """
SELECT s.id, s.person_id FROM sign_in s JOIN person p ON p.id = s.person_id
WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ? AND p.closed_at IS NULL"""
ATTEMPT = """
SELECT a.person_id, a.sitting_id, a.state, a.grace_s, a.deadline_at, a.ended_at, a.lease,
       l.sign_in_id, a.last_sequence, a.event_count, a.chain_head
FROM attempt a LEFT JOIN lease l ON l.attempt_id = a.id AND l.number = a.lease
WHERE a.id = ?"""
OPTIONS = "SELECT option_order FROM presented_item WHERE attempt_id = ? ORDER BY position"
PRIOR = """
SELECT kind, at, lease, sequence, body, hash FROM event
WHERE attempt_id = ? AND lease = ? AND sequence = ?"""
SUBMISSION = """
SELECT kind, at, lease, sequence, body, hash FROM event
WHERE attempt_id = ? AND submission_id = ?"""
NEWEST = "SELECT lease, sequence FROM response WHERE attempt_id = ? AND position = ?"
ADD_EVENT = """
INSERT INTO event (attempt_id, number, kind, at, actor_id, lease, sequence, submission_id,
                   body, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
PUT_RESPONSE = """
INSERT INTO response (attempt_id, position, value, flagged, lease, sequence, received_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (attempt_id, position) DO UPDATE SET
  value = excluded.value, flagged = excluded.flagged, lease = excluded.lease,
  sequence = excluded.sequence, received_at = excluded.received_at
WHERE (excluded.lease, excluded.sequence) > (response.lease, response.sequence)"""
_uuid = lru_cache(maxsize=65_536)(UUID)
"""From hexadecimal text; the same few thousand come again with every answer."""

MOVE_ATTEMPT = """
UPDATE attempt SET event_count = ?, chain_head = ?, last_sequence = ? WHERE id = ?"""


class SqliteAnswerStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._options = OptionsCache()

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        async with self._database.gate:
            try:
                connection = self._connected()
                cursor = connection.cursor()
                try:
                    await begin_writing(cursor)
                    decided = self._decide(cursor, answers)
                    await commit(connection)
                except BaseException:
                    if connection.in_transaction:
                        connection.rollback()
                    raise
            except (sqlite3.IntegrityError, OverflowError, UnicodeError) as error:
                raise RowRefused(str(error)) from error
            except sqlite3.Error as error:
                await self.close()
                raise DatabaseUnavailable("the database file cannot be written") from error
        return decided.outcomes

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _decide(self, cursor: sqlite3.Cursor, answers: Sequence[Answer]) -> Decided:
        now = self._database.clock.now()
        loaded = self._load(cursor, answers, now)
        at = [self._database.clock.at(answer.received) for answer in answers]
        decided = decide(answers, at, loaded, now)
        _store(cursor, decided)
        return decided

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            path = self._database.url.database or ""
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in (*SQLITE_PRAGMAS, "PRAGMA busy_timeout=0"):
                self._connection.execute(pragma)
        return self._connection

    def _load(self, cursor: sqlite3.Cursor, answers: Sequence[Answer], now: datetime) -> Loaded:
        loaded, now_text = Loaded(), as_text(now)
        for token_hash in {answer.token_hash for answer in answers}:
            row = cursor.execute(SIGN_IN, (token_hash, now_text)).fetchone()
            if row is not None:
                loaded.sign_ins[token_hash] = SignInFacts(_uuid(row[0]), _uuid(row[1]))
        for attempt_id in {answer.attempt_id for answer in answers}:
            row = cursor.execute(ATTEMPT, (attempt_id.hex,)).fetchone()
            if row is not None:
                loaded.attempts[attempt_id] = self._facts(cursor, attempt_id, row)
        for answer in answers:
            _load_rows(cursor, answer, loaded)
        return loaded

    def _facts(
        self, cursor: sqlite3.Cursor, attempt_id: UUID, row: tuple[object, ...]
    ) -> AttemptFacts:
        options = self._options.get(attempt_id)
        if options is None:
            orders = (order for (order,) in cursor.execute(OPTIONS, (attempt_id.hex,)))
            options = self._options.put(attempt_id, orders)
        person, sitting, state, grace, deadline, ended, lease, holder, last, count, head = row
        return AttemptFacts(
            attempt_id,
            _uuid(str(person)),
            _uuid(str(sitting)),
            AttemptState(str(state)),
            int(str(grace)),
            datetime.fromisoformat(str(deadline)) if deadline else None,
            datetime.fromisoformat(str(ended)) if ended else None,
            int(str(lease)),
            _uuid(str(holder)) if holder else None,
            int(str(last)),
            int(str(count)),
            head if isinstance(head, bytes) else b"",
            options,
        )


def _load_rows(cursor: sqlite3.Cursor, answer: Answer, loaded: Loaded) -> None:
    attempt = answer.attempt_id.hex
    if answer.sequence is not None:
        key = (attempt, answer.lease, answer.sequence)
        row = cursor.execute(PRIOR, key).fetchone()
        if row is not None:
            loaded.priors[answer.attempt_id, answer.lease, answer.sequence] = _prior(row)
    elif answer.submission_id is not None:
        row = cursor.execute(SUBMISSION, (attempt, answer.submission_id)).fetchone()
        if row is not None:
            loaded.submissions[answer.attempt_id, answer.submission_id] = _prior(row)
    row = cursor.execute(NEWEST, (attempt, answer.position)).fetchone()
    if row is not None:
        loaded.newest[answer.attempt_id, answer.position] = (row[0], row[1])


def _prior(row: tuple[str, str, int, int, str, bytes]) -> Prior:
    kind, at, lease, sequence, body, digest = row
    return Prior(kind, datetime.fromisoformat(at), lease, sequence, body, digest)


def _store(cursor: sqlite3.Cursor, decided: Decided) -> None:
    cursor.executemany(
        ADD_EVENT,
        [
            (
                link.attempt_id.hex,
                link.number,
                link.kind,
                as_text(link.at),
                link.actor_id.hex if link.actor_id else None,
                link.lease,
                link.sequence,
                link.submission_id,
                link.body,
                link.hash,
            )
            for link in decided.links
        ],
    )
    cursor.executemany(
        PUT_RESPONSE,
        [
            (
                row.attempt_id.hex,
                row.position,
                row.value,
                row.flagged,
                row.lease,
                row.sequence,
                as_text(row.received_at),
            )
            for row in decided.responses.values()
        ],
    )
    cursor.executemany(
        MOVE_ATTEMPT,
        [
            (attempt.event_count, attempt.chain_head, attempt.last_sequence, attempt.id.hex)
            for attempt in decided.touched.values()
        ],
    )
