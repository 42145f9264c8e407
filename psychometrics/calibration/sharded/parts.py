"""One shard's part of each sum over persons, and where it goes in the whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.calibration.estimation import Problem
from psychometrics.calibration.information import sum_of_squares
from psychometrics.calibration.layout import Layout, State
from psychometrics.calibration.sample import PERSONS_A_MASKED_BLOCK
from psychometrics.calibration.sharded.sheets import Shard
from psychometrics.calibration.start import Standard, counted, spread
from psychometrics.models import Block, FloatArray
from psychometrics.models.log_linear import LogLinear
from psychometrics.posterior.expectation import Expectations, expect, tabulate
from psychometrics.posterior.features import PERSONS_A_BLOCK, Features, Run, cells_of
from psychometrics.quadrature import Quadrature

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a shard's items are in the whole.

    Attributes
    ----------
    items : (m,) integer array
        Positions among the study's items.
    rows : tuple of (block, rows)
        Its items' places in the whole layout.
    linear, general : integer arrays
        Places of its cells among all log-linear cells, and among the others.
    """

    items: Indices
    rows: tuple[tuple[int, Indices], ...]
    linear: Indices
    general: Indices

    def state(self, whole: State) -> State:
        """The shard's items' parameters."""
        blocks = tuple(whole.blocks[block][rows] for block, rows in self.rows)
        return State(blocks, whole.means, whole.log_variances)

    def add(self, whole: Expectations, part: Expectations) -> None:
        """Add a shard's sums to those of the whole."""
        whole.log_likelihood += part.log_likelihood
        whole.of_group += part.of_group
        whole.of_item[self.items] += part.of_item
        whole.linear[self.linear] += part.linear
        whole.general[self.general] += part.general


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A shard ready to compute with, as one of the workers keeps it.

    Attributes
    ----------
    problem : Problem
        Of its own items; free parameters have their positions in the whole.
    place : Place
    n_categories : (m,) integer array
    """

    problem: Problem
    place: Place
    n_categories: Indices


def part_of(shard: Shard, layout: Layout, n_categories: Indices) -> Part:
    """A shard under the layout of the whole."""
    place, own = _placed(shard.items, layout)
    linear, general = cells_of(own.blocks, linear=True), cells_of(own.blocks, linear=False)
    size = PERSONS_A_BLOCK if shard.complete else PERSONS_A_MASKED_BLOCK
    n, m = shard.codes.shape
    form = 0 if shard.complete else -1
    features = Features(
        np.ones(n),
        np.ones((1 if shard.complete else 0, m), dtype=bool),
        tuple(Run(low, min(low + size, n), shard.group, form) for low in range(0, n, size)),
        len(layout.mean_index),
        linear,
        general,
        np.ascontiguousarray(shard.codes),
        None,
    )
    categories = n_categories[shard.items]
    counts = counted(features, categories)
    totals = counts[linear.item, linear.category]
    return Part(Problem(features, totals, own, (), 1), place, categories)


def _placed(items: Indices, layout: Layout) -> tuple[Place, Layout]:
    """Where some items are in a layout, and the layout of them alone."""
    rows, blocks, indices = [], [], []
    cells: dict[bool, list[Indices]] = {True: [np.empty(0, np.intp)], False: [np.empty(0, np.intp)]}
    begun = {True: 0, False: 0}
    for number, (block, index) in enumerate(zip(layout.blocks, layout.indices, strict=True)):
        is_linear = isinstance(block.model, LogLinear)
        n_cells = block.n_categories - 1
        mine = np.flatnonzero(np.isin(block.columns, items))
        first = begun[is_linear]
        begun[is_linear] += len(block.columns) * n_cells
        if not len(mine):
            continue
        cells[is_linear].append((first + mine[:, None] * n_cells + np.arange(n_cells)).ravel())
        columns = np.searchsorted(items, block.columns[mine])
        rows.append((number, mine))
        blocks.append(Block(block.model, columns, block.parameters[mine]))
        indices.append(index[mine])
    own = Layout(tuple(blocks), tuple(indices), layout.mean_index, layout.variance_index)
    place = Place(items, tuple(rows), np.concatenate(cells[True]), np.concatenate(cells[False]))
    return place, own


def expectations_of(part: Part, state: State, quadrature: Quadrature) -> Expectations:
    """The E-step of a shard at a state of the whole."""
    problem, own = part.problem, part.place.state(state)
    tables = tabulate(problem.layout.filled(own), quadrature, own.means, own.sds)
    return expect(problem.features, tables, problem.totals)


def counts_of(part: Part) -> FloatArray:
    """Responses to its items by category, (m, K)."""
    return counted(part.problem.features, part.n_categories)


def spread_of(part: Part, mean: FloatArray, scale: FloatArray) -> tuple[FloatArray, float]:
    """As `start.spread`, of its items; ``mean`` and ``scale`` are of the whole."""
    items = part.place.items
    return spread(part.problem.features, Standard(mean[items], scale[items]))


def squares_of(
    part: Part, state: State, quadrature: Quadrature, first: int, beyond: int | None
) -> FloatArray:
    """As `information.sum_of_squares`: as many free parameters as its items reach."""
    codes = part.problem.features.codes
    own = part.place.state(state)
    return sum_of_squares(part.problem, codes, own, quadrature, first, beyond)
