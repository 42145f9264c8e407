"""The `release` commands, on both databases."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from exam_engine.cli import main
from exam_engine.database import Database
from tests import factories
from tests.exam_engine.conftest import Room
from tests.exam_engine.release.conftest import Beta, a_beta

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def release(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    monkeypatch.setenv("EXAM_DATABASE_URL", database_url)
    monkeypatch.setenv("EXAM_DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["release", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def with_beta(database_url: str, act: Callable[[Database], Awaitable[None]]) -> None:
    async def doing() -> None:
        database = Database(database_url)
        await act(database)
        await database.close()

    asyncio.run(doing())


def test_what_is_missing_is_listed_and_then_the_results_are_released(
    database_url: str, release: Command
) -> None:
    held: list[Beta] = []

    async def sat(database: Database) -> None:
        async with database.transaction() as session:
            now = await database.now(session)
            programmed = await factories.a_programme(session, now)
            sitting = await factories.a_sitting(session, now, programmed)
        beta = await a_beta(Room(database, programmed, sitting, now))
        held.append(beta)
        await beta.ended(6)

    async def settled(database: Database) -> None:
        one = held[0]
        room = Room(database, one.room.programmed, one.room.sitting, one.room.now)
        await Beta(room, one.form_id, one.manager, one.colleague).ready()

    with_beta(database_url, sat)
    code, out, _ = release("check", "B-1")
    assert code == 1
    assert "Form B-1 (beta): 1 results would be released." in out
    assert "BLOCKS  Conversion table" in out
    code, _, err = release("run", "B-1")
    assert code == 1
    assert err.startswith("The results stay held. The form still has its provisional")
    with_beta(database_url, settled)
    code, out, _ = release("check", "B-1", "--json")
    assert (code, json.loads(out)["obstacles"], json.loads(out)["purpose"]) == (0, [], "beta")
    assert release("run", "B-1", "--by", "nobody@example.org")[2].startswith("There is nobody")
    code, out, _ = release("run", "B-1", "--reason", "March", "--json")
    assert (code, json.loads(out)["count"], json.loads(out)["passed"]) == (0, 1, 1)
    code, _, err = release("run", "B-1")
    assert (code, err.startswith("No result waits here")) == (1, True)
    assert release("check", "NONE")[2] == "There is no form NONE.\n"
