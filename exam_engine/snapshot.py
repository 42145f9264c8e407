"""Reading through the driver: for what every browser asks again and again on exam day.

A `Query` is an ordinary SQLAlchemy SELECT that is compiled once for each database, with its types;
after that a question costs what the driver costs, a twentieth of a session's (see DECISIONS.md).
It is for a handful of hot questions.  All else reads with a session.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
from sqlalchemy import URL, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

from exam_engine.clock import Clock

Row = TypeVar("Row")
Conversion = Callable[[Any], Any]

MOST_CONNECTIONS = 8
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Prepared(Generic[Row]):
    """A query as one driver takes it: arguments in order, and what makes values of columns.

    ``constants`` are the values that the statement itself holds.
    """

    sql: str
    binds: tuple[tuple[str, Conversion | None], ...]
    constants: Mapping[str, Any]
    columns: tuple[tuple[int, Conversion], ...]
    row: Callable[..., Row]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Raises KeyError for a value that is missing."""
        given = {**self.constants, **values}
        return [
            given[name] if convert is None else convert(given[name]) for name, convert in self.binds
        ]

    def rows(self, records: Iterable[Sequence[Any]]) -> list[Row]:
        made = []
        for record in records:
            values = list(record)
            for place, convert in self.columns:
                values[place] = convert(values[place])
            made.append(self.row(*values))
        return made


class Query(Generic[Row]):
    """A SELECT whose values are ``bindparam`` by name; ``row`` takes its columns in order."""

    def __init__(self, statement: Select[*tuple[Any, ...]], row: Callable[..., Row]) -> None:
        self._statement = statement
        self._row = row
        self._prepared: dict[str, Prepared[Row]] = {}

    def prepared(self, dialect: Dialect) -> Prepared[Row]:
        found = self._prepared.get(dialect.name)
        if found is None:
            found = self._prepared[dialect.name] = self._prepare(dialect)
        return found

    def _prepare(self, dialect: Dialect) -> Prepared[Row]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - a SELECT has no other
        binds = {
            name: (bind.type.dialect_impl(dialect), bind) for name, bind in compiled.binds.items()
        }
        columns = (
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in self._statement.selected_columns
        )
        return Prepared(
            str(compiled),
            tuple(
                (name, binds[name][0].bind_processor(dialect))
                for name in compiled.positiontup or ()
            ),
            {name: bind.effective_value for name, (_, bind) in binds.items() if not bind.required},
            tuple((place, convert) for place, convert in enumerate(columns) if convert),
            self._row,
        )


class Snapshot(Protocol):
    """The database as of one moment.  ``values`` are the query's named ones."""

    async def all(self, query: Query[Row], **values: Any) -> list[Row]: ...

    async def first(self, query: Query[Row], **values: Any) -> Row | None: ...

    async def now(self) -> datetime:
        """The time that counts, as `Database.now` has it."""


class Reader(Protocol):
    """What opens snapshots."""

    def open(self) -> AbstractAsyncContextManager[Snapshot]: ...

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        """One question outside of any snapshot."""

    async def close(self) -> None: ...


class SqliteReader:
    """Read-only connections used on the event loop: the answers are in the page cache.

    A connection has one user at a time, since a snapshot's block may wait for other things.
    """

    def __init__(self, path: str, pragmas: Sequence[str], dialect: Dialect, clock: Clock) -> None:
        self._path = path
        self._pragmas = (*pragmas, "PRAGMA query_only=ON")
        self._dialect = dialect
        self._clock = clock
        self._idle: list[sqlite3.Connection] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Snapshot]:
        connection = self._connected()
        try:
            connection.execute("BEGIN")
            yield _SqliteSnapshot(connection, self._dialect, self._clock)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        connection = self._connected()
        try:
            rows = _rows_of(connection, query.prepared(self._dialect), values)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _connected(self) -> sqlite3.Connection:
        if self._idle:
            return self._idle.pop()
        connection = sqlite3.connect(self._path, isolation_level=None)
        for pragma in self._pragmas:
            connection.execute(pragma)
        return connection


def _rows_of(
    connection: sqlite3.Connection, prepared: Prepared[Row], values: Mapping[str, Any]
) -> list[Row]:
    return prepared.rows(connection.execute(prepared.sql, prepared.arguments(values)))


@dataclass(frozen=True, slots=True)
class _SqliteSnapshot:
    connection: sqlite3.Connection
    dialect: Dialect
    clock: Clock

    async def all(self, query: Query[Row], **values: Any) -> list[Row]:
        return _rows_of(self.connection, query.prepared(self.dialect), values)

    async def first(self, query: Query[Row], **values: Any) -> Row | None:
        rows = await self.all(query, **values)
        return rows[0] if rows else None

    async def now(self) -> datetime:
        return self.clock.now()


class PostgresReader:
    """A few connections of its own, so that slow pages never keep anybody at the door."""

    def __init__(self, url: URL, settings: Mapping[str, str], dialect: Dialect) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._settings = dict(settings)
        self._dialect = dialect
        self._pool: asyncpg.Pool[Any] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Snapshot]:
        async with (
            self._connected() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield _PostgresSnapshot(connection, self._dialect)

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        prepared = query.prepared(self._dialect)
        arguments = prepared.arguments(values)
        async with self._connected() as connection:
            return prepared.rows(await connection.fetch(prepared.sql, *arguments))

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """Raises ConnectionError where the server is not reached in time."""
        try:
            pool = await self._opened()
            connection = await pool.acquire(timeout=PATIENCE_S)
        except OSError as error:  # a name that is not found, a time-out
            raise ConnectionError("PostgreSQL is not reached") from error
        try:
            yield connection
        finally:
            await pool.release(connection)

    async def _opened(self) -> "asyncpg.Pool[Any]":
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self._dsn,
                        min_size=1,
                        max_size=MOST_CONNECTIONS,
                        server_settings=self._settings,
                        timeout=PATIENCE_S,
                        init=_read_json,
                    )
        return self._pool


async def _read_json(connection: "asyncpg.Connection[Any]") -> None:
    """SQLAlchemy's type leaves the parsing to the driver, where it sets the same codec."""
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )


@dataclass(frozen=True, slots=True)
class _PostgresSnapshot:
    connection: Any
    dialect: Dialect

    async def all(self, query: Query[Row], **values: Any) -> list[Row]:
        prepared = query.prepared(self.dialect)
        return prepared.rows(await self.connection.fetch(prepared.sql, *prepared.arguments(values)))

    async def first(self, query: Query[Row], **values: Any) -> Row | None:
        rows = await self.all(query, **values)
        return rows[0] if rows else None

    async def now(self) -> datetime:
        instant: datetime = await self.connection.fetchval("SELECT clock_timestamp()")
        return instant.astimezone(UTC)
