"""Tables of a run: named columns, and the responses as codes with labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exam_engine.calibration.exporting.whole import ItemRow, Whole
from exam_engine.calibration.frozen import NO_ANSWER, NOT_SHOWN, WRONG, Frozen
from exam_engine.calibration.outside.cells import NO_ANSWER_MARK, WRONG_MARK

PARAMETERS = ("a", "b", "c", "u", "intercept")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one length, by name; a cell is a number, text, or None for undefined."""

    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Candidates by items: ``codes`` are positions in ``labels``, -1 for an empty cell.

    ``about`` are columns that stand before the items.
    """

    about: Mapping[str, Sequence[str]]
    items: tuple[str, ...]
    labels: tuple[str, ...]
    codes: NDArray[np.int16]


def table_of(whole: Whole, name: str) -> Table | Matrix:
    """One of `names.TABLES`."""
    if name == "responses":
        return responses(whole.frozen)
    if name == "parameters":
        return _of_rows(map(_parameters, whole.items))
    if name == "classical":
        rows = whole.classical["rows"]
        return _of_rows(rows[item.code] for item in whole.items)
    if name == "options":
        options = whole.classical["options"]
        return _of_rows(row for item in whole.items for row in options[item.code])
    fitted = whole.fit["rows"]
    return _of_rows({"item": item.code, **fitted.get(item.code, {})} for item in whole.items)


def responses(frozen: Frozen) -> Matrix:
    """A row a candidate, a column an item: options, "-" for no answer, "*" for wrong and no one
    option, nothing where the item was not shown.  Candidates are numbered."""
    options = sorted({option for column in frozen.columns for option in column.options})
    labels = (NO_ANSWER_MARK, WRONG_MARK, *options)
    codes = np.full(frozen.answers.shape, -1, np.int16)
    for j, column in enumerate(frozen.columns):
        place = np.full(WRONG + 2, -1, np.int16)  # the last is -1, not shown
        place[NO_ANSWER], place[WRONG] = 0, 1
        place[1 : len(column.options) + 1] = [labels.index(one) for one in column.options]
        codes[:, j] = place[frozen.answers[:, j]]
    assert place[NOT_SHOWN] == -1  # noqa: S101 - an index from the end
    return Matrix(
        {
            "candidate": [str(n) for n in range(1, len(frozen.persons) + 1)],
            "form": frozen.forms,
            "administration": frozen.administrations,
        },
        tuple(column.code for column in frozen.columns),
        labels,
        codes,
    )


def _parameters(item: ItemRow) -> dict[str, Any]:
    return {
        "item": item.code,
        "version": item.figures.get("version"),
        "role": item.role,
        "area": item.area,
        "model": item.model,
        "n": item.n,
        **{name: item.parameters.get(name) for name in PARAMETERS},
        **{f"se_{name}": item.errors.get(name) for name in PARAMETERS},
        "flags": item.flags,
        "kept_out": item.kept_out,
    }


def _of_rows(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Columns as the rows name them, in the order in which they come up."""
    held = list(rows)
    names = dict.fromkeys(name for row in held for name in row)
    return Table({name: [_cell(row.get(name)) for row in held] for name in names})


def _cell(value: Any) -> Any:
    """Words as one text."""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
