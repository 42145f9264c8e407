"""Tables of questions to import, made by plain functions."""

import csv
from io import StringIO
from typing import Any

AREAS = ("I.A", "I.B", "II.A", "III.A")
_WORDS = """
    audit backup budget cabling consent contract device district grant licence network outage parent
    phishing plan policy privacy pupil record report risk roadmap school server tender training
    vendor wireless
""".split()  # noqa: SIM905 - words read better as words


def a_row(number: int, **changes: str) -> dict[str, str]:
    """A sound single-choice question that is like no other number's."""
    word = [_WORDS[(number * step + step) % len(_WORDS)] for step in range(1, 24)]
    row = {
        "code": f"IMP-{number}",
        "title": f"Question {number}",
        "situation": f"Case {number}: the {' '.join(word[:12])} of a district.",
        "question": f"What about the {' '.join(word[12:18])} comes first in case {number}?",
        "key": "ABCD"[number % 4],
        "skill_area": AREAS[number % len(AREAS)],
        "source": "A handbook",
    }
    for letter in "abcd":
        row[f"option_{letter}"] = f"Choose the {letter} plan for {word[18]} number {number}."
        row[f"rationale_{letter}"] = f"It is there for reason {letter} of {number}."
    return row | changes


def a_table(*rows: dict[str, Any]) -> bytes:
    """CSV in UTF-8."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def some_rows(count: int) -> list[dict[str, str]]:
    return [a_row(number) for number in range(count)]
