"""Two databases, one behaviour.

Writing transactions take their lock when they begin (``BEGIN IMMEDIATE`` on SQLite, row locks on
PostgreSQL); reading ones cannot write.  On SQLite every writer of this process, the answer
recorder among them, queues at one fair gate, so nobody spins on a busy file.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import configure_mappers

from exam_engine.clock import Clock
from exam_engine.driver.postgres import PostgresDriver
from exam_engine.driver.prepared import Act, Driver, Query, Row, Snapshot
from exam_engine.driver.sqlite import SqliteDriver
from exam_engine.sqlite import BEGIN_WRITING

Gate = AbstractAsyncContextManager[Any]
Session = AsyncSession
"""A transaction in hand; the web layer passes it on and need not know whose it is."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
SQLITE_AWAY = {  # primary result codes: the file or its disk, not the statement
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
}
POSTGRES_SETTINGS = {
    "application_name": "exam-engine",
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "timezone": "UTC",
}


class DatabaseUnavailable(Exception):
    """The database could not be reached or did not answer; whether a commit in flight took
    effect is unknown.  Nothing was acknowledged, so trying again is safe."""


class Database:
    """The engines of one process.  ``url`` names its asynchronous driver."""

    def __init__(self, url: str, *, clock: Clock | None = None, gate: "Gate | None" = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.clock = clock or Clock()
        self.gate: Gate = gate or asyncio.Lock()
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, writing=True)
            self._reading_engine = _sqlite_engine(url, writing=False)
        else:
            self.engine = create_async_engine(
                url,
                pool_size=10,
                max_overflow=10,
                pool_timeout=5,
                pool_pre_ping=True,
                connect_args={"server_settings": POSTGRES_SETTINGS, "timeout": 5},
            )
            self._reading_engine = self.engine.execution_options(postgresql_readonly=True)
        self._driver = self._make_driver()
        self._writing = async_sessionmaker(self.engine, expire_on_commit=False)
        self._reading = async_sessionmaker(self._reading_engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may write; committed when the block ends without an error."""
        with _translated():
            async with self._turn(), self._writing() as session, session.begin():
                yield session

    @asynccontextmanager
    async def act(self) -> AsyncIterator[Act]:
        """The same through the driver: for what everybody does in the same minute."""
        with _translated():
            async with self._turn(), self._driver.begin() as act:
                yield act

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        return self.gate if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that cannot write."""
        with _translated():
            async with self._reading() as session, session.begin():
                yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """The database as of one moment, read through the driver: for the hot questions."""
        with _translated():
            async with self._driver.open() as snapshot:
                yield snapshot

    async def ask(self, query: Query[Row], **values: Any) -> list[Row]:
        """One hot question through the driver."""
        with _translated():
            return await self._driver.ask(query, **values)

    async def now(self, session: AsyncSession) -> datetime:
        """The time that counts: the database server's, or the process clock on SQLite."""
        if self.is_sqlite:
            return self.clock.now()
        instant: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return instant.astimezone(UTC)

    def _make_driver(self) -> Driver:
        dialect = self.engine.dialect
        if self.is_sqlite:
            return SqliteDriver(self.url.database or "", SQLITE_PRAGMAS, dialect, self.clock)
        return PostgresDriver(self.url, POSTGRES_SETTINGS, dialect)

    async def close(self) -> None:
        await self._driver.close()
        await self.engine.dispose()
        if self._reading_engine is not self.engine:
            await self._reading_engine.dispose()

    def beside(self, loop: asyncio.AbstractEventLoop) -> "Database":
        """The same SQLite file for a loop on another thread, and one large transaction there.

        ``loop`` is the one that this database lives on: the other waits at its gate.  Nothing that
        is committed there is moved from the log into the file before `checkpoint` is called.
        """
        url = self.url.render_as_string(hide_password=False)
        other = Database(url, clock=self.clock, gate=GateElsewhere(self.gate, loop))

        @event.listens_for(other.engine.sync_engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA wal_autocheckpoint=0")

        return other

    async def checkpoint(self) -> None:
        """Move what SQLite has in its log into the file; nobody waits for it but the caller."""
        connection = await self.engine.raw_connection()
        try:
            raw: Any = connection.driver_connection
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()

    async def unsafe_settings(self) -> list[str]:
        """What stands against an acknowledged answer being a stored answer, one sentence each."""
        async with self.reading() as session:
            if self.is_sqlite:
                row = await session.execute(text("PRAGMA journal_mode"))
                mode = str(row.scalar_one())
                return [] if mode == "wal" else [f"SQLite's journal mode is {mode}, not wal."]
            faults = []
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                row = await session.execute(select(func.current_setting(name)))
                if (value := row.scalar_one()) == "off":
                    faults.append(f"PostgreSQL runs with {name}={value}.")
            return faults


class GateElsewhere:
    """The gate of a database whose loop runs on another thread."""

    def __init__(self, gate: Gate, loop: asyncio.AbstractEventLoop) -> None:
        self._gate = gate
        self._loop = loop

    async def __aenter__(self) -> None:
        entering = asyncio.run_coroutine_threadsafe(self._gate.__aenter__(), self._loop)
        await asyncio.wrap_future(entering)

    async def __aexit__(self, *about: object) -> None:
        leaving = self._gate.__aexit__(None, None, None)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(leaving, self._loop))


class _translated:  # noqa: N801 - reads as a phrase
    """Turn what drivers raise when the database is away into `DatabaseUnavailable`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is not None and is_unavailable(error):
            raise DatabaseUnavailable("the database does not answer") from error


def is_unavailable(error: BaseException) -> bool:
    """Whether an error says that the database is away, rather than that a request is wrong."""
    if isinstance(error, DBAPIError):
        original = getattr(error.orig, "__cause__", None) or error.orig
        return error.connection_invalidated or (
            original is not None and original is not error and is_unavailable(original)
        )
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in SQLITE_AWAY
    return isinstance(
        error,
        ConnectionError
        | PoolTimeout
        | asyncpg.PostgresConnectionError
        | asyncpg.InterfaceError
        | asyncpg.CannotConnectNowError
        | asyncpg.AdminShutdownError
        | asyncpg.CrashShutdownError
        | asyncpg.TooManyConnectionsError
        | asyncpg.LockNotAvailableError,
    )


def _sqlite_engine(url: str, *, writing: bool) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=1 if writing else 4, max_overflow=0, pool_timeout=15
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        # a writer waits for a lock in `begin_writing`, a reader in WAL mode never has to
        connection.execute("PRAGMA busy_timeout=0" if writing else "PRAGMA query_only=ON")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(BEGIN_WRITING if writing else "BEGIN")

    return engine


def work_out_relations() -> None:
    """How the tables that are loaded hang together: now, and not with the first query."""
    configure_mappers()
