"""What of the sheets can be calibrated: as `calibration.screening`, which has all rows at hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from psychometrics.calibration.result import Flag
from psychometrics.calibration.screening import (
    FEWEST_ITEMS,
    FEWEST_PERSONS,
    Study,
    anchors_of,
    categories_of,
    items_left,
    models_of,
)
from psychometrics.calibration.sharded.sheets import Gathered
from psychometrics.errors import BadOption, NotEnoughData, NotLinked
from psychometrics.models import Items
from psychometrics.models.imports import checked_names
from psychometrics.responses import NOT_ADMINISTERED

Indices = NDArray[np.intp]
ROWS_AT_ONCE = 1024
SHOWN = 5  # names in a sentence


def screen_sheets(
    gathered: Gathered,
    model: str | Sequence[str],
    anchors: Items | None,
    item_names: Sequence[str] | None,
) -> Study:
    """A study without rows: these are in the shards."""
    n_items = len(gathered.counts)
    if n_items < FEWEST_ITEMS or gathered.n_persons < FEWEST_PERSONS:
        raise NotEnoughData(
            f"not enough data: {gathered.n_persons} persons with an answer and {n_items} items, "
            f"but {FEWEST_PERSONS} persons and {FEWEST_ITEMS} items are needed"
        )
    names = checked_names(item_names, n_items)
    models = models_of(model, n_items)
    fixed, flags = anchors_of(anchors, names)
    for item, (anchor, _) in fixed.items():
        models[item] = anchor
    counts = gathered.counts
    n_categories = categories_of(
        counts, models, fixed, names, lambda item, _: f"an answer to item {item}"
    )
    kept, left_out = items_left(counts, fixed, names)
    flags += left_out
    if gathered.n_silent:
        flags.append(
            Flag("no_responses", f"{gathered.n_silent} persons answered no item: left out")
        )
    columns = np.flatnonzero(kept)
    anchored = {int(np.searchsorted(columns, j)): row for j, (_, row) in fixed.items() if kept[j]}
    _check_links(gathered, columns, [names[j] for j in columns], set(anchored))
    return Study(
        np.empty((gathered.n_persons, 0), dtype=np.int8),
        np.empty(0),
        np.empty(0, dtype=np.intp),
        _group_names(gathered),
        columns,
        tuple(models[j] for j in columns),
        n_categories[columns],
        anchored,
        names,
        tuple(models),
        counts.sum(axis=1),
        gathered.data_hash,
        tuple(flags),
    )


def _group_names(gathered: Gathered) -> tuple[str, ...]:
    """Sorted; each with two persons or more."""
    persons: dict[str, int] = {}
    for group, _, codes in gathered.parts:
        if not isinstance(group, str):
            raise BadOption(f"the group {group!r} of a sheet is no name")
        persons[group] = persons.get(group, 0) + len(codes)
    for group, n in persons.items():
        if n < FEWEST_ITEMS:
            raise NotEnoughData(f"not enough data: group {group!r} has {n} person")
    return tuple(sorted(persons))


def _check_links(
    gathered: Gathered, columns: Indices, names: Sequence[str], anchored: set[int]
) -> None:
    """Refuse items in sets that no person connects and no anchor ties to the scale."""
    number, part = _connected(gathered, columns)
    loose = [p for p in range(number) if not anchored & set(np.flatnonzero(part == p).tolist())]
    if number == 1 or not loose:
        return
    told = []
    for p in range(number):
        own = [names[j] for j in np.flatnonzero(part == p).tolist()]
        more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
        told.append(", ".join(repr(name) for name in own[:SHOWN]) + more)
    raise NotLinked(
        f"not linked: the items fall into {number} sets that no person's answers connect: "
        + "; ".join(told)
    )


def _connected(gathered: Gathered, columns: Indices) -> tuple[int, Indices]:
    """How many sets of items persons connect, and the set of each, (J,)."""
    joined = np.eye(len(columns), dtype=bool)
    position = np.full(len(gathered.counts), -1)
    position[columns] = np.arange(len(columns))
    for _, items, codes in gathered.parts:
        at = position[items]
        kept = at >= 0
        if codes.min() > NOT_ADMINISTERED:
            joined[np.ix_(at[kept], at[kept])] = True
            continue
        for low in range(0, len(codes), ROWS_AT_ONCE):
            given = (codes[low : low + ROWS_AT_ONCE][:, kept] >= 0).astype(np.float32)
            joined[np.ix_(at[kept], at[kept])] |= (given.T @ given) > 0
    found = connected_components(joined, directed=False)
    return int(found[0]), np.asarray(found[1], dtype=np.intp)
