"""Alpha and omega: formulas written out, derivatives by differences, coverage by simulation."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.optimize import minimize

from psychometrics.classical import reliability
from psychometrics.classical.reliability import (
    _alpha,  # the derivatives are what the intervals rest on
    _omega,
    _one_factor,
)
from psychometrics.errors import BadOption
from tests.psychometrics.figures import OWN, read_matrix

Floats = NDArray[np.float64]


def covariance_of(name: str) -> Floats:
    return np.cov(read_matrix(OWN / "data" / f"{name}.csv").T)


@pytest.mark.parametrize("name", ["rasch_small", "twopl", "grm", "mixed"])
def test_alpha_is_the_textbook_one(name: str) -> None:
    responses = read_matrix(OWN / "data" / f"{name}.csv")
    result = reliability(responses)
    n_items = responses.shape[1]
    total = responses.sum(axis=1)
    share = responses.var(axis=0, ddof=1).sum() / total.var(ddof=1)
    assert result.alpha.value == pytest.approx(n_items / (n_items - 1) * (1 - share))
    assert result.standard_deviation == pytest.approx(total.std(ddof=1))
    assert result.mean == pytest.approx(total.mean())
    assert result.standard_error_of_measurement == pytest.approx(
        total.std(ddof=1) * np.sqrt(1 - result.alpha.value)
    )
    for item in range(n_items):
        shorter = reliability(np.delete(responses, item, axis=1))
        assert result.alpha_without[item] == pytest.approx(shorter.alpha.value)


def test_omega_of_known_loadings_is_exact() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    scale = np.array([1.0, 2.0, 0.5, 3.0])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1)
    covariances = correlations * np.outer(scale, scale)
    found, at_bound = _one_factor(covariances)
    np.testing.assert_allclose(found, loadings, atol=1e-9)
    assert len(at_bound) == 0
    true = (scale @ loadings) ** 2
    value, _ = _omega(covariances, found, at_bound)
    assert value == pytest.approx(true / (true + scale**2 @ (1 - loadings**2)))


@pytest.mark.parametrize("name", ["rasch_small", "twopl", "grm", "pcm"])
def test_loadings_leave_the_smallest_squared_residuals(name: str) -> None:
    correlations = np.corrcoef(read_matrix(OWN / "data" / f"{name}.csv").T)
    off_diagonal = ~np.eye(len(correlations), dtype=bool)

    def misfit(loadings: Floats) -> float:
        residuals = (correlations - np.outer(loadings, loadings))[off_diagonal]
        return float(residuals @ residuals)

    slow = minimize(misfit, np.full(len(correlations), 0.3), tol=1e-12)
    found, _ = _one_factor(correlations)
    assert misfit(found) <= slow.fun + 1e-12
    np.testing.assert_allclose(found, slow.x, atol=1e-4)


def test_a_heywood_case_is_held_and_named() -> None:
    correlations = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1]])  # 0.9 * 0.8 / 0.5 > 1
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_normal(np.zeros(3), correlations, 400)
    scores = np.clip(np.round(3 * drawn + 10), 0, 20)
    result = reliability(scores)
    assert result.heywood == (0,)
    assert result.loadings[0] ** 2 == pytest.approx(0.995)
    assert np.isfinite([result.omega.value, result.omega.standard_error]).all()


@pytest.mark.parametrize("name", ["twopl", "grm", "mixed"])
def test_derivatives_agree_with_differences(name: str) -> None:
    covariances = covariance_of(name)[:8, :8]

    def alpha_of(matrix: Floats) -> float:
        return _alpha(matrix)[0]

    def omega_of(matrix: Floats) -> float:
        return _omega(matrix, *_one_factor(matrix))[0]

    cases: list[tuple[Callable[[Floats], float], Floats]] = [
        (alpha_of, _alpha(covariances)[1]),
        (omega_of, _omega(covariances, *_one_factor(covariances))[1]),
    ]
    for function, gradient in cases:
        for j, k in [(0, 0), (3, 3), (0, 1), (2, 6)]:
            change = np.zeros_like(covariances)
            change[j, k] = change[k, j] = 1e-5
            slope = (function(covariances + change) - function(covariances - change)) / 2e-5
            assert (gradient * change).sum() / 1e-5 == pytest.approx(slope, abs=2e-6)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """Right-wrong items of a factor model: the true values come from a million persons."""
    rng = np.random.default_rng(11)
    loadings, cuts = np.linspace(0.4, 0.8, 10), np.linspace(-1, 1, 10)

    def draw(n_persons: int) -> NDArray[np.int8]:
        skill = rng.standard_normal((n_persons, 1))
        noise = rng.standard_normal((n_persons, 10)) * np.sqrt(1 - loadings**2)
        return (skill * loadings + noise > cuts).astype(np.int8)

    truth = reliability(draw(500_000))
    results = [reliability(draw(150), confidence=0.9) for _ in range(120)]
    for name in ("alpha", "omega"):
        true = getattr(truth, name).value
        inside = [getattr(r, name).lower < true < getattr(r, name).upper for r in results]
        errors = [getattr(r, name).standard_error for r in results]
        spread = np.std([getattr(r, name).value for r in results])
        assert np.mean(inside) == pytest.approx(0.9, abs=0.07)
        assert np.mean(errors) == pytest.approx(spread, rel=0.15)


def test_responses_missing_at_random_change_little() -> None:
    rng = np.random.default_rng(2)
    responses = read_matrix(OWN / "data" / "twopl.csv")
    complete = reliability(responses)
    responses[rng.random(responses.shape) < 0.2] = np.nan
    thinned = reliability(responses)
    assert thinned.alpha.value == pytest.approx(complete.alpha.value, abs=0.02)
    assert thinned.omega.value == pytest.approx(complete.omega.value, abs=0.02)
    assert thinned.alpha.standard_error > complete.alpha.standard_error
    assert 0.5 * 1000 < thinned.n_smallest < 1000


def test_forms_that_share_too_little_have_no_alpha() -> None:
    result = reliability(read_matrix(OWN / "data" / "twopl_forms.csv"))
    assert result.alpha.undefined == (
        "Fewer than two persons answered what alpha needs: "
        "items 8 and 16 were together given to too few."
    )
    assert np.isnan(result.standard_error_of_measurement)


@pytest.mark.parametrize(
    ("responses", "alpha", "omega"),
    [
        (np.ones((5, 4)), "no variance", "no variance"),
        (np.array([[1], [0]]), "at least two items", "at least two items"),
        (np.array([[1, 0], [0, 1], [1, 1], [0, 0]]), None, "at least three items"),
        (np.array([[1, 0], [0, 1]]), "no variance", "no variance"),
        (np.ones((1, 4)), "Fewer than two persons", "Fewer than two persons"),
    ],
)
def test_what_is_undefined_says_why(
    responses: NDArray[np.int64], alpha: str | None, omega: str | None
) -> None:
    result = reliability(responses)
    for coefficient, sentence in ((result.alpha, alpha), (result.omega, omega)):
        if sentence is None:
            assert coefficient.undefined is None
            assert np.isfinite(coefficient.value)
        else:
            assert sentence in (coefficient.undefined or "")


@given(
    arrays(np.int8, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=st.integers(-1, 2))
)
def test_no_number_is_missing_without_a_reason(matrix: NDArray[np.int8]) -> None:
    result = reliability(matrix, missing=-1)
    for coefficient in (result.alpha, result.omega):
        numbers = [
            coefficient.value,
            coefficient.standard_error,
            coefficient.lower,
            coefficient.upper,
        ]
        assert np.isfinite(numbers).all() == (coefficient.undefined is None)
    for value, reason in zip(result.alpha_without, result.alpha_without_undefined, strict=True):
        assert np.isfinite(value) == (reason is None)
    assert np.isfinite(result.loadings).all() == (result.omega.undefined is None)


def test_items_that_repeat_each_other_have_alpha_one() -> None:
    column = np.array([[0], [1], [1], [0], [1]])
    result = reliability(np.repeat(column, 4, axis=1))
    assert result.alpha.value == pytest.approx(1)
    assert result.standard_error_of_measurement == pytest.approx(0, abs=1e-7)


def test_a_confidence_that_is_none_is_refused() -> None:
    with pytest.raises(BadOption, match="confidence is 95"):
        reliability(np.eye(3), confidence=95)
