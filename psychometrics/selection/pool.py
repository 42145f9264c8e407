"""A bank tabulated for adaptive tests, and polynomials through its tables.

Tables are remembered for the banks used last, so that a live session pays for them once.  The step
is at most a fifth of the reciprocal of the steepest slope: polynomials of degree 5 between the
nodes are then within 0.00001 of the information, relative to its maximum.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature, equally_spaced, quadrature_for

WIDEST_STEP = 0.1  # logits
STEP_BY_SLOPE = 0.2
MOST_NODES = 1001
LONGEST = 100  # items; the nodes resolve the posterior after the most informative so many
THROUGH = np.arange(-2, 4)  # a polynomial goes through these nodes about a value of theta
OTHERS = np.array([[q for q in range(6) if q != p] for p in range(6)])
DENOMINATORS = np.array([np.prod([p - q for q in THROUGH if q != p]) for p in THROUGH])


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """A bank on nodes under a normal prior.

    Attributes
    ----------
    items : Items
    nodes : (Q,) array
        Equally spaced, in logits.
    log_prior : (Q,) array
        Log of the prior on the nodes, by trapezoids, scaled to sum 1.
    log_flat : (Q,) array
        The same of a flat prior.
    log_p : (J, K, Q) array
        log P(X = k | theta); 0 for categories an item has not.
    information : (Q, J) array
        Fisher's.
    has : (J, K) array of bool
        Categories an item has.
    """

    items: Items
    nodes: FloatArray
    log_prior: FloatArray
    log_flat: FloatArray
    log_p: FloatArray
    information: FloatArray
    has: NDArray[np.bool_]

    def position(self, theta: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
        """First nodes and weights of the polynomials through the nodes about theta, (n,), (n, 6).

        Theta beyond the nodes counts as their end.
        """
        step = self.nodes[1] - self.nodes[0]
        along = np.minimum(np.maximum((theta - self.nodes[0]) / step, 0.0), len(self.nodes) - 1.0)
        low, high = -THROUGH[0], len(self.nodes) - 1 - THROUGH[-1]
        centre = np.minimum(np.maximum(along.astype(np.intp), low), high)
        distance = (along - centre)[:, None] - THROUGH
        return centre + THROUGH[0], distance[:, OTHERS].prod(axis=2) / DENOMINATORS

    def information_at(self, theta: FloatArray) -> FloatArray:
        """Information of every item at theta (n,), shape (n, J)."""
        first, weights = self.position(theta)
        width = len(THROUGH)
        if len(theta) == 1:  # a live session would feel the overhead of a sparse matrix
            return weights @ self.information[first[0] : first[0] + width]
        columns = (first[:, None] + np.arange(width)).ravel()
        rows = np.arange(0, weights.size + 1, width)
        shape = (len(theta), len(self.nodes))
        return np.asarray(
            csr_array((weights.ravel(), columns, rows), shape=shape) @ self.information
        )

    def probabilities_at(self, theta: FloatArray) -> FloatArray:
        """P(X = k) of every item at theta (n,), shape (n, J, K); 0 for categories it has not."""
        return np.ascontiguousarray(self.items.probabilities(theta).transpose(2, 0, 1))


@lru_cache(maxsize=16)
def pooled(items: Items, mean: float, sd: float, quadrature: Quadrature | None = None) -> Pool:
    """The tables of a bank."""
    nodes = (_quadrature(items, mean, sd) if quadrature is None else quadrature).nodes
    log_p = items.log_probabilities(nodes)
    has = np.arange(log_p.shape[1]) < items.n_categories[:, None]
    log_p[~has] = 0.0
    ends = np.zeros(len(nodes))
    ends[[0, -1]] = np.log(0.5)
    log_prior = -0.5 * ((nodes - mean) / sd) ** 2 + ends
    return Pool(
        items,
        nodes,
        log_prior - np.logaddexp.reduce(log_prior),
        ends - np.log(len(nodes) - 1.0),
        log_p,
        np.ascontiguousarray(items.information(nodes).T),
        has,
    )


@lru_cache(maxsize=16)
def observed_information(pool: Pool) -> FloatArray:
    """Minus the second derivative of log P(X = k | theta) on the nodes, (J, K, Q)."""
    return -pool.items.theta_derivatives(pool.nodes)[1]


@lru_cache(maxsize=16)
def probabilities(pool: Pool) -> FloatArray:
    """P(X = k | theta) on the nodes, (J, K, Q), 0 for categories an item has not."""
    return np.where(pool.has[:, :, None], np.exp(pool.log_p), 0.0)


def _quadrature(items: Items, mean: float, sd: float) -> Quadrature:
    information = items.information(np.linspace(mean - 5.0 * sd, mean + 5.0 * sd, 81))
    most = np.sort(information, axis=0)[-LONGEST:].sum(axis=0)
    wide = quadrature_for(most, mean, sd)
    slopes = np.abs(items.a[np.isfinite(items.a)])
    steepest = max(slopes.max(initial=0.0), 2.0 * float(np.sqrt(information.max())))
    step = min(wide.step, WIDEST_STEP, STEP_BY_SLOPE / max(steepest, 1e-9))
    low, high = float(wide.nodes[0]), float(wide.nodes[-1])
    n_nodes = min(2 * int(np.ceil((high - low) / (2.0 * step))) + 1, MOST_NODES)
    return equally_spaced(low, high, max(n_nodes, len(THROUGH) + 1))
