"""Response files, wide (a row a person) or long (a row a response), as matrices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.cells import BLANK, NOT_A_VALUE, BadCell, Categories, Labels, number_in
from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.sheets import Sheet, read_sheet

PERSON_NAMES = ("person", "person_id", "candidate", "candidate_id", "id", "")
ITEM_NAMES = ("item", "item_id")
RESPONSE_NAMES = ("response", "score")


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns are no items; None is to be found out, by usual names.

    Attributes
    ----------
    person, item, response : str or None
    group, weight : str or None
        None is absent.
    ignore : tuple of str
    """

    person: str | None = None
    item: str | None = None
    response: str | None = None
    group: str | None = None
    weight: str | None = None
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """A response file, read.

    Attributes
    ----------
    path : str
    persons, items : tuples of str
    codes : (n_persons, n_items) int8 array
        Category numbers, or positions in ``labels``; -1 is not administered.
    labels : tuple of str
        Of options; empty where the file holds category numbers.
    groups : tuple of str or None
    weights : (n_persons,) array or None
    rows : (n_persons,) array of int
        The row each person's responses (begin to) stand in.
    columns : mapping of item to int
        Where each item stands; empty for long files.
    notes : tuple of str
    """

    path: str
    persons: tuple[str, ...]
    items: tuple[str, ...]
    codes: NDArray[np.int8]
    labels: tuple[str, ...]
    groups: tuple[str, ...] | None
    weights: NDArray[np.float64] | None
    rows: NDArray[np.int64]
    columns: Mapping[str, int]
    notes: tuple[str, ...]

    def place_of(self, person: int, item: int) -> str:
        """Where a response stands, for people."""
        name = self.items[item]
        if name in self.columns:
            return place(self.path, int(self.rows[person]), self.columns[name], name)
        return f"{self.path}, person {self.persons[person]}, item {name}"


@dataclass(slots=True)
class _Persons:
    """Persons gathered row by row."""

    names: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


def read_responses(path: str, roles: Roles, *, labels: bool = False) -> Responses:
    """Read a CSV or Parquet file of responses.

    Parameters
    ----------
    path : str
    roles : Roles
    labels : bool
        Whether cells are option labels instead of category numbers.

    Raises
    ------
    BadFile
        The sentence names file, row and column and says what to do.
    """
    return from_sheet(read_sheet(path), roles, labels=labels)


def from_sheet(sheet: Sheet, roles: Roles, *, labels: bool = False) -> Responses:
    """The same from an open sheet."""
    for name in (roles.person, roles.item, roles.response, roles.group, roles.weight):
        if name is not None:
            sheet.column(name)
    for name in roles.ignore:
        sheet.column(name)
    reading: Categories | Labels = Labels() if labels else Categories()
    item = roles.item or _usual(sheet.header, ITEM_NAMES)
    response = roles.response or _usual(sheet.header, RESPONSE_NAMES)
    person = roles.person if roles.person is not None else _usual(sheet.header, PERSON_NAMES)
    is_long = item is not None and response is not None
    if is_long and person is None:
        raise BadFile(
            f"{sheet.path} is long (columns {item} and {response}) but has no person column. "
            "Name it with --person."
        )
    if is_long:
        read = _long(sheet, roles, str(person), str(item), str(response), reading)
    else:
        read = _wide(sheet, roles, person, reading)
    if not len(read.codes):
        raise BadFile(f"{sheet.path} has a header and no rows. Add one row for each person.")
    return read


def _usual(header: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    lower = [name.lower() for name in header]
    return next((header[lower.index(name)] for name in names if name in lower), None)


def _wide(
    sheet: Sheet, roles: Roles, person: str | None, reading: Categories | Labels
) -> Responses:
    apart = {person, roles.group, roles.weight, *roles.ignore}
    at = [j for j, name in enumerate(sheet.header) if name not in apart]
    if not at:
        raise BadFile(f"{sheet.path} has no item columns besides {', '.join(sheet.header)}.")
    found = _Persons()
    matrix = bytearray()
    first_row: dict[str, int] = {}
    pick = itemgetter(*at) if len(at) > 1 else None
    person_at = None if person is None else sheet.column(person)
    take = reading.__getitem__
    for number, cells in sheet.rows:
        try:
            matrix += bytes(map(take, pick(cells) if pick else (cells[at[0]],)))
        except BadCell:
            raise _first_bad(sheet, number, cells, at, reading) from None
        name = str(len(found.names) + 1) if person_at is None else cells[person_at].strip()
        if not name:
            raise BadFile(
                f"{place(sheet.path, number, person_at, person or '')} is blank. "
                "Give every person an id."
            )
        if name in first_row:
            raise BadFile(
                f"{sheet.path}: person {name!r} is in row {first_row[name]} and in row {number}. "
                "Keep one row, or give each attempt its own id."
            )
        first_row[name] = number
        found.names.append(name)
        found.rows.append(number)
        _add_group_and_weight(found, sheet, roles, number, cells)
    items = tuple(sheet.header[j] for j in at)
    codes = np.frombuffer(bytes(matrix), np.int8).reshape(len(found.names), len(at))
    notes = list(sheet.notes)
    if person_at is None:
        notes.append("No person column was found: persons are numbered. Name one with --person.")
    return _read(
        sheet, found, items, codes, roles, reading, dict(zip(items, at, strict=True)), notes
    )


def _first_bad(
    sheet: Sheet, number: int, cells: list[str], at: list[int], reading: Categories | Labels
) -> BadFile:
    for column in at:
        try:
            reading[cells[column]]
        except BadCell as error:
            name = sheet.header[column]
            hint = "" if _looks_coded(cells[column]) else f" If it is no item: --ignore {name}"
            return BadFile(f"{place(sheet.path, number, column, name)} {error}{hint}")
    raise AssertionError(f"row {number} has no bad cell")


def _looks_coded(cell: str) -> bool:
    """Whether a cell that is wrong is still a response gone wrong, and no name or date."""
    text = cell.strip()
    return len(text) <= 2 or number_in(text) is not None or NOT_A_VALUE.match(text) is not None


def _add_group_and_weight(
    found: _Persons, sheet: Sheet, roles: Roles, number: int, cells: list[str]
) -> None:
    if roles.group is not None:
        column = sheet.column(roles.group)
        label = cells[column].strip()
        if not label:
            raise BadFile(
                f"{place(sheet.path, number, column, roles.group)} is blank. Write the group of "
                "this person, or delete the row."
            )
        found.groups.append(label)
    if roles.weight is not None:
        column = sheet.column(roles.weight)
        text = cells[column].strip()
        weight = number_in(text, decimal_comma=sheet.decimal_comma)
        if weight is None or weight < 0:
            raise BadFile(
                f'{place(sheet.path, number, column, roles.weight)} holds "{text}". A weight is '
                "a number from 0."
            )
        found.weights.append(weight)


def _long(
    sheet: Sheet, roles: Roles, person: str, item: str, response: str, reading: Categories | Labels
) -> Responses:
    person_at, item_at, response_at = (sheet.column(name) for name in (person, item, response))
    found = _Persons()
    number_of: dict[str, int] = {}
    items: dict[str, int] = {}
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    for number, cells in sheet.rows:
        name, code_name = cells[person_at].strip(), cells[item_at].strip()
        for text, column in ((name, person_at), (code_name, item_at)):
            if not text:
                where = place(sheet.path, number, column, sheet.header[column])
                raise BadFile(f"{where} is blank. Every response has a person and an item.")
        try:
            code = reading[cells[response_at]]
        except BadCell as error:
            raise BadFile(f"{place(sheet.path, number, response_at, response)} {error}") from None
        is_new = name not in number_of
        who = number_of.setdefault(name, len(number_of))
        if is_new:
            found.names.append(name)
            found.rows.append(number)
            _add_group_and_weight(found, sheet, roles, number, cells)
        else:
            _check_same_person(found, sheet, roles, who, number, cells)
        what = items.setdefault(code_name, len(items))
        if (who, what) in seen:
            raise BadFile(
                f"{place(sheet.path, number)}: person {name!r} answered item {code_name!r} in row "
                f"{seen[who, what][0]} already. Keep one of the two rows."
            )
        seen[who, what] = (number, code)
    codes = np.full((len(number_of), max(len(items), 1)), BLANK, np.uint8)
    if seen:
        who_what = np.array(list(seen), dtype=np.intp)
        codes[who_what[:, 0], who_what[:, 1]] = [code for _, code in seen.values()]
    notes = [*sheet.notes, f"Read as long: columns {person}, {item}, {response}."]
    return _read(sheet, found, tuple(items), codes.view(np.int8), roles, reading, {}, notes)


def _check_same_person(
    found: _Persons, sheet: Sheet, roles: Roles, who: int, number: int, cells: list[str]
) -> None:
    """A person's group and weight are the same in all rows."""
    if roles.group is not None:
        label = cells[sheet.column(roles.group)].strip()
        if label != found.groups[who]:
            raise BadFile(
                f"{place(sheet.path, number, sheet.column(roles.group), roles.group)} says "
                f"{label!r}, but row {found.rows[who]} says {found.groups[who]!r} of the same "
                "person. A person is in one group."
            )
    if roles.weight is not None:
        column = sheet.column(roles.weight)
        weight = number_in(cells[column].strip(), decimal_comma=sheet.decimal_comma)
        if weight != found.weights[who]:
            raise BadFile(
                f"{place(sheet.path, number, column, roles.weight)} differs from row "
                f"{found.rows[who]} of the same person. A person has one weight."
            )


def _read(
    sheet: Sheet,
    found: _Persons,
    items: tuple[str, ...],
    codes: NDArray[np.int8],
    roles: Roles,
    reading: Categories | Labels,
    columns: dict[str, int],
    notes: list[str],
) -> Responses:
    return Responses(
        path=sheet.path,
        persons=tuple(found.names),
        items=items,
        codes=codes,
        labels=tuple(reading.labels) if isinstance(reading, Labels) else (),
        groups=tuple(found.groups) if roles.group is not None else None,
        weights=np.array(found.weights) if roles.weight is not None else None,
        rows=np.array(found.rows, dtype=np.int64),
        columns=columns,
        notes=tuple(notes),
    )
