"""Curves of all items as sums of a few: their means over theta cost a sixth, with a known error.

Curves of items are smooth and alike.  What a posterior mean of each of thousands needs of hundreds
of nodes is told by 30 to 50 numbers: the leading right singular vectors of the table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray

Reals = NDArray[Any]  # float32 or float64
RANK_STEP = 4


@dataclass(frozen=True, slots=True, eq=False)
class Compressed:
    """A table (K, J, Q) near ``cells`` times ``basis``.

    Attributes
    ----------
    basis : (Q, R) array
        Orthonormal columns.
    cells : (K, R, J) array
        float32 or float64, in which means are then computed.
    unit_error : float
        Of a mean by weights whose absolute values add up to 1: by what was left out, and by
        rounding (Higham, 2002, eq. 3.5).
    """

    basis: FloatArray
    cells: Reals
    unit_error: float

    def means(self, weights: FloatArray) -> list[Reals]:
        """Sums over nodes of weights (n, Q) times the table: for each of the K, (n, J)."""
        coefficients = (weights @ self.basis).astype(self.cells.dtype)
        return [np.asarray(coefficients @ cells) for cells in self.cells]


def compressed(table: FloatArray, tolerance: float, dtype: type[np.floating]) -> Compressed:
    """A table (K, J, Q), each number right to ``tolerance``."""
    n_categories, n_items, n_nodes = table.shape
    rows = table.reshape(-1, n_nodes)
    vectors = np.linalg.svd(np.linalg.qr(rows, mode="r"))[2].T
    rank, error = 0, np.inf
    while error > tolerance and rank < n_nodes:
        rank = min(rank + RANK_STEP, n_nodes)
        basis = np.ascontiguousarray(vectors[:, :rank])
        short = rows @ basis
        error = float(np.abs(rows - short @ basis.T).max(initial=0.0))
    longest = float(np.sqrt(np.einsum("jr,jr->j", short, short).max(initial=0.0)))
    cells = short.reshape(n_categories, n_items, rank).transpose(0, 2, 1)
    rounding = (rank + 3) * float(np.finfo(dtype).eps) / 2.0 * longest
    return Compressed(basis, np.ascontiguousarray(cells, dtype=dtype), error + rounding)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Curves (K, J, Q) read off straight lines between nodes.

    Attributes
    ----------
    low, step : float
        The first node, and the distance of two.
    curves : (K, J Q) array of float32
    n_nodes : int
    error, steepest, largest : float
        Of what is read off; of a slope; of a value.
    """

    low: float
    step: float
    curves: NDArray[np.float32]
    n_nodes: int
    error: float
    steepest: float
    largest: float

    def at(self, category: int, theta: Reals) -> Reals:
        """The value of each item at theta (n, J) of its own; the ends' beyond the nodes."""
        along = (theta - self.low) / self.step
        np.minimum(np.maximum(along, 0.0, out=along), self.n_nodes - 1.001, out=along)
        node = along.astype(np.intp)
        along -= node
        node += np.arange(theta.shape[1]) * self.n_nodes
        curve = self.curves[category]
        before = curve.take(node)
        node += 1
        after = curve.take(node)
        after -= before
        after *= along
        after += before
        return np.asarray(after)
