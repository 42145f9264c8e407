"""A bank tabulated for adaptive tests, and polynomials through its tables.

Tables are remembered for the banks used last, so that a live session pays for them once.  The step
is at most a fifth of the reciprocal of the steepest slope: polynomials of degree 5 between the
nodes are then within 0.00001 of the information, relative to its maximum.

The tables of 2,000 items of two categories on 217 nodes hold 10 MB, and take 0.1 s of CPU.  Each
criterion adds tables of its own when it is first asked for: see `Pool`.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from psychometrics.models import Block, FloatArray, Items
from psychometrics.quadrature import Quadrature, equally_spaced, quadrature_for
from psychometrics.selection.compression import Compressed, Lines, compressed
from psychometrics.selection.ranking import PARTS, Ranking, ranked

WIDEST_STEP = 0.1  # logits
STEP_BY_SLOPE = 0.2
MOST_NODES = 1001
LONGEST = 100  # items; the nodes resolve the posterior after the most informative so many
THROUGH = np.arange(-2, 4)  # a polynomial goes through these nodes about a value of theta
MIDDLE_WORST = 4.0  # between nodes a polynomial errs by no more than so many errors in the middle
FINER = 4
LINE_WORST = 1.5  # by so much a curve may be steeper, or more bent, than between nodes
POWERS = np.arange(len(THROUGH))
TO_WEIGHTS = np.linalg.inv(np.vander(THROUGH.astype(np.float64), increasing=True))  # of powers


@dataclass(frozen=True, eq=False)
class Pool:
    """A bank on nodes under a normal prior.

    The properties are computed when a criterion first asks for them, and kept.

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
    fine : bool
        Whether the nodes are close enough for what is said above of the polynomials.
    """

    items: Items
    nodes: FloatArray
    log_prior: FloatArray
    log_flat: FloatArray
    log_p: FloatArray
    information: FloatArray
    has: NDArray[np.bool_]
    fine: bool

    @cached_property
    def p(self) -> FloatArray:
        """P(X = k | theta) on the nodes, (J, K, Q), 0 for categories an item has not."""
        return np.where(self.has[:, :, None], np.exp(self.log_p), 0.0)

    @cached_property
    def observed_information(self) -> FloatArray:
        """Minus the second derivative of log P(X = k | theta) on the nodes, (J, K, Q)."""
        return -self.items.theta_derivatives(self.nodes)[1]

    @cached_property
    def location(self) -> FloatArray:
        """Each item's difficulty, or the mean of its steps, (J,); NaN for nominal items."""
        b = self.items.metric.b
        known = np.isfinite(b)
        total = np.where(known, b, 0.0).sum(axis=1)
        mean = np.full(len(b), np.nan)
        np.divide(total, known.sum(axis=1), out=mean, where=known.any(axis=1))
        return mean

    @cached_property
    def ranked_information(self) -> Ranking:
        """Fisher's, ranked for each interval between nodes."""
        interval = np.arange(len(self.nodes) - 1)
        centre = self._centre(interval)
        along = interval[:, None] + np.arange(PARTS + 1) / PARTS
        weights = polynomial_weights(along - centre[:, None])
        return ranked(self.information, centre + THROUGH[0], weights)

    @cached_property
    def short_information(self) -> Compressed:
        """Fisher's, K = 1."""
        table = self.information.T[None]
        return compressed(table, 1e-5 * float(table.max()), np.float32)

    @cached_property
    def later_p(self) -> FloatArray:
        """P of categories 1, 2, ... by nodes, (Q, K - 1, J)."""
        return np.ascontiguousarray(self.p[:, 1:].transpose(2, 1, 0))

    @cached_property
    def short_p(self) -> Compressed:
        """P of categories 1, 2, ...; that of 0 is what is left."""
        return compressed(self.p[:, 1:].transpose(1, 0, 2), 1e-8, np.float64)

    @cached_property
    def short_log_p(self) -> Compressed:
        """log P of all categories."""
        return compressed(self.log_p.transpose(1, 0, 2), 1e-5, np.float64)

    @cached_property
    def largest_log(self) -> float:
        """The largest -log P on the nodes."""
        return -float(self.log_p.min())

    @cached_property
    def observed_lines(self) -> Lines:
        """`observed_information` by categories, on lines between four times as many nodes."""
        table = self.observed_information.transpose(1, 0, 2)
        step = (self.nodes[1] - self.nodes[0]) / FINER
        fine = np.empty((*table.shape[:2], FINER * (len(self.nodes) - 1) + 1))
        fine[:, :, ::FINER] = table
        for part in range(1, FINER):
            first, weights = self.position(self.nodes[:-1] + part * step)
            between = sum(table[:, :, first + i] * weights[:, i] for i in range(len(THROUGH)))
            fine[:, :, part::FINER] = between
        largest = float(np.abs(fine).max())
        bend = float(np.abs(np.diff(fine, 2)).max()) / 8.0
        return Lines(
            float(self.nodes[0]),
            float(step),
            fine.reshape(len(table), -1).astype(np.float32),
            fine.shape[2],
            LINE_WORST * bend + 1e-6 * largest,
            LINE_WORST * float(np.abs(np.diff(fine)).max() / step),
            largest,
        )

    @cached_property
    def off_nodes(self) -> tuple[float, float]:
        """Largest errors of the polynomials between nodes, of P and of log P."""
        middles = 0.5 * (self.nodes[1:] + self.nodes[:-1])
        exact = self.items.log_probabilities(middles)
        exact[~self.has] = 0.0
        first, weights = self.position(middles)
        errors = []
        for table, there in (
            (self.p, np.where(self.has[:, :, None], np.exp(exact), 0.0)),
            (self.log_p, exact),
        ):
            for i in range(len(THROUGH)):
                there = there - table[:, :, first + i] * weights[:, i]
            errors.append(MIDDLE_WORST * float(np.abs(there).max()))
        return errors[0], errors[1]

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Number of the block and row in it of each item, each (J,)."""
        number, row = np.empty((2, len(self.items)), dtype=np.intp)
        for at, block in enumerate(self.items.blocks):
            number[block.columns], row[block.columns] = at, np.arange(len(block.columns))
        return number, row

    def part(self, which: NDArray[np.intp]) -> "Pool":
        """The same of some of the items."""
        number, row = (places[which] for places in self._places)
        blocks = []
        for at, block in enumerate(self.items.blocks):
            mine = np.flatnonzero(number == at)
            if len(mine):
                blocks.append(Block(block.model, mine, block.parameters[row[mine]]))
        k = max(block.n_categories for block in blocks)
        return Pool(
            Items(tuple([self.items.names[j] for j in which.tolist()]), tuple(blocks)),
            self.nodes,
            self.log_prior,
            self.log_flat,
            self.log_p[which, :k],
            self.information[:, which],
            self.has[which, :k],
            self.fine,
        )

    def position(self, theta: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
        """First nodes and weights of the polynomials through the nodes about theta, (n,), (n, 6).

        Theta beyond the nodes counts as their end.
        """
        along = self._along(theta)
        centre = self._centre(along.astype(np.intp))
        return centre + THROUGH[0], polynomial_weights(along - centre)

    def interval(self, theta: FloatArray) -> NDArray[np.intp]:
        """The nodes that theta (n,) is at or above, the last one apart; beyond them, the ends."""
        return np.minimum(self._along(theta).astype(np.intp), len(self.nodes) - 2)

    def _along(self, theta: FloatArray) -> FloatArray:
        """Where theta is, in steps from the first node."""
        step = self.nodes[1] - self.nodes[0]
        along = (theta - self.nodes[0]) / step
        return np.asarray(np.minimum(np.maximum(along, 0.0), len(self.nodes) - 1.0))

    def _centre(self, interval: NDArray[np.intp]) -> NDArray[np.intp]:
        """The node about which six are."""
        last = len(self.nodes) - 1 - THROUGH[-1]
        return np.asarray(np.minimum(np.maximum(interval, -THROUGH[0]), last))

    def weights_at(self, theta: FloatArray) -> FloatArray:
        """Weights of all nodes that give polynomials' values at theta (n,), shape (n, Q)."""
        first, weights = self.position(theta)
        result = np.zeros((len(theta), len(self.nodes)))
        result[np.arange(len(theta))[:, None], first[:, None] + np.arange(len(THROUGH))] = weights
        return result

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


def polynomial_weights(distance: FloatArray) -> FloatArray:
    """Weights (..., 6) of the six nodes at a distance, in steps, from the node they are about."""
    return np.asarray(np.power(distance[..., None], POWERS) @ TO_WEIGHTS)


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
        quadrature is None and len(nodes) < MOST_NODES and bool(np.isfinite(log_p).all()),
    )


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
