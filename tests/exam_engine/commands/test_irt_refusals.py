"""What the `irt` commands refuse or flag: one sentence with the place and what to do."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exam_engine.cli import main
from tests.psychometrics.figures import OWN
from tests.server import ROOT

TWOPL = OWN / "data" / "twopl.csv"
BITS = [[(i * 7 + j * 3 + i * j) % 5 > 1 for j in range(4)] for i in range(40)]


def table(bits: list[list[bool]], names: str = "a,b,c,d") -> str:
    lines = [f"p{i}," + ",".join(str(int(bit)) for bit in row) for i, row in enumerate(bits)]
    return "\n".join([f"id,{names}", *lines]) + "\n"


def with_cell(cell: str) -> str:
    """The table with another answer of person p3 to item a."""
    lines = table(BITS).splitlines()
    lines[4] = ",".join(["p3", cell, *lines[4].split(",")[2:]])
    return "\n".join(lines)


TWO_ISLANDS = "\n".join(
    [
        "id,a,b,c,d",
        *(f"p{i},{i % 2},{i % 3 % 2},," for i in range(20)),
        *(f"q{i},,,{i % 2},{i % 3 % 2}" for i in range(20)),
    ]
)


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("", (), "is empty. Its first row must name the columns."),
        ("id,a,b\n", (), "has a header and no rows."),
        ("id,a,b\np,1,0\n", (), "not enough data: 1 person and 2 items"),
        (table([row[:1] for row in BITS], "a"), (), "not enough data: 40 persons and 1 item,"),
        (table([[True] * 4] * 40), (), "only 0 items of 4 had different answers"),
        (with_cell("inf"), (), 'row 5, column B (a) holds "inf".'),
        (with_cell("NaN"), (), 'row 5, column B (a) holds "NaN".'),
        (with_cell("-1"), (), "row 5, column B (a) holds -1."),
        (with_cell("2"), (), "row 5, column B (a) holds 2, but a 2PL item has categories 0 to 1"),
        (with_cell("3"), ("--model", "grm"), "nobody chose category 2 of item 'a'"),
        (TWO_ISLANDS, (), "not linked: the items fall into 2 sets"),
        (table([row[:2] for row in BITS], "a,b"), (), "4 free parameters cannot be had from 2"),
        (table(BITS), ("--prior", "c=gauss:0,1"), "--prior c=gauss:0,1 is not understood"),
        (table(BITS), ("--prior", "a=normal:0,-1"), "sd = -1.0 is not positive"),
        (table(BITS), ("--group", "form"), "has no column 'form'"),
        (table(BITS), ("--model", "5pl"), "There is no model '5pl'. The models are Rasch,"),
        (table(BITS), ("--anchor", "no.csv"), "There is no file no.csv."),
    ],
)
def test_what_cannot_be_calibrated_is_refused_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    path, out = tmp_path / "r.csv", tmp_path / "out"
    path.write_text(text, "utf-8")
    model = () if "--model" in words else ("--model", "2pl")
    code = main(["irt", "calibrate", str(path), *model, *words, "--out", str(out)])
    told = capsys.readouterr().err
    assert code == 1
    assert sentence in told.replace(str(tmp_path) + "/", "")
    assert told.rstrip().endswith(".")
    assert "Traceback" not in told
    assert not out.exists()


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["item"]: row for row in csv.DictReader(file)}


def test_items_that_say_nothing_are_flagged_and_have_blanks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *lines = TWOPL.read_text("utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    extra = [
        [*row, "1", row[4], row[1] if i % 4 == 0 else str(1 - int(row[1])), ""]
        for i, row in enumerate(cells)
    ]
    path, out = tmp_path / "r.csv", tmp_path / "out"
    text = "\n".join([f"{header},SAME,TWIN,TURNED,NONE", *map(",".join, extra)])
    path.write_text(text, "utf-8")
    assert main(["irt", "calibrate", str(path), "--model", "2pl", "--out", str(out)]) == 0
    rows = rows_of(out / "items.csv")
    assert rows["SAME"]["flags"] == "all_same"
    assert rows["NONE"]["flags"] == "no_responses"
    assert rows["SAME"]["a"] == rows["SAME"]["b"] == rows["NONE"]["se_a"] == ""
    assert "duplicate_item" in rows["TWIN"]["flags"]
    assert "negative_slope" in rows["TURNED"]["flags"]
    assert all(
        value != "" or row["flags"] for row in rows.values() for value in (row["a"], row["b"])
    )
    html = (out / "report.html").read_text("utf-8")
    assert "check its key" in html
    # items without parameters, and a refused one, when the file comes back
    words = ["irt", "score", str(path), "--items", str(out / "items.csv"), "--out"]
    assert main([*words, str(tmp_path / "scores")]) == 1
    assert "row 24: item 'TURNED': a = -" in capsys.readouterr().err


def test_persons_without_answers_have_blanks_and_a_word(tmp_path: Path) -> None:
    header, *lines = TWOPL.read_text("utf-8").splitlines()
    path, out = tmp_path / "r.csv", tmp_path / "out"
    silent = "nobody" + "," * 20
    path.write_text(
        "\n".join([f"id,{header}", *(f"p{i},{x}" for i, x in enumerate(lines)), silent])
    )
    assert main(["irt", "calibrate", str(path), "--model", "rasch", "--out", str(out)]) == 0
    last = (out / "persons.csv").read_text("utf-8").splitlines()[-1]
    assert last == "nobody,0,0,,,no_responses"


def test_what_does_not_converge_is_written_flagged_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["irt", "calibrate", str(TWOPL), "--model", "2pl", "--max-cycles", "1"]
    assert main([*words, "--out", str(out)]) == 1
    assert "Not converged after" in capsys.readouterr().err
    told = json.loads((out / "report.json").read_text("utf-8"))
    assert told["converged"] is False
    assert "not_converged" in {flag["code"] for flag in told["flags"]}
    assert "Do not use these figures" in (out / "report.html").read_text("utf-8")


def test_few_persons_are_told_at_the_top_of_the_report(tmp_path: Path) -> None:
    path, out = tmp_path / "r.csv", tmp_path / "out"
    header, *lines = TWOPL.read_text("utf-8").splitlines()
    path.write_text("\n".join([header, *lines[:88]]), "utf-8")
    assert main(["irt", "calibrate", str(path), "--model", "2pl", "--out", str(out)]) == 0
    html = (out / "report.html").read_text("utf-8")
    top = html[html.index("<main>") : html.index('aria-label="Contents"')]
    assert "Few persons: read these figures with care" in top
    assert "88 persons are few for the 2PL model" in top
    assert "the Rasch model is recommended" in top
    assert "logits either way" in top


def test_responses_and_items_without_a_common_name_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = tmp_path / "items.csv"
    items.write_text("item,model,a,b\nX,2PL,1,0\n", "utf-8")
    words = ["irt", "fit", str(TWOPL), "--items", str(items), "--out", str(tmp_path / "o")]
    assert main(words) == 1
    assert "have no item in common: I01, I02" in capsys.readouterr().err


def test_a_response_beyond_an_items_categories_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items, path = tmp_path / "items.csv", tmp_path / "r.csv"
    items.write_text("item,model,a,b\nb,2PL,1,0\na,2PL,1,1\n", "utf-8")
    path.write_text("id,a,b\np,1,0\nq,1,2\n", "utf-8")
    words = ["irt", "score", str(path), "--items", str(items), "--out", str(tmp_path / "o")]
    assert main(words) == 1
    assert "row 3, column C (b) holds 2" in capsys.readouterr().err


def test_an_item_without_a_key_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.csv"
    key.write_text("item,key\nI01,1\n", "utf-8")
    words = ["irt", "classical", str(TWOPL), "--key", str(key), "--out", str(tmp_path / "o")]
    assert main(words) == 1
    assert "has no key for 'I02'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--persons", "0"), ("--items", "0"), ("--length", "9")])
def test_an_impossible_simulation_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    asked = ["--model", "2pl", "--persons", "10", "--items", "5", "--seed", "1", *words]
    assert main(["irt", "simulate", *asked, "--out", str(tmp_path / "o")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_wrong_words_are_exit_code_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["irt", "score", "r.csv", "--items", "i.csv", "--method", "MLE", "--out", "o"])
    assert ended.value.code == 2


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    words = ["simulate", "--model", "2pl", "--persons", "100000", "--items", "500", "--seed", "1"]
    environment = {name: value for name, value in os.environ.items() if name[:5] != "EXAM_"}
    script = (
        "import sys, exam_engine.commands.irt as a, exam_engine.analysis.simulated as s\n"
        "drawn = s.simulated\n"
        "def told(*x, **y):\n    print('drawing', flush=True)\n    return drawn(*x, **y)\n"
        "s.simulated = told\n"
        "from exam_engine.cli import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, "irt", *words, "--out", str(out)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "drawing\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 1
    assert told.splitlines()[-1] == "Stopped. Nothing was written."
    assert list(tmp_path.iterdir()) == []


def test_a_later_result_leaves_nothing_of_the_earlier_one(tmp_path: Path) -> None:
    words = ["irt", "classical", str(TWOPL), "--out", str(tmp_path / "out")]
    assert main(words) == 0
    assert (tmp_path / "out" / "report.html").exists()
    assert main([*words, "--no-html"]) == 0
    assert not (tmp_path / "out" / "report.html").exists()
    (tmp_path / "out" / "mine.txt").write_text("mine", "utf-8")
    assert main(words) == 1
    assert main([*words, "--force"]) == 0
    assert (tmp_path / "out" / "mine.txt").read_text("utf-8") == "mine"
