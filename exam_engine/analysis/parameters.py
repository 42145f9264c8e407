"""Item parameter files: ``items.csv`` as `irt calibrate` writes it and the other commands read it.

Columns: item, model, n, a, b, c, u, intercept, their standard errors, flags; b1, b2, ... with
theirs for items of more than two categories; slope1, ..., intercept1, ... for nominal ones.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.cells import number_in
from exam_engine.analysis.errors import BadFile, place
from exam_engine.analysis.sheets import Sheet, read_sheet
from psychometrics import MODELS, Items
from psychometrics.errors import PsychometricsError

SPELLED = {name.lower(): name for name in MODELS}
LEFT_OUT = ("all_same", "no_responses")


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """A parameter file, read.

    Attributes
    ----------
    path : str
    items : Items
    notes : tuple of str
    """

    path: str
    items: Items
    notes: tuple[str, ...]


def model_called(name: str) -> str | None:
    """A model's name in the spelling of the library: "2pl" is "2PL"; None if there is none."""
    return SPELLED.get(name.strip().lower())


def read_parameters(path: str) -> Parameters:
    """Read item parameters from a CSV or Parquet file.

    Raises
    ------
    BadFile
        The sentence names file, row and column.
    """
    return from_sheet(read_sheet(path))


def from_sheet(sheet: Sheet) -> Parameters:
    """The same from an open sheet."""
    for name in ("item", "model"):
        sheet.column(name)
    names: list[str] = []
    models: list[str] = []
    rows: list[NDArray[np.float64]] = []
    row_of: dict[str, int] = {}
    notes = list(sheet.notes)
    for number, cells in sheet.rows:
        row = _Row(sheet, number, cells)
        name = row.text("item")
        if not name:
            raise BadFile(f"{row.at('item')} is blank. Name the item.")
        if name in row_of:
            raise BadFile(
                f"{row.at('item')}: item {name!r} is in row {row_of[name]} already. Keep one."
            )
        row_of[name] = number
        if row.is_left_out():
            notes.append(f"{sheet.path}, row {number}: item {name} has no parameters, not used.")
            continue
        item = _item(row, name)
        names.append(name)
        models.append(item.models[0].name)
        rows.append(item.rows[0])
    if not names:
        raise BadFile(f"{sheet.path} has no item with parameters. Add one row for each item.")
    return Parameters(sheet.path, Items.from_parameters(models, rows, names=names), tuple(notes))


def read_models(path: str) -> dict[str, str]:
    """The models of items from a file with columns item and model.

    Raises
    ------
    BadFile
    """
    sheet = read_sheet(path)
    for name in ("item", "model"):
        sheet.column(name)
    result: dict[str, str] = {}
    for number, cells in sheet.rows:
        row = _Row(sheet, number, cells)
        result[row.text("item")] = row.model()
    return result


def read_names(path: str) -> tuple[str, ...]:
    """The items that a file lists in its column item, each once.

    Raises
    ------
    BadFile
    """
    sheet = read_sheet(path)
    at = sheet.column("item")
    names = tuple(dict.fromkeys(cells[at].strip() for _, cells in sheet.rows if cells[at].strip()))
    if not names:
        raise BadFile(f"{path} lists no item. Write one in each row, under the heading item.")
    return names


def read_key(path: str) -> dict[str, str]:
    """The right option of each item, from columns item and key, or wide: one row under the items.

    Raises
    ------
    BadFile
    """
    sheet = read_sheet(path)
    if {"item", "key"} <= set(sheet.header):
        item, key = sheet.column("item"), sheet.column("key")
        found: dict[str, str] = {}
        for number, cells in sheet.rows:
            name = cells[item].strip()
            if name in found:
                raise BadFile(
                    f"{place(path, number, item, 'item')}: item {name!r} has a key already. "
                    "Keep one row for each item."
                )
            found[name] = cells[key].strip()
            if not found[name]:
                raise BadFile(
                    f"{place(path, number, key, 'key')} is blank. Write the right option."
                )
        return found
    rows = [cells for _, cells in sheet.rows]
    if len(rows) != 1:
        raise BadFile(
            f"{path} is no key. A key has columns item and key, or one row under the items' names."
        )
    return {
        name: cell.strip() for name, cell in zip(sheet.header, rows[0], strict=True) if cell.strip()
    }


def _item(row: "_Row", name: str) -> Items:
    """One item, checked by the library, whose complaint is told with the row."""
    model = row.model()
    if model == "NRM":
        slopes, intercepts = row.numbers("slope"), row.numbers("intercept")
        if not slopes or len(slopes) != len(intercepts):
            raise BadFile(
                f"{row.place}: item {name!r} is nominal and needs slope1, slope2, ... and as many "
                "intercept1, intercept2, ..."
            )
        return _checked(row, lambda: Items.from_parameters("NRM", [slopes + intercepts]))
    a = row.number("a")
    if a is None and not MODELS[model].name.startswith(("Rasch", "PCM", "RSM")):
        raise BadFile(f"{row.at('a')} is blank, but a {model} item has a slope a.")
    steps = row.numbers("b") or [b for b in [row.number("b")] if b is not None]
    if not steps:
        raise BadFile(
            f"{row.at('b')} is blank, but item {name!r} needs b (or b1, b2, ... if it has more "
            "than two categories)."
        )
    c, u = row.number("c"), row.number("u")
    return _checked(
        row,
        lambda: Items.from_irt(
            model,
            [1.0 if a is None else a],
            [steps],
            None if c is None else [c],
            None if u is None else [u],
            names=[name],
        ),
    )


def _checked(row: "_Row", make: Callable[[], Items]) -> Items:
    try:
        return make()
    except PsychometricsError as error:
        raise BadFile(
            f"{row.place}: {error}. Correct the numbers, or delete the row to go without the item."
        ) from None


class _Row:
    """A row of a sheet by the names of its columns."""

    def __init__(self, sheet: Sheet, number: int, cells: list[str]) -> None:
        self.sheet, self.line, self.cells = sheet, number, cells

    @property
    def place(self) -> str:
        return place(self.sheet.path, self.line)

    def at(self, name: str) -> str:
        if name not in self.sheet.header:
            return f"{self.place}, column {name}"
        return place(self.sheet.path, self.line, self.sheet.header.index(name), name)

    def text(self, name: str) -> str:
        if name not in self.sheet.header:
            return ""
        return self.cells[self.sheet.header.index(name)].strip()

    def model(self) -> str:
        found = model_called(self.text("model"))
        if found is None:
            raise BadFile(
                f'{self.at("model")} holds "{self.text("model")}". The models are '
                f"{', '.join(MODELS)}."
            )
        return found

    def number(self, name: str) -> float | None:
        text = self.text(name)
        if not text:
            return None
        value = number_in(text, decimal_comma=self.sheet.decimal_comma)
        if value is None:
            raise BadFile(f'{self.at(name)} holds "{text}". It must be a number, like 0.85.')
        return value

    def numbers(self, prefix: str) -> list[float]:
        """prefix1, prefix2, ... up to the last that is not blank; none may be missing between."""
        names = _numbered(self.sheet.header, prefix)
        values = [self.number(name) for name in names]
        while values and values[-1] is None:
            values.pop()
        for name, value in zip(names, values, strict=False):
            if value is None:
                raise BadFile(f"{self.at(name)} is blank, but a later {prefix} is not.")
        return [value for value in values if value is not None]

    def is_left_out(self) -> bool:
        """Whether a calibration wrote the row without parameters and said why."""
        return any(flag in self.text("flags").split() for flag in LEFT_OUT) and not any(
            self.text(name) for name in ("b", "b1", "slope1")
        )


def _numbered(header: Sequence[str], prefix: str) -> list[str]:
    def found() -> Iterator[str]:
        number = 1
        while f"{prefix}{number}" in header:
            yield f"{prefix}{number}"
            number += 1

    return list(found())
