"""The exact distribution of a count of different chances, by recursion over the items.

Sources: Lord & Wingersky (1984) for the recursion; van der Linden & Sotaridona (2006) for matches.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BLOCK = 512  # rows at a time: their distributions stay in the processor's cache
CELLS = 2_000_000  # of the joint distributions held at a time


def upper_tails(chances: Floats, least: Counts) -> Floats:
    """P(count >= least) of each row.

    Parameters
    ----------
    chances : (n, J) array
        Of a success in each independent trial, from 0 to 1.
    least : (n,) integer array
        From 0 to J.

    Returns
    -------
    (n,) array
        Sums of positive terms only, so that small tails keep their digits.

    Notes
    -----
    van der Linden & Sotaridona (2006); the recursion is that of Lord & Wingersky (1984).
    """
    n, n_trials = chances.shape
    result = np.empty(n)
    counts = np.arange(n_trials + 1)[:, None]
    for start in range(0, n, BLOCK):
        those = slice(start, start + BLOCK)
        p = np.ascontiguousarray(chances[those].T)
        q = 1.0 - p
        distribution = np.zeros((n_trials + 1, p.shape[1]))
        distribution[0] = 1.0
        moved = np.empty_like(distribution)
        for trial in range(n_trials):
            now, then = distribution[: trial + 1], moved[: trial + 1]
            np.multiply(now, p[trial], out=then)
            now *= q[trial]
            distribution[1 : trial + 2] += then
        tail = np.where(counts >= least[those], distribution, 0.0).sum(axis=0)
        result[those] = np.minimum(tail, 1.0)
    return result


def dominance_tails(one: Floats, other: Floats, n_one: Counts, n_other: Counts) -> Floats:
    """Probability of two counts together at least as extreme as those observed.

    Parameters
    ----------
    one, other : (n, J) array
        Chances of the two kinds of success, which exclude each other, in each trial.
    n_one, n_other : (n,) integer array
        How many there were of each kind.

    Returns
    -------
    (n,) array

    Notes
    -----
    Maynes (2014): with G(i, j) the chance of i or more of one kind and j or more of the other, the
    outcomes with a G no greater than the observed one's are as extreme.
    """
    n, n_trials = one.shape
    result = np.empty(n)
    block = max(1, CELLS // (n_trials + 1) ** 2)
    for start in range(0, n, block):
        those = slice(start, start + block)
        joint = _joint(one[those], other[those])
        above = np.cumsum(joint[::-1], axis=0)[::-1]
        above = np.cumsum(above[:, ::-1], axis=1)[:, ::-1]
        seen = above[n_one[those], n_other[those], np.arange(joint.shape[2])]
        # outcomes that are equal but for rounding count as equal
        extreme = np.where(above <= seen * (1.0 + 1e-9), joint, 0.0)
        result[those] = np.minimum(extreme.sum(axis=(0, 1)), 1.0)
    return result


def _joint(one: Floats, other: Floats) -> Floats:
    """The distribution of both counts, shape (J + 1, J + 1, n)."""
    n, n_trials = one.shape
    joint = np.zeros((n_trials + 1, n_trials + 1, n))
    joint[0, 0] = 1.0
    neither = np.maximum(1.0 - one - other, 0.0)
    for trial in range(n_trials):
        now = joint[: trial + 1, : trial + 1].copy()
        joint[: trial + 1, : trial + 1] *= neither[:, trial]
        joint[1 : trial + 2, : trial + 1] += now * one[:, trial]
        joint[: trial + 1, 1 : trial + 2] += now * other[:, trial]
    return joint
