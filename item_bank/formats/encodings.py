"""Bytes to text: UTF-8 and UTF-16 are told apart, Windows-1252 is a guess that is reported."""

import codecs
import re
from contextlib import suppress

from item_bank.formats.findings import Finding, found
from item_bank.formats.reading import MAX_FILE_BYTES, refused

_BINARY = (
    (b"PK\x03\x04", "This is a zip file, as Excel workbooks are.", "Upload it under its own name."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file.", "Save it as .xlsx or as CSV."),
    (b"%PDF", "This is a PDF.", ""),
)


_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")


def refuse_misdeclared(data: bytes) -> None:
    """Raises Refused for XML that says it is in another encoding than it is.

    Text in UTF-8 is next to never anything else, and read as something else it is all there, with
    other letters: nobody would be told.
    """
    declared = _DECLARED.match(data)
    name = declared[1].decode() if declared else "UTF-8"
    if data.isascii() or name.upper().replace("_", "-") in ("UTF-8", "UTF8"):
        return
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        sentence = f"The file says that it is in {name} and is in UTF-8."
        mend = "Write UTF-8 in its first line, or save it in the encoding that it names."
        raise refused("encoding_refused", "line 1", sentence, mend)


def decode(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text with line ends as they are, without a byte order mark, and what was guessed.

    Raises Refused for files that are empty, too large, no text, or in an encoding that is none of
    these.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise refused("file_empty", "", "The file is empty.")
    if len(data) > MAX_FILE_BYTES:
        allowed = f"{MAX_FILE_BYTES // 1_000_000} MB are allowed"
        raise refused("file_too_large", "", f"The file has {len(data):,} bytes; {allowed}.")
    for start, sentence, mend in _BINARY:
        if data.startswith(start):
            raise refused("encoding_refused", "", sentence, mend)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refused("encoding_refused", "", "The file is in UTF-32.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", "UTF-16"), ()
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(data, "utf-8-sig", "UTF-8"), ()
    unmarked = _unmarked_utf16(data)
    if unmarked:
        sentence = "The file is read as UTF-16; it has no mark that says so."
        return _decoded(data, unmarked, "UTF-16"), (found("encoding_guessed", "", sentence),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _windows(data, error.start)


def _decoded(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sentence = f"The file begins as {name} and goes on as something else."
        raise refused("encoding_refused", f"line {line}", sentence) from error


def _unmarked_utf16(data: bytes) -> str | None:
    """The byte order where nearly every second byte is zero, as in UTF-16 of Latin letters."""
    start = data[:2000]
    if len(start) < 4 or len(data) % 2:
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 0.7 * len(start) / 2 and even == 0:
        return "utf-16-le"
    if even > 0.7 * len(start) / 2 and odd == 0:
        return "utf-16-be"
    return None


def _windows(data: bytes, start: int) -> tuple[str, tuple[Finding, ...]]:
    place = f"line {data.count(10, 0, start) + 1}"
    with suppress(UnicodeDecodeError):
        data.decode("utf-8", "surrogatepass")
        raise refused("encoding_refused", place, "The file is UTF-8 with half a character in it.")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        place = f"line {data.count(10, 0, error.start) + 1}"
        sentence = "The file is neither UTF-8 nor UTF-16 nor Windows-1252."
        raise refused("encoding_refused", place, sentence) from error
    left = data.rfind(b"\n", 0, start) + 1
    passage = data[max(left, start - 15) : start + 15].decode("cp1252").split("\n")[0].strip()
    sentence = f"The file is not UTF-8 and is read as Windows-1252: {passage!r}."
    return text, (found("encoding_guessed", place, sentence),)
