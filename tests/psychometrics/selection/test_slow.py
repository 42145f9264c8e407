"""Criteria, rules and chance against slow, obvious versions."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from psychometrics import Items, score
from psychometrics.selection import (
    AStratified,
    ConfidenceInterval,
    ContentBalance,
    Progressive,
    Proportional,
    Randomesque,
    SequentialTest,
    Stopping,
    next_item,
    stop_now,
)
from tests.psychometrics.selection.sessions import bank, mixed

ITEMS = mixed()
GIVEN, ANSWERS = [3, 14, 20, 7], [1, 0, 2, 1]
GRID = np.linspace(-9, 9, 4001)


def density(items: Items, given: list[int], answers: list[int], prior: bool = True) -> Any:
    p = items.probabilities(GRID)[given, answers].prod(axis=0)
    p = p * norm.pdf(GRID) if prior else np.where(np.abs(GRID) <= 6, p, 0.0)
    return p / p.sum()


def test_every_criterion_is_its_definition_for_mixed_formats() -> None:
    posterior = density(ITEMS, GIVEN, ANSWERS)
    likelihood = density(ITEMS, GIVEN, ANSWERS, prior=False)
    theta = float(posterior @ GRID)
    p, here = ITEMS.probabilities(GRID), ITEMS.probabilities(theta)[:, :, 0]
    information = ITEMS.information(GRID)
    expected: dict[str, list[float]] = {name: [] for name in ("KL", "KLP", "MEPV", "MEI")}
    for item in range(len(ITEMS)):
        categories = range(ITEMS.n_categories[item])
        divergence = sum(here[item, k] * np.log(here[item, k] / p[item, k]) for k in categories)
        expected["KL"].append(likelihood @ divergence)
        expected["KLP"].append(posterior @ divergence)
        variance, observed = 0.0, 0.0
        for k in categories:
            after = posterior * p[item, k] / (posterior @ p[item, k])
            mean = after @ GRID
            variance += here[item, k] * (after @ GRID**2 - mean**2)
            observed -= here[item, k] * ITEMS.theta_derivatives(mean)[1][item, k, 0]
        expected["MEPV"].append(variance)
        expected["MEI"].append(observed)
    by_name: dict[str, Any] = {
        **expected,
        "MFI": ITEMS.information(theta)[:, 0],
        "MPWI": information @ posterior,
        "MLWI": information @ likelihood,
        "bOpt": np.abs(np.nanmean(ITEMS.metric.b, axis=1) - theta),
    }
    for name, values in by_name.items():
        found = next_item(ITEMS, GIVEN, ANSWERS, criterion=name)  # type: ignore[arg-type]
        assert found.theta == pytest.approx(theta, abs=1e-6)
        tolerance = 1e-3 if name in {"KL", "MLWI"} else 1e-5  # the slow likelihood is cut roughly
        np.testing.assert_allclose(found.values, values, rtol=tolerance, atol=1e-5, err_msg=name)
        left = [item for item in range(len(ITEMS)) if item not in GIVEN]
        pick = min if name in {"MEPV", "bOpt"} else max
        assert found.item == pick(left, key=lambda item, v=values: v[item])  # type: ignore[misc]


@pytest.mark.parametrize("slope", [0.3, 1.0, 3.0, 8.0])
def test_information_between_nodes_is_right_to_five_digits(slope: float) -> None:
    items = Items.from_irt("3PL", [slope] * 3, [-1.0, 0.0, 1.5], [0.0, 0.2, 0.3])
    for theta in np.random.default_rng(1).uniform(-4, 4, 40):
        values = next_item(items, theta=float(theta)).values
        exact = items.information(theta)[:, 0]
        np.testing.assert_allclose(values, exact, atol=1e-5 * slope**2 / 4)


def shares(chance: Any, n_given: int = 4, draws: int = 4000) -> Any:
    rngs = np.random.default_rng(2).spawn(1)
    values = next_item(ITEMS, GIVEN, ANSWERS).values.copy()
    values[GIVEN] = -np.inf
    drawn = [int(chance.choose(values[None].copy(), n_given, rngs)[0]) for _ in range(draws)]
    return values, np.bincount(drawn, minlength=len(ITEMS)) / draws


def test_randomesque_draws_each_of_the_best_as_often() -> None:
    values, share = shares(Randomesque(4))
    expected = np.where(np.isin(np.arange(len(ITEMS)), np.argsort(-values)[:4]), 0.25, 0.0)
    np.testing.assert_allclose(share, expected, atol=0.03)


def test_proportional_draws_by_the_power_of_information() -> None:
    values, share = shares(Proportional(8))
    power = 8 * sum(range(5)) / sum(range(8))
    weights = np.where(np.isfinite(values), np.maximum(values, 0), 0) ** power
    np.testing.assert_allclose(share, weights / weights.sum(), atol=0.03)


def test_progressive_begins_by_chance_and_ends_with_information() -> None:
    values, first = shares(Progressive(10), 0)
    left = np.isfinite(values)
    np.testing.assert_allclose(first[left], 1 / left.sum(), atol=0.02)
    _, last = shares(Progressive(10), 9, 50)
    assert last[values.argmax()] == 1.0
    _, between = shares(Progressive(10), 4)
    assert first[values.argmax()] < between[values.argmax()] < 1.0


def test_content_balance_takes_the_area_that_lacks_most() -> None:
    area = np.arange(24) % 3
    rule = ContentBalance.of(area, [2, 1, 1])
    given: list[int] = []
    for _ in range(20):
        count = np.bincount(area[given], minlength=3)
        lacks = np.array([0.5, 0.25, 0.25]) - count / max(len(given), 1)
        lacks[[all(j in given for j in np.flatnonzero(area == k)) for k in range(3)]] = -np.inf
        item = next_item(ITEMS, given, [0] * len(given), constraints=[rule]).item
        assert area[item] == lacks.round(9).argmax()
        given.append(item)


@pytest.mark.parametrize("blocked", [False, True])
def test_strata_rise_in_slope_and_are_taken_in_order(blocked: bool) -> None:
    items = bank(40)
    rule = AStratified.of(items, 4, 10, blocked=blocked)
    assert np.bincount(rule.stratum).tolist() == [10] * 4
    assert rule.lengths.sum() == 10
    means = [items.a[rule.stratum == s].mean() for s in range(4)]
    assert means == sorted(means)
    if blocked:
        order = np.argsort(items.b)
        for start in range(0, 40, 4):
            block = order[start : start + 4]
            assert rule.stratum[block[np.argsort(items.a[block])]].tolist() == [0, 1, 2, 3]
    given: list[int] = []
    for step in range(12):
        item = next_item(items, given, [1] * step, criterion="bOpt", constraints=[rule]).item
        stage = int(np.searchsorted(rule.lengths.cumsum(), step, side="right"))
        assert rule.stratum[item] == min(stage, 3)
        given.append(item)


def test_a_constraint_that_leaves_nothing_is_dropped_and_said() -> None:
    found = next_item(ITEMS, constraints=[lambda given, available: np.zeros_like(available)])
    assert found.item == next_item(ITEMS).item
    assert [flag.code for flag in found.flags] == ["constraint_dropped"]


@pytest.mark.parametrize("generalised", [False, True])
@pytest.mark.parametrize("right", [0, 1])
def test_the_sequential_test_is_walds(generalised: bool, right: int) -> None:
    items = bank(30, "2PL")
    rule = SequentialTest(0.2, 0.3, 0.01, 0.02, generalised)
    upper, lower = np.log(0.98 / 0.01), np.log(0.02 / 0.99)
    seen = set()
    for n in range(1, 31):
        likelihood = items.log_probabilities(np.linspace(-6, 6, 12001))[:n, right].sum(axis=0)
        grid = np.linspace(-6, 6, 12001)
        at = {x: float(items.log_probabilities(x)[:n, right].sum()) for x in (-0.1, 0.5)}
        above, below = at[0.5], at[-0.1]
        if generalised:
            above, below = likelihood[grid >= 0.5].max(), likelihood[grid <= -0.1].max()
        ratio = above - below
        expected = 1 if ratio >= upper else -1 if ratio <= lower else 0
        if min(abs(ratio - upper), abs(ratio - lower)) < 1e-2:
            continue
        found = stop_now(items, range(n), [right] * n, Stopping(99, decision=rule))
        assert found.decision == expected
        seen.add(expected)
    assert seen == {0, 1 if right else -1}


def test_an_interval_decides_when_it_leaves_the_cut_out() -> None:
    items = bank(40, "2PL")
    for n in range(1, 41):
        x = np.full(40, np.nan)
        x[:n] = 1
        mine = score(x, items)
        reach = norm.ppf(0.95) * mine.standard_error[0]
        rule = Stopping(99, decision=ConfidenceInterval(0.5, 0.9))
        assert stop_now(items, range(n), [1] * n, rule).decision == (mine.theta[0] - reach > 0.5)


def test_rules_are_asked_in_their_order() -> None:
    items, given = bank(20, "2PL"), list(range(10))
    loose = ConfidenceInterval(-3.0, 0.5)
    answers = [1] * 10
    assert stop_now(items, given, answers, Stopping(11)).reason is None
    assert stop_now(items, given, answers, Stopping(10)).reason == "length"
    assert stop_now(items, given, answers, Stopping(10, standard_error=2.0)).reason == "precision"
    both = Stopping(10, standard_error=2.0, decision=loose)
    assert stop_now(items, given, answers, both).reason == "decision"
    late = Stopping(15, 12, standard_error=2.0, decision=loose)
    assert stop_now(items, given, answers, late).reason is None
