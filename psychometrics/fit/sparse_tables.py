"""Merging the sparse cells of a table of scores by categories.

The rules are those of R's mirt, so that S-X2 can be compared with it: a chi-square statistic is
only as comparable as the cells it adds up.  Tables are pairs of arrays (n_rows, n_categories) of
observed and expected counts; an expected count of 0 marks a cell that was merged away.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def merge_sparse_cells(
    observed: Floats, expected: Floats, *, least: float
) -> tuple[Floats, Floats]:
    """Merge until every expected count that is left is at least ``least``.

    In order: end rows in which some category is impossible (expected 0) join the first row inward
    where all are possible; rows without persons go; a row of one person joins the next;
    categories are merged inside rows; categories that are rare throughout join the one below;
    and rows that still have a sparse cell join the neighbour with fewer persons.
    """
    table = _join_ends(np.stack([observed, expected]))
    table = table[:, table[0].sum(axis=1) > 0]
    if table.shape[1] < 2:
        return table[0], table[1]
    table = _join_single_persons(table)
    if table.shape[2] > 2:
        for row in np.flatnonzero((table[1] < least).any(axis=1)):
            table[:, row] = _merge_categories(table[:, row], least)
        table = _join_rare_categories(table, least)
    table = _join_sparse_rows(table, least)
    return table[0], table[1]


def _join_ends(table: Floats) -> Floats:
    possible = np.flatnonzero((table[1] > 0).all(axis=1))
    if not len(possible):
        return table
    first, last = possible[0], possible[-1]
    table[:, first] = table[:, : first + 1].sum(axis=1)
    table[:, last] = table[:, last:].sum(axis=1)
    return table[:, first : last + 1]


def _join_single_persons(table: Floats) -> Floats:
    stays = np.ones(table.shape[1], dtype=bool)
    for row in range(table.shape[1] - 1):
        if table[0, row].sum() == 1:
            table[:, row + 1] += table[:, row]
            stays[row] = False
    table = table[:, stays]
    if table.shape[1] > 1 and table[0, -1].sum() == 1:
        table[:, -2] += table[:, -1]
        table = table[:, :-1]
    return table


def _merge_categories(row: Floats, least: float) -> Floats:
    """Merge the rarest category into its rarer neighbour, two at least remaining, to the left."""
    merged = row
    while merged.shape[1] > 2 and (merged[1] < least).any():
        rarest = int(np.flatnonzero(merged[1] == merged[1].min())[-1])
        if rarest == 0:
            into = 1
        elif rarest == merged.shape[1] - 1:
            into = rarest - 1
        else:
            into = rarest - 1 if merged[1, rarest - 1] <= merged[1, rarest + 1] else rarest + 1
        merged = merged.copy()
        merged[:, into] += merged[:, rarest]
        merged = np.delete(merged, rarest, axis=1)
    padding = row.shape[1] - merged.shape[1]
    return np.pad(merged, ((0, 0), (0, padding)))


def _join_rare_categories(table: Floats, least: float) -> Floats:
    enough = least * np.ceil(table.shape[1] / 10)
    while table.shape[2] > 2 and table[1, :, -1].sum() < enough:
        table[:, :, -2] += table[:, :, -1]
        table = table[:, :, :-1]
    for category in range(table.shape[2] - 1, 0, -1):
        if (table[1, :, category] > 0).mean() < 0.05:
            table[:, :, category - 1] += table[:, :, category]
            table = np.delete(table, category, axis=2)
    return table


def _join_sparse_rows(table: Floats, least: float) -> Floats:
    while table.shape[1] > 1:
        sparse = ((table[1] < least) & (table[1] != 0)).any(axis=1)
        if not sparse.any():
            break
        row, last = int(sparse.argmax()), table.shape[1] - 1
        if row == 0:
            into = 1
        elif row == last:
            into = row - 1
        else:
            persons = table[0].sum(axis=1)
            into = row - 1 if persons[row - 1] <= persons[row + 1] else row + 1
        table[:, into] += table[:, row]
        table = np.delete(table, row, axis=1)
    return table
