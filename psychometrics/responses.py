"""Response matrices: what callers give, checked once, as the compact array all kernels use."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadResponses, NotEnoughData

Codes = NDArray[np.int8]

NOT_ADMINISTERED = -1
HIGHEST_CATEGORY = 99


def read_responses(responses: ArrayLike, *, missing: int | None = None) -> Codes:
    """Check a response matrix and store it as int8, -1 for not administered.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Category numbers 0, 1, ..., 99; NaN is not administered.
    missing : int, optional
        A code that means not administered as well, usually -1.

    Returns
    -------
    (n_persons, n_items) array of int8
        A new array, unless ``responses`` already was one with no code to replace.

    Raises
    ------
    BadResponses
        Text, infinity, a fraction, a negative number or one above 99: the first such cell is
        named.  Or the array has not two dimensions.
    NotEnoughData
        There is no person or no item.
    """
    given = np.asarray(responses)
    if given.ndim != 2:
        raise BadResponses(f"responses have {given.ndim} dimensions, not persons by items")
    if 0 in given.shape:
        n_persons, n_items = given.shape
        raise NotEnoughData(f"the responses are empty: {n_persons} persons by {n_items} items")
    if given.dtype.kind not in "biuf":
        given = _numbers(given)
    if given.dtype == np.int8 and missing in {None, NOT_ADMINISTERED}:
        lowest = NOT_ADMINISTERED if missing == NOT_ADMINISTERED else 0
        if given.min() >= lowest and given.max() <= HIGHEST_CATEGORY:
            return given
    administered = ~np.isnan(given) if given.dtype.kind == "f" else np.ones(given.shape, bool)
    if missing is not None:
        administered &= given != missing
    with np.errstate(invalid="ignore"):
        bad = administered & ~(
            (given >= 0) & (given <= HIGHEST_CATEGORY) & (given == np.floor(given))
        )
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise _bad_cell(given[row, column], row, column)
    if given.dtype == np.int8 and missing in {None, NOT_ADMINISTERED}:
        return given
    return np.where(administered, given, NOT_ADMINISTERED).astype(np.int8)


def _numbers(given: NDArray[Any]) -> NDArray[np.float64]:
    """Numbers out of an array of objects; None is not administered, text is refused."""
    numbers = np.full(given.shape, np.nan)
    for (row, column), cell in np.ndenumerate(given):
        if cell is None:
            continue
        if isinstance(cell, str | bytes | complex):
            raise _bad_cell(cell, row, column)
        try:
            numbers[row, column] = cell
        except (TypeError, ValueError):
            raise _bad_cell(cell, row, column) from None
    return numbers


def _bad_cell(cell: Any, row: int, column: int) -> BadResponses:
    shown = cell.item() if isinstance(cell, np.generic) else cell
    return BadResponses(
        f"row {row}, column {column} holds {shown!r}, which is no category number from 0 to "
        f"{HIGHEST_CATEGORY}"
    )
