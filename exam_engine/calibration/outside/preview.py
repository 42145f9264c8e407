"""What is asked for with a file of answers, and what people see of it before they accept."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, field

LARGEST_FILE = 50_000_000
"""In bytes."""
LONGEST_TITLE = 200
LONGEST_SOURCE = 500


class Missing(StrEnum):
    """What a blank cell, or in a long table a row that is not there, says of an item that other
    candidates of the administration were shown."""

    NO_ANSWER = "no-answer"
    NOT_SHOWN = "not-shown"


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """``form`` is the code of a published form; ``exam`` tells which where two exams have it.

    ``held_on`` is for files without a column date; ``simulated`` are answers that nobody gave.
    """

    form: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE)]
    source: Annotated[str, Meta(min_length=1, max_length=LONGEST_SOURCE)]
    exam: Annotated[str, Meta(max_length=40)] = ""
    held_on: date | None = None
    missing: Missing = Missing.NO_ANSWER
    simulated: bool = False


class DataSet(Struct, frozen=True):
    """Counts of what would become one past administration.

    ``answers`` are those that were given; ``share_right`` is of the answers and of no answer
    together, None where nothing was shown.
    """

    title: str
    held_on: date | None
    candidates: int
    answers: int
    no_answer: int
    not_shown: int
    share_right: float | None


class ItemCount(Struct, frozen=True):
    """Candidates who were shown an item of the form, over all data sets of the file."""

    code: str
    version: int
    shown: int
    no_answer: int
    right: int


class Preview(Struct, frozen=True):
    """``findings`` are groups as `item_bank.imports.reports.to_json` writes them; with ``errors``
    nothing can be accepted.  ``layout`` is long or wide, ``holds`` responses or scores."""

    errors: int
    findings: list[dict[str, Any]]
    form: str = ""
    exam: str = ""
    form_id: UUID | None = None
    layout: str = ""
    holds: str = ""
    rows: int = 0
    data_sets: list[DataSet] = field(default_factory=list)
    items: list[ItemCount] = field(default_factory=list)
