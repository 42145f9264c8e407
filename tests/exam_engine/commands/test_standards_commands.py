"""The `standards` commands, on both databases."""

import asyncio
import json
from pathlib import Path

import pytest

from exam_engine.cli import main
from exam_engine.database import Database
from tests import factories
from tests.exam_engine.standards.conftest import a_bench


async def recommended(url: str) -> tuple[str, list[str]]:
    """A panel that recommends 7 of 10, and the addresses of two who may sign."""
    database = Database(url)
    async with database.transaction() as session:
        programmed = await factories.a_programme(session, await database.now(session))
    bench = await a_bench(database, programmed, n_judges=2)
    panel_id = await bench.sworn(n_rounds=1)
    await bench.round(panel_id, [[0.6] * 10, [0.8] * 10])
    await bench.recommended(panel_id)
    async with database.reading() as session:
        people = [
            await session.get_one(factories.Person, one)
            for one in (bench.facilitator, bench.manager)
        ]
    await database.close()
    return str(panel_id), [one.email for one in people]


def test_a_panel_is_listed_shown_and_signed_twice(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EXAM_DATABASE_URL", database_url)
    monkeypatch.setenv("EXAM_DATA_DIR", str(tmp_path / "data"))

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["standards", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    panel_id, (first, second) = asyncio.run(recommended(database_url))
    assert run("list")[1].endswith(
        "recommended  SMALL F-1  angoff  Spring panel  recommended 7.00\n"
    )
    (listed,) = json.loads(run("list", "--json")[1])
    assert (listed["id"], listed["form"]) == (panel_id, "F-1")
    assert "Round 1: 7.00 of 10 points, standard error 1.00, 2 judges" in run("show", panel_id)[1]
    short = panel_id[:12]
    code, _, err = run("adopt", short, "--cut", "8", "--by", first)
    assert (code, "Write why 8 is adopted" in err) == (1, True)
    assert run("adopt", short, "--cut", "7", "--by", "nobody@example.org")[0] == 1
    assert "Proposed 7" in run("adopt", short, "--cut", "7", "--by", first)[1]
    code, _, err = run("adopt", short, "--cut", "7", "--by", first)
    assert (code, err.startswith("You signed first.")) == (1, True)
    done = json.loads(run("adopt", short, "--cut", "7", "--by", second, "--json")[1])
    assert (done["state"], done["standard"]["cut_adopted"]) == ("adopted", 7)
    assert run("show", "ffff")[2].startswith("No panels begin with ffff")
