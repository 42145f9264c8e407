"""Sum scores and rest scores, of whatever items a person was given."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadResponses

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def attainable(codes: NDArray[np.int8], maximum: ArrayLike | None) -> Integers:
    """Points each item can give, shape (n_items,): as stated, or the highest seen, at least 1."""
    seen = codes.max(axis=0).astype(np.int64)
    if maximum is None:
        return np.asarray(np.maximum(seen, 1))
    stated = np.broadcast_to(np.asarray(maximum, dtype=np.int64), seen.shape)
    over = np.argwhere(codes > stated)
    if len(over):
        row, column = over[0]
        raise BadResponses(
            f"row {row}, column {column} holds {codes[row, column]}, more than the "
            f"{stated[column]} points of the item"
        )
    return stated.copy()


def totals(codes: NDArray[np.int8], points: Integers) -> tuple[Integers, Integers]:
    """Points earned, and points attainable, on the items each person was given."""
    given = codes >= 0
    return np.where(given, codes, 0).sum(axis=1, dtype=np.int64), given @ points


def rest_share(
    score: Floats, earned: Integers, possible: Integers, points: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Share earned of the points of the other items, and who was given any other item.

    The share of a person without another item is 0 and means nothing.
    """
    rest = possible - points
    has_rest = rest > 0
    share = np.zeros(len(score))
    np.divide(earned - score, rest, out=share, where=has_rest)
    return share, has_rest
