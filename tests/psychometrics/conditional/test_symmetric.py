"""Symmetric functions against the sum over all response patterns."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln

from psychometrics.conditional.symmetric import (
    one,
    times_items,
    without_each,
    without_each_pair,
)

Floats = NDArray[np.float64]


@pytest.fixture
def weights() -> Floats:
    """Five items of up to three categories on two forms; item 3 is not on the second form."""
    drawn = np.random.default_rng(4).random((5, 2, 3))
    drawn[1, :, 2] = 0
    drawn[3, 1] = [1, 0, 0]
    return drawn


def by_patterns(weights: Floats, left_out: tuple[int, ...] = ()) -> Floats:
    """The slow obvious version: add up the weight of every pattern at its raw score."""
    n_items, n_forms, n_categories = weights.shape
    rows = np.zeros((n_forms, n_items * (n_categories - 1) + 1))
    for pattern in product(range(n_categories), repeat=n_items):
        if any(pattern[item] for item in left_out):
            continue
        factors = [
            weights[item, :, category]
            for item, category in enumerate(pattern)
            if item not in left_out
        ]
        rows[:, sum(pattern)] += np.prod(factors, axis=0)
    return rows


def test_the_product_sums_the_patterns_of_each_score(weights: Floats) -> None:
    np.testing.assert_allclose(times_items(one(2, 11), weights, range(5)), by_patterns(weights))


def test_leaving_each_item_out_sums_the_patterns_of_the_others(weights: Floats) -> None:
    found = dict(without_each(one(2, 11), weights, range(5)))
    assert sorted(found) == [0, 1, 2, 3, 4]
    for item, rows in found.items():
        np.testing.assert_allclose(rows, by_patterns(weights, (item,)))


def test_leaving_each_pair_out_sums_the_patterns_of_the_others(weights: Floats) -> None:
    found = {(j, k): rows for j, k, rows in without_each_pair(one(2, 11), weights, range(5))}
    assert sorted(found) == [(j, k) for j in range(5) for k in range(j + 1, 5)]
    for pair, rows in found.items():
        np.testing.assert_allclose(rows, by_patterns(weights, pair))


def test_four_hundred_items_keep_their_digits() -> None:
    """Equal items: the functions are binomial probabilities, down to 0.5 ** 400."""
    weights = np.full((400, 1, 2), 0.5)
    score = np.arange(401)
    exact = gammaln(401) - gammaln(score + 1) - gammaln(401 - score) - 400 * np.log(2)
    rows = times_items(one(1, 401), weights, range(400))
    np.testing.assert_allclose(np.log(rows[0]), exact, rtol=1e-11)
    for _, others in without_each(one(1, 401), weights, range(400)):
        exact = gammaln(400) - gammaln(score[:-1] + 1) - gammaln(400 - score[:-1])
        np.testing.assert_allclose(np.log(others[0, :-1]), exact - 399 * np.log(2), rtol=1e-11)
        break
