"""The exact conditional test of a common odds ratio of 1, for groups too small for chi-square."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp

from psychometrics.dif.matching import Tables

Floats = NDArray[np.float64]

ROUNDING = 1 + 1e-7  # probabilities that differ by less count as equal


def exact_p_values(tables: Tables) -> Floats:
    """Two-sided probabilities, shape (n_items,); NaN where no stratum tells anything.

    Given the margins of every stratum, right answers of the reference group are hypergeometric;
    their sum has the convolution of those distributions.  Two-sided: all sums that are no likelier
    than the one seen (Mehta, Patel & Gray, 1985).

    Parameters
    ----------
    tables : Tables
    """
    return np.array([_of_item(tables, item) for item in range(tables.right.shape[2])])


def _of_item(tables: Tables, item: int) -> float:
    right = tables.right[:, :, item].astype(int)
    given = right + tables.wrong[:, :, item].astype(int)
    solved, total = right.sum(axis=0), given.sum(axis=0)
    lowest = np.maximum(0, solved - given[1])
    highest = np.minimum(solved, given[0])
    tells = np.flatnonzero(highest > lowest)
    if not len(tells):
        return np.nan
    distribution = np.ones(1)
    for stratum in tells:
        sums = np.arange(lowest[stratum], highest[stratum] + 1)
        others = total[stratum] - solved[stratum]
        ways = _log_ways(solved[stratum], sums) + _log_ways(others, given[0, stratum] - sums)
        own = np.exp(ways - logsumexp(ways))
        distribution = np.convolve(distribution, own)
    seen = int((right[0] - lowest)[tells].sum())
    extreme = distribution <= distribution[seen] * ROUNDING
    return float(min(distribution[extreme].sum(), 1.0))


def _log_ways(n: int, k: NDArray[np.int_]) -> Floats:
    """Log of the number of ways to choose k of n."""
    return np.asarray(-betaln(n - k + 1, k + 1) - np.log(n + 1))
