"""Judges' ratings, checked once; missing ones completed from the panel."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption, BadRatings, NotEnoughData, NotLinked

Floats = NDArray[np.float64]


def read_ratings(ratings: ArrayLike, round_name: str = "") -> Floats:
    """Ratings of judges by items, (J, I), from 0 to 1; NaN where none was given.

    Raises
    ------
    BadRatings
        A rating is outside 0 to 1, a judge rated nothing, or an item was rated by nobody.
    NotEnoughData
        Fewer than two judges or two items.
    """
    given = np.asarray(ratings, dtype=np.float64)
    if given.ndim != 2:
        raise BadRatings(f"{round_name}ratings have {given.ndim} dimensions, not judges by items")
    n_judges, n_items = given.shape
    if n_judges < 2 or n_items < 2:
        raise NotEnoughData(
            f"{round_name}a standard needs two judges and two items or more, not {n_judges} by "
            f"{n_items}"
        )
    rated = ~np.isnan(given)
    bad = rated & ~((given >= 0) & (given <= 1))
    if bad.any():
        judge, item = np.argwhere(bad)[0]
        percent = ": give shares, not percentages" if 1 < given[judge, item] <= 100 else ""
        raise BadRatings(
            f"{round_name}judge {judge} rates item {item} {given[judge, item]:g}, which is not "
            f"from 0 to 1{percent}"
        )
    if not rated.any(axis=1).all():
        judge = int(np.argmin(rated.any(axis=1)))
        raise BadRatings(f"{round_name}judge {judge} rated nothing: leave the judge out")
    if not rated.any(axis=0).all():
        item = int(np.argmin(rated.any(axis=0)))
        raise BadRatings(f"{round_name}item {item} was rated by no judge")
    return given


def completed(given: Floats) -> Floats:
    """Ratings with each missing one replaced by its least-squares value, item plus judge.

    The values stay within 0 to 1.

    Raises
    ------
    NotLinked
        The judges fall into parts that rated no item in common.
    """
    rated = ~np.isnan(given)
    if rated.all():
        return given
    n_judges, n_items = given.shape
    judge, item = np.nonzero(rated)
    design = np.zeros((len(judge), n_judges + n_items))
    design[np.arange(len(judge)), judge] = 1.0
    design[np.arange(len(judge)), n_judges + item] = 1.0
    effects, _, rank, _ = np.linalg.lstsq(design, given[rated])
    if rank < n_judges + n_items - 1:
        raise NotLinked(
            "the judges fall into parts that rated no item in common: their severity cannot be "
            "told from the difficulty of their items"
        )
    fitted = effects[:n_judges, None] + effects[n_judges:]
    return np.where(rated, given, np.clip(fitted, 0.0, 1.0))


def read_points(points: ArrayLike | None, n_items: int) -> Floats:
    """Points each item can give, (I,), above 0; 1 unless given."""
    if points is None:
        return np.ones(n_items)
    found = np.asarray(points, dtype=np.float64)
    if found.shape != (n_items,):
        raise BadOption(f"there are points for {found.size} items and ratings of {n_items}")
    if not (np.isfinite(found).all() and (found > 0).all()):
        raise BadOption("an item's points are finite and above 0")
    return found
