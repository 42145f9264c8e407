"""The responses as calibration uses them: int8, equal rows merged, in an order of their own.

Persons are sorted by group, form (which items they were given) and pattern, so the order in which
a caller has them changes no digit, and a person listed twice is one row of weight 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray
from psychometrics.posterior.features import PERSONS_A_BLOCK, Codes, Indices, Run

PERSONS_A_FORM = 64  # above this mean, sums run form by form; below, by each person's own mask
PERSONS_A_MASKED_BLOCK = 4096
ROWS_AT_ONCE = 16_384  # copies of the responses are made of so many rows

_MULTIPLIER = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Distinct response patterns.

    Attributes
    ----------
    codes : (N, J) int8 array
        Categories, -1 for not administered.
    weights : (N,) array
        How many persons answered so.
    forms : (F, J) bool array
        The items of each form, where sums run form by form; otherwise no rows.
    runs : tuple of Run
        All rows, in order, cut where the group or the form changes and at the block size.
    n_groups : int
    """

    codes: Codes
    weights: FloatArray
    forms: NDArray[np.bool_]
    runs: tuple[Run, ...]
    n_groups: int

    @property
    def by_form(self) -> bool:
        return len(self.forms) > 0


def compile_sample(codes: Codes, weights: FloatArray, groups: Indices, n_groups: int) -> Sample:
    """Sort and merge the rows of (n_persons, J) codes with their weights and group numbers."""
    complete = codes.min() >= 0
    pattern = np.empty(len(codes), dtype=np.uint64)
    form = np.zeros_like(pattern)
    for low in range(0, len(codes), ROWS_AT_ONCE):
        rows = slice(low, low + ROWS_AT_ONCE)
        pattern[rows] = _hash(codes[rows].astype(np.uint8))
        if not complete:
            form[rows] = _hash(np.packbits(codes[rows] >= 0, axis=1))
    order = np.lexsort((pattern, form, groups))
    pattern, form, groups = pattern[order], form[order], groups[order]
    same = (pattern[1:] == pattern[:-1]) & (groups[1:] == groups[:-1])
    at = np.flatnonzero(same)
    same[at] = (codes[order[at]] == codes[order[at + 1]]).all(axis=1)
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    merged = codes[order[first]]
    form, groups = form[first], groups[first]
    cuts = np.flatnonzero((form[1:] != form[:-1]) | (groups[1:] != groups[:-1])) + 1
    starts = np.concatenate([[0], cuts])
    if len(first) >= PERSONS_A_FORM * len(starts) or complete:
        forms = merged[starts] >= 0
        runs = _cut(starts, groups, len(first), PERSONS_A_BLOCK, by_form=True)
    else:
        forms = np.empty((0, codes.shape[1]), dtype=bool)
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        runs = _cut(starts, groups, len(first), PERSONS_A_MASKED_BLOCK, by_form=False)
    return Sample(merged, np.add.reduceat(weights[order], first), forms, runs, n_groups)


def _cut(
    starts: Indices, groups: Indices, n_rows: int, size: int, *, by_form: bool
) -> tuple[Run, ...]:
    stops = [*starts[1:].tolist(), n_rows]
    return tuple(
        Run(low, min(low + size, stop), int(groups[start]), form if by_form else -1)
        for form, (start, stop) in enumerate(zip(starts.tolist(), stops, strict=True))
        for low in range(start, stop, size)
    )


def _hash(rows: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """64 bits of each row's bytes: an order that depends on nothing but the row."""
    width = -(-rows.shape[1] // 8)
    padded = np.zeros((len(rows), 8 * width), dtype=np.uint8)
    padded[:, : rows.shape[1]] = rows
    words = padded.view(np.uint64)
    result = np.full(len(rows), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in range(width):
        result ^= words[:, column]
        result *= _MULTIPLIER
        result ^= result >> _SHIFT
    return result
