"""Numbers on their way out: CSV and JSON without a single NaN.

The server writes such files too, so this module does not load numpy: what comes of it has a
``tolist`` that makes it Python's own.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DIGITS = 10
Row = Mapping[str, Any]


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A CSV of these columns, comma and UTF-8; what is absent or not finite is blank."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return file.getvalue()


def cell(value: Any) -> str:
    """A value as a CSV holds it: ten significant digits, a list as words, blank for undefined."""
    value = _own(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}" if math.isfinite(value) else ""
    if isinstance(value, list | tuple):
        return " ".join(str(word) for word in value)
    return str(value)


def json_text(document: Mapping[str, Any]) -> str:
    """JSON for people and machines; refuses what `plain` has not made null."""
    return json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Arrays as lists, numpy numbers as Python's, what is not finite as null."""
    value = _own(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _own(value: Any) -> Any:
    """Numpy's arrays and numbers as lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value
