"""The items that can be most informative near each theta, looked up rather than computed.

Fisher information depends on the estimate alone.  So the bank is ranked once for each interval
between nodes, by the most that an item can have within it, and a session weighs the first few of
its interval.  It weighs the whole bank only where so many of these are gone that another item may
be better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray

KEPT = 64  # items of an interval
PARTS = 4  # the most within an interval is that of so many parts' ends, and what bends above them
BEND_WORST = 1.5  # by so much a curve may be more bent than between these ends


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """A table (Q, J) of curves, ranked for each of the Q - 1 intervals between nodes.

    Attributes
    ----------
    items : (Q - 1, M) integer array
        The M items that can have the largest values, in the order of the bank.
    near : (Q - 1, 6, M) array
        Their values on the nodes that the interval's polynomials go through.
    beyond : (Q - 1,) array
        No other item has a larger value within the interval; -inf where there is no other.
    """

    items: NDArray[np.intp]
    near: FloatArray
    beyond: FloatArray

    def values(self, interval: NDArray[np.intp], weights: FloatArray) -> FloatArray:
        """Polynomials' values, weights (n, 6), of the items of each session's interval, (n, M)."""
        return np.asarray((weights[:, None, :] @ self.near[interval])[:, 0, :])


def ranked(table: FloatArray, first: NDArray[np.intp], weights: FloatArray) -> Ranking:
    """A table (Q, J) ranked.

    ``first``, (Q - 1,), and ``weights``, (Q - 1, PARTS + 1, 6), are the first node and the weights
    of the polynomials at the ends of each interval's parts.
    """
    n_intervals, n_items = len(first), table.shape[1]
    kept = min(KEPT, n_items)
    items = np.empty((n_intervals, kept), dtype=np.intp)
    near = np.empty((n_intervals, weights.shape[2], kept))
    beyond = np.full(n_intervals, -np.inf)
    for at, low in enumerate(first.tolist()):
        through = table[low : low + weights.shape[2]]
        ends = weights[at] @ through
        bend = np.abs(np.diff(ends, 2, axis=0)).max(axis=0)
        most = ends.max(axis=0) + BEND_WORST * bend / 8.0
        if kept < n_items:
            order = np.argpartition(-most, kept)
            beyond[at] = most[order[kept]]
            items[at] = np.sort(order[:kept])
        else:
            items[at] = np.arange(n_items)
        near[at] = through[:, items[at]]
    return Ranking(items, near, beyond)
