"""Persons in groups of like size, by what they scored."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def quantile_groups(values: ArrayLike, groups: int) -> NDArray[np.int64]:
    """The group of each value, from 0 to ``groups`` - 1; equal values share one.

    A value belongs where its mean rank does, so a group that equal values straddle may stay empty.

    Parameters
    ----------
    values : array_like, shape (n,), finite
    groups : int, at least 1
    """
    found = np.asarray(values)
    _, which, size = np.unique(found, return_inverse=True, return_counts=True)
    # twice the middle of its ranks from 0: whole numbers, so that no border is rounded over
    middle = 2 * np.cumsum(size) - size
    return (middle * groups // (2 * max(len(found), 1)))[which]
