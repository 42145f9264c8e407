"""What the E-step reads of the responses: which categories each person chose, as 0/1 columns.

A *cell* is a category 1, ..., K - 1 of an item; category 0 is told by the others.  The log
likelihood of a person is the sum over cells chosen of log P(k) / P(0), plus log P(0) of every item
given.  Cells of log-linear models contribute theta times a slope: one number a person, whatever
the number of nodes.  Cells of other models contribute a column of the matrix product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import Block, FloatArray
from psychometrics.models.log_linear import LogLinear

Codes = NDArray[np.int8]
Indices = NDArray[np.intp]

PERSONS_A_BLOCK = 1024  # nodes x persons of one block stay in a core's cache
LARGEST_CACHE = 64 * 2**20  # bytes of 0/1 columns kept as floats between cycles


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive rows of one group and, unless ``form`` is -1, of one form."""

    start: int
    stop: int
    group: int
    form: int


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Columns of 0/1: person chose category ``category[i]`` of item ``item[i]``.

    ``in_order`` tells that the items are 0, 1, 2, ...
    """

    item: Indices
    category: NDArray[np.int8]
    in_order: bool

    def __len__(self) -> int:
        return len(self.item)

    def columns(self, codes: Codes) -> FloatArray:
        """The 0/1 matrix (n, C) of some rows of codes."""
        if not len(self):
            return np.empty((len(codes), 0))
        every = self.in_order and len(self) == codes.shape[1]
        chosen = codes if every else codes[:, self.item]
        return np.equal(chosen, self.category).astype(np.float64)


def cells_of(blocks: Sequence[Block], *, linear: bool) -> Cells:
    """The cells of the log-linear blocks, or of the others: item by item, categories ascending."""
    items, categories = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.int8)]
    for block in blocks:
        if isinstance(block.model, LogLinear) == linear:
            n_cells = block.n_categories - 1
            items.append(np.repeat(block.columns, n_cells))
            categories.append(np.tile(np.arange(1, n_cells + 1, dtype=np.int8), len(block.columns)))
    item = np.concatenate(items)
    return Cells(item, np.concatenate(categories), bool((item == np.arange(len(item))).all()))


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Rows for the E-step.

    Attributes
    ----------
    weights : (N,) array
    forms : (F, J) bool array
        The items of each form; no rows where each person has a mask of their own.
    runs : tuple of Run
    n_groups : int
    linear, general : Cells
        Those of log-linear models, and the rest.
    codes : (N, J) int8 array
        No rows where persons of equal score are one row.
    cached : pair of (N, C) arrays or None
        The columns themselves, if they are small or are means over persons of equal score.
    """

    weights: FloatArray
    forms: NDArray[np.bool_]
    runs: tuple[Run, ...]
    n_groups: int
    linear: Cells
    general: Cells
    codes: Codes
    cached: tuple[FloatArray, FloatArray] | None

    def of(self, run: Run) -> tuple[FloatArray, FloatArray]:
        """The columns of a run's rows: linear (n, C) and general (n, C)."""
        rows = slice(run.start, run.stop)
        if self.cached is not None:
            return self.cached[0][rows], self.cached[1][rows]
        return self.linear.columns(self.codes[rows]), self.general.columns(self.codes[rows])

    def mask(self, run: Run) -> FloatArray:
        """Which items were given, (n, J), where each person has a mask of their own."""
        return (self.codes[run.start : run.stop] >= 0).astype(np.float64)

    def weights_of(self, run: Run) -> FloatArray:
        return self.weights[run.start : run.stop]


def features_of(
    codes: Codes,
    weights: FloatArray,
    forms: NDArray[np.bool_],
    runs: tuple[Run, ...],
    n_groups: int,
    blocks: Sequence[Block],
) -> Features:
    """All rows, with their columns kept if they are small."""
    linear, general = cells_of(blocks, linear=True), cells_of(blocks, linear=False)
    small = len(codes) * (len(linear) + len(general)) * 8 <= LARGEST_CACHE
    cached = (linear.columns(codes), general.columns(codes)) if small else None
    return Features(weights, forms, runs, n_groups, linear, general, codes, cached)


def merged_by_score(features: Features) -> Features:
    """One row for all persons of one form and raw score, columns averaged.

    Where all slopes are equal the raw score is sufficient for theta (Rasch, 1960), so this is
    exact and leaves at most one row a score.
    """
    weights, columns, runs = [], [], []
    n_rows = 0
    for segment in _segments(features.runs):
        count, mean = _by_score(features, segment)
        weights.append(count)
        columns.append(mean)
        first = segment[0]
        for low in range(0, len(count), PERSONS_A_BLOCK):
            high = min(low + PERSONS_A_BLOCK, len(count))
            runs.append(Run(n_rows + low, n_rows + high, first.group, first.form))
        n_rows += len(count)
    linear = np.concatenate(columns)
    return Features(
        np.concatenate(weights),
        features.forms,
        tuple(runs),
        features.n_groups,
        features.linear,
        features.general,
        features.codes[:0],
        (linear, np.empty((n_rows, 0))),
    )


def _segments(runs: tuple[Run, ...]) -> Iterator[list[Run]]:
    """Runs of one group and form together."""
    together: list[Run] = []
    for run in runs:
        if together and (run.group, run.form) != (together[0].group, together[0].form):
            yield together
            together = []
        together.append(run)
    yield together


def _by_score(features: Features, segment: list[Run]) -> tuple[FloatArray, FloatArray]:
    """Weights and mean columns of each raw score that occurs."""
    highest = int(features.linear.category.astype(int).sum())
    count = np.zeros(highest + 1)
    total = np.zeros((highest + 1, len(features.linear)))
    for run in segment:
        linear, _ = features.of(run)
        weight = features.weights_of(run)
        score = (linear @ features.linear.category).astype(np.intp)
        order = np.argsort(score, kind="stable")
        different, first = np.unique(score[order], return_index=True)
        total[different] += np.add.reduceat(linear[order] * weight[order, None], first)
        count += np.bincount(score, weight, minlength=highest + 1)
    seen = count > 0
    return count[seen], total[seen] / count[seen, None]
