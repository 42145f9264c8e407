"""What is amiss in a file of answers: every place is counted, the first ones are named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from item_bank.formats import findings as formats
from item_bank.imports.reports import MOST_KEPT, Found, Group, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: Final[Mapping[str, tuple[Severity, str]]] = MappingProxyType(
    {
        # the file
        "file_too_large": (_E, "Split the file by candidates, and import the parts one by one."),
        "file_too_many": (_E, "Split the file by candidates, and import the parts one by one."),
        "file_no_rows": (_E, "Choose the file again; it may have been cut off."),
        "parquet_refused": (_E, "Write the table again as Parquet, or save it as CSV."),
        "parquet_not_here": (_E, "Install exam-engine with the extra data, or save it as CSV."),
        "sheet_unread": (_W, "Put the answers on the first visible sheet."),
        "cells_merged": (_E, "Unmerge the cells and fill in each of them."),
        "cell_error": (_E, "Correct the formula or replace it by its value."),
        # rows and columns
        "row_malformed": (_E, "Close the quotes in the row, and double those inside a cell."),
        "row_width": (_E, "Give every row a cell for every column of the header."),
        "separators_mixed": (_E, "Use one separator in the whole file."),
        "column_missing": (_E, "Name a column candidate, and item with response or score."),
        "column_unnamed": (_E, "Name the column, or delete it."),
        "column_repeated": (_E, "Keep one column of that name."),
        "columns_unread": (_N, "Nothing needs to be done: they are not stored."),
        # what they hold
        "candidate_missing": (_E, "Give every row the identifier of its candidate."),
        "candidate_repeated": (_E, "Keep one row for each candidate."),
        "candidate_empty": (_W, "Check that these candidates were there."),
        "item_missing": (_E, "Give every row the code of its item."),
        "item_unknown": (_E, "Write the item's code as the bank has it."),
        "item_elsewhere": (_E, "Choose the form that was sat, or leave these rows out."),
        "item_version": (_E, "Choose the form that has this version, or leave these rows out."),
        "answer_repeated": (_E, "Keep one answer of each candidate to each item."),
        "option_unknown": (
            _E,
            "Write the option's identifier, or A, B, C, ... in the item's order.",
        ),
        "score_unknown": (_E, "Write 1 for right, 0 for wrong, and nothing for no answer."),
        "scored_otherwise": (_W, "Check that the key has not changed since."),
        "date_wrong": (_E, "Write dates like 2026-03-14."),
        "date_missing": (_E, "Say when it was held, or add a column date."),
        "form_unknown": (_E, "Choose one of the forms that the file names."),
        "form_other": (_N, "Import the file again for each of these forms."),
        "items_not_shown": (_W, "Nothing needs to be done if these items were not shown."),
        "title_taken": (_E, "Choose another title, or look whether it was imported already."),
    }
)
"""By code: how severe it is, and what to do about it."""


@dataclass(slots=True)
class _Gathered:
    total: int = 0
    found: list[Found] = field(default_factory=list)


class Findings:
    """Findings while a file is being read; of each kind the first 500 are kept."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Severity, str, str], _Gathered] = {}

    def add(self, code: str, place: str, sentence: str, item: str = "", count: int = 1) -> None:
        """``count`` is how many places the sentence is about."""
        severity, mend = CODES[code]
        self._put((severity, code, mend), Found(place, item, sentence), count)

    def counted(self, code: str) -> bool:
        """Count one more of a kind that has enough places named; False where it has not."""
        group = self._groups.get((CODES[code][0], code, CODES[code][1]))
        if group is None or len(group.found) < MOST_KEPT:
            return False
        group.total += 1
        return True

    def include(self, finding: formats.Finding) -> None:
        """What a reader of the bank's found."""
        key = (Severity(finding.severity), finding.code, finding.mend)
        self._put(key, Found(finding.place, finding.item, finding.sentence), 1)

    def _put(self, key: tuple[Severity, str, str], found: Found, count: int) -> None:
        group = self._groups.setdefault(key, _Gathered())
        group.total += count
        if len(group.found) < MOST_KEPT:
            group.found.append(found)

    @property
    def errors(self) -> int:
        return sum(one.total for key, one in self._groups.items() if key[0] is Severity.ERROR)

    def groups(self) -> tuple[Group, ...]:
        """The gravest first, then in the order of the first place."""
        order = list(Severity)
        return tuple(
            Group(severity, code, mend, one.total, tuple(one.found))
            for (severity, code, mend), one in sorted(
                self._groups.items(), key=lambda group: order.index(group[0][0])
            )
        )
