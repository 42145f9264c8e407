"""Telling a file's format, and reading it."""

import re
import zipfile
from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import Final

from item_bank.formats.aiken import read_aiken
from item_bank.formats.comma_separated import DELIMITERS, read_csv
from item_bank.formats.encodings import decode
from item_bank.formats.findings import found
from item_bank.formats.gift import read_gift
from item_bank.formats.moodle import read_moodle
from item_bank.formats.reading import Reading, Refused, unreadable
from item_bank.formats.workbook import read_workbook
from item_bank.qti.conversion.canvas import read_canvas


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    GIFT = "gift"
    AIKEN = "aiken"
    MOODLE = "moodle"
    CANVAS = "canvas"


READERS: Final[Mapping[Format, Callable[[bytes], Reading]]] = MappingProxyType(
    {
        Format.CSV: read_csv,
        Format.XLSX: read_workbook,
        Format.GIFT: read_gift,
        Format.AIKEN: read_aiken,
        Format.MOODLE: read_moodle,
        Format.CANVAS: read_canvas,
    }
)

_ROOT = re.compile(r"<(?:\w+:)?(quiz|questestinterop)[\s>/]")
_ENDINGS = MappingProxyType(
    {
        ".csv": Format.CSV,
        ".tsv": Format.CSV,
        ".xlsx": Format.XLSX,
        ".gift": Format.GIFT,
        ".aiken": Format.AIKEN,
    }
)
_HEAD = 20_000


def format_of(name: str, data: bytes) -> Format | None:
    """The format of a file by what is in it, and by its name where that does not tell.

    None for anything else, QTI 2 and 3 and their packages among it.
    """
    if data.startswith(b"PK"):
        return Format.XLSX if _is_workbook(data) else None
    ending = _ENDINGS.get(name[name.rfind(".") :].lower()) if "." in name else None
    try:
        text = decode(data)[0][:_HEAD].lstrip()
    except Refused:
        return ending
    if text.startswith("<"):
        root = _ROOT.search(text)
        if root is None:
            return ending
        return Format.MOODLE if root[1] == "quiz" else Format.CANVAS
    if ending is not None:
        return ending
    if re.search(r"(?im)^[ \t]*ANSWER:[ \t]*[A-Z][ \t]*\r?$", text):
        return Format.AIKEN
    header = text.partition("\n")[0].lower()
    if "question" in re.split("[,;\t]", header.replace('"', "").strip()):
        return Format.CSV
    if re.search(r"(?<!\\)\{[^{]*(?<!\\)\}", text):
        return Format.GIFT
    return Format.CSV if any(delimiter in header for delimiter in DELIMITERS[1:]) else None


def read_file(name: str, data: bytes) -> Reading:
    """The questions of a file in any of the formats. It never raises."""
    file_format = format_of(name, data)
    if file_format is None:
        try:
            decode(data)
        except Refused as error:
            return unreadable(error.finding)
        sentence = "The format of the file is none that is read here."
        return unreadable(found("file_unknown", "", sentence))
    return READERS[file_format](data)


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
