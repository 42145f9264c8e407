"""Pairs of items that have more, or less, in common than ability explains: Q3 and LD-X2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.fit.residuals import (
    BLOCK,
    population,
    read_scored,
    read_theta,
    refuse_nominal,
    residuals,
)
from psychometrics.models import Items
from psychometrics.responses import Codes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ResidualCorrelations:
    """Yen's Q3; arrays have shape (n_items, n_items) and are symmetric.

    Attributes
    ----------
    n : array of int
        Persons with a finite ability who were given both items.
    q3 : array
        Correlation of the items' residuals; NaN where ``n`` is under 2 or ``defined`` is False.
    defined : array of bool
        False also where the residuals of an item do not vary among those persons.
    """

    n: Integers
    q3: Floats
    defined: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LocalDependence:
    """Chen and Thissen's LD-X2; arrays have shape (n_items, n_items) and are symmetric.

    Attributes
    ----------
    n : array of int
        Persons who were given both items.
    x2 : array
        Pearson's statistic of the two items' table; 0 on the diagonal and where ``n`` is 0.
    df : array of int
    p_value : array
        Of the chi-square distribution with ``df``, which is somewhat too wide for it; 1 on the
        diagonal and where ``n`` is 0.
    standardised : array
        ``(x2 - df) / sqrt(2 df)``, to compare items of different formats.
    cramer_v : array
        Size of the dependence, from -1 to 1: negative where the scores covary less than expected.
    """

    n: Integers
    x2: Floats
    df: Integers
    p_value: Floats
    standardised: Floats
    cramer_v: Floats


def q3(
    responses: ArrayLike, items: Items, theta: ArrayLike, *, missing: int | None = None
) -> ResidualCorrelations:
    """Correlations of what ability leaves unexplained (Yen, 1984).

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        None of them nominal.
    theta : (n_persons,) array
        Abilities in logits, commonly EAP; a person whose ability is not finite is not used.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ResidualCorrelations
        Each pair rests on the persons who were given both.  With J items and no dependence, Q3
        is about -1 / (J - 1).

    Raises
    ------
    BadResponses, BadOption, BadItems
    """
    refuse_nominal(items)
    codes = read_scored(responses, items, missing)
    parts = residuals(codes, items, read_theta(theta, len(codes)))
    used = parts.used.astype(float)
    counts = used.T @ used
    sums = parts.residual.T @ used  # of item j over the persons used with item k
    squares = (parts.residual**2).T @ used
    n = np.maximum(counts, 1)
    covariance = parts.residual.T @ parts.residual - sums * sums.T / n
    spread = squares - sums**2 / n
    varies = spread > 1e-12 * n
    defined = (counts >= 2) & varies & varies.T
    scale = np.sqrt(np.where(defined, spread * spread.T, 1.0))
    correlations = np.where(defined, covariance / scale, np.nan)
    return ResidualCorrelations(counts.round().astype(np.int64), correlations, defined)


def ld_x2(
    responses: ArrayLike,
    items: Items,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    missing: int | None = None,
) -> LocalDependence:
    """Observed against expected tables of all pairs of items (Chen & Thissen, 1997).

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        None of them nominal.
    mean, sd : float
        Of theta in the population of those given both items, in logits.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    LocalDependence
        Each pair rests on the persons who were given both.

    Raises
    ------
    BadResponses, BadOption, BadItems
    """
    refuse_nominal(items)
    codes = read_scored(responses, items, missing)
    nodes, weights = population(items, mean, sd)
    probabilities = items.probabilities(nodes)
    n_items, n_categories, _ = probabilities.shape
    cells = probabilities.reshape(n_items * n_categories, -1)
    shape = (n_items, n_categories, n_items, n_categories)
    observed = _joint_counts(codes, n_categories).reshape(shape)
    n = observed.sum(axis=(1, 3))
    expected = ((cells * weights) @ cells.T).reshape(shape) * n[:, None, :, None]
    possible = expected > 0
    gaps = np.where(possible, (observed - expected) ** 2, 0.0) / np.where(possible, expected, 1.0)
    x2 = gaps.sum(axis=(1, 3))
    np.fill_diagonal(x2, 0.0)
    df = np.outer(items.n_categories - 1, items.n_categories - 1)
    fewer = np.minimum.outer(items.n_categories, items.n_categories) - 1
    v = np.sqrt(x2 / (np.maximum(n, 1) * fewer))
    return LocalDependence(
        n=n.round().astype(np.int64),
        x2=x2,
        df=df,
        p_value=np.where(x2 > 0, chdtrc(df, x2), 1.0),
        standardised=np.where(x2 > 0, (x2 - df) / np.sqrt(2 * df), 0.0),
        cramer_v=np.where(_correlations(observed) < _correlations(expected), -v, v),
    )


def _joint_counts(codes: Codes, n_categories: int) -> Floats:
    """Persons in each category of one item and each of another, all cells by all cells."""
    counts = np.zeros((codes.shape[1] * n_categories,) * 2)
    for start in range(0, len(codes), BLOCK):
        block = codes[start : start + BLOCK]
        chosen = (block[:, :, None] == np.arange(n_categories)).reshape(len(block), -1)
        as_numbers = chosen.astype(float)
        counts += as_numbers.T @ as_numbers
    return counts


def _correlations(tables: Floats) -> Floats:
    """Correlation of the scores in each table (J, K, J, K); 0 where one does not vary."""
    score = np.arange(tables.shape[1], dtype=float)
    n = np.maximum(tables.sum(axis=(1, 3)), 1e-300)
    rows, columns = tables.sum(axis=3), tables.sum(axis=1)
    first = np.einsum("jak,a->jk", rows, score) / n
    second = np.einsum("jkb,b->jk", columns, score) / n
    spread = (np.einsum("jak,a->jk", rows, score**2) / n - first**2) * (
        np.einsum("jkb,b->jk", columns, score**2) / n - second**2
    )
    product = np.einsum("jakb,a,b->jk", tables, score, score) / n - first * second
    return np.asarray(product / np.sqrt(np.where(spread > 1e-24, spread, np.inf)))
