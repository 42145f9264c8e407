"""The page for writers names what there is."""

import re
from pathlib import Path

import pytest

from item_bank.formats.columns import TEMPLATE, TEMPLATE_LETTERS, TYPES
from item_bank.formats.findings import CODES, Severity
from item_bank.formats.reading import MAX_FILE_BYTES, MAX_ITEMS
from item_bank.formats.rows import LONGEST_CELL
from item_bank.imports import planning
from item_bank.media.pictures import MOST_PIXELS

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text("utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))
PLANNED = set(
    re.findall(
        r'"((?:area|task|facts|item|enemy|near)_[a-z]+)"',
        Path(planning.__file__).read_text("utf-8"),
    )
)


@pytest.mark.parametrize(
    "code",
    [
        *(code for code, (severity, _) in CODES.items() if severity is not Severity.NOTE),
        *sorted(PLANNED),
    ],
)
def test_each_error_and_warning_is_explained(code: str) -> None:
    assert code in NAMED


def test_nothing_is_explained_that_is_not_there() -> None:
    tables = PAGE.partition("## What is refused")[2]
    explained = {
        code
        for line in tables.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    }
    assert explained - CODES.keys() - PLANNED == set()


def test_columns_types_and_limits_are_those_of_the_template() -> None:
    more = {f"{part}_{one.lower()}" for part in ("option", "rationale") for one in TEMPLATE_LETTERS}
    columns = {column.name for column in TEMPLATE} - more | {"option_a", "rationale_a"}
    assert columns <= NAMED
    assert {name for name, _ in TYPES} <= NAMED
    limits = (f"{MAX_FILE_BYTES // 1_000_000} MB", f"{MAX_ITEMS:,}", f"{LONGEST_CELL:,}")
    for limit in (*limits, f"{MOST_PIXELS // 1_000_000} million pixels"):
        assert limit in PAGE
