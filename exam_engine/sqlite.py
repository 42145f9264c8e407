"""SQLite behind SQLAlchemy's asyncio, without a thread for every statement.

A statement takes microseconds from the page cache; handing it to a thread and back takes a
hundred times that under a busy loop, four times for each SELECT.  So statements run on the loop.
What may wait is ``COMMIT``, for the disk: it runs on a thread, for which the loop stands still a
few milliseconds at most before it turns to other requests (a transaction that gave way at once
would keep the writers' gate shut for a whole round of the loop).  ``BEGIN IMMEDIATE`` asks for
another process's lock again and again without standing still.  Importing this module registers the
dialect ``sqlite+loop``.
"""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import URL, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

DRIVER = "sqlite+loop"
BEGIN_WRITING = "BEGIN IMMEDIATE"
STANDS_STILL_S = 0.005
LOCK_PATIENCE_S = 10.0
LOCK_ASKED_AGAIN_S = 0.005
_committing = ThreadPoolExecutor(4, thread_name_prefix="sqlite-commit")


class LoopCursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks before it hands out rows; ours stay readable, nothing is to be done."""


class LoopConnection(sqlite3.Connection):
    def cursor(self, factory: Any = LoopCursor) -> Any:
        return super().cursor(factory)


class LoopDialect(SQLiteDialect_pysqlite):
    """The dialect of Python's own ``sqlite3``, used from the greenlets of `AsyncEngine`."""

    driver = "loop"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:
        return connection

    def create_connect_args(self, url: URL) -> Any:
        arguments, options = super().create_connect_args(url)
        # BEGIN is said by `exam_engine.database`; loop and thread use a connection in turn
        ours = {"isolation_level": None, "check_same_thread": False, "factory": LoopConnection}
        return arguments, {**options, **ours}

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        if statement == BEGIN_WRITING:
            await_only(begin_writing(cursor))
        else:
            cursor.execute(statement, parameters)

    def do_commit(self, dbapi_connection: Any) -> None:
        await_only(commit(dbapi_connection))


async def begin_writing(cursor: sqlite3.Cursor) -> None:
    """Take the write lock; its connection has ``busy_timeout=0``, the patience is ours.

    Raises `sqlite3.OperationalError` when another process keeps the lock for ten seconds.
    """
    gives_up = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            cursor.execute(BEGIN_WRITING)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > gives_up:
                raise
            await asyncio.sleep(LOCK_ASKED_AGAIN_S)
        else:
            return


async def commit(connection: sqlite3.Connection) -> None:
    """Commit on a thread; see the module's docstring for the moment of standing still."""
    committed = _committing.submit(connection.commit)
    try:
        committed.result(timeout=STANDS_STILL_S)
    except TimeoutError:
        await asyncio.wrap_future(committed)


registry.register("sqlite.loop", __name__, "LoopDialect")
