"""The page about QTI names all that is refused, and why."""

import json
from pathlib import Path

import pytest

from item_bank.formats.moodle import REFUSED_TYPES as MOODLE
from item_bank.qti import Severity, check_item
from item_bank.qti.conversion.canvas import REFUSED_TYPES as CANVAS
from item_bank.qti.expressions import REFUSED as EXPRESSIONS
from item_bank.qti.interactions import REFUSED as INTERACTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "qti.md").read_text("utf-8")
REFUSED_CASES = {
    "outcomeProcessing_numberExpressions": ("expression_refused", "numberResponded"),
    "outcomeProcessing_outcomeMinimum": ("expression_refused", "outcomeMinimum"),
    "outcomeProcessing_testVariables": ("expression_refused", "testVariables"),
    "responseProcessing_xiInclude": ("include_refused", "xi:include"),
}


@pytest.mark.parametrize(("name", "why"), [*INTERACTIONS.items(), *EXPRESSIONS.items()])
def test_it_lists_what_the_runtime_refuses_with_the_reason(name: str, why: str) -> None:
    [row] = [line for line in PAGE.splitlines() if f"`{name}`" in line]
    assert why in row


@pytest.mark.parametrize("kind", [*MOODLE, *(kind for kind in CANVAS if kind != "Error")])
def test_it_lists_the_question_types_that_are_not_read(kind: str) -> None:
    [row] = [line for line in PAGE.splitlines() if f"`{kind}`" in line]
    assert "refused: " in row


def test_the_scoring_cases_that_are_refused_are_those_that_it_names(shared: Path) -> None:
    folders = (shared / "fixtures" / "qti" / "scoring").iterdir()
    refused = {}
    for folder in folders:
        cases = json.loads((folder / "cases.json").read_text("utf-8"))["cases"]
        if any(case.get("xfail") for case in cases):
            found = check_item((folder / "item.xml").read_bytes())
            codes = {one.code for one in found if one.severity is Severity.ERROR}
            refused[folder.name] = codes
    assert refused == {folder: {code} for folder, (code, _) in REFUSED_CASES.items()}
    assert all(f"`{name}`" in PAGE for _, name in REFUSED_CASES.values())
