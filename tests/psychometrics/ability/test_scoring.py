"""Scores against slow versions, at the extremes, and of odd input."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from psychometrics import Items, equally_spaced, plausible_values, score, sum_score_table
from psychometrics.ability import Method, score_probabilities
from psychometrics.errors import BadOption, BadResponses
from tests.psychometrics.examples import answers, spread

MIXED = Items.from_irt(
    ["2PL", "3PL", "GRM", "GPCM", "4PL"],
    a=[1.2, 1.5, 1.0, 0.8, 1.3],
    b=[
        [0.2, *[np.nan] * 2],
        [-0.5, *[np.nan] * 2],
        [-1, 0, 1.2],
        [0.5, -0.3, 1],
        [0.8, *[np.nan] * 2],
    ],
    c=[np.nan, 0.2, np.nan, np.nan, 0.1],
    u=[np.nan, np.nan, np.nan, np.nan, 0.95],
)


def heights(items: Items, x: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """One person's log likelihood at each theta."""
    log_p = items.log_probabilities(theta)
    return sum(log_p[j, int(code)] for j, code in enumerate(x) if not np.isnan(code))


def log_likelihood(items: Items, x: np.ndarray, theta: float) -> float:
    return float(heights(items, x, np.array([theta]))[0])


def slow(items: Items, x: np.ndarray, method: Method) -> float:
    """Theta by a fine grid and a bounded search about its highest point."""
    grid = np.linspace(-8, 8, 1601)
    height = heights(items, x, grid)
    if method == "EAP":
        weights = np.exp(height - height.max() - grid**2 / 2)
        return float(weights @ grid / weights.sum())
    if method == "MAP":
        height -= grid**2 / 2
    at = int(height.argmax())

    def loss(theta: float) -> float:
        return -log_likelihood(items, x, theta) + (theta**2 / 2 if method == "MAP" else 0)

    found = minimize_scalar(
        loss, bounds=(grid[at - 1], grid[at + 1]), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


@pytest.mark.parametrize("method", ["EAP", "MAP", "ML"])
def test_scores_are_the_slow_ones_with_formats_mixed_and_answers_missing(method: Method) -> None:
    rng = np.random.default_rng(4)
    x = answers(MIXED, rng.standard_normal(25), rng)
    x[rng.random(x.shape) < 0.15] = np.nan
    found = score(x, MIXED, method)
    for row in np.flatnonzero(found.at_bound == 0):
        if found.n_answered[row]:
            assert found.theta[row] == pytest.approx(slow(MIXED, x[row], method), abs=2e-5)


@pytest.mark.parametrize(
    "items", [MIXED, spread("2PL", 6), spread("GRM", 6)], ids=["mixed", "2PL", "GRM"]
)
def test_weighted_likelihood_solves_warms_equation(items: Items) -> None:
    rng = np.random.default_rng(8)
    x = answers(items, rng.standard_normal(60), rng)
    found = score(x, items, "WLE")
    inside = found.at_bound == 0
    assert inside.sum() > 50
    theta = found.theta[inside]
    first, second = items.theta_derivatives(theta)
    p = items.probabilities(theta)
    slope = np.array(
        [sum(first[j, int(x_j), n] for j, x_j in enumerate(row)) for n, row in enumerate(x[inside])]
    )
    rise = p * first
    bend = p * (second + first**2)
    skew = np.divide(rise * bend, p, out=np.zeros_like(p), where=p > 0).sum(axis=(0, 1))
    information = items.information(theta).sum(axis=0)
    np.testing.assert_allclose(slope + skew / (2 * information), 0, atol=1e-6)
    np.testing.assert_allclose(found.standard_error[inside], information**-0.5, rtol=1e-6)


def test_errors_are_curvatures_at_the_estimate() -> None:
    rng = np.random.default_rng(1)
    x = answers(MIXED, rng.standard_normal(20), rng)
    for method, prior in (("ML", 0.0), ("MAP", 1.0)):
        found = score(x, MIXED, method)
        for row in np.flatnonzero(found.at_bound == 0):
            t, h = found.theta[row], 1e-3
            values = [log_likelihood(MIXED, x[row], t + s * h) for s in (-1, 0, 1)]
            curvature = -(values[0] - 2 * values[1] + values[2]) / h**2 + prior
            assert found.standard_error[row] == pytest.approx(curvature**-0.5, rel=1e-3)


@pytest.mark.parametrize("model", ["Rasch", "2PL", "GRM", "GPCM"])
def test_perfect_and_zero_patterns_are_bounded_and_said(model: str) -> None:
    items = spread(model, 8)
    top = (items.n_categories - 1).astype(float)
    x = np.stack([top, 0 * top])
    found = score(x, items, "ML", bounds=(-7.0, 7.0))
    assert found.theta.tolist() == [7.0, -7.0]
    assert found.at_bound.tolist() == [1, -1]
    assert np.isfinite(found.standard_error).all()
    for method in ("EAP", "MAP", "WLE"):
        finite = score(x, items, method)
        assert finite.at_bound.tolist() == [0, 0]
        assert 1 < finite.theta[0] < 6
        assert -6 < finite.theta[1] < -1


def test_all_wrong_with_guessing_has_no_finite_maximum() -> None:
    items = Items.from_irt("3PL", [1.2] * 6, np.linspace(-1, 1, 6), [0.2] * 6)
    assert score(np.zeros(6), items, "ML").at_bound.tolist() == [-1]


def test_the_highest_of_two_maxima_is_found() -> None:
    """Right on a hard item and wrong on easy ones, with guessing: two peaks."""
    items = Items.from_irt("3PL", [4.0, 2.5, 2.5, 4.0], [2.5, -2.0, -1.8, 2.6], [0.05] * 4)
    x = np.array([1.0, 1.0, 0.0, 1.0])
    found = score(x, items, "ML")
    grid = np.linspace(-10, 10, 4001)
    assert log_likelihood(items, x, found.theta[0]) >= heights(items, x, grid).max() - 1e-6


def test_nobodys_answers_say_nothing() -> None:
    x = np.full((1, 6), np.nan)
    items = spread("2PL", 6)
    eap = score(x, items, "EAP", mean=0.3, sd=1.5)
    assert eap.theta[0] == pytest.approx(0.3, abs=1e-9)
    assert eap.standard_error[0] == pytest.approx(1.5, abs=1e-6)
    assert score(x, items, "MAP", mean=0.3, sd=1.5).theta[0] == pytest.approx(0.3, abs=1e-6)
    for method in ("ML", "WLE"):
        found = score(x, items, method)
        assert found.n_answered.tolist() == [0]
        assert np.isnan(found.theta[0])


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), method=st.sampled_from(get_args(Method)))
def test_a_person_scores_alone_as_among_many(seed: int, method: Method) -> None:
    rng = np.random.default_rng(seed)
    x = answers(MIXED, rng.standard_normal(30), rng)
    x[rng.random(x.shape) < 0.2] = np.nan
    together = score(x, MIXED, method)
    row = int(rng.integers(30))
    alone = score(x[row], MIXED, method)
    np.testing.assert_allclose(alone.theta[0], together.theta[row], atol=1e-6)
    np.testing.assert_allclose(alone.standard_error[0], together.standard_error[row], rtol=1e-5)
    order = rng.permutation(len(MIXED))
    turned = score(x[:, order], MIXED.select(order), method)
    np.testing.assert_allclose(turned.theta, together.theta, atol=1e-6)


def test_a_better_answer_never_lowers_the_estimate() -> None:
    items = spread("2PL", 10)
    rng = np.random.default_rng(6)
    x = answers(items, rng.standard_normal(200), rng)
    better = x.copy()
    better[:, 3] = 1
    for method in get_args(Method):
        assert (score(better, items, method).theta >= score(x, items, method).theta - 1e-9).all()


@pytest.mark.parametrize(
    ("x", "options", "error", "sentence"),
    [
        (np.array([0, 2.0, 0, 0, 0, 0]), {}, BadResponses, r"row 0, column 1 \('I2'\) holds 2"),
        (np.zeros(5), {}, BadResponses, "5 columns for 6 items"),
        (np.zeros(6), {"method": "JML"}, BadOption, "'JML'"),
        (np.zeros(6), {"sd": 0.0}, BadOption, "standard deviation 0"),
        (np.zeros(6), {"method": "ML", "bounds": (2.0, -2.0)}, BadOption, "bounds"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    x: np.ndarray, options: dict, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        score(x, spread("2PL", 6), **options)


# ---- sum scores and plausible values


def test_score_probabilities_are_sums_over_patterns() -> None:
    from itertools import product

    items = MIXED.select([0, 2, 4])
    theta = np.array([-1.0, 0.7])
    p = items.probabilities(theta)
    slow = np.zeros((6, 2))
    for pattern in product(range(2), range(4), range(2)):
        slow[sum(pattern)] += np.prod([p[j, k] for j, k in enumerate(pattern)], axis=0)
    np.testing.assert_allclose(score_probabilities(items, theta), slow, rtol=1e-12)


def test_under_the_rasch_model_the_raw_score_is_all_there_is() -> None:
    items = spread("Rasch", 9)
    table = sum_score_table(items, sd=1.3)
    x = np.tri(10, 9, -1)
    np.testing.assert_allclose(score(x, items, "EAP", sd=1.3).theta, table.theta, atol=1e-9)
    np.testing.assert_allclose(
        score(x, items, "EAP", sd=1.3).standard_error, table.standard_error, atol=1e-9
    )
    assert table.probability.sum() == pytest.approx(1.0)


def test_plausible_values_have_the_posteriors_mean_and_spread() -> None:
    items = spread("2PL", 12)
    rng = np.random.default_rng(3)
    x = answers(items, rng.standard_normal(40), rng)
    draws = plausible_values(x, items, 4000, rng)
    eap = score(x, items, "EAP")
    z = (draws.mean(axis=1) - eap.theta) / (eap.standard_error / np.sqrt(4000))
    assert np.abs(z).max() < 4.5
    np.testing.assert_allclose(draws.std(axis=1), eap.standard_error, rtol=0.06)


@pytest.mark.parametrize("answered", [0, 3, 12])
def test_plausible_values_are_distributed_as_the_posterior(answered: int) -> None:
    """Kolmogorov's distance to the posterior, summed up slowly, is that of a true sample."""
    items = spread("3PL", 12, c=0.2)
    x = np.full((1, 12), np.nan)
    x[0, :answered] = np.arange(answered) % 3 == 0
    draws = plausible_values(x, items, 20_000, np.random.default_rng(5), mean=0.4, sd=1.2)[0]
    theta = np.linspace(-9, 9, 3601)
    height = -(((theta - 0.4) / 1.2) ** 2) / 2 + heights(items, x[0], theta)
    density = np.exp(height - height.max())
    below = np.cumsum(density) / density.sum()
    gap = np.abs(np.interp(np.sort(draws), theta, below) - (np.arange(20_000) + 0.5) / 20_000)
    assert gap.max() < 1.95 / np.sqrt(20_000)  # one true sample in a thousand is further off


def test_plausible_values_come_back_with_the_seed() -> None:
    items = spread("2PL", 5)
    x = np.eye(5)
    one, two = (plausible_values(x, items, 3, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    with pytest.raises(BadOption, match="n_draws"):
        plausible_values(x, items, 0, np.random.default_rng(9))


def test_a_test_of_1308_items_scores_everyone() -> None:
    """Products of so many probabilities are 0 in floating point, and R's mirt gives NA."""
    rng = np.random.default_rng(2)
    items = Items.from_irt("2PL", rng.uniform(0.6, 1.8, 1308), rng.normal(0, 1, 1308))
    theta = np.array([-2.5, 0.0, 2.5])
    x = answers(items, theta, rng)
    for method in get_args(Method):
        found = score(x, items, method)
        np.testing.assert_allclose(found.theta, theta, atol=5 * found.standard_error.max())
        assert (found.standard_error < 0.2).all()
    fine = score(x, items, "EAP", quadrature=equally_spaced(-6, 6, 4001))
    np.testing.assert_allclose(score(x, items, "EAP").theta, fine.theta, atol=1e-6)
