"""The `equating` commands, on both databases."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from exam_engine.cli import main
from exam_engine.database import Database
from tests.exam_engine.equating.forms import a_pair

Command = Callable[..., tuple[int, str, str]]
FORMS = ("--exam", "SMALL", "--form", "F-2", "--base", "F-1")


@pytest.fixture
def equating(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    monkeypatch.setenv("EXAM_DATABASE_URL", database_url)
    monkeypatch.setenv("EXAM_DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["equating", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_two_forms_are_looked_at_equated_shown_and_the_table_approved(
    database_url: str, equating: Command
) -> None:
    async def filled() -> str:
        database = Database(database_url)
        pair = await a_pair(database, n=60)
        await database.close()
        return pair.shared[0]

    anchor = asyncio.run(filled())
    code, out, _ = equating("plan", *FORMS)
    assert code == 0
    assert "F-2 to F-1: 12 anchors, 60% of the form." in out
    assert "yes  circle-arc" in out
    assert "no   true-score" in out
    left_out = (*FORMS, "--leave-out", f"{anchor}: it leaked")
    draft = json.loads(equating("run", *left_out, "--json")[1])
    gone = [row["reason"] for row in draft["report"]["anchors"] if row["left_out"]]
    assert gone == ["it leaked"]
    assert (draft["state"], draft["method"]) == ("draft", "circle-arc")
    code, out, _ = equating("show", draft["id"][:12])
    assert (code, len(out.splitlines()) > len(draft["report"]["rows"])) == (0, True)
    assert "F-2 has its table by equating" in equating("approve", draft["id"])[1]
    code, _, err = equating("approve", draft["id"])
    assert (code, err) == (1, "This equating is approved: it cannot be approved.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("plan", *FORMS), "There is no exam SMALL."),
        (("run", *FORMS, "--leave-out", "IA-01"), "has no reason"),
        (("show", "0f3a"), "No equatings begin with 0f3a."),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_cannot_be_done_is_said_in_a_sentence(
    equating: Command, words: tuple[str, ...], sentence: str
) -> None:
    code, _, err = equating(*words)
    assert code == 1
    assert sentence in err
