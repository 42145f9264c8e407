"""Tables in files: CSV in the shapes that spreadsheets write, and Parquet.

A sheet gives its rows one by one, so that a large file is never held as text cells.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exam_engine.analysis.errors import BadFile, letter, place

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
LARGEST_CELL = 1 << 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in a file.

    Attributes
    ----------
    path : str
        As people know it.
    header : tuple of str
        Names of the columns, all different, stripped; only the first may be empty (R writes row
        names so).
    rows : iterator of (int, list of str)
        Row numbers as a spreadsheet shows them, and as many cells as the header has; rows wholly
        blank are left out.  It can be read once.
    notes : tuple of str
        What was found out about the file.
    decimal_comma : bool
        Whether a comma may stand in a number, since it separates no cells.
    """

    path: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()
    decimal_comma: bool = False

    def column(self, name: str) -> int:
        """The position of a column.

        Raises
        ------
        BadFile
            There is none of that name.
        """
        if name not in self.header:
            raise BadFile(
                f"{self.path} has no column {name!r}. Its columns are {_listed(self.header)}."
            )
        return self.header.index(name)


def read_sheet(path: str) -> Sheet:
    """Open a table by its file's name: ``.parquet`` is Parquet, all else is CSV.

    Raises
    ------
    BadFile
        The file is absent, empty, not UTF-8, or no table.
    """
    file = Path(path)
    if file.is_dir():
        raise BadFile(f"{path} is a directory. Name a CSV or Parquet file.")
    if file.suffix.lower() in {".parquet", ".pq"}:
        if not file.exists():
            raise BadFile(f"There is no file {path}.")
        return _parquet(file, path)
    try:
        return parse_csv(file.read_bytes(), path)
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None


def parse_csv(content: bytes, path: str) -> Sheet:
    """A sheet from the bytes of a CSV file, cells separated by comma, semicolon or tab.

    Raises
    ------
    BadFile
    """
    text = _decoded(content, path)
    if not text.strip():
        raise BadFile(f"{path} is empty. Its first row must name the columns.")
    separator = _separator(text)
    # newline="" leaves line ends to csv, which knows those inside quotes
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    csv.field_size_limit(LARGEST_CELL)
    numbered = _numbered(records, path)
    first, header = next(numbered)
    names = _checked_header(tuple(cell.strip() for cell in header), path, first)
    notes = () if separator == "," else (f"Cells are separated by {SEPARATORS[separator]}.",)
    return Sheet(path, names, _of_width(numbered, len(names), path), notes, separator != ",")


def _decoded(content: bytes, path: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(f"{path} is UTF-16. Save it as CSV UTF-8.")
    if b"\x00" in content[:4096]:
        raise BadFile(f"{path} is not a text file. Save the sheet as CSV UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise BadFile(
            f"{place(path, row)}: byte {content[error.start]:#04x} is not UTF-8. "
            "Save the file as CSV UTF-8."
        ) from None


def _separator(text: str) -> str:
    """The separator that occurs most often in the first line that has any text, quotes apart."""
    line = next(line for line in text.splitlines() if line.strip(" ,;\t") or line.strip())
    counts: Counter[str] = Counter()
    quoted = False
    for sign in line:
        quoted ^= sign == '"'
        if sign in SEPARATORS and not quoted:
            counts[sign] += 1
    return max(SEPARATORS, key=lambda sign: counts[sign])


def _numbered(records: Any, path: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(
                f"{place(path, number)} cannot be read as CSV: {error}. Look for a quotation mark "
                "that is not closed."
            ) from None
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def _checked_header(names: tuple[str, ...], path: str, row: int) -> tuple[str, ...]:
    names = _without_empty_tail(names)
    seen: dict[str, int] = {}
    for column, name in enumerate(names):
        if not name and column:
            raise BadFile(f"{place(path, row, column)} has no name. Name it or delete the column.")
        if name in seen:
            raise BadFile(
                f"{place(path, row)}: columns {letter(seen[name])} and {letter(column)} are both "
                f"named {name!r}. Rename one of them."
            )
        seen[name] = column
    return names


def _without_empty_tail(names: tuple[str, ...]) -> tuple[str, ...]:
    while len(names) > 1 and not names[-1]:
        names = names[:-1]
    return names


def _of_width(
    rows: Iterator[tuple[int, list[str]]], width: int, path: str
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if len(cells) == width:
            yield number, cells
            continue
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            yield number, cells[:width]
            continue
        raise BadFile(
            f"{place(path, number)} has {len(cells)} cells, but the header has {width}. "
            "Give every row a cell for every column; leave it blank where nothing was administered."
        )


def _parquet(file: Path, path: str) -> Sheet:
    try:
        import polars
    except ImportError:
        raise BadFile(
            f"{path} is Parquet, which needs polars: pip install 'exam-engine[data]', or save it "
            "as CSV."
        ) from None
    try:
        frame = polars.read_parquet(file)
    except Exception as error:  # noqa: BLE001 - polars raises its own kinds and OSError
        first = str(error).strip().splitlines() or ["no reason given"]
        raise BadFile(f"{path} cannot be read as Parquet: {first[0]}.") from None
    names = _checked_header(tuple(name.strip() for name in frame.columns), path, 1)
    if not names:
        raise BadFile(f"{path} is empty: it has no columns.")
    rows = ((number, [_cell(v) for v in row]) for number, row in enumerate(frame.iter_rows(), 2))
    return Sheet(path, names, rows)


def _cell(value: Any) -> str:
    """A value as a CSV would hold it; null and a float that is not a number are blank."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _listed(names: tuple[str, ...], shown: int = 8) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(name or "(no name)" for name in names[:shown]) + more
