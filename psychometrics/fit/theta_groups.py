"""X2 and G2 of items: observed shares of categories along theta against the item's curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from psychometrics.classical.quantiles import quantile_groups
from psychometrics.errors import BadOption
from psychometrics.fit.free_parameters import FreeParameters, free_parameters
from psychometrics.fit.residuals import read_scored, read_theta
from psychometrics.fit.score_groups import ItemChiSquare, chi_squares
from psychometrics.models import Items

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ThetaGroups:
    """Pearson's and the likelihood-ratio statistic of each item over groups of persons.

    Attributes
    ----------
    x2, g2 : ItemChiSquare
    """

    x2: ItemChiSquare
    g2: ItemChiSquare


def theta_groups(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    groups: int = 10,
    free: FreeParameters | None = None,
    least_expected: float = 2.0,
    missing: int | None = None,
) -> ThetaGroups:
    """Compare each item with its curves in groups of persons alike in ability.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        Of any model.
    theta : (n_persons,) array
        Abilities in logits; a person whose ability is not finite is not used.
    groups : int
        As many groups of equal size as ties allow: equal abilities share a group.
    free : FreeParameters, optional
        What the calibration estimated; what `free_parameters` says of ``items`` unless given.
    least_expected : float
        A category expected less often in a group is merged with the one below.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ThetaGroups
        Persons are grouped by what the responses themselves estimate, so the statistics are
        too large on short tests: prefer `s_x2` there.

    Raises
    ------
    BadOption
        ``groups`` is under 2.
    BadResponses

    Notes
    -----
    Yen (1981), with as many groups as asked for and expectations at the mean ability of those
    in the group who were given the item; McKinley & Mills (1985) for G2.
    """
    if groups < 2:
        raise BadOption(f"{groups} groups cannot show a curve: at least 2 can")
    codes = read_scored(responses, items, missing)
    values = read_theta(theta, len(codes))
    finite = np.isfinite(values)
    codes, values = codes[finite], values[finite]
    estimated = free_parameters(items) if free is None else free
    member = quantile_groups(values.round(10), groups)
    x2, g2, df = np.zeros((3, len(items)))
    for item in range(len(items)):
        k = int(items.n_categories[item])
        given = codes[:, item] >= 0
        size = np.bincount(member[given], minlength=groups)
        there = np.flatnonzero(size)
        middle = np.bincount(member[given], values[given], minlength=groups)[there] / size[there]
        curves = items.select([item]).probabilities(middle)[0]
        cell = member[given] * k + codes[given, item]
        observed = np.bincount(cell, minlength=groups * k).reshape(groups, k)[there]
        for seen, expected in zip(observed, curves.T * size[there, None], strict=True):
            counts, awaited = _merge(seen.astype(float), expected, least_expected)
            if len(counts) < 2:
                continue
            x2[item] += ((counts - awaited) ** 2 / awaited).sum()
            g2[item] += 2 * xlogy(counts, counts / awaited).sum()
            df[item] += len(counts) - 1
    df -= estimated.of_items()
    return ThetaGroups(chi_squares(x2, df, len(codes)), chi_squares(g2, df, len(codes)))


def _merge(counts: Floats, expected: Floats, least: float) -> tuple[Floats, Floats]:
    """Merge sparse categories with the one below, the lowest with the one above."""
    table = np.stack([counts, expected])
    while table.shape[1] > 1 and (table[1] < least).any():
        sparse = np.flatnonzero(table[1] < least)
        for category in sparse:
            table[:, category - 1 if category else 1] += table[:, category]
        table = np.delete(table, sparse, axis=1)
    return table[0], table[1]
