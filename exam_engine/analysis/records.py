"""Files of records: a row a judge, a person or a raw score, with numbers in named columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.grids import number_at, usual
from exam_engine.analysis.responses import PERSON_NAMES
from exam_engine.analysis.sheets import Sheet, read_sheet

Floats = NDArray[np.float64]

SCORE_NAMES = ("score", "raw_score", "number_right", "total")


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Numbers of each record.

    Attributes
    ----------
    path : str
    names : tuple of str
        Of the records, in the order of the file; with a layer, (name, layer) is unique.
    layers : tuple of str
        Of each record; "1" where the file has none.
    values : mapping of str to (n,) array
        NaN where a cell is blank.
    rows : tuple of int
        As a spreadsheet numbers them.
    notes : tuple of str
    """

    path: str
    names: tuple[str, ...]
    layers: tuple[str, ...]
    values: Mapping[str, Floats]
    rows: tuple[int, ...]
    notes: tuple[str, ...]

    def place_of(self, record: int, what: str) -> str:
        """Where a number stands, for people."""
        return f"{place(self.path, self.rows[record])}: {what} of {self.names[record]}"


def read_records(
    path: str,
    name: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    *,
    layer: Sequence[str] = (),
    may_be_blank: Sequence[str] = (),
) -> Records:
    """Read a file of records.

    Parameters
    ----------
    path : str
    name : sequence of str
        Usual names of the column that names the records; they are numbered if there is none.
    columns : mapping of str to sequence of str
        The numbers wanted, each with the usual names of its column.
    layer : sequence of str
        Usual names of the column that tells rounds apart.
    may_be_blank : sequence of str
        Numbers that a record may lack; a record that lacks another is refused.

    Raises
    ------
    BadFile
    """
    return records_in(read_sheet(path), name, columns, layer=layer, may_be_blank=may_be_blank)


def records_in(
    sheet: Sheet,
    name: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    *,
    layer: Sequence[str] = (),
    may_be_blank: Sequence[str] = (),
) -> Records:
    """The same from an open sheet."""
    path = sheet.path
    named, layered = usual(sheet.header, name), usual(sheet.header, layer)
    at = {}
    for what, names in columns.items():
        found = usual(sheet.header, [one.lower() for one in names])
        if found is None:
            raise BadFile(
                f"{path} has no column {names[0]!r}. It needs "
                f"{', '.join([*name[:1], *(one[0] for one in columns.values())])}."
            )
        at[what] = sheet.column(found)
    kept: dict[tuple[str, str], int] = {}
    values: dict[str, list[float]] = {what: [] for what in columns}
    for number, cells in sheet.rows:
        own = str(len(kept) + 1) if named is None else cells[sheet.column(named)].strip()
        one = "1" if layered is None else cells[sheet.column(layered)].strip()
        if not own or not one:
            raise BadFile(
                f"{place(path, number)} names no {named if not own else layered}. Name one."
            )
        if (own, one) in kept:
            raise BadFile(
                f"{path}: {own!r} is in row {kept[own, one]} and in row {number}. Keep one row."
            )
        kept[own, one] = number
        for what, column in at.items():
            value = number_at(sheet, number, column, cells[column], what)
            if np.isnan(value) and what not in may_be_blank:
                raise BadFile(
                    f"{place(path, number, column, sheet.header[column])} is blank. Write the "
                    f"{what}, or delete the row."
                )
            values[what].append(value)
    if not kept:
        what = name[0] if name else next(iter(columns))
        raise BadFile(f"{path} has a header and no rows. Add one row for each {what}.")
    notes = list(sheet.notes)
    if named is None and name:
        notes.append(f"{path} has no column {name[0]}: its rows are numbered.")
    return Records(
        path,
        tuple(own for own, _ in kept),
        tuple(one for _, one in kept),
        {what: np.array(numbers) for what, numbers in values.items()},
        tuple(kept.values()),
        tuple(notes),
    )


def read_scores(path: str, column: str | None = None) -> Records:
    """The scores of persons, under ``score``.

    Raises
    ------
    BadFile
    """
    return read_records(path, PERSON_NAMES, {"score": SCORE_NAMES if column is None else [column]})
