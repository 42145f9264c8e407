"""Processes die between a file's report and the bank; the bank has all of it or nothing."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from sqlalchemy import func, select, text, update

from exam_engine.accounts.roles import Role
from exam_engine.database import Database
from exam_engine.uploads.sweeping import BROKE_OFF
from item_bank.formats.comma_separated import read_csv
from item_bank.imports.queries import get_import
from item_bank.imports.states import SILENT_FOR
from item_bank.qti.choice import content_hash
from item_bank.tables import (
    Item,
    ItemEnemy,
    ItemImport,
    ItemImportRow,
    ItemTag,
    ItemTransition,
    ItemVersion,
)
from tests import factories
from tests.faults.conftest import Served
from tests.item_bank.imports.files import a_row, a_table, some_rows
from tests.processes import reader_of, readers_of

GATE = 20261122
"""The advisory lock at which PostgreSQL is held up."""
STOPS = {
    "sqlite": (
        "CREATE VIEW for_ever AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
        " SELECT n FROM c",
        "CREATE TRIGGER stop BEFORE {act} ON {table} BEGIN SELECT count(*) FROM for_ever; END",
    ),
    "postgresql": (
        "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM pg_advisory_xact_lock({GATE}); RETURN NULL; END $$",
        "CREATE TRIGGER stop BEFORE {act} ON {table} EXECUTE FUNCTION wait_at_gate()",
    ),
}
GOES_ON = {
    "sqlite": ("DROP TRIGGER stop", "DROP VIEW for_ever"),
    "postgresql": ("DROP TRIGGER stop ON {table}", "DROP FUNCTION wait_at_gate"),
}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Each request has a connection of its own: one that was kept may lead to a dead server."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


class Writer:
    """Somebody who uploads and accepts over HTTP."""

    def __init__(self, http: aiohttp.ClientSession, url: str, bearer: dict[str, str]) -> None:
        self._http = http
        self._url = url
        self._bearer = bearer

    async def upload(self, name: str, data: bytes) -> UUID:
        address = f"{self._url}/api/item-imports?name={name}"
        async with self._http.post(address, data=BytesIO(data), headers=self._bearer) as response:
            assert response.status == HTTPStatus.ACCEPTED, await response.text()
            return UUID((await response.json())["id"])

    async def report(self, import_id: UUID) -> dict[str, Any]:
        """Once there is one."""
        address = f"{self._url}/api/item-imports/{import_id}"
        while True:
            async with self._http.get(address, headers=self._bearer) as response:
                said: dict[str, Any] = await response.json()
            if said["state"] != "reading":
                return said
            await asyncio.sleep(0.05)

    async def accept(self, import_id: UUID) -> tuple[int, dict[str, Any]]:
        address = f"{self._url}/api/item-imports/{import_id}/accept"
        async with self._http.post(address, json={}, headers=self._bearer) as response:
            return response.status, await response.json()


async def a_writer(served: Served, http: aiohttp.ClientSession) -> Writer:
    async with served.database.transaction() as session:
        now = await served.database.now(session)
        person = await factories.a_person(session, now, Role.ITEM_WRITER)
        sign_in = await factories.a_sign_in(session, now, person.id)
    return Writer(http, served.url, dict(sign_in.bearer))


def a_file(first: int, count: int) -> bytes:
    """Every second question is the enemy of the one before it."""
    rows = [
        a_row(first + number, **({"enemies": f"IMP-{first + number - 1}"} if number % 2 else {}))
        for number in range(count)
    ]
    return a_table(rows[0] | {"enemies": ""}, *rows[1:])


async def record_of(database: Database, import_id: UUID) -> ItemImport:
    async with database.reading() as session:
        return await get_import(session, import_id)


async def held(database: Database) -> dict[str, str]:
    """Content hashes of imported items by code: each is there once, with all that belongs to it."""
    ours = Item.code.startswith("IMP-")
    async with database.reading() as session:
        found = await session.execute(
            select(Item.code, ItemVersion.content_hash)
            .join(ItemVersion, ItemVersion.item_id == Item.id)
            .where(ours)
        )
        rows = [(code, hashed) for code, hashed in found]
        has = [
            await session.scalar(
                select(func.count()).select_from(Item).join(one, one.item_id == Item.id).where(ours)
            )
            for one in (ItemTransition, ItemTag, ItemEnemy)
        ]
    assert len(dict(rows)) == len(rows)
    assert has == [len(rows), len(rows), len(rows) // 2]
    return dict(rows)


def hashes(data: bytes) -> dict[str, str]:
    return {item.code: content_hash(item.xml) for item in read_csv(data).items}


async def fall_silent(database: Database, import_id: UUID) -> None:
    """Have the time go by after which a reader that says nothing is taken for dead."""
    async with database.transaction() as session:
        long_ago = await database.now(session) - SILENT_FOR - timedelta(seconds=1)
        await session.execute(
            update(ItemImport).where(ItemImport.id == import_id).values(told_at=long_ago)
        )


async def run(database: Database, statements: tuple[str, ...], **names: str) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement.format(**names)))


async def kill_at(served: Served, kind: str, writer: Writer, import_id: UUID, table: str) -> None:
    """Have the import accepted, and kill the server in the middle of what it writes to a table."""
    act = "UPDATE" if table == "item_import" else "INSERT"
    await run(served.database, STOPS[kind], table=table, act=act)
    if kind == "sqlite":
        accepting = asyncio.create_task(writer.accept(import_id))
        await _until_sqlite_is_locked(served.server.data_dir / "exam.db")
        await asyncio.to_thread(served.server.kill)
    else:
        async with served.database.engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({GATE})"))
            accepting = asyncio.create_task(writer.accept(import_id))
            waiting = text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype='advisory'"
            )
            while not (await connection.execute(waiting)).scalar():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.to_thread(served.server.kill)
            await connection.execute(text(f"SELECT pg_advisory_unlock({GATE})"))
    with pytest.raises(aiohttp.ClientError):
        await accepting
    await run(served.database, GOES_ON[kind], table=table)


async def all_is_decided(database: Database) -> None:
    """A COMMIT that a killed server had sent is PostgreSQL's to carry out, a moment later."""
    under_way = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    )
    open_still = not database.is_sqlite
    while open_still:  # each look is a transaction: within one, all looks see the same
        async with database.reading() as session:
            open_still = bool(await session.scalar(under_way))


async def _until_sqlite_is_locked(file: Path) -> None:
    """By a transaction that stays."""
    seen = 0
    while seen < 20:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                seen = 0
            except sqlite3.OperationalError:
                seen += 1
        await asyncio.sleep(0.005)


async def test_whatever_dies_an_import_is_whole_or_not_there_and_can_be_accepted_again(
    served: Served, http: aiohttp.ClientSession, database_kind: str, in_full: bool
) -> None:
    writer = await a_writer(served, http)
    database = served.database
    first = a_file(0, 40)
    import_id = await writer.upload("first.csv", first)
    assert (await writer.report(import_id))["counts"]["new"] == 40

    # the server dies while it accepts, and with it the process that reads another file
    earlier = readers_of(served.server.pid)
    read_never = await writer.upload("never.csv", a_table(*some_rows(5000)))
    reader = await reader_of(served.server.pid, earlier)
    tables = ("item", "item_transition", "item_version", "item_tag", "item_enemy", "item_import")
    for table in tables if in_full else ("item_tag",):
        await kill_at(served, database_kind, writer, import_id, table)
        if reader:
            os.kill(reader, signal.SIGKILL)
            await fall_silent(database, read_never)
            reader = 0
        assert await held(database) == {}
        record = await record_of(database, import_id)
        assert (record.state, record.decided_at, "added" in record.counts) == ("ready", None, False)
        await asyncio.to_thread(served.server.start)
    ended = await writer.report(read_never)
    assert (ended["state"], ended["progress"]["doing"]) == ("failed", BROKE_OFF)

    # what was read before is accepted after
    status, said = await writer.accept(import_id)
    assert (status, said["state"], said["counts"]["added"]) == (HTTPStatus.OK, "imported", 40)
    assert await held(database) == hashes(first)
    assert (await writer.accept(import_id))[1]["code"] == "import_decided"


async def test_killed_at_any_moment_an_import_is_whole_or_not_there(
    only_in_full: None, served: Served, http: aiohttp.ClientSession
) -> None:
    rng = random.Random(20261122)
    writer = await a_writer(served, http)
    whole = a_file(0, 600)
    import_id = await writer.upload("whole.csv", whole)
    await writer.report(import_id)
    begun = time.monotonic()
    assert (await writer.accept(import_id))[0] == HTTPStatus.OK
    takes_s = time.monotonic() - begun
    expected = hashes(whole)
    outcomes = set()
    for number in range(1, 21):
        data = a_file(number * 1_000, 600)
        import_id = await writer.upload(f"{number}.csv", data)
        await writer.report(import_id)
        accepting = asyncio.create_task(writer.accept(import_id))
        await asyncio.sleep(rng.uniform(0, 1.5 * takes_s))
        await asyncio.to_thread(served.server.kill)
        await asyncio.gather(accepting, return_exceptions=True)
        await all_is_decided(served.database)
        record = await record_of(served.database, import_id)
        outcomes.add(record.state)
        if record.state == "imported":
            expected |= hashes(data)
        assert await held(served.database) == expected
        await asyncio.to_thread(served.server.start)
        if record.state == "ready":
            assert (await writer.accept(import_id))[0] == HTTPStatus.OK
            expected |= hashes(data)
            assert await held(served.database) == expected
    assert outcomes == {"ready", "imported"}  # or the moments were ill chosen
    while True:  # what the killed ones left is swept up by those that came after
        async with served.database.reading() as session:
            if not await session.scalar(select(func.count()).select_from(ItemImportRow)):
                break
        await asyncio.sleep(0.1)
