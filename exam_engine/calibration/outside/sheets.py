"""Tables in files, row by row: CSV, workbooks, Parquet.

All that is amiss with rows is found, none ends the reading; a file that is no table at all gives
None.  Rows can be gone through again and again.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exam_engine.analysis.errors import letter
from exam_engine.calibration.outside.findings import Findings
from exam_engine.calibration.outside.preview import LARGEST_FILE
from item_bank.formats.encodings import decode
from item_bank.formats.reading import Readings, Refused
from item_bank.formats.workbook_parts import Parts, cell_name, open_parts
from item_bank.formats.workbook_parts import Sheet as Scanned

MOST_CELLS = 100_000_000
MOST_OF_WORKBOOK = (400_000, 1_100)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
AT_ONCE = 10_000

Row = tuple[int, Sequence[str]]
Rows = Callable[[Findings], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose first row names the columns.

    ``rows`` gives number and cells of each row that is whole, as many cells as the header has, and
    tells what is amiss with the others.  ``word`` is what a row is called: line or row.
    """

    word: str
    header: tuple[str, ...]
    first: int
    rows: Rows

    def place(self, number: int, column: int | None = None) -> str:
        """ "line 7, column C (response)"."""
        where = f"{self.word} {number}"
        if column is None:
            return where
        return f"{where}, column {letter(column)} ({self.header[column][:40] or 'no name'})"


def open_sheet(data: bytes, findings: Findings) -> Sheet | None:
    """The table in a file, whatever the file is called; None where it is none."""
    if len(data) > LARGEST_FILE:
        most = LARGEST_FILE // 1_000_000
        findings.add("file_too_large", "", f"The file has {len(data):,} bytes; {most} MB are read.")
        return None
    try:
        if data.startswith(ZIP):
            return _workbook(data, findings)
        if data.startswith(PARQUET):
            return _parquet(data, findings)
        return _separated(data, findings)
    except Refused as error:
        findings.include(error.finding)
        return None


# ---- CSV


def _separated(data: bytes, findings: Findings) -> Sheet | None:
    text, guesses = decode(data)
    for guess in guesses:
        findings.include(guess)
    lines = text.split("\n") if "\n" in text else text.split("\r")
    marker = re.fullmatch(r"sep=([,;\t|])\r?", lines[0])
    at = 1 if marker else 0
    while at < len(lines) and not lines[at].strip(" \t\r,;|"):
        at += 1
    if at == len(lines):
        findings.add("file_no_rows", "", "The file has no row with text.")
        return None
    bare = re.sub(r'"[^"]*"', "", lines[at])
    separator = marker[1] if marker else max(SEPARATORS, key=bare.count)
    cells = _cells(lines[at].rstrip("\r"), separator)
    if cells is None:
        findings.add("row_malformed", f"line {at + 1}", "A quote in the header is not closed.")
        return None
    header, first = _without_tail(cells), at + 1

    def rows(told: Findings) -> Iterator[Row]:
        for number in range(first, len(lines)):
            line = lines[number].rstrip("\r")
            found = _cells(line, separator) if line.strip(" \t,;|") else []
            if found is None:
                said = "A quote opens and is not closed in its line."
                told.add("row_malformed", f"line {number + 1}", said)
            elif found and (row := _fitted(told, number + 1, line, found, header, separator)):
                yield number + 1, row

    return Sheet("line", header, first, rows)


def _fitted(
    told: Findings,
    number: int,
    line: str,
    found: list[str],
    header: Sequence[str],
    separator: str,
) -> list[str]:
    """As many cells as the header has; none where the row is blank or does not fit."""
    width = len(header)
    if not any(found):
        return []
    if len(found) == width or (len(found) > width and not any(x.strip() for x in found[width:])):
        return found[:width]
    for other, name in SEPARATORS.items():
        if other != separator and line.count(other) == width - 1:
            sentence = f"The row is separated by {name}, the header by {SEPARATORS[separator]}."
            told.add("separators_mixed", f"line {number}", sentence)
            return []
    sentence = f"The row has {len(found):,} cells and the header {width:,}."
    told.add("row_width", f"line {number}", sentence)
    return []


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of a line; None where its quotes are not closed."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        return None


def _without_tail(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while len(names) > 1 and not names[-1]:
        names.pop()
    return tuple(names)


# ---- workbooks


def _workbook(data: bytes, findings: Findings) -> Sheet | None:
    readings = Readings()
    parts = open_parts(readings, data, MOST_OF_WORKBOOK)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(parts.clean))
        return _first_sheet(workbook, parts, findings)
    except (CalamineError, ValueError, OSError):
        findings.add("file_no_rows", "", "The workbook is damaged and cannot be read.")
        return None


def _first_sheet(workbook: CalamineWorkbook, parts: Parts, findings: Findings) -> Sheet | None:
    sheets = [one for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    visible = [one.name for one in sheets if one.visible is SheetVisibleEnum.Visible]
    if not visible:
        findings.add("file_no_rows", "", "The workbook has no sheet that can be seen.")
        return None
    for one in sheets:
        if one.name != visible[0]:
            findings.add("sheet_unread", "", f'The sheet "{one.name[:40]}" is not read.')
    values = workbook.get_sheet_by_name(visible[0])
    _tell_unfit(values, parts.sheets[visible[0]], findings)
    first, header = _header_of(values)
    if not first:
        findings.add("file_no_rows", "", f'The sheet "{visible[0][:40]}" is empty.')
        return None

    def rows(told: Findings) -> Iterator[Row]:
        for number, cells in enumerate(values.iter_rows(), 1):
            found = [_text(cell) for cell in cells]
            if number <= first or not any(found):
                continue
            if any(cell.strip() for cell in found[len(header) :]):
                place = f"row {number}"
                told.add("row_width", place, "The row has cells beyond the last named column.")
            else:
                yield number, found[: len(header)]

    return Sheet("row", header, first, rows)


def _tell_unfit(values: CalamineSheet, sheet: Scanned, findings: Findings) -> None:
    for (top, left), (bottom, right) in values.merged_cell_ranges or ():
        first, last = cell_name(top + 1, left + 1), cell_name(bottom + 1, right + 1)
        findings.add("cells_merged", f"cell {first}", f"The cells {first} to {last} are merged.")
    for row, column in sorted(sheet.errors):
        said = "The cell holds an error such as #N/A."
        findings.add("cell_error", f"row {row}, column {letter(column - 1)}", said)


def _header_of(values: CalamineSheet) -> tuple[int, tuple[str, ...]]:
    """The first row with text, and its number; 0 where there is none."""
    for number, cells in enumerate(values.iter_rows(), 1):
        header = _without_tail([_text(cell) for cell in cells])
        if any(header):
            return number, header
    return 0, ()


def _text(value: object) -> str:
    """A typed cell as the text that a CSV file would hold."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "1" if value else "0"
        case float():
            if value != value:
                return ""
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
    return str(value)


# ---- Parquet


def _parquet(data: bytes, findings: Findings) -> Sheet | None:
    try:
        import polars
    except ImportError:
        findings.add("parquet_not_here", "", "The file is Parquet, which this server cannot read.")
        return None
    try:
        height = polars.scan_parquet(BytesIO(data)).select(polars.len()).collect().item()
        width = len(polars.read_parquet_schema(BytesIO(data)))
        if height * width > MOST_CELLS:
            said = f"The table has {height:,} rows of {width:,} columns."
            findings.add("file_too_many", "", said)
            return None
        frame = polars.read_parquet(BytesIO(data))
    # it raises kinds of its own, and panics of Rust's, which are no exceptions
    except (Exception, polars.exceptions.PanicException) as error:  # noqa: BLE001
        first = (str(error).strip().splitlines() or ["no reason is given"])[0]
        said = f"The file cannot be read as Parquet: {first[:200]}."
        findings.add("parquet_refused", "", said)
        return None
    if not frame.width:
        findings.add("file_no_rows", "", "The table has no columns.")
        return None

    def rows(told: Findings) -> Iterator[Row]:
        number = 1
        for part in frame.iter_slices(AT_ONCE):
            columns = [
                part[name].fill_null("").to_list()
                if part[name].dtype == polars.String
                else [_text(value) for value in part[name].to_list()]
                for name in part.columns
            ]
            for cells in zip(*columns, strict=True):
                number += 1
                if any(cells):
                    yield number, cells

    return Sheet("row", tuple(name.strip() for name in frame.columns), 1, rows)
