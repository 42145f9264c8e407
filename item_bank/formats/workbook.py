"""Tables of questions as Excel workbooks: the first sheet that can be seen, its values only.

Excel keeps what it understood, not what was typed. Where that may differ (a text that became a
date, a code that became a number) the cell is refused rather than guessed at.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from item_bank.formats.columns import read_header
from item_bank.formats.reading import MAX_FILE_BYTES, Reading, Readings, Refused, refused
from item_bank.formats.rows import read_row
from item_bank.formats.workbook_parts import MAX_ROWS, Position, Sheet, cell_name, open_parts

MOST_DIGITS = 15
"""Excel keeps no more digits of a number."""

DAYS = frozenset(("as_of", "review_by"))
EXPLANATION = "Explanation"
"""The sheet of our template that tells about the columns; it needs no finding."""

NUMBERS = frozenset(("tolerance", "estimated_difficulty", "key"))


def read_workbook(data: bytes) -> Reading:
    """The questions of an XLSX workbook whose first row names the columns; see ``columns``."""
    readings = Readings()
    try:
        if len(data) > MAX_FILE_BYTES:
            sentence = f"The file has {len(data):,} bytes."
            raise refused("file_too_large", "", sentence)
        parts = open_parts(readings, data)
        try:
            _read(readings, CalamineWorkbook.from_filelike(BytesIO(parts.clean)), parts.sheets)
        # A parser of foreign code: besides its own error it panics on some damaged files.
        except (CalamineError, ValueError, OSError) as error:
            sentence = "The workbook is damaged and cannot be read."
            raise refused("workbook_refused", "", sentence) from error
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def _read(readings: Readings, workbook: CalamineWorkbook, sheets: Mapping[str, Sheet]) -> None:
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    if not visible:
        raise refused("sheet_missing", "", "The workbook has no sheet that can be seen.")
    name = visible[0]
    for other in workbook.sheets_metadata:
        if other.name != name and other.name != EXPLANATION:
            sentence = f"The sheet {other.name[:40]!r} is not read."
            readings.note("sheet_unread", "", sentence)
    sheet = sheets.get(name)
    if sheet is None:
        raise refused("workbook_refused", "", f"The sheet {name[:40]!r} is missing in the file.")
    values = workbook.get_sheet_by_name(name)
    merged = _merged(readings, values)
    names: tuple[str, ...] = ()
    for number, cells in enumerate(values.iter_rows(), 1):
        if all(cell == "" for cell in cells):
            continue
        if not names:
            places = [f"cell {cell_name(number, column)}" for column in range(1, len(cells) + 1)]
            names = read_header(readings, [str(cell) for cell in cells], places)
        elif number not in merged:
            _Row(readings, sheet, number, names).read(cells)
    if not names:
        raise refused("file_empty", "", f"The sheet {name[:40]!r} is empty.")


def _merged(readings: Readings, values: CalamineSheet) -> set[int]:
    """The rows that merged cells reach into; each range is a finding."""
    rows: set[int] = set()
    for (top, left), (bottom, right) in values.merged_cell_ranges or ():
        first, last = cell_name(top + 1, left + 1), cell_name(bottom + 1, right + 1)
        sentence = f"The cells {first} to {last} are merged; their rows are not read."
        readings.note("cells_merged", f"cell {first}", sentence)
        rows.update(range(top + 1, min(bottom + 1, MAX_ROWS) + 1))
    return rows


class _Row:
    """One row: its typed values as the texts that a CSV file would hold."""

    def __init__(
        self, readings: Readings, sheet: Sheet, number: int, names: tuple[str, ...]
    ) -> None:
        self._readings = readings
        self._sheet = sheet
        self._number = number
        self._names = names
        self._sound = True

    def read(self, cells: Sequence[object]) -> None:
        held = {}
        since = self._readings.count
        for column, (name, cell) in enumerate(zip(self._names, cells, strict=False), 1):
            at = (self._number, column)
            if not name or (
                cell == "" and at not in self._sheet.formulas and at not in self._sheet.errors
            ):
                continue
            text = self._text(name, cell, at)
            if text and not text.isspace():
                held[name] = text
        if self._sound and held:
            read_row(self._readings, f"row {self._number}", held, self._place, since)

    def _place(self, name: str) -> str:
        column = self._names.index(name) + 1 if name in self._names else 1
        return f"cell {cell_name(self._number, column)}"

    def _wrong(self, name: str, code: str, sentence: str) -> str:
        self._sound = False
        self._readings.note(code, self._place(name), sentence)
        return ""

    def _text(self, name: str, cell: object, at: Position) -> str:
        if at in self._sheet.errors:
            return self._wrong(name, "cell_error", "The cell holds an error such as #N/A.")
        if at in self._sheet.formulas:
            if cell == "" and not self._sheet.formulas[at]:
                return self._wrong(name, "formula_empty", "The cell holds a formula and no value.")
            sentence = f"The cell holds a formula; its last value is read: {str(cell)[:40]!r}."
            self._readings.note("formula_value", self._place(name), sentence)
        match cell:
            case str():
                return cell
            case bool():
                return "true" if cell else "false"
            case int() | float():
                return self._number_text(name, float(cell), at)
            case datetime() if name in DAYS:
                return cell.date().isoformat()
            case date() if name in DAYS:
                return cell.isoformat()
        sentence = "Excel made a date or a time of what was typed."
        return self._wrong(name, "date_mangled", sentence)

    def _number_text(self, name: str, number: float, at: Position) -> str:
        if name in DAYS:
            return self._wrong(name, "cell_wrong", "The cell holds a number and not a date.")
        text = str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)
        if len(text.strip("-0.").replace(".", "")) > MOST_DIGITS and name not in NUMBERS:
            sentence = f"Excel keeps {MOST_DIGITS} digits of a number; others are lost."
            return self._wrong(name, "number_mangled", sentence)
        if at in self._sheet.formatted and name not in NUMBERS:
            sentence = f"The cell shows a number in a format of its own; it is read as {text}."
            self._readings.note("number_guessed", self._place(name), sentence)
        return text
