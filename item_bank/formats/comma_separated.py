"""Tables of questions as CSV: with comma, semicolon or tab, in any encoding that can be told."""

import csv
import re
from collections.abc import Iterator
from functools import partial

from item_bank.formats.columns import read_header
from item_bank.formats.encodings import decode
from item_bank.formats.reading import Reading, Readings, Refused, refused
from item_bank.formats.rows import read_row

DELIMITERS = (",", ";", "\t")
MOST_REREAD = 10
"""How many times the lines of a file are read again, all in all, because of open quotes."""

# A cell that a spreadsheet could take for a formula, behind any number of apostrophes.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def read_csv(data: bytes) -> Reading:
    """The questions of a table in CSV whose first row names the columns; see ``columns``."""
    readings = Readings()
    try:
        text, guesses = decode(data)
        for guess in guesses:
            readings.include(guess)
        _read(readings, text)
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def read_as_text(cell: str) -> str:
    """A cell without the apostrophe that ``guarded`` puts before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _read(readings: Readings, text: str) -> None:
    skipped = 0
    marker = re.match(r"sep=(.)\r?\n", text)
    if marker and marker[1] in DELIMITERS:
        delimiter = marker[1]
        text = text[marker.end() :]
        skipped = 1
    else:
        delimiter = _delimiter(text)
    names: tuple[str, ...] = ()
    for line, cells in _records(readings, text, delimiter, skipped):
        place = f"line {line}"
        if not names:
            names = read_header(readings, cells, [place] * len(cells))
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            sentence = f"The row has {len(cells)} cells and the header {len(names)}."
            readings.note("row_too_long", place, sentence)
            continue
        if len(cells) < len(names):
            sentence = f"The row has {len(cells)} cells and the header {len(names)}; the rest is"
            readings.note("row_short", place, f"{sentence} read as blank.")
        held = {
            name: read_as_text(cell)
            for name, cell in zip(names, cells, strict=False)
            if name and cell and not cell.isspace()
        }
        read_row(readings, place, held, partial(_cell_place, place))
    if not names:
        raise refused("file_empty", "", "The file has no rows.")


def _cell_place(row: str, name: str) -> str:
    return f"{row}, {name}"


def _delimiter(text: str) -> str:
    """The one that is most frequent in the first row outside of quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[:20_000]).partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _records(
    readings: Readings, text: str, delimiter: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """The line each record begins in, and its cells; blank ones are left out.

    A record that is no CSV is a finding, and reading goes on in the line after the one it began in:
    a quote that is never closed takes no other row with it.
    """
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    # What is read again after bad records; beyond it the file is no table.
    budget = MOST_REREAD * len(lines) + 1000
    start = 0
    while start < len(lines):
        rest = (re.sub(r"\r\n?", "\n", lines[at]) for at in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        begun = 0
        try:
            while True:
                begun = reader.line_num
                cells = next(reader)
                if any(cell and not cell.isspace() for cell in cells):
                    yield start + begun + 1 + skipped, cells
        except StopIteration:
            return
        except csv.Error as error:
            place = f"line {start + begun + 1 + skipped}"
            readings.note("row_malformed", place, _sentence(error))
            budget -= reader.line_num - begun
            if budget < 0:
                sentence = "Too many quotes are left open; reading ends here."
                raise refused("row_malformed", place, sentence) from error
            start += begun + 1


def _sentence(error: csv.Error) -> str:
    if "field larger" in str(error):
        limit = csv.field_size_limit()
        return f"A cell has over {limit:,} characters, or a quote that opens in it is not closed."
    if "unexpected end" in str(error):
        return "A quote that opens in this row is never closed."
    return "After a closing quote comes something other than a delimiter."
