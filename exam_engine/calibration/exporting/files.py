"""Tables as files: CSV in full precision, and Parquet."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from exam_engine.calibration.errors import NothingToExport
from exam_engine.calibration.exporting.columns import Matrix, Table
from item_bank.formats.comma_separated import guarded

ROWS_AT_ONCE = 10_000


def write_csv(table: Table | Matrix, file: BinaryIO) -> None:
    """Comma and UTF-8; numbers come back to the last bit, what is undefined is blank."""
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    if isinstance(table, Table):
        writer.writerow(table.columns)
        writer.writerows(zip(*map(_texts, table.columns.values()), strict=True))
    else:
        writer.writerow([*table.about, *table.items])
        writer.writerows(_rows(table))
    text.detach()  # or the file would be closed with it


def _rows(table: Matrix) -> Iterator[list[str]]:
    labels = np.array([*table.labels, ""], dtype=object)
    about = [[guarded(one) for one in column] for column in table.about.values()]
    for start in range(0, len(table.codes), ROWS_AT_ONCE):
        cells = labels[table.codes[start : start + ROWS_AT_ONCE]].tolist()
        for i, row in enumerate(cells, start):
            yield [*(column[i] for column in about), *row]


def _texts(column: Sequence[Any]) -> list[str]:
    return [_text(value) for value in column]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float():
            return repr(value) if np.isfinite(value) else ""
        case str():
            return guarded(value)
    return str(value)


def write_parquet(table: Table | Matrix, file: BinaryIO) -> None:
    """Raises `NothingToExport` where polars is not installed."""
    try:
        import polars
    except ImportError:
        raise NothingToExport(
            "Parquet here: it needs polars, pip install 'exam-engine[data]'. CSV is there"
        ) from None
    if isinstance(table, Table):
        columns = [polars.Series(name, list(one)) for name, one in table.columns.items()]
    else:
        columns = [polars.Series(name, list(one)) for name, one in table.about.items()]
        labels = polars.Series([*table.labels, None], dtype=polars.String)
        places = np.where(table.codes < 0, len(table.labels), table.codes)
        for j, name in enumerate(table.items):
            columns.append(labels.gather(places[:, j]).alias(name))
    polars.DataFrame(columns).write_parquet(file)
