"""Which format a file has, told by what is in it, and its reading: the one door to all readers."""

import re
from dataclasses import dataclass
from enum import StrEnum

from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats import findings as formats
from item_bank.formats.encodings import decode, refuse_misdeclared
from item_bank.formats.files import READERS, Format, format_of
from item_bank.formats.findings import found
from item_bank.formats.reading import (
    NOTHING_KNOWN,
    Reading,
    ReadItem,
    Refused,
    fitting_title,
    unreadable,
)
from item_bank.framework import Edition
from item_bank.items import IDENTIFIER, ItemContent
from item_bank.media.readings import cleaned
from item_bank.qti import Severity, check_item
from item_bank.qti.choice import read_choice, write_choice
from item_bank.qti.conversion.version2 import is_version2, to_version3
from item_bank.qti.conversion.whole import version3_root, written
from item_bank.qti.documents import parse
from item_bank.qti.packages import AssessmentTest, Statistic, read_zip
from item_bank.qti.packages.references import references


class ImportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    GIFT = "gift"
    AIKEN = "aiken"
    MOODLE = "moodle"
    CANVAS = "canvas"
    QTI = "qti"
    PACKAGE = "package"


FORMAT_NAMES = {
    ImportFormat.CSV: "CSV",
    ImportFormat.XLSX: "Excel workbook",
    ImportFormat.GIFT: "GIFT",
    ImportFormat.AIKEN: "Aiken",
    ImportFormat.MOODLE: "Moodle XML",
    ImportFormat.CANVAS: "QTI 1.2 (Canvas)",
    ImportFormat.QTI: "QTI item",
    ImportFormat.PACKAGE: "QTI package",
}

_XML = frozenset({ImportFormat.MOODLE, ImportFormat.CANVAS, ImportFormat.QTI})
_ITEM_ROOT = re.compile(r"<(?:\w+:)?(?:qti-assessment-item|assessmentItem)[\s>/]")
_ENTITIES = re.compile(r"<!DOCTYPE[^>\[]*\[")
_HEAD = 20_000


def detect(name: str, data: bytes) -> ImportFormat | None:
    """The format of a file; None for what is none of ours."""
    known = format_of(name, data)
    if known is not None:
        return ImportFormat(known)
    if data.startswith(b"PK"):
        return ImportFormat.PACKAGE
    try:
        head = decode(data)[0][:_HEAD]
    except Refused:
        return None
    return ImportFormat.QTI if _ITEM_ROOT.search(head) else None


@dataclass(frozen=True, slots=True)
class WholeReading:
    """What a file holds. Statistics and tests come with packages only, and name items by code."""

    reading: Reading
    statistics: tuple[Statistic, ...] = ()
    tests: tuple[AssessmentTest, ...] = ()


def read_whole(
    name: str, data: bytes, chosen: ImportFormat | None, edition: Edition
) -> WholeReading:
    """All of a file in any format; it never raises. ``chosen`` overrules detection."""
    if (chosen or detect(name, data)) is ImportFormat.PACKAGE and data:
        package = read_zip(data, edition)
        return WholeReading(package.reading, package.statistics, package.tests)
    return WholeReading(read(name, data, chosen, edition))


def read(name: str, data: bytes, chosen: ImportFormat | None, edition: Edition) -> Reading:
    """The questions of a file in any format, with clean media; it never raises.

    ``chosen`` overrules detection.
    """
    if not data:
        return unreadable(found("file_empty", "", "The file is empty."))
    file_format = chosen or detect(name, data)
    if file_format is None:
        return unreadable(_why_unknown(data))
    if file_format is ImportFormat.PACKAGE:
        return read_zip(data, edition).reading
    if file_format in _XML:
        try:
            refuse_misdeclared(data)
        except Refused as error:
            return unreadable(error.finding)
    if file_format is ImportFormat.QTI:
        return _read_qti(data)
    return cleaned(READERS[Format(file_format)](data))


def _why_unknown(data: bytes) -> formats.Finding:
    try:
        text = decode(data)[0]
    except Refused as error:
        return error.finding
    entities = _ENTITIES.search(text, 0, _HEAD)
    if entities:  # they may fill all that is looked at
        line = text.count("\n", 0, entities.start()) + 1
        sentence = "The file has a document type; those are not accepted."
        return found("xml_refused", f"line {line}", sentence)
    return found("file_unknown", "", "The format of the file is none read here.")


def _read_qti(data: bytes) -> Reading:
    """One item of QTI 2 or 3 by itself, as QTI 3."""
    noted = tuple(
        found(
            "question_wrong" if one.severity is Severity.ERROR else "markup_changed",
            f"line {one.line}" if one.line else "",
            one.sentence,
        )
        for one in check_item(data)
    )
    if any(one.severity is formats.Severity.ERROR for one in noted):
        return Reading((), noted)
    root = parse(data)
    is_old = is_version2(root)
    if is_old:
        to_version3(root)
        root = version3_root(root)
    code = root.get("identifier", "")
    if not IDENTIFIER.fullmatch(code):
        sentence = f"The identifier {code[:40]!r} cannot be the code of an item."
        mend = "Begin it with a letter; use letters, digits, '-', '_' and '.', 64 at most."
        return Reading((), (*noted, found("question_wrong", "line 1", sentence, mend)))
    shown = sorted({one.target for one in references(root) if one.target})
    noted += tuple(
        found("media_missing", "", f"The file {target[:120]} did not come along.")
        for target in shown
    )
    xml = written(root)
    content = _content_of(xml)
    if content is not None:
        xml = write_choice(code, content)
    title = fitting_title(root.get("title", "")) or code
    return Reading((ReadItem(code, True, title, xml, content, NOTHING_KNOWN, "line 1"),), noted)


def _content_of(xml: bytes) -> ItemContent | None:
    """The content of an item that is single choice in plain text."""
    try:
        return read_choice(xml).content
    except (QtiError, ContentUnsound):
        return None
