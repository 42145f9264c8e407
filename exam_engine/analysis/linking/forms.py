"""A form as `irt calibrate` leaves it: items with what is known of their errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.cells import number_in
from exam_engine.analysis.linking.covariances import (
    FILE,
    SHARING,
    approximate,
    covariance_beside,
)
from exam_engine.analysis.parameters import read_parameters
from exam_engine.analysis.sheets import read_sheet
from psychometrics import Items

Basis = Literal["covariance", "errors"]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """Items of one calibration.

    Attributes
    ----------
    path : str
    items : Items
    n : tuple of int or None
        Responses to each item, where the file tells.
    flags : tuple of tuples of str
    covariance : (P, P) array or None
    basis : "covariance", "errors" or None
        Where it is from: a file of covariances, or standard errors and the number of persons.
    left_out : int
        Items of the file that have no parameters.
    notes : tuple of str
    """

    path: str
    items: Items
    n: tuple[int | None, ...]
    flags: tuple[tuple[str, ...], ...]
    covariance: NDArray[np.float64] | None
    basis: Basis | None
    left_out: int
    notes: tuple[str, ...]


def read_form(path: str) -> Form:
    """Read a form, and the covariances beside it if they are of these items.

    Raises
    ------
    BadFile
    """
    given = read_parameters(path)
    sheet = read_sheet(path)
    at = {name: k for k, name in enumerate(sheet.header)}
    wanted = [name for name in sheet.header if name.startswith("se_")]
    errors: dict[str, Mapping[str, float]] = {}
    n: dict[str, int | None] = {}
    flags: dict[str, tuple[str, ...]] = {}
    n_rows = 0
    for _, cells in sheet.rows:
        n_rows += 1
        name = cells[at["item"]].strip()
        found = {
            key: number_in(cells[at[key]].strip(), decimal_comma=sheet.decimal_comma)
            for key in wanted
        }
        errors[name] = {key: value for key, value in found.items() if value is not None}
        count = number_in(cells[at["n"]].strip()) if "n" in at else None
        n[name] = None if count is None else int(count)
        flags[name] = tuple(cells[at["flags"]].split()) if "flags" in at else ()
    names = given.items.names
    covariance, basis, notes = _covariance(
        path,
        given.items,
        [errors[name] for name in names],
        [n[name] for name in names],
        [flags[name] for name in names],
    )
    return Form(
        path=path,
        items=given.items,
        n=tuple(n[name] for name in names),
        flags=tuple(flags[name] for name in names),
        covariance=covariance,
        basis=basis,
        left_out=n_rows - len(names),
        notes=(*given.notes, *notes),
    )


def _covariance(
    path: str,
    items: Items,
    errors: list[Mapping[str, float]],
    n: list[int | None],
    flags: list[tuple[str, ...]],
) -> tuple[NDArray[np.float64] | None, Basis | None, list[str]]:
    whole = covariance_beside(path, items, errors)
    if whole is not None:
        return whole, "covariance", []
    shared = sorted(SHARING & {model.name for model in items.models})
    if any(errors) and shared:
        return (
            None,
            None,
            [
                f"{path}: items of the {shared[0]} share parameters, so standard errors of the "
                f"link need {FILE} beside the items (irt calibrate --covariance)."
            ],
        )
    fixed = any("anchor" in words for words in flags)
    n_persons = None if fixed else max((count for count in n if count is not None), default=None)
    made = approximate(items, errors, n_persons)
    if made is None:
        return None, None, [f"{path} has no standard errors: its items count as known exactly."]
    between = (
        f"items were taken to share only the error of a scale that {n_persons:,} persons fix"
        if n_persons
        else "items were taken as estimated independently of each other, so the errors of the link "
        "are too small unless the scale was fixed by anchors"
    )
    note = (
        f"{path} has standard errors and no covariances: {between}. irt calibrate --covariance "
        "writes them."
    )
    return made, "errors", [note]
