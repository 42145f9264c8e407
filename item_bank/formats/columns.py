"""The columns of our tables of questions: what the template explains and the readers look for."""

import re
from typing import Final, NamedTuple

from item_bank.formats.reading import Readings, refused

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEMPLATE_LETTERS: Final = "ABCD"

TYPES: Final = (
    ("single choice", "options, and the letter of the best one as the key; also when left empty"),
    ("multiple choice", "options, and the letters of all right ones as the key: A, C"),
    ("true/false", "no options; the key is true or false"),
    ("short text", "no options; the key holds the accepted answers: colour | color"),
    ("numeric", "no options; the key is a number, 3.5, or a range, 3..4"),
    ("matching", "each option holds a pair: Layer 2 => Switch; '=> Hub' is a partner for nothing"),
    ("ordering", "options in the right order; no key"),
    ("missing word", "[blank] stands in the question; options and key, or accepted answers as key"),
    ("long text", "no options and no key; a person scores the answer"),
)
"""What the column ``type`` may say, and what that type wants in the others."""


class Column(NamedTuple):
    name: str
    explanation: str
    example: str


_BEFORE_OPTIONS = (
    Column("code", "A short code of its own; made from the content when left empty.", "NET-001"),
    Column("type", "The type of the question; single choice when left empty.", "single choice"),
    Column("title", "A name for the list of items; candidates never see it.", "First report"),
    Column(
        "situation",
        "What the candidate has to know first; each line is a paragraph.",
        "A school reports that no device there can reach the network.\nOther schools are fine.",
    ),
    Column("question", "The question itself.", "What should the CTO ask for first?"),
)
_OPTIONS = (
    ("A list of all devices in the district.", "It takes long and says nothing of the fault."),
    ("The state of the line that joins the school.", "One school alone points to its line."),
    ("A new firewall for the data centre.", "Nothing points to the firewall."),
    ("The dates of the next board meetings.", "It does not help anybody today."),
)
_AFTER_OPTIONS = (
    Column("key", "What is right: see the types.", "B"),
    Column("tolerance", "For numeric: how far off a number may be; 0 when left empty.", ""),
    Column("match_case", "For typed words: yes where capitals matter; no when left empty.", ""),
    Column("shuffle", "no keeps the options in this order; yes when left empty.", "yes"),
    Column("remember", "For single choice: a sentence to take along.", "Look where it differs."),
    Column("skill_area", "The code of a skill area of the framework.", "III.A"),
    Column("task", "The code of a task of that skill area.", "III.A.1"),
    Column("cognitive_level", "recall, apply or analyse.", "apply"),
    Column(
        "estimated_difficulty",
        "Which share of candidates who just qualify will choose the key: between 0 and 1.",
        "0.7",
    ),
    Column("source", "Where the facts come from.", "NIST SP 800-61 Rev. 2"),
    Column("as_of", "The day the facts were true: 2026-11-01.", "2026-11-01"),
    Column("review_by", "The last day before somebody looks again.", "2027-11-30"),
    Column("enemies", "Codes of items that may not stand on the same form.", "NET-002, NET-003"),
)


def _option_columns(letters: str) -> tuple[Column, ...]:
    columns = []
    for place, letter in enumerate(letters):
        text, rationale = _OPTIONS[place] if place < len(_OPTIONS) else ("", "")
        name = letter.lower()
        columns.append(Column(f"option_{name}", f"The text of option {letter}.", text))
        columns.append(Column(f"rationale_{name}", f"Why {letter} is right or wrong.", rationale))
    return tuple(columns)


def columns_with(letters: str) -> tuple[Column, ...]:
    """The columns of a table whose questions have options of these letters."""
    return (*_BEFORE_OPTIONS, *_option_columns(letters), *_AFTER_OPTIONS)


TEMPLATE = columns_with(TEMPLATE_LETTERS)
NAMES = frozenset(column.name for column in columns_with(LETTERS))


def column_name(header: str) -> str:
    """A header cell as the name of a column: "Option A" is option_a."""
    return re.sub(r"[\s_\-]+", "_", header.strip().lower()).strip("_")


def read_header(readings: Readings, cells: list[str], places: list[str]) -> tuple[str, ...]:
    """The name of each column; empty for those that are not read, which is a finding.

    Raises Refused where a column is there twice or the question is missing.
    """
    names: list[str] = []
    for cell, place in zip(cells, places, strict=True):
        name = column_name(cell)
        if name in NAMES and name in names:
            first = places[names.index(name)]
            sentence = f"The column {name} is there twice, first at {first}."
            raise refused("column_repeated", place, sentence)
        if name and name not in NAMES:
            readings.note("column_unknown", place, f"The column {cell[:40]!r} is not read.")
        names.append(name if name in NAMES else "")
    if "question" not in names:
        place = places[0] if places else ""
        raise refused("column_missing", place, "The first row has no column named question.")
    return tuple(names)
