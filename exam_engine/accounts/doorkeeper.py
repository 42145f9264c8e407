"""Who holds a token: asked for every request, so it speaks to the driver itself.

Through SQLAlchemy this one question costs more than all else that a small request does.  The
answer is never remembered: a sign-out, or a right that is taken away, holds at the next request.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from exam_engine.accounts.roles import Role
from exam_engine.base import as_text
from exam_engine.database import (
    POSTGRES_SETTINGS,
    SQLITE_PRAGMAS,
    Database,
    DatabaseUnavailable,
    is_unavailable,
)

WHO = """
SELECT s.id, p.id, p.name, p.email, r.role
FROM sign_in s JOIN person p ON p.id = s.person_id
LEFT JOIN person_role r ON r.person_id = p.id
WHERE s.token_hash = {holds} AND s.ended_at IS NULL AND s.expires_at > {now}
  AND p.closed_at IS NULL"""
WHO_SQLITE = WHO.format(holds="?", now="?")
WHO_POSTGRES = WHO.format(holds="$1", now="clock_timestamp()")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is asking."""

    sign_in_id: UUID
    person_id: UUID
    name: str
    email: str
    roles: frozenset[Role]


class Doorkeeper(Protocol):
    async def find(self, token_hash: bytes) -> SignedIn | None:
        """The person behind a token, unless it ended, ran out, or the account is closed.

        Raises `DatabaseUnavailable`.
        """

    async def close(self) -> None: ...


def doorkeeper_of(database: Database) -> Doorkeeper:
    return SqliteDoorkeeper(database) if database.is_sqlite else PostgresDoorkeeper(database)


class SqliteDoorkeeper:
    """One read-only connection, used on the event loop: the answer is in the page cache."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None

    async def find(self, token_hash: bytes) -> SignedIn | None:
        now = as_text(self._database.clock.now())
        try:
            rows = self._connected().execute(WHO_SQLITE, (token_hash, now)).fetchall()
        except sqlite3.Error as error:
            await self.close()
            raise DatabaseUnavailable("the database file cannot be read") from error
        return _signed_in([(UUID(row[0]), UUID(row[1]), *row[2:]) for row in rows])

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._database.url.database or "", isolation_level=None
            )
            for pragma in (*SQLITE_PRAGMAS, "PRAGMA query_only=ON"):
                self._connection.execute(pragma)
        return self._connection


class PostgresDoorkeeper:
    """A few connections of its own, so that slow pages never keep anybody at the door."""

    def __init__(self, database: Database) -> None:
        self._dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool: asyncpg.Pool[Any] | None = None

    async def find(self, token_hash: bytes) -> SignedIn | None:
        try:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn, min_size=1, max_size=4, server_settings=POSTGRES_SETTINGS, timeout=5
                )
            rows = await self._pool.fetch(WHO_POSTGRES, token_hash)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if is_unavailable(error) or isinstance(error, OSError):
                raise DatabaseUnavailable("the database does not answer") from error
            raise
        return _signed_in([tuple(row.values()) for row in rows])

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


def _signed_in(rows: Sequence[tuple[Any, ...]]) -> SignedIn | None:
    if not rows:
        return None
    sign_in_id, person_id, name, email, _ = rows[0]
    roles = frozenset(Role(row[4]) for row in rows if row[4])
    return SignedIn(sign_in_id, person_id, name, email, roles)
