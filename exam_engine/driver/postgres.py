"""PostgreSQL by ``asyncpg``."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy import URL, Dialect

from exam_engine.driver.prepared import Act, Query, Row, Snapshot, Write

MOST_CONNECTIONS = 8
PATIENCE_S = 5.0


class PostgresDriver:
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
            yield PostgresTransaction(connection, self._dialect)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Act]:
        async with self._connected() as connection, connection.transaction():
            yield PostgresTransaction(connection, self._dialect)

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
class PostgresTransaction:
    connection: Any
    dialect: Dialect

    async def all(self, query: Query[Row], **values: Any) -> list[Row]:
        prepared = query.prepared(self.dialect)
        return prepared.rows(await self.connection.fetch(prepared.sql, *prepared.arguments(values)))

    async def first(self, query: Query[Row], **values: Any) -> Row | None:
        rows = await self.all(query, **values)
        return rows[0] if rows else None

    async def do(self, write: Write, **values: Any) -> None:
        prepared = write.prepared(self.dialect)
        await self.connection.execute(prepared.sql, *prepared.arguments(values))

    async def now(self) -> datetime:
        instant: datetime = await self.connection.fetchval("SELECT clock_timestamp()")
        return instant.astimezone(UTC)
