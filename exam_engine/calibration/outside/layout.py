"""Which column of a table is what: a row an answer (long), or a row a candidate (wide)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exam_engine.calibration.outside.findings import Findings
from exam_engine.calibration.outside.questions import Finder, Unfound
from exam_engine.calibration.outside.sheets import Sheet

CANDIDATE = (
    *("candidate", "candidate_id", "person", "person_id", "examinee", "examinee_id"),
    *("student", "student_id", "user", "user_id", "id"),
)
ITEM = ("item", "item_id", "item_code", "question", "question_id", "question_code")
RESPONSE = ("response", "answer", "option", "choice", "selected")
SCORE = ("score", "points", "point", "correct", "is_correct", "mark")
VERSION = ("version", "item_version")
FORM = ("form", "form_id", "form_code", "booklet")
ADMINISTRATION = ("administration", "administration_id", "sitting", "session", "window")
DATE = ("date", "held_on", "held_at", "administered_on", "test_date", "exam_date")
NO_ITEMS = {
    *("name", "first_name", "last_name", "surname", "email", "gender", "group", "total", "raw"),
    *("raw_score", "scaled_score", "result", "passed", "duration", "started_at", "ended_at"),
}
"""Names that a wide table's columns may have beside its items."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of columns, from 0; None where there is none.

    ``items`` are (column, position of the form) of a wide table; a long one has ``item`` instead,
    and ``response``, ``score`` or both.  ``others`` are columns of items of other forms, where a
    column says which form each row is of.
    """

    candidate: int | None
    form: int | None
    administration: int | None
    date: int | None
    item: int | None = None
    response: int | None = None
    score: int | None = None
    version: int | None = None
    items: tuple[tuple[int, int], ...] = ()
    others: tuple[tuple[int, Unfound], ...] = ()

    @property
    def is_long(self) -> bool:
        return self.item is not None


def layout_of(sheet: Sheet, finder: Finder, findings: Findings) -> Layout | None:
    """None where the answers of nobody, or to nothing, would be found."""
    names = [re.sub(r"[\s\-]+", "_", name.casefold()) for name in sheet.header]
    if not _distinct(sheet, names, findings):
        return None

    def find(usual: Sequence[str]) -> int | None:
        return next((names.index(name) for name in usual if name in names), None)

    about = (find(CANDIDATE), find(FORM), find(ADMINISTRATION), find(DATE))
    item, response, score = find(ITEM), find(RESPONSE), find(SCORE)
    if item is not None and (response is not None or score is not None):
        if about[0] is None:
            said = "A long table needs a column candidate, and this one has none."
            findings.add("column_missing", sheet.place(sheet.first), said)
            return None
        found = Layout(*about, item, response, score, find(VERSION))
        used = {*about, item, response, score, found.version}
        _unread([name for j, name in enumerate(sheet.header) if j not in used], sheet, findings)
        return found
    return _wide(sheet, names, about, finder, findings)


def _wide(
    sheet: Sheet,
    names: Sequence[str],
    about: tuple[int | None, int | None, int | None, int | None],
    finder: Finder,
    findings: Findings,
) -> Layout | None:
    items: dict[int, int] = {}
    others, unread, unfound = [], [], []
    for j, name in enumerate(sheet.header):
        if j in about:
            continue
        place = sheet.place(sheet.first, j)
        at = finder.find(name)
        if isinstance(at, int):
            if at in items:
                said = f"Column {sheet.header[items[at]]} holds this item already."
                findings.add("column_repeated", place, said)
            items[at] = j
        elif names[j] in NO_ITEMS:
            unread.append(name)
        elif at.code != "item_unknown" and about[1] is not None:
            others.append((j, at))
        else:
            unfound.append((place, at))
    if not items and len(unfound) == len(sheet.header) - len([j for j in about if j is not None]):
        said = "No column is an item of the form, and there are none named item and response."
        findings.add("column_missing", sheet.place(sheet.first), said)
    for place, why in unfound:
        findings.add(why.code, place, why.sentence)
    _unread(unread, sheet, findings)
    if not items:
        return None
    wanted = tuple((j, at) for at, j in sorted(items.items()))
    return Layout(*about, items=wanted, others=tuple(others))


def _distinct(sheet: Sheet, names: Sequence[str], findings: Findings) -> bool:
    """Whether every column has a name of its own."""
    seen: dict[str, int] = {}
    good = True
    for j, name in enumerate(names):
        place = sheet.place(sheet.first, j)
        if not name:
            findings.add("column_unnamed", place, "The column has no name.")
            good = False
        elif name in seen:
            said = f'Two columns are named "{sheet.header[j][:40]}".'
            findings.add("column_repeated", place, said)
            good = False
        seen.setdefault(name, j)
    return good


def _unread(names: Sequence[str], sheet: Sheet, findings: Findings) -> None:
    if names:
        listed = ", ".join(name[:40] for name in names[:8]) + (", ..." if names[8:] else "")
        findings.add("columns_unread", sheet.place(sheet.first), f"Not read: {listed}.")
