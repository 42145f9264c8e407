"""The data of a run, frozen: who was shown which question, and what they chose."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.responses import Responses
from exam_engine.calibration.errors import DataUnsound

NOT_SHOWN = -1
NO_ANSWER = 0
WRONG = 127
OMITTED = "no answer"
UNNAMED = "wrong, option not recorded"
SOURCE = "The chosen data"


@dataclass(frozen=True, slots=True)
class Column:
    """One item; ``options`` are identifiers in the item's own order, ``key`` is one of them.

    ``also`` are those that were decided to be right too (`exam_engine.results.marking`).
    """

    item_version_id: UUID
    code: str
    number: int
    role: str
    area: str
    options: tuple[str, ...]
    key: str
    also: tuple[str, ...] = ()

    @property
    def right(self) -> str:
        """What is right, as people read it."""
        return " or ".join((self.key, *self.also))

    @property
    def shown(self) -> tuple[str, ...]:
        """The label of each option: right ones are one choice, for nobody prefers among them."""
        is_right = {self.key, *self.also}
        return tuple(self.right if option in is_right else option for option in self.options)


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """Candidates by items.

    Attributes
    ----------
    columns : tuple of J Column
    persons : tuple of n str
        Attempt ids, or places in a past administration.
    groups : tuple of n str
        The form that each sat.
    administrations : tuple of n str
    answers : (n, J) int8 array
        -1 not shown, 0 no answer, k the k-th option, 127 a wrong option that is not known: data
        that came in as points.
    """

    columns: tuple[Column, ...]
    persons: tuple[str, ...]
    forms: tuple[str, ...]
    administrations: tuple[str, ...]
    answers: NDArray[np.int8]

    def to_bytes(self) -> bytes:
        header = {
            "columns": [_stored(column) for column in self.columns],
            "persons": self.persons,
            "forms": self.forms,
            "administrations": self.administrations,
        }
        head = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
        return zlib.compress(len(head).to_bytes(8, "big") + head + self.answers.tobytes(), 6)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frozen":
        content = zlib.decompress(stored)
        end = 8 + int.from_bytes(content[:8], "big")
        header: dict[str, Any] = json.loads(content[8:end])
        columns = tuple(_column(each) for each in header["columns"])
        answers = np.frombuffer(content, np.int8, offset=end).reshape(-1, len(columns))
        names = ("persons", "forms", "administrations")
        persons, forms, administrations = (tuple(header[name]) for name in names)
        return cls(columns, persons, forms, administrations, answers)

    @property
    def sha256(self) -> str:
        """Of the data, whatever compressed them."""
        return hashlib.sha256(zlib.decompress(self.to_bytes())).hexdigest()

    def points(self, unanswered: str) -> NDArray[np.int8]:
        """1 right, 0 wrong, -1 not administered; no answer is wrong, or with "missing" nothing."""
        keys = np.array([column.options.index(column.key) + 1 for column in self.columns], np.int8)
        right = self.answers == keys
        for j, column in enumerate(self.columns):
            for option in column.also:
                right[:, j] |= self.answers[:, j] == column.options.index(option) + 1
        points = np.where(self.answers < 0, -1, right).astype(np.int8)
        if unanswered == "missing":
            points[self.answers == NO_ANSWER] = -1
        return points

    def responses(self, unanswered: str, groups: str) -> Responses:
        """As the analyses take it: points."""
        labels = {"form": self.forms, "administration": self.administrations}.get(groups)
        return self._responses(self.points(unanswered), (), labels)

    def chosen(self) -> Responses:
        """As the analyses take it: labels of `Column.shown`, and one of its own for no answer."""
        labels = sorted({option for column in self.columns for option in column.shown})
        codes = np.full_like(self.answers, NOT_SHOWN)
        for j, column in enumerate(self.columns):
            place = np.full(WRONG + 1, len(labels) + 1, np.int8)
            place[NO_ANSWER] = len(labels)
            place[1 : len(column.options) + 1] = [labels.index(one) for one in column.shown]
            shown = self.answers[:, j] >= 0
            codes[shown, j] = place[self.answers[shown, j]]
        unnamed = (UNNAMED,) if (self.answers == WRONG).any() else ()
        return self._responses(codes, (*labels, OMITTED, *unnamed), None)

    def _responses(
        self, codes: NDArray[np.int8], labels: tuple[str, ...], groups: tuple[str, ...] | None
    ) -> Responses:
        return Responses(
            path=SOURCE,
            persons=self.persons,
            items=tuple(column.code for column in self.columns),
            codes=codes,
            labels=labels,
            groups=groups,
            weights=None,
            rows=np.arange(len(codes), dtype=np.int64) + 1,
            columns={},
            notes=(),
        )

    def select(self, codes: Sequence[str]) -> "Frozen":
        """Only these items, in this order."""
        at = {column.code: j for j, column in enumerate(self.columns)}
        wanted = [at[code] for code in codes]
        return replace(
            self,
            columns=tuple(self.columns[j] for j in wanted),
            answers=np.ascontiguousarray(self.answers[:, wanted]),
        )

    def of_form(self, form: str) -> NDArray[np.bool_]:
        """Who sat it, (n,)."""
        return np.array([one == form for one in self.forms], dtype=bool)


def _stored(column: Column) -> dict[str, Any]:
    """Without ``also`` where there is none: data that never changed keep their hash."""
    stored = {**asdict(column), "item_version_id": str(column.item_version_id)}
    if not column.also:
        del stored["also"]
    return stored


def _column(stored: dict[str, Any]) -> Column:
    return Column(
        **{
            **stored,
            "item_version_id": UUID(stored["item_version_id"]),
            "options": tuple(stored["options"]),
            "also": tuple(stored.get("also", ())),
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The answers to one form of one administration: (n, positions) as in `Frozen.answers`."""

    form: str
    administration: str
    persons: tuple[str, ...]
    columns: tuple[Column, ...]
    hashes: tuple[str, ...]
    answers: NDArray[np.int8]


def joined(sheets: Sequence[Sheet], left_out: dict[str, str]) -> Frozen:
    """All sheets as one matrix, items by code, candidates in the order of the sheets.

    ``left_out`` are codes of items.  Versions of an item with the same content are one column.

    Raises
    ------
    DataUnsound
        There is nothing, or an item was shown with different contents or keys.
    """
    sheets = [sheet for sheet in sheets if len(sheet.answers)]
    if not sheets:
        raise DataUnsound("Nobody's answers are in this choice. Choose more forms or a wider time.")
    columns = _one_of_each(sheets, left_out)
    at = {column.code: j for j, column in enumerate(columns)}
    n_persons = sum(len(sheet.answers) for sheet in sheets)
    answers = np.full((n_persons, len(columns)), NOT_SHOWN, np.int8)
    row = 0
    for sheet in sheets:
        rows = slice(row, row + len(sheet.answers))
        for j, column in enumerate(sheet.columns):
            if column.code in at:
                answers[rows, at[column.code]] = sheet.answers[:, j]
        row += len(sheet.answers)
    return Frozen(
        columns,
        tuple(person for sheet in sheets for person in sheet.persons),
        tuple(sheet.form for sheet in sheets for _ in sheet.persons),
        tuple(sheet.administration for sheet in sheets for _ in sheet.persons),
        answers,
    )


def _one_of_each(sheets: Sequence[Sheet], left_out: dict[str, str]) -> tuple[Column, ...]:
    """The items of all sheets, by code; an item with two contents or two keys is refused."""
    found: dict[str, tuple[Column, str]] = {}
    for sheet in sheets:
        for column, content in zip(sheet.columns, sheet.hashes, strict=True):
            if column.code in left_out:
                continue
            first, known = found.setdefault(column.code, (column, content))
            if known != content:
                raise DataUnsound(
                    f"{column.code} was shown as version {first.number} and as version "
                    f"{column.number}, and they differ: their answers are not to one question. "
                    "Leave the item out with a reason, or choose forms with one version."
                )
            if column.also != first.also:
                raise DataUnsound(
                    f"{column.code} has other right answers on one form than on another: decide "
                    "the same about it on both, or leave the item out with a reason."
                )
            if column.number > first.number:
                found[column.code] = (column, content)
    if not found:
        raise DataUnsound("Every item is left out. Take some of the exclusions back.")
    return tuple(found[code][0] for code in sorted(found))
