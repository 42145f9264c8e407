"""Items tabulated on nodes, and responses in the caller's order, for scoring.

Tables are remembered for the items scored last, so that a live session pays for them once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, BadResponses
from psychometrics.models import FloatArray, Items
from psychometrics.posterior.expectation import Tables, log_posterior_of, posterior_of, tabulate
from psychometrics.posterior.features import (
    PERSONS_A_BLOCK,
    Cells,
    Codes,
    Features,
    Run,
    cells_of,
)
from psychometrics.quadrature import Quadrature, quadrature_for
from psychometrics.responses import read_responses


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated:
    """Items on nodes.

    Attributes
    ----------
    quadrature : Quadrature
    tables : Tables
    linear, general : Cells
    complete : (1, Q) array
        log P(X = 0) of all items together.
    """

    quadrature: Quadrature
    tables: Tables
    linear: Cells
    general: Cells
    complete: FloatArray


@lru_cache(maxsize=32)
def tabulated(items: Items, mean: float, sd: float, finer: int = 1) -> Tabulated:
    """Items on nodes that resolve the sharpest posterior under a normal prior.

    ``finer`` divides the step.
    """
    information = items.information(np.linspace(-5.0, 5.0, 81)).sum(axis=0)
    nodes = quadrature_for(information, mean, sd).nodes
    return tabulated_on(
        items,
        Quadrature(np.linspace(nodes[0], nodes[-1], finer * (len(nodes) - 1) + 1)),
        mean,
        sd,
    )


@lru_cache(maxsize=32)
def tabulated_on(items: Items, quadrature: Quadrature, mean: float, sd: float) -> Tabulated:
    """Items on given nodes."""
    tables = tabulate(items.blocks, quadrature, np.array([mean]), np.array([sd]))
    return Tabulated(
        quadrature,
        tables,
        cells_of(items.blocks, linear=True),
        cells_of(items.blocks, linear=False),
        tables.log_zero.sum(axis=0, keepdims=True),
    )


def read_codes(responses: ArrayLike, items: Items, missing: int | None) -> Codes:
    """Checked responses to these items, (n, J) int8; one person may be a row alone.

    Raises
    ------
    BadResponses
        If a cell is no category of its item, or the columns are not as many as the items.
    """
    given = np.asarray(responses)
    codes = read_responses(given[None, :] if given.ndim == 1 else given, missing=missing)
    if codes.shape[1] != len(items):
        raise BadResponses(f"there are {codes.shape[1]} columns for {len(items)} items")
    highest = codes.max(axis=0)
    beyond = np.flatnonzero(highest >= items.n_categories)
    if len(beyond):
        column = int(beyond[0])
        row = int(codes[:, column].argmax())
        raise BadResponses(
            f"row {row}, column {column} ({items.names[column]!r}) holds {highest[column]}, but "
            f"its item has categories 0 to {items.n_categories[column] - 1}"
        )
    return codes


def posteriors(codes: Codes, table: Tabulated) -> Iterator[tuple[slice, FloatArray]]:
    """Rows and their posterior weights on the nodes, (Q, n), block by block.

    The array is used again for the next block.
    """
    features, bases, buffer = _in_order(codes, table)
    for run in features.runs:
        yield slice(run.start, run.stop), posterior_of(features, table.tables, bases, run, buffer)


def log_posteriors(codes: Codes, table: Tabulated) -> Iterator[tuple[slice, FloatArray]]:
    """The same of the log posterior weights, without their constant."""
    features, bases, buffer = _in_order(codes, table)
    for run in features.runs:
        rows = slice(run.start, run.stop)
        yield rows, log_posterior_of(features, table.tables, bases, run, buffer)


def check_prior(mean: float, sd: float) -> tuple[float, float]:
    """The prior's mean and standard deviation as floats."""
    if not (isfinite(mean) and isfinite(sd) and sd > 0.0):
        raise BadOption(f"theta cannot have mean {mean} and standard deviation {sd}")
    return float(mean), float(sd)


def _in_order(codes: Codes, table: Tabulated) -> tuple[Features, FloatArray, FloatArray]:
    """The caller's rows as they come (one form if all is answered, else each its own mask), the
    forms' log P(X = 0), and a buffer for the largest block."""
    complete = codes.min() >= 0
    forms: NDArray[np.bool_] = np.ones((1 if complete else 0, codes.shape[1]), dtype=bool)
    runs = tuple(
        Run(low, min(low + PERSONS_A_BLOCK, len(codes)), 0, 0 if complete else -1)
        for low in range(0, len(codes), PERSONS_A_BLOCK)
    )
    features = Features(
        np.ones(len(codes)), forms, runs, 1, table.linear, table.general, codes, None
    )
    n_nodes = table.complete.shape[1]
    return features, table.complete[: len(forms)], np.empty(n_nodes * runs[0].stop)
