"""A choice from the short list is the choice from all exact values."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics import Items
from psychometrics.selection import Criterion, Randomesque, Stopping, simulate_sessions
from psychometrics.selection.approximations import approximation
from psychometrics.selection.choice import best
from psychometrics.selection.criteria import CRITERIA, desirable
from psychometrics.selection.pool import Pool, pooled
from psychometrics.selection.rule import Rule
from psychometrics.selection.states import Estimate, States, state_after
from tests.psychometrics.selection.sessions import bank, lived

N_ITEMS = 220


def formats() -> Items:
    """Two, three and four categories, five items twice."""
    rng = np.random.default_rng(6)
    models = ["3PL"] * 100 + ["2PL"] * 40 + ["GRM"] * 40 + ["GPCM"] * 35 + ["3PL"] * 5
    b = np.full((N_ITEMS, 3), np.nan)
    b[:140, 0] = rng.normal(0.0, 1.2, 140)
    b[140:180, :2] = np.sort(rng.normal(size=(40, 2)), axis=1) + np.array([0.0, 0.3])
    b[180:215] = rng.normal(size=(35, 3))
    a, c = rng.uniform(0.4, 2.8, N_ITEMS), np.full(N_ITEMS, np.nan)
    c[:100] = rng.uniform(0.0, 0.35, 100)
    b[215:], a[215:], c[215:] = b[:5], a[:5], c[:5]
    return Items.from_irt(models, a, b, c)


POOLS: dict[str, Pool] = {
    "formats": pooled(formats(), 0.0, 1.0),
    "3PL": pooled(bank(N_ITEMS), 0.3, 1.4),
}


def drawn(pool: Pool, estimate: Estimate, length: int, n: int, seed: int) -> States:
    """Sessions after random items, with answers of the able, the less able and the odd."""
    rng = np.random.default_rng(seed)
    given_ = np.argsort(rng.random((n, N_ITEMS)), axis=1)[:, :length]
    most = pool.items.n_categories[given_] - 1
    lean = rng.choice([0.0, 0.2, 0.5, 0.9, 1.0], size=(n, 1))
    answers = (rng.random(given_.shape) < lean) * most
    return state_after(pool, given_, answers, estimate)


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(POOLS)),
    criterion=st.sampled_from(CRITERIA),
    estimate=st.sampled_from(["EAP", "MAP"]),
    length=st.sampled_from([0, 1, 5, 20, 60]),
    left=st.sampled_from([0.02, 0.5, 1.0]),
    seed=st.integers(0, 2**31),
)
def test_the_choice_is_that_of_the_exact_values(
    name: str, criterion: Any, estimate: Any, length: int, left: float, seed: int
) -> None:
    pool, rng = POOLS[name], np.random.default_rng(seed)
    states = drawn(pool, estimate, length, 3, seed)
    available = rng.random((3, N_ITEMS)) < left
    available[:, rng.integers(N_ITEMS)] = True
    np.put_along_axis(available, states.given, False, axis=1)
    available[:, -1] |= ~available.any(axis=1)
    values = desirable(Rule(criterion, estimate, (), None, None).values(pool, states), criterion)
    values[~available] = -np.inf
    rule = Rule(criterion, estimate, (), None, None)
    np.testing.assert_array_equal(rule.choose(pool, states, available, []).items, best(values))
    few = Rule(criterion, estimate, (), Randomesque(4), None)
    found = few.choose(pool, states, available, np.random.default_rng(seed).spawn(3))
    same = Randomesque(4).choose(values, length, np.random.default_rng(seed).spawn(3))
    np.testing.assert_array_equal(found.items, same)


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_no_approximation_is_further_off_than_it_says(name: str, criterion: Criterion) -> None:
    pool = POOLS[name]
    for length in (0, 3, 30):
        states = drawn(pool, "EAP", length, 4, length)
        near = approximation(pool, states, criterion, "EAP")
        assert near is not None
        rule = Rule(criterion, "EAP", (), None, None)
        values = desirable(rule.values(pool, states), criterion)
        assert (np.abs(near.values - values) <= near.error).all()


@pytest.mark.parametrize("name", POOLS)
def test_no_item_that_is_not_ranked_has_more_information(name: str) -> None:
    pool = POOLS[name]
    ranking, between = pool.ranked_information, np.linspace(0.0, 1.0, 23)
    for interval, (low, high) in enumerate(pairwise(pool.nodes.tolist())):
        theta = low + (high - low) * between
        exact = pool.information_at(theta)
        mine = ranking.items[interval]
        first, weights = pool.position(theta[1:-1])
        assert (pool.interval(theta[1:-1]) == interval).all()
        there = ranking.values(np.full(len(first), interval), weights)
        np.testing.assert_allclose(there, exact[1:-1, mine], rtol=1e-9, atol=1e-12)
        others = np.delete(exact, mine, axis=1)
        assert (others <= ranking.beyond[interval]).all()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_live_session_from_a_large_bank_chooses_the_same(criterion: Any) -> None:
    items = POOLS["formats"].items
    found = simulate_sessions(
        items, 3, Stopping(12), rng=np.random.default_rng(3), criterion=criterion
    )
    lived(items, found, criterion=criterion)


def test_a_part_of_a_pool_has_the_values_of_the_whole() -> None:
    pool = POOLS["formats"]
    states = drawn(pool, "EAP", 5, 3, 1)
    for which in ([3, 100, 150, 219], [219, 7], [181]):
        for criterion in CRITERIA:
            rule = Rule(criterion, "EAP", (), None, None)
            np.testing.assert_allclose(
                rule.values(pool.part(np.array(which)), states),
                rule.values(pool, states)[:, which],
                rtol=1e-12,
                atol=1e-14,
            )
