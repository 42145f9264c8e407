"""What tests of the standard, decision and forensic commands share: run, read back, refuse."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html as lxml_html

from exam_engine.cli import main


def written(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def done(folder: Path, act: str, *words: object) -> Path:
    """Run a command that must succeed; its directory."""
    out = folder / f"{act}-{len(list(folder.iterdir()))}"
    assert main(["irt", act, *map(str, words), "--out", str(out)]) == 0
    for path in out.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"[>\s\",](nan|NaN|inf|-inf)[<\s\"%,\n]", text), path.name
    return out


def refused(folder: Path, capsys: pytest.CaptureFixture[str], act: str, *words: object) -> str:
    """Run a command that must not work; its one sentence or two on stderr."""
    out = folder / "refused"
    assert main(["irt", act, *map(str, words), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert not out.exists()
    return told.strip().splitlines()[-1]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(path: Path, column: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([float(row[column]) if row[column] else np.nan for row in rows_of(path)])


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


def table_in(folder: Path, caption: str) -> list[list[str]]:
    """The cells of the report's table whose caption holds these words."""
    tree = lxml_html.document_fromstring((folder / "report.html").read_text("utf-8"))
    (found,) = [
        table for table in tree.xpath("//table") if caption in table.xpath("string(./caption)")
    ]
    return [
        [cell.text_content().replace("\N{MINUS SIGN}", "-") for cell in row]
        for row in found.xpath("./tbody/tr")
    ]
