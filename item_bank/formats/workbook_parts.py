"""What is inside an XLSX file, checked before a spreadsheet parser sees any of it.

The parser gets a copy that holds XML alone, unpacked here under limits: no archive that lies about
its sizes, no macros, no linked workbooks, no document types, no cell far out that would make a
small file large in memory.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from lxml import etree

from item_bank.errors import QtiError
from item_bank.formats.reading import MAX_ITEMS, Readings, refused
from item_bank.qti.documents import parse

MAX_MEMBERS = 1_000
EXCEL_PACKS_BY = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
MAX_UNPACKED = 150_000_000
MAX_ROWS = MAX_ITEMS + 1_000
MAX_COLUMNS = 256

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLAIN_FORMATS = frozenset((0, 49))  # General, and Text
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MACROS = "Macros are not accepted."

Position = tuple[int, int]
"""Row and column, from 1."""

MOST_CELLS: Position = (MAX_ROWS, MAX_COLUMNS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the values of a sheet do not say: which cells hold a formula (true where it gives a
    text, which may be empty), an error such as #N/A, or a number shown in a format of its own.
    """

    formulas: Mapping[Position, bool]
    errors: frozenset[Position]
    formatted: frozenset[Position]


@dataclass(frozen=True, slots=True)
class Parts:
    """``clean`` is the copy for the parser, ``sheets`` is by name."""

    clean: bytes
    sheets: Mapping[str, Sheet]


def cell_name(row: int, column: int) -> str:
    """ "B7" for row 7, column 2."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def open_parts(readings: Readings, data: bytes, most: Position = MOST_CELLS) -> Parts:
    """Raises Refused for what is no workbook of values within the limits.

    ``most`` is the last row and column that a cell may be in.
    """
    members = _unpack(data)
    if any("vbaproject" in name.lower() for name in members):
        raise refused("workbook_refused", "", f"The workbook holds macros. {_MACROS}")
    types = members.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types:
        raise refused("workbook_refused", "", f"The workbook is of a kind for macros. {_MACROS}")
    if any("externallinks/" in name.lower() for name in members):
        sentence = "The workbook is linked to other workbooks."
        readings.note("link_dropped", "", sentence)
    kept = {
        name: content
        for name, content in members.items()
        if name.endswith((".xml", ".rels")) and "externallinks/" not in name.lower()
    }
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w") as clean:
        for name, content in kept.items():
            clean.writestr(name, content)
    return Parts(copy.getvalue(), _sheets(kept, most))


def _unpack(data: bytes) -> dict[str, bytes]:
    """What the archive holds, by name; every byte is counted."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        sentence = "The workbook is encrypted, or in the format of old versions of Excel."
        raise refused("workbook_refused", "", sentence, "Save it as .xlsx without a password.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                sentence = f"The workbook holds {len(infos):,} files inside; that is no table."
                raise refused("workbook_refused", "", sentence)
            if sum(info.file_size for info in infos) > MAX_UNPACKED:
                sentence = f"The workbook has over {MAX_UNPACKED // 1_000_000} MB unpacked."
                raise refused("file_too_large", "", sentence)
            names = [info.filename for info in infos]
            if len(set(names)) < len(names):
                raise refused("workbook_refused", "", "A file is inside the workbook twice.")
            if {info.compress_type for info in infos} - EXCEL_PACKS_BY:
                sentence = "The workbook is packed by a method that Excel does not use."
                raise refused("workbook_refused", "", sentence, "Save it again in Excel.")
            # Reading stops at the declared size, whatever the compressed stream would give.
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        sentence = "The file is no Excel workbook, or it is damaged."
        raise refused("workbook_refused", "", sentence) from error
    except (RuntimeError, NotImplementedError) as error:
        sentence = "The workbook is encrypted or packed in an unusual way."
        raise refused("workbook_refused", "", sentence) from error


def _sheets(members: Mapping[str, bytes], most: Position) -> dict[str, Sheet]:
    for name, content in members.items():
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content[:200]:
            sentence = f"{name[:80]} inside the workbook is no XML as Excel writes it."
            raise refused("workbook_refused", "", sentence)
    formats = _formats(members)
    targets = {
        one.get("Id"): one.get("Target", "") for one in _part(members, "xl/_rels/workbook.xml.rels")
    }
    sheets = {}
    for one in _part(members, "xl/workbook.xml").iter("{*}sheet"):
        target = targets.get(one.get(_RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in members:
            sheets[one.get("name", "")] = _scan(members[path], formats, most)
    return sheets


def _part(members: Mapping[str, bytes], name: str) -> etree._Element:
    if name not in members:
        raise refused("workbook_refused", "", f"{name} is missing inside the workbook.")
    try:
        return parse(members[name], MAX_UNPACKED)
    except QtiError as error:
        sentence = f"{name} inside the workbook is damaged."
        raise refused("workbook_refused", "", sentence) from error


def _formats(members: Mapping[str, bytes]) -> list[bool]:
    """For each cell style, whether it shows a number in a format of its own."""
    if "xl/styles.xml" not in members:
        return []
    styles = _part(members, "xl/styles.xml")
    return [
        int(one.get("numFmtId", "0") or 0) not in _PLAIN_FORMATS
        for group in styles.iter("{*}cellXfs")
        for one in group
        if (one.get("numFmtId") or "0").isdigit()
    ]


def _scan(content: bytes, formats: list[bool], most: Position) -> Sheet:
    """Raises Refused for cells beyond the limits; the parser makes room for all up to the last."""
    scan = _Scan(formats, most)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = scan.start
    parser.StartDoctypeDeclHandler = scan.refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        sentence = "A sheet of the workbook is damaged."
        raise refused("workbook_refused", "", sentence) from error
    return Sheet(scan.formulas, frozenset(scan.errors), frozenset(scan.formatted))


class _Scan:
    """Expat calls it for every element: five times as fast as a tree for 10,000 rows."""

    def __init__(self, formats: list[bool], most: Position) -> None:
        self._most = most
        self.formulas: dict[Position, bool] = {}
        self.errors: set[Position] = set()
        self.formatted: set[Position] = set()
        self._formats = formats
        self._row = self._column = 0
        self._cell: dict[str, str] = {}

    def refuse_doctype(self, *_: object) -> None:
        raise ValueError("a document type")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c":
            named = _CELL.fullmatch(attributes.get("r", ""))
            if named:
                self._row, self._column = int(named[2]), column_number(named[1])
            else:
                self._column += 1
            self._cell = attributes
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column = 0
        elif name in ("v", "is", "f"):
            self._content(name, (self._row, self._column))

    def _content(self, name: str, at: Position) -> None:
        if at[0] > self._most[0] or at[1] > self._most[1]:
            sentence = f"The sheet has cells beyond {cell_name(*self._most)}."
            raise refused("file_too_many", f"cell {cell_name(*at)}", sentence)
        kind = self._cell.get("t", "n")
        if name == "f":
            self.formulas[at] = kind == "str"
        if kind == "e":
            self.errors.add(at)
        elif kind == "n":
            style = self._cell.get("s", "0")
            if style.isdecimal() and self._formats[int(style) : int(style) + 1] == [True]:
                self.formatted.add(at)


def column_number(letters: str) -> int:
    """ "B" is 2."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
