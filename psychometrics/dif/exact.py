"""The exact conditional test of a common odds ratio of 1, for groups too small for chi-square."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

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
        own = hypergeom.pmf(sums, total[stratum], solved[stratum], given[0, stratum])
        distribution = np.convolve(distribution, own)
    seen = int((right[0] - lowest)[tells].sum())
    extreme = distribution <= distribution[seen] * ROUNDING
    return float(min(distribution[extreme].sum(), 1.0))
