"""How Alembic reaches the database and which tables it answers for."""

import asyncio
import threading
from collections.abc import Callable
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

import exam_engine.base
import exam_engine.calibration.tables
import exam_engine.equating.tables
import exam_engine.release.notices.tables
import exam_engine.release.tables
import exam_engine.results.tables
import exam_engine.sqlite  # registers the dialect
import exam_engine.standards.tables
import item_bank.tables
import item_bank.usage.tables
import proctor.tables

METADATA = [
    item_bank.tables.Base.metadata,
    proctor.tables.Base.metadata,
    exam_engine.base.Base.metadata,
]


def render(kind: str, thing: object, autogen: AutogenContext) -> str | Literal[False]:
    """Instants of all packages are one type to a migration."""
    if kind == "type" and type(thing).__name__ == "Instant":
        autogen.imports.add("from exam_engine.base import Instant")
        return "Instant()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url") or "")
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


def in_a_thread(work: Callable[[], None]) -> None:
    """Alembic is synchronous and may be called where a loop is running."""
    failure: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


in_a_thread(lambda: asyncio.run(main()))
