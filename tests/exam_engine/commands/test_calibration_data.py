"""`calibrations import` and `export`, on both databases."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from exam_engine.calibration.exporting import names
from exam_engine.calibration.outside.queries import list_data_sets
from exam_engine.cli import main
from exam_engine.database import Database
from item_bank.qti.packages.statistics import read_statistics
from tests.exam_engine.calibration.conftest import QUESTIONS, Past, a_past

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def calibrations(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    monkeypatch.setenv("EXAM_DATABASE_URL", database_url)
    monkeypatch.setenv("EXAM_DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["calibrations", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_run_is_exported_and_its_responses_are_imported_again(
    database_url: str, calibrations: Command, tmp_path: Path
) -> None:
    async def filled() -> tuple[str, str]:
        database = Database(database_url)
        past: Past = await a_past(database, n=40)
        run = await past.carried_through((await past.asked()).id)
        await database.close()
        return str(run.id), past.programmed.form.code

    run, form = asyncio.run(filled())
    folder = tmp_path / "out"
    assert calibrations("export", run[:12], "--to", folder)[0] == 0
    written = {path.name for path in folder.iterdir()}
    assert written == {f"{table}.csv" for table in names.TABLES} | {names.USAGE, names.CERTIFICATE}
    complaints: list[object] = []
    usage = read_statistics((folder / names.USAGE).read_bytes(), lambda *x: complaints.append(x))
    assert complaints == []
    assert len({one.targets[0].item for one in usage}) == QUESTIONS

    words = ("import", folder / "responses.csv", "--form", form, "--title", "Again")
    words = (*words, "--source", "an export", "--held-on", "2024-03-14")
    code, out, _ = calibrations(*words, "--dry-run", "--json")
    assert (code, json.loads(out)["data_sets"][0]["candidates"]) == (0, 40)
    code, out, _ = calibrations(*words)
    assert code == 0
    assert out.splitlines()[-1] == "Stored."
    code, out, _ = calibrations(*words)
    assert code == 1
    assert "Nothing was stored: 1 places stand against the file." in out

    async def titles() -> list[str]:
        database = Database(database_url)
        async with database.reading() as session:
            found = [one.past.title for one in await list_data_sets(session)]
        await database.close()
        return found

    assert sorted(asyncio.run(titles())) == ["Again", "Long ago"]


def test_what_cannot_be_imported_is_said_in_a_sentence(
    calibrations: Command, tmp_path: Path
) -> None:
    file = tmp_path / "march.csv"
    file.write_text("candidate,item,response\n")
    about = ("--title", "t", "--source", "s")
    code, _, err = calibrations("import", file, "--form", "NONE", *about)
    assert (code, err) == (1, "There is no published form NONE.\n")
    code, _, err = calibrations("import", tmp_path / "gone.csv", "--form", "NONE", *about)
    assert code == 1
    assert "cannot be read: No such file" in err
    assert calibrations("export", "0f3a", "--to", tmp_path)[2].startswith("No runs begin with")
