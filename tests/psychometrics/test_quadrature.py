"""Nodes: what the rule promises of step and reach, and why not Gauss-Hermite."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit

from psychometrics import Quadrature, equally_spaced
from psychometrics.errors import BadOption
from psychometrics.quadrature import quadrature_for


def test_weights_are_the_normal_density_scaled_to_one() -> None:
    nodes = equally_spaced(-6, 6, 61)
    weights = np.exp(nodes.log_weights(0.5, 1.2))
    density = np.exp(-0.5 * ((nodes.nodes - 0.5) / 1.2) ** 2)
    np.testing.assert_allclose(weights, density / density.sum(), rtol=1e-12)
    assert weights @ nodes.nodes == pytest.approx(0.5, abs=1e-4)


def test_a_density_far_from_the_nodes_is_still_finite() -> None:
    assert np.isfinite(equally_spaced(-6, 6, 61).log_weights(0.0, 1e-3)).all()


@pytest.mark.parametrize("n_items", [5, 50, 100, 200, 400])
def test_the_step_resolves_the_posterior_of_any_length(n_items: int) -> None:
    """Posterior means against 20 times as many nodes; 1e-6 is the study's bar."""
    rng = np.random.default_rng(n_items)
    a, b = np.exp(rng.normal(0.15, 0.3, n_items)), rng.standard_normal(n_items).clip(-2.5, 2.5)
    theta = rng.standard_normal(50)
    x = rng.random((50, n_items)) < expit(a * (theta[:, None] - b))
    at = np.linspace(-4, 4, 161)
    p = expit(a * (at[:, None] - b))
    nodes = quadrature_for((a**2 * p * (1 - p)).sum(axis=1))
    fine = equally_spaced(nodes.nodes[0], nodes.nodes[-1], 20 * (len(nodes.nodes) - 1) + 1)
    np.testing.assert_allclose(mean(x, a, b, nodes), mean(x, a, b, fine), atol=1e-6)


def mean(x: np.ndarray, a: np.ndarray, b: np.ndarray, nodes: Quadrature) -> np.ndarray:
    z = a * (nodes.nodes[:, None] - b)
    log = x @ z.T - np.logaddexp(0, z).sum(axis=1) + nodes.log_weights()
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return weights @ nodes.nodes / weights.sum(axis=1)


def test_gauss_hermite_nodes_miss_what_ours_resolve() -> None:
    """A hundred items: 21 Gauss-Hermite nodes err by a tenth of a logit (mirt and ltm, default)."""
    a, b = np.full(100, 1.2), np.linspace(-2, 2, 100)
    x = (np.arange(100) < 55)[None, :]
    truth = mean(x, a, b, equally_spaced(-6, 6, 2001))[0]
    points, weights = hermegauss(21)
    z = a * (points[:, None] - b)
    log = (x @ z.T)[0] - np.logaddexp(0, z).sum(axis=1) + np.log(weights)
    posterior = np.exp(log - log.max())
    coarse = posterior @ points / posterior.sum()
    assert abs(coarse - truth) > 0.01
    assert mean(x, a, b, quadrature_for(100 * 1.44 / 4))[0] == pytest.approx(truth, abs=1e-6)


def test_nodes_reach_six_deviations_of_every_population() -> None:
    nodes = quadrature_for(4.0, [0.0, 1.5], [1.0, 1.2])
    assert nodes.nodes[0] <= -6
    assert nodes.nodes[-1] >= 1.5 + 7.2 - 1e-9
    assert nodes.covers(1.5, 1.2)
    assert not nodes.covers(3.5, 1.2)
    assert nodes.step <= 0.2


@pytest.mark.parametrize(
    ("low", "high", "n", "sentence"),
    [(1, -1, 9, "empty"), (-np.inf, 1, 9, "empty"), (0, 1, 2, "3")],
)
def test_ranges_that_are_none_are_refused(low: float, high: float, n: int, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        equally_spaced(low, high, n)
