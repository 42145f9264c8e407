"""Numbers in files under two names: ratings by judge and item, seconds by person and item."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.cells import number_in
from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.sheets import Sheet, read_sheet

Floats = NDArray[np.float64]
Check = Callable[[float], str | None]


@dataclass(frozen=True, slots=True)
class GridNames:
    """The usual names of a grid's columns, and what its cells are called.

    Attributes
    ----------
    row : tuple of str
        Who: judges, or persons.
    column : tuple of str
        Of a long file: items.
    value : tuple of str
        Of a long file.
    layer : tuple of str
        What tells several grids in one file apart: rounds.
    what : str
        One number, for people: "rating".
    """

    row: tuple[str, ...]
    column: tuple[str, ...]
    value: tuple[str, ...]
    layer: tuple[str, ...] = ()
    what: str = "number"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Numbers by row and column, in one layer or several.

    Attributes
    ----------
    path : str
    rows, columns, layers : tuples of str
        ``layers`` is ("1",) where the file has none.
    values : (layers, rows, columns) array
        NaN where the cell is blank.
    notes : tuple of str
    """

    path: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    layers: tuple[str, ...]
    values: Floats
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Gathered:
    """Cells under their names, with the row each name or cell was met first."""

    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[int, int, int], tuple[float, int]] = field(default_factory=dict)


def read_grid(
    path: str, names: GridNames, check: Check = lambda _: None, *, ignore: Sequence[str] = ()
) -> Grid:
    """Read a wide file (a row a judge or person, a column an item) or a long one (a row a number).

    Parameters
    ----------
    path : str
    names : GridNames
    check : callable
        What is wrong with a number, for the end of a sentence; None if nothing is.
    ignore : sequence of str
        Columns that are no items.

    Raises
    ------
    BadFile
        The sentence names file, row and column and says what to do.
    """
    sheet = read_sheet(path)
    for name in ignore:
        sheet.column(name)
    row, column = usual(sheet.header, names.row), usual(sheet.header, names.column)
    value, layer = usual(sheet.header, names.value), usual(sheet.header, names.layer)
    notes = list(sheet.notes)
    found = _Gathered()
    if column is not None and value is not None:
        if row is None:
            raise BadFile(
                f"{path} is long (columns {column} and {value}) but has no column "
                f"{names.row[0]}. Add it."
            )
        notes.append(f"Read as long: columns {row}, {column}, {value}.")
        _long(found, sheet, names, check, (row, column, value, layer))
    else:
        if row is None:
            notes.append(f"{path} has no column {names.row[0]}: its rows are numbered.")
        _wide(found, sheet, names, check, (row, layer, *ignore))
    if not found.cells:
        raise BadFile(f"{path} holds no {names.what}. Add one row for each {names.row[0]}.")
    values = np.full((len(found.layers), len(found.rows), len(found.columns)), np.nan)
    order = _ordered(tuple(found.layers))
    for (one, who, what), (number, _) in found.cells.items():
        values[order[one], who, what] = number
    layers = sorted(found.layers, key=lambda name: order[found.layers[name]])
    return Grid(path, tuple(found.rows), tuple(found.columns), tuple(layers), values, tuple(notes))


def usual(header: Sequence[str], names: Sequence[str]) -> str | None:
    """The first column that has one of some usual names, whatever its capitals."""
    lower = [name.lower() for name in header]
    return next((header[lower.index(name)] for name in names if name in lower), None)


def number_at(sheet: Sheet, number: int, column: int, text: str, what: str) -> float:
    """A cell as a number; NaN where it is blank.

    Raises
    ------
    BadFile
    """
    if not text.strip():
        return float("nan")
    value = number_in(text.strip(), decimal_comma=sheet.decimal_comma)
    if value is None:
        raise BadFile(
            f'{place(sheet.path, number, column, sheet.header[column])} holds "{text.strip()}". A '
            f"{what} is a number; leave the cell blank where there is none."
        )
    return value


def _wide(
    found: _Gathered,
    sheet: Sheet,
    names: GridNames,
    check: Check,
    apart: tuple[str | None, ...],
) -> None:
    row, layer = apart[:2]
    at = [j for j, name in enumerate(sheet.header) if name not in apart]
    if not at:
        raise BadFile(f"{sheet.path} has no item columns besides {', '.join(sheet.header)}.")
    for j in at:
        found.columns[sheet.header[j]] = len(found.columns)
    seen: dict[tuple[int, int], int] = {}
    for number, cells in sheet.rows:
        name = str(len(seen) + 1) if row is None else cells[sheet.column(row)].strip()
        who, one = _named(found, sheet, number, name, names, _layer_of(sheet, layer, cells))
        if (who, one) in seen:
            again = "" if layer is None else f" of this {layer}"
            raise BadFile(
                f"{sheet.path}: {names.row[0]} {name!r} is in row {seen[who, one]} and in row "
                f"{number}{again}. Keep one row."
            )
        seen[who, one] = number
        for what, j in enumerate(at):
            _put(found, sheet, names, check, number, j, cells[j], (one, who, what))


def _long(
    found: _Gathered,
    sheet: Sheet,
    names: GridNames,
    check: Check,
    roles: tuple[str, str, str, str | None],
) -> None:
    row, column, value, layer = roles
    row_at, column_at, value_at = (sheet.column(name) for name in (row, column, value))
    for number, cells in sheet.rows:
        name, item = cells[row_at].strip(), cells[column_at].strip()
        who, one = _named(found, sheet, number, name, names, _layer_of(sheet, layer, cells))
        if not item:
            raise BadFile(
                f"{place(sheet.path, number, column_at, column)} is blank. Name the {column}."
            )
        what = found.columns.setdefault(item, len(found.columns))
        if (one, who, what) in found.cells:
            first = found.cells[one, who, what][1]
            raise BadFile(
                f"{place(sheet.path, number)}: {names.row[0]} {name!r} has a {names.what} of "
                f"{item!r} in row {first} already. Keep one of the two rows."
            )
        _put(found, sheet, names, check, number, value_at, cells[value_at], (one, who, what))


def _named(
    found: _Gathered, sheet: Sheet, number: int, name: str, names: GridNames, layer: str
) -> tuple[int, int]:
    if not name:
        raise BadFile(f"{place(sheet.path, number)} names no {names.row[0]}. Name one.")
    if not layer:
        raise BadFile(f"{place(sheet.path, number)} names no {names.layer[0]}. Number it.")
    who = found.rows.setdefault(name, len(found.rows))
    return who, found.layers.setdefault(layer, len(found.layers))


def _layer_of(sheet: Sheet, layer: str | None, cells: list[str]) -> str:
    return "1" if layer is None else cells[sheet.column(layer)].strip()


def _put(
    found: _Gathered,
    sheet: Sheet,
    names: GridNames,
    check: Check,
    number: int,
    column: int,
    text: str,
    where: tuple[int, int, int],
) -> None:
    value = number_at(sheet, number, column, text, names.what)
    if np.isnan(value):
        return
    wrong = check(value)
    if wrong is not None:
        at = place(sheet.path, number, column, sheet.header[column])
        raise BadFile(f"{at} holds {text.strip()}. {wrong}")
    found.cells[where] = (value, number)


def _ordered(layers: tuple[str, ...]) -> list[int]:
    """The place of each layer: by number if all are numbers, else as they were met."""
    numbers = [number_in(name) for name in layers]
    if any(number is None for number in numbers):
        return list(range(len(layers)))
    rank = np.argsort(np.argsort(np.array(numbers, dtype=np.float64)))
    return [int(place) for place in rank]
