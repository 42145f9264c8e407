import json
import os
from pathlib import Path

import pytest

from exam_engine.cli import main
from tests.item_bank.examples import SAMPLE

ITEM = str(SAMPLE / "items" / "IA-01.xml")


def test_check_tells_that_an_item_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qti", "check", ITEM]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings.\n"


def test_check_tells_faults_by_line_and_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "item.xml"
    path.write_text(Path(ITEM).read_text("utf-8").replace("<qti-match>", "<qti-matches>").replace(
        "</qti-match>", "</qti-matches>"), "utf-8")  # fmt: skip
    assert main(["qti", "check", str(path)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{path}:")
    assert first.endswith("error: qti-matches is not an expression of QTI. [element_unknown]")
    assert last == "1 error, 0 warnings."
    assert main(["qti", "check", str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == 1
    assert told["findings"][0]["code"] == "element_unknown"


def test_score_prints_the_outcomes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qti", "score", ITEM, "--responses", '{"RESPONSE": null}', "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"SCORE": 0.0, "FEEDBACK": None}
    assert main(["qti", "score", ITEM, "--responses", '{"RESPONSE": "B"}']) == 0
    assert 'FEEDBACK  "B"' in capsys.readouterr().out


def test_responses_come_from_standard_input_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "responses.json"
    path.write_text('{"RESPONSE": "B"}', "utf-8")
    with path.open("r", encoding="utf-8") as given:
        monkeypatch.setattr("sys.stdin", given)
        assert main(["qti", "score", ITEM, "--responses", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["FEEDBACK"] == "B"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["score", ITEM, "--responses", "{"], "The responses are not JSON"),
        (["score", ITEM, "--responses", "[]"], "The responses are an object"),
        (["score", ITEM, "--responses", "[" * 100_000], "nested too deep"),
        (["score", ITEM, "--responses", '{"OTHER": 1}'], "no response of this name"),
        (["score", ITEM, "--responses", '{"RESPONSE": ["A", "B"]}'], "several values"),
        (["check", "nothing-here.xml"], "cannot be read"),
        (["check", os.devnull + "\0"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["qti", *arguments]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
