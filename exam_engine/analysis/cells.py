"""What may stand in a cell: category numbers, option labels, and plain numbers.

Responses are read as bytes, 255 for not administered, through dictionaries that remember every
text seen; that is what makes a file of twenty million cells a matter of seconds.
"""

import math
import re

BLANK = 255
HIGHEST_CATEGORY = 99
NOT_A_VALUE = re.compile(r"^[+-]?(nan|na|n/a|#n/a|inf|infinity|null|none|nil|missing|\.)$", re.I)


class BadCell(ValueError):
    """A cell holds what it may not; the sentence follows the place, as in ``... holds "x". ...``"""


class Categories(dict[str, int]):
    """Cells as category numbers 0 to 99: ``read["1"]`` is 1, ``read[""]`` is 255."""

    def __missing__(self, cell: str) -> int:
        self[cell] = code = self._read(cell.strip())
        return code

    def _read(self, text: str) -> int:
        if not text:
            return BLANK
        _refuse_words(text)
        number = number_in(text)
        if number is None:
            raise BadCell(f'holds "{_short(text)}". A response is a category number: 0, 1, 2, ...')
        if number < 0:
            raise BadCell(
                f"holds {text}. A response is a category number from 0; leave the cell blank "
                "where the item was not administered."
            )
        if number != int(number) or number > HIGHEST_CATEGORY:
            raise BadCell(
                f"holds {_short(text)}. A response is a whole category number from 0 to "
                f"{HIGHEST_CATEGORY}."
            )
        return int(number)


class Labels(dict[str, int]):
    """Cells as numbers of the option labels met so far, which ``labels`` lists."""

    most = 100

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []

    def __missing__(self, cell: str) -> int:
        self[cell] = code = self._read(cell.strip())
        return code

    def _read(self, text: str) -> int:
        if not text:
            return BLANK
        _refuse_words(text)
        if text not in self.labels:
            if len(self.labels) == self.most:
                raise BadCell(
                    f'holds "{_short(text)}", but there are {self.most} different options already. '
                    "Leave out columns that are no items."
                )
            self.labels.append(text)
        return self.labels.index(text)


def number_in(text: str, *, decimal_comma: bool = False) -> float | None:
    """A finite number written in a cell, or None."""
    if decimal_comma:
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _refuse_words(text: str) -> None:
    if NOT_A_VALUE.match(text):
        raise BadCell(f'holds "{text}". Leave the cell blank where the item was not administered.')


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
