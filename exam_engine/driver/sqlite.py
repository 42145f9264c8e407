"""SQLite by Python's ``sqlite3``: statements run on the loop, the answers are in the page cache."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect

from exam_engine.clock import Clock
from exam_engine.driver.prepared import Act, Query, Row, Snapshot, Write
from exam_engine.sqlite import begin_writing, commit


class SqliteDriver:
    """Read-only connections for snapshots, one that writes for acts.

    A connection has one user at a time, since a block may wait for other things; whoever begins an
    act holds the writers' gate of `exam_engine.database`.
    """

    def __init__(self, path: str, pragmas: Sequence[str], dialect: Dialect, clock: Clock) -> None:
        self._path = path
        self._pragmas = pragmas
        self._dialect = dialect
        self._clock = clock
        self._idle: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Snapshot]:
        connection = self._reading()
        try:
            connection.execute("BEGIN")
            yield SqliteTransaction(connection, self._dialect, self._clock)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Act]:
        connection = self._writer or self._connected("PRAGMA busy_timeout=0")
        self._writer = None
        try:
            await begin_writing(connection.cursor())
            yield SqliteTransaction(connection, self._dialect, self._clock)
            await commit(connection)
        except BaseException:
            with suppress(sqlite3.Error):
                connection.rollback()
            connection.close()
            raise
        self._writer = connection

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        connection = self._reading()
        try:
            rows = await SqliteTransaction(connection, self._dialect, self._clock).all(
                query, **values
            )
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        while self._idle:
            self._idle.pop().close()

    def _reading(self) -> sqlite3.Connection:
        return self._idle.pop() if self._idle else self._connected("PRAGMA query_only=ON")

    def _connected(self, mode: str) -> sqlite3.Connection:
        # a commit runs on a thread while the loop leaves the connection alone
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in (*self._pragmas, mode):
            connection.execute(pragma)
        return connection


@dataclass(frozen=True, slots=True)
class SqliteTransaction:
    connection: sqlite3.Connection
    dialect: Dialect
    clock: Clock

    async def all(self, query: Query[Row], **values: Any) -> list[Row]:
        prepared = query.prepared(self.dialect)
        return prepared.rows(self.connection.execute(prepared.sql, prepared.arguments(values)))

    async def first(self, query: Query[Row], **values: Any) -> Row | None:
        rows = await self.all(query, **values)
        return rows[0] if rows else None

    async def do(self, write: Write, **values: Any) -> None:
        prepared = write.prepared(self.dialect)
        self.connection.execute(prepared.sql, prepared.arguments(values))

    async def now(self) -> datetime:
        return self.clock.now()
