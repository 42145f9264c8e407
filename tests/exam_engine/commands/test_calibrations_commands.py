"""The `calibrations` commands, on both databases."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from exam_engine.cli import main
from exam_engine.database import Database
from tests.exam_engine.calibration.conftest import QUESTIONS, a_past

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


def test_a_run_is_asked_for_listed_shown_cancelled_and_another_approved(
    database_url: str, calibrations: Command
) -> None:
    async def filled() -> str:
        database = Database(database_url)
        past = await a_past(database, n=40)
        run = await past.finished()
        await database.close()
        return str(run.id)

    finished = asyncio.run(filled())
    code, out, _ = calibrations("start", "--exam", "SMALL", "--model", "Rasch", "--json")
    assert code == 0
    asked = json.loads(out)
    assert asked["state"] == "queued"
    assert calibrations("cancel", asked["id"][:12])[0] == 0
    code, out, _ = calibrations("list")
    assert [line.split()[3] for line in out.splitlines()] == ["cancelled", "finished"]
    shown = json.loads(calibrations("show", finished, "--json")[1])
    assert len(shown["items"]) == QUESTIONS
    assert "SMALL:1, version 1" in calibrations("approve", finished[:12])[1]
    code, _, err = calibrations("approve", finished)
    assert (code, err) == (1, "This run is approved: it cannot be approved.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("start", "--exam", "NONE"), "There is no exam NONE."),
        (("show", "0f3a"), "No runs begin with 0f3a."),
        (("start", "--exam", "NONE", "--leave-out", "IA-01"), "has no reason"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    calibrations: Command, words: tuple[str, ...], sentence: str
) -> None:
    code, _, err = calibrations(*words)
    assert code == 1
    assert sentence in err
