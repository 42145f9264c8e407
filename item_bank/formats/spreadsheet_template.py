"""The templates that writers fill in: as CSV, and as a workbook."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from item_bank.formats.columns import TEMPLATE
from item_bank.formats.comma_separated import guarded

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes a CSV file for Windows-1252."""


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV for any spreadsheet; what looks like a formula is kept from being one."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def csv_template() -> bytes:
    """A header and one example."""
    return csv_of(([column.name for column in TEMPLATE], [column.example for column in TEMPLATE]))


def workbook_template() -> bytes:
    """The same as XLSX, every column formatted as text, with a sheet that explains them."""
    # openpyxl brings numpy: 20 MB that a server would hold for nothing else
    from item_bank.formats.workbook_template import template

    return template()
