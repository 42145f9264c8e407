"""The template that writers fill in, as a workbook with an explanation sheet."""

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.columns import TEMPLATE, TYPES
from item_bank.formats.comma_separated import guarded
from item_bank.formats.workbook import EXPLANATION

_WIDE = {"situation": 50, "question": 50, "remember": 30, "source": 30}
_EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001 (what a zip file holds has no zone)


def template() -> bytes:
    """A header and one example, every column formatted as text; equal bytes each time."""
    workbook = Workbook()
    questions = workbook.active
    if not isinstance(questions, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    questions.title = "Questions"
    for place, column in enumerate(TEMPLATE, 1):
        _write(questions, 1, place, column.name).font = Font(bold=True)
        _write(questions, 2, place, column.example)
        for row in range(2, 202):
            questions.cell(row, place).number_format = "@"
        letter = get_column_letter(place)
        width = _WIDE.get(column.name, 30 if column.name.startswith(("option", "ration")) else 16)
        questions.column_dimensions[letter].width = width
    questions.freeze_panes = "A2"
    _explain(workbook.create_sheet(EXPLANATION))
    return _steady(workbook)


def _explain(sheet: Worksheet) -> None:
    rows = [
        ("Column", "What it holds"),
        *((column.name, column.explanation) for column in TEMPLATE),
        ("", ""),
        ("More than four options: add the columns option_e and rationale_e, and so on.", ""),
        ("", ""),
        ("Type", "What it wants"),
        *TYPES,
    ]
    for number, (name, text) in enumerate(rows, 1):
        first = _write(sheet, number, 1, name)
        _write(sheet, number, 2, text).alignment = Alignment(wrap_text=True, vertical="top")
        first.font = Font(bold=name in ("Column", "Type"))
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Put a text into a cell as text, whatever it begins with."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("a new sheet has no merged cells")
    cell.value = text
    cell.data_type = "s"
    if guarded(text) != text:
        cell.quotePrefix = True
    return cell


def _steady(workbook: Workbook) -> bytes:
    """The file without the time it was written at."""
    workbook.properties.created = workbook.properties.modified = _EPOCH
    written = BytesIO()
    workbook.save(written)
    steady = BytesIO()
    with ZipFile(written) as source, ZipFile(steady, "w", ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "docProps/core.xml":
                continue
            member = ZipInfo(info.filename, _EPOCH.timetuple()[:6])
            member.compress_type = ZIP_DEFLATED
            target.writestr(member, content)
    return steady.getvalue()
