"""A small form and files of answers to it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from exam_engine.calibration.outside.preview import Missing, Wish
from exam_engine.calibration.outside.questions import Asked, Question
from exam_engine.calibration.outside.reading import Reading, read_answers

TODAY = date(2026, 3, 14)
WISH = Wish("F1", "Spring 2024", "the paper exam", held_on=date(2024, 3, 14))
QUESTIONS = (
    Question("IA-01", 1, ("A", "B", "C", "D"), "B", {1: True}),
    Question("IA-02", 2, ("A", "B", "C", "D"), "A", {1: False, 2: True, 3: True}),
    Question("IB-01", 1, ("yes", "no", "never"), "no", {1: True}),
)
FORM = Asked(UUID(int=1), "SMALL", "F1", QUESTIONS, frozenset(("IC-07",)), frozenset(("Old",)))


def table(rows: Iterable[Sequence[str]], separator: str = ",") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


def read(data: bytes | str, wish: Wish = WISH, **changes: Any) -> Reading:
    content = data.encode() if isinstance(data, str) else data
    return read_answers(content, FORM, replace(wish, **changes), TODAY)


def answers(data: bytes | str, **changes: Any) -> list[list[int]]:
    """Of the one data set of a file that can be accepted."""
    found = read(data, **changes)
    assert found.preview.findings == [] or found.preview.errors == 0, told(found)
    (only,) = found.answers
    rows: list[list[int]] = only.tolist()
    return rows


def told(found: Reading) -> list[tuple[str, str, str]]:
    """Code, place and sentence of every finding that is named."""
    return [
        (group["code"], place, sentence)
        for group in found.preview.findings
        for place, _, sentence in group["found"]
    ]


NOT_SHOWN = Missing.NOT_SHOWN
