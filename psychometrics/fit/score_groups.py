"""S-X2: does an item's success rise with the raw score as the model says?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from psychometrics.conditional.symmetric import one, times_item, without_each
from psychometrics.errors import NotEnoughData
from psychometrics.fit.free_parameters import FreeParameters, free_parameters
from psychometrics.fit.residuals import complete_rows, population, read_scored, refuse_nominal
from psychometrics.fit.sparse_tables import merge_sparse_cells
from psychometrics.models import Items
from psychometrics.responses import Codes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ItemChiSquare:
    """A chi-square statistic for each item; arrays have shape (n_items,).

    Attributes
    ----------
    statistic : array
    df : array of int
        Cells less rows less free parameters, at least 0.
    p_value : array
        NaN where ``df`` is 0.
    rmsea : array
        Root mean square error of approximation; NaN where ``df`` is 0.
    n_persons : int
        Persons behind the tables.
    undefined : tuple of (str or None)
        Why an item has no ``statistic``, or no ``p_value``.
    flags : tuple of str
        How many persons were not used, and why.
    """

    statistic: Floats
    df: NDArray[np.int64]
    p_value: Floats
    rmsea: Floats
    n_persons: int
    undefined: tuple[str | None, ...]
    flags: tuple[str, ...] = ()


def s_x2(
    responses: ArrayLike,
    items: Items,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    free: FreeParameters | None = None,
    least_expected: float = 1.0,
    missing: int | None = None,
) -> ItemChiSquare:
    """Orlando and Thissen's S-X2 of each item.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        None of them nominal.
    mean, sd : float
        Of theta in the population, in logits.
    free : FreeParameters, optional
        What the calibration estimated, for the degrees of freedom; what `free_parameters` says
        of ``items`` unless given.
    least_expected : float
        Cells with a smaller expected count are merged: see `psychometrics.fit.sparse_tables`.
    missing : int, optional
        Code of a response not administered in an integer array.

    Returns
    -------
    ItemChiSquare

    Raises
    ------
    NotEnoughData
        No person has answered all items.
    BadResponses, BadItems, BadOption

    Notes
    -----
    Orlando & Thissen (2000); Kang & Chen (2008) for more than two categories.  A raw score is
    comparable on the same items only: persons with a missing response are not used, and ``flags``
    counts them.
    """
    refuse_nominal(items)
    codes = read_scored(responses, items, missing)
    codes, flags = complete_rows(codes)
    if not len(codes):
        raise NotEnoughData("no person has answered all items, which a raw score needs")
    estimated = free_parameters(items) if free is None else free
    nodes, weights = population(items, mean, sd)
    expected = expected_tables(items, nodes, weights)
    observed = observed_tables(codes, items)
    n_rows, n_cells, statistic = np.zeros((3, len(items)))
    for item in range(len(items)):
        persons = observed[item].sum(axis=1, keepdims=True)
        seen, awaited = merge_sparse_cells(
            observed[item][1:-1], (expected[item] * persons)[1:-1], least=least_expected
        )
        cells = awaited > 0
        n_rows[item], n_cells[item] = len(awaited), cells.sum()
        statistic[item] = ((seen[cells] - awaited[cells]) ** 2 / awaited[cells]).sum()
    df = n_cells - n_rows - estimated.of_items() - estimated.of_population
    return chi_squares(statistic, df, len(codes), flags)


def observed_tables(codes: Codes, items: Items) -> list[Floats]:
    """Persons by raw score and category of each item, (n_scores, n_categories)."""
    n_scores = int((items.n_categories - 1).sum()) + 1
    raw = codes.sum(axis=1, dtype=np.int64)
    tables = []
    for item, k in enumerate(items.n_categories):
        cell = raw * int(k) + codes[:, item]
        counts = np.bincount(cell, minlength=n_scores * int(k)).astype(np.float64)
        tables.append(counts.reshape(n_scores, int(k)))
    return tables


def expected_tables(items: Items, nodes: Floats, weights: Floats) -> list[Floats]:
    """P(category | raw score) of each item, (n_scores, n_categories), by Lord and Wingersky."""
    n_scores = int((items.n_categories - 1).sum()) + 1
    by_item = items.probabilities(nodes).transpose(0, 2, 1)  # item, node, category
    tables: list[Floats] = [np.zeros(0)] * len(items)
    for item, others in without_each(one(len(nodes), n_scores), by_item, range(len(items))):
        k = int(items.n_categories[item])
        joint = np.zeros((n_scores, k))
        for category in range(k):
            share = weights * by_item[item, :, category]
            joint[category:, category] = share @ others[:, : n_scores - category]
        reached = weights @ times_item(others, by_item[item])
        tables[item] = joint / np.maximum(reached, 1e-300)[:, None]
    return tables


def chi_squares(
    statistic: Floats, df: Floats, n_persons: int, flags: tuple[str, ...] = ()
) -> ItemChiSquare:
    """The probabilities and RMSEA that go with statistics and degrees of freedom."""
    whole = np.maximum(df, 0).astype(np.int64)
    tested = whole > 0
    ratio = np.where(tested, statistic, 0.0) / np.where(tested, whole, 1)
    return ItemChiSquare(
        statistic=statistic,
        df=whole,
        p_value=np.where(tested, chdtrc(np.where(tested, whole, 1), statistic), np.nan),
        rmsea=np.where(tested, np.sqrt(np.maximum(ratio - 1, 0) / max(n_persons - 1, 1)), np.nan),
        n_persons=n_persons,
        undefined=tuple(
            None if good else "Too few cells are left for a degree of freedom." for good in tested
        ),
        flags=flags,
    )
