"""The few items that can be best: by a ranking, or by approximate values whose error is known.

`criteria` decides; `approximations` are of the whole bank at a tenth of the cost, and only items
within their error of the best are left for it.  A ranking (`ranking`) costs the same for a bank of
any size.  Nothing is chosen that the criterion itself would not choose.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray
from psychometrics.selection.choice import TIED
from psychometrics.selection.compression import Reals
from psychometrics.selection.criteria import Criterion
from psychometrics.selection.pool import Pool

ITEMS_TOGETHER = 16
FEWEST_ITEMS = 200  # exact values of fewer cost no more

Mask = NDArray[np.bool_]


class Approximation(NamedTuple):
    """Values of items for sessions, more for better, and their largest error.

    Attributes
    ----------
    values : (n, J) array
    error : float or (n, J) array
    """

    values: Reals
    error: float | FloatArray

    def shortlist(self, rows: slice | NDArray[np.intp], allowed: Mask, wanted: int) -> Mask:
        """Items of some sessions, (n, J), with the best ``wanted`` of those allowed among them.

        Items that tie with these are among them too.
        """
        values = self.values[rows]
        error = self.error if isinstance(self.error, float) else self.error[rows]
        low = values - error
        np.copyto(low, -np.inf, where=~allowed)
        floor = reached(low, wanted).astype(np.float64)
        floor -= 2.0 * TIED * np.abs(floor)
        if isinstance(error, float):
            kept = low >= (floor - 2.0 * error).astype(low.dtype)
        else:
            kept = values + error >= floor
        return np.asarray(kept & allowed)


def reached(values: Reals, wanted: int) -> Reals:
    """A number that ``wanted`` of each row's values reach, or all if there are fewer, (n, 1)."""
    if wanted == 1:
        return np.asarray(values.max(axis=1, keepdims=True))
    n, n_items = values.shape
    whole = n_items - n_items % ITEMS_TOGETHER
    largest = values[:, :whole].reshape(n, ITEMS_TOGETHER, -1).max(axis=1)
    if largest.shape[1] < wanted:
        largest = values
    place = max(largest.shape[1] - wanted, 0)
    return np.asarray(np.partition(largest, place, axis=1)[:, place, None])


def is_ranked(pool: Pool, n_sessions: int, criterion: Criterion) -> bool:
    """Whether sessions are better served by the ranking: one costs no more without."""
    return criterion == "MFI" and n_sessions > 1 and pool.fine and len(pool.items) >= FEWEST_ITEMS


def best_ranked(
    pool: Pool, theta: FloatArray, allowed: Mask, wanted: int
) -> tuple[NDArray[np.intp], FloatArray, Mask]:
    """The first items by information near each theta (n,), their information there, -inf where not
    allowed, both (n, M), and whether the best ``wanted`` of all allowed are certainly among them.
    """
    ranking = pool.ranked_information
    interval, (_, weights) = pool.interval(theta), pool.position(theta)
    items = ranking.items[interval]
    values = ranking.values(interval, weights)
    np.copyto(values, -np.inf, where=~np.take_along_axis(allowed, items, axis=1))
    beyond = ranking.beyond[interval]
    floor = reached(values, wanted)[:, 0]
    return items, values, np.asarray(floor > beyond + 2.0 * TIED * np.abs(beyond))
