"""Whether responses determine conditional estimates: what to leave out, what to refuse."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from psychometrics.errors import NotEnoughData, NotIdentified, NotLinked

Codes = NDArray[np.int8]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


def informative_persons(codes: Codes, maxima: Integers) -> Mask:
    """Persons whose raw score is neither 0 nor full on the items they were given."""
    given = codes >= 0
    raw = np.where(given, codes, 0).sum(axis=1, dtype=np.int64)
    return np.asarray((raw > 0) & (raw < given @ maxima))


def usable_items(codes: Codes, maxima: Integers) -> Mask:
    """Items on which informative persons score neither all nothing nor all points.

    Leaving an item out changes whose raw score is informative, so this repeats until it rests.
    """
    usable = np.ones(codes.shape[1], dtype=bool)
    while True:
        kept = codes[:, usable]
        scores = kept[informative_persons(kept, maxima[usable])]
        still = (scores > 0).any(axis=0) & ((scores >= 0) & (scores < maxima[usable])).any(axis=0)
        if still.all():
            return usable
        usable[np.flatnonzero(usable)[~still]] = False
        if not usable.any():
            return usable


def refuse_unidentified(codes: Codes, maxima: Integers, names: Integers, *, steps: str) -> None:
    """Refuse data for which no finite or no unique conditional estimate exists.

    Parameters
    ----------
    codes : (n_persons, n_items) array
        Of the usable items.
    maxima : (n_items,) array
        Highest category of each.
    names : (n_items,) array
        Their columns in the matrix as given, for the sentence.
    steps : {"own", "shared"}
        Whether each item has thresholds of its own, or all share them.

    Raises
    ------
    NotEnoughData
        Fewer than two usable items.
    NotLinked
        Two sets of items were never given to the same person.
    NotIdentified
        No one lost points on one set of items while gaining some on another (Fischer, 1981,
        for Rasch; the same transfer of a point for more categories), or a category is unused.
    """
    if len(names) < 2:
        raise NotEnoughData(
            "conditional estimation needs two items that some persons passed and some failed"
        )
    codes = codes[informative_persons(codes, maxima)]
    given = (codes >= 0).astype(float)
    together = given.T @ given > 0
    n_parts, part = connected_components(together, directed=False)
    if n_parts > 1:
        raise NotLinked(
            f"items {_columns(names[part == 0])} and items {_columns(names[part != 0])} were "
            "never given to the same informative person, so they have no common scale"
        )
    gains = ((codes > 0).astype(float).T @ ((codes >= 0) & (codes < maxima))) > 0
    n_parts, part = connected_components(gains, directed=True, connection="strong")
    if n_parts > 1:
        ahead = _ahead_of_all(gains, part, n_parts)
        raise NotIdentified(
            f"no informative person lost a point on items {_columns(names[ahead])} while scoring "
            f"on items {_columns(names[~ahead])}: their distance is not determined"
        )
    used = np.stack([(codes == k).any(axis=0) for k in range(int(maxima.max()) + 1)], axis=1)
    if steps == "shared":
        used = np.broadcast_to(used.any(axis=0), used.shape)
    inside = np.arange(used.shape[1]) <= maxima[:, None]
    unused = np.argwhere(inside & ~used)
    if len(unused):
        item, category = unused[0]
        where = f"item {names[item]}" if steps == "own" else "any item"
        raise NotIdentified(
            f"no informative person is in category {category} of {where}: merge it with a neighbour"
        )


def _ahead_of_all(gains: Mask, part: NDArray[np.integer], n_parts: int) -> Mask:
    """Items of a component on which no one lost a point while scoring elsewhere."""
    for component in range(n_parts):
        inside = part == component
        if not gains[np.ix_(~inside, inside)].any():
            return np.asarray(inside)
    raise AssertionError("a graph of components has a source")


def _columns(columns: Integers) -> str:
    shown = ", ".join(str(column) for column in columns[:8])
    return shown if len(columns) <= 8 else f"{shown}, ... ({len(columns)} in all)"
