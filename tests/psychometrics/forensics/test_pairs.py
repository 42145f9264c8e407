"""Pairs: slow obvious versions, answers of options, forms, and a whole event in blocks."""

from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy.stats import binom, norm

from psychometrics import Items, score, simulate
from psychometrics.forensics import gbt, m4, omega, similar_pairs
from psychometrics.forensics.generalized_binomial import dominance_tails, upper_tails
from tests.psychometrics.forensics.events import event


def test_tails_are_those_of_every_outcome_added_up() -> None:
    rng = np.random.default_rng(1)
    chances = rng.random((6, 5))
    least = np.array([0, 1, 2, 3, 4, 5])
    slow = np.zeros(6)
    for outcome in product([0, 1], repeat=5):
        p = np.where(outcome, chances, 1 - chances).prod(axis=1)
        slow += p * (sum(outcome) >= least)
    np.testing.assert_allclose(upper_tails(chances, least), slow, rtol=1e-12)


def test_equal_chances_make_a_binomial_with_its_smallest_tails() -> None:
    least = np.arange(41)
    found = upper_tails(np.full((41, 40), 0.2), least)
    np.testing.assert_allclose(found, binom.sf(least - 1, 40, 0.2), rtol=1e-10)
    assert found[-1] < 1e-27


def test_m4_is_every_pair_of_counts_written_out() -> None:
    rng = np.random.default_rng(2)
    draws = rng.dirichlet([2.0, 1.0, 2.0], size=4)
    joint: dict[tuple[int, int], float] = {}
    for outcome in product(range(3), repeat=4):
        counts = (outcome.count(0), outcome.count(1))
        joint[counts] = joint.get(counts, 0.0) + float(
            np.prod([draws[j, k] for j, k in enumerate(outcome)])
        )

    def passed(one: int, other: int) -> float:
        return sum(p for (i, j), p in joint.items() if i >= one and j >= other)

    for one, other in joint:
        limit = passed(one, other) * (1 + 1e-9)
        slow = sum(p for at, p in joint.items() if passed(*at) <= limit)
        found = dominance_tails(
            draws[None, :, 0], draws[None, :, 1], np.array([one]), np.array([other])
        )
        assert found[0] == pytest.approx(slow)


@pytest.mark.parametrize("given_source", [True, False])
def test_all_pairs_of_options_are_the_formula_pair_by_pair(given_source: bool) -> None:
    items, theta, left = event(3, 9, 12)
    x = left.responses.astype(float)
    x[2, :5] = np.nan  # not every person was given every item
    chances = items.probabilities(theta)
    found = omega(x, items, theta, given_source=given_source)
    exact = gbt(x, items, theta, given_source=given_source)
    pairs = list((permutations if given_source else combinations)(range(9), 2))
    assert [tuple(pair) for pair in found.pairs.tolist()] == pairs
    for at, (i, k) in enumerate(pairs):
        n, p = 0, []
        for j in range(12):
            if np.isnan(x[i, j]) or np.isnan(x[k, j]):
                continue
            n += int(x[i, j] == x[k, j])
            if given_source:
                p.append(chances[j, int(x[i, j]), k])
            else:
                p.append(sum(chances[j, c, i] * chances[j, c, k] for c in range(4)))
        spread = np.sqrt(sum(one * (1 - one) for one in p))
        assert found.n_items[at] == len(p)
        assert found.matches[at] == n
        assert found.z[at] == pytest.approx((n - sum(p)) / spread)
        assert found.p[at] == pytest.approx(norm.sf((n - sum(p)) / spread))
        assert exact.p[at] == pytest.approx(upper_tails(np.array([p]), np.array([n]))[0])
        assert exact.z[at] == pytest.approx(found.z[at])


def test_m4_counts_right_and_wrong_options() -> None:
    items, theta, left = event(4, 6, 10)
    x = left.responses
    found = m4(x, items, theta, right=np.full(10, 3), pairs=[[0, 1], [4, 2]])
    assert found.same_right.tolist() == [
        int(((x[i] == 3) & (x[k] == 3)).sum()) for i, k in ((0, 1), (4, 2))
    ]
    wrong = [int(((x[i] == x[k]) & (x[i] != 3)).sum()) for i, k in ((0, 1), (4, 2))]
    assert found.same_wrong.tolist() == wrong
    chances = items.probabilities(theta)
    assert found.expected_right[1] == pytest.approx((chances[:, 3, 4] * chances[:, 3, 2]).sum())


@pytest.mark.parametrize("given_source", [True, False])
def test_the_blocks_of_an_event_are_its_pairs(
    given_source: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psychometrics.forensics.event.PERSONS_AT_A_TIME", 7)
    monkeypatch.setattr("psychometrics.forensics.event.PAIRS_AT_A_TIME", 5)
    items, theta, left = event(5, 40, 30, copied=0.8)
    every = gbt(left.responses, items, theta, given_source=given_source)
    found = similar_pairs(left.responses, items, theta, given_source=given_source, screen=0.2)
    assert found.n_tested == found.n_pairs == len(every.p)
    passed = every.z >= -norm.ppf(0.2)
    order = np.flatnonzero(passed)[np.argsort(every.p[passed], kind="stable")]
    np.testing.assert_allclose(found.found.p, every.p[order])
    assert {tuple(p) for p in found.found.pairs.tolist()} == {
        tuple(p) for p in every.pairs[order].tolist()
    }
    np.testing.assert_allclose(found.found.p_adjusted[:3], np.sort(every.p_adjusted)[:3])
    assert sorted(map(tuple, found.found.pairs[found.found.flagged].tolist())) == sorted(
        map(tuple, every.pairs[every.flagged].tolist())
    )
    assert every.flagged.any()
    normal = similar_pairs(
        left.responses, items, theta, method="omega", given_source=given_source, screen=0.2
    )
    np.testing.assert_allclose(np.sort(normal.found.p), np.sort(every_p(every.z, 0.2)))


def every_p(z: np.ndarray, screen: float) -> np.ndarray:  # type: ignore[type-arg]
    p = norm.sf(z)
    return np.asarray(p[p <= screen])


def test_the_screen_keeps_every_pair_whose_exact_p_matters() -> None:
    for seed in range(5):
        items, theta, left = event(seed, 60, 40)
        every = gbt(left.responses, items, theta, given_source=False)
        found = similar_pairs(left.responses, items, theta)
        assert (every.p < 0.005).sum() == (found.found.p < 0.005).sum()
    rng = np.random.default_rng(1)  # right and wrong only: many matches are expected
    easy = Items.from_irt("2PL", np.ones(40), rng.normal(-1.5, 0.5, 40))
    theta = rng.normal(0, 1, 150)
    x = simulate(easy, theta, rng=rng).responses
    every = gbt(x, easy, theta, given_source=False)
    found = similar_pairs(x, easy, theta)
    assert (every.p < 0.001).sum() == (found.found.p < 0.001).sum() > 0


def test_a_screen_that_may_have_cost_a_flag_says_so() -> None:
    items, theta, left = event(6, 5, 40, copied=1.0)
    found = similar_pairs(left.responses, items, theta, screen=0.001)
    assert [flag.code for flag in found.flags] == ["screen_binds"]
    assert not similar_pairs(left.responses, items, theta, screen=0.05).flags


def test_persons_of_different_forms_are_compared_on_what_they_share() -> None:
    items, theta, left = event(7, 4, 30)
    x = left.responses.astype(float)
    x[0, 20:], x[1, :15], x[2, :20] = np.nan, np.nan, np.nan
    found = omega(x, items, theta, pairs=[[0, 1], [0, 2], [0, 3]])
    assert found.n_items.tolist() == [5, 0, 20]
    assert [(flag.code, flag.where) for flag in found.flags] == [
        ("no_value", (1,)),
        ("few_shared_items", (0,)),
    ]
    assert np.isnan([found.z[1], found.p[1], found.p_adjusted[1]]).all()
    assert not found.flagged[1]
    alone = omega(x[:, :20], items.select(range(20)), theta, pairs=[[0, 3]])
    assert found.z[2] == pytest.approx(alone.z[0])


def test_a_copier_is_found_from_estimated_abilities() -> None:
    items, _, left = event(8, 60, 60, copied=0.6)
    theta = score(left.responses, items, "EAP").theta
    found = similar_pairs(left.responses, items, theta)
    assert found.found.pairs[found.found.flagged].tolist() == [[0, 1]]


def test_the_order_of_persons_changes_nothing() -> None:
    items, theta, left = event(9, 30, 20)
    turn = np.random.default_rng(1).permutation(30)
    pairs = np.array([[0, 1], [5, 9]])
    one = gbt(left.responses, items, theta, pairs=pairs)
    back = np.argsort(turn)
    other = gbt(left.responses[turn], items, theta[turn], pairs=back[pairs])
    np.testing.assert_array_equal(one.p, other.p)
