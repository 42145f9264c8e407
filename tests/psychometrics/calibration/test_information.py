"""Standard errors against differences of a slow likelihood: the whole matrix, for mixed formats,
a shared slope, two populations, missing answers and weights."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logsumexp

from psychometrics import Calibration, Items, LogitNormal, calibrate
from psychometrics.calibration.calibrate import Errors
from psychometrics.calibration.information import _orthonormal
from tests.psychometrics.examples import answers

Floats = NDArray[np.float64]

MIXED = ["2PL", "2PL", "3PL", "1PL", "1PL", "GRM", "GPCM"]
PRIOR_SD = 0.5
NODES = np.linspace(-9, 9, 181)
RNG = np.random.default_rng(8)
N = 300
GROUP = RNG.integers(0, 2, N)
WEIGHTS = RNG.integers(1, 4, N).astype(float)
NONE = np.nan
TRUTH = Items.from_irt(
    MIXED,
    [0.8, 1.6, 1.3, 1.0, 1.0, 1.4, 0.7],
    [*([b, NONE, NONE] for b in np.linspace(-1, 1, 5)), [-0.8, 0, 0.8], [-0.8, 0, 0.8]],
    [0, 0, 0.2, 0, 0, NONE, NONE],
)
X = answers(TRUTH, RNG.standard_normal(N), RNG)
X[RNG.random(X.shape) < 0.15] = np.nan


def calibrated(errors: Errors) -> Calibration:
    return calibrate(
        X,
        MIXED,
        groups=GROUP,
        weights=WEIGHTS,
        priors={"c": LogitNormal(-1.4, PRIOR_SD)},
        errors=errors,
        tolerance=1e-6,
    )


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrated("observed")


def slow_log_likelihoods(found: Calibration, change: Floats) -> Floats:
    """Of each person, the parameters being those found plus ``change``."""
    rows = [row.copy() for row in found.items.rows]
    mean, log_variance = (
        dict(zip(found.group_names, values, strict=True))
        for values in (found.means, np.log(found.variances))
    )
    for name, by in zip(found.parameter_names, change, strict=True):
        owner, _, parameter = name.rpartition(".")
        if parameter == "mean":
            mean[owner] += by
        elif parameter == "log_variance":
            log_variance[owner] += by
        for row, item, model in zip(rows, found.items.names, found.items.models, strict=True):
            shared = not owner and model.name == "1PL"
            if item == owner or shared:
                names = model.parameter_names(model.n_categories(len(row)))
                row[names.index(parameter)] += by
    items = Items.from_parameters(MIXED, rows)
    joint = np.empty((N, len(NODES)))
    for g, name in enumerate(found.group_names):
        joint[g == GROUP] = -0.5 * ((NODES - mean[name]) ** 2 / np.exp(log_variance[name]))
        joint[g == GROUP] -= 0.5 * log_variance[name]
    for log_p, codes in zip(items.log_probabilities(NODES), X.T, strict=True):
        given = ~np.isnan(codes)
        joint[given] += log_p[codes[given].astype(int)]
    return np.asarray(logsumexp(joint, axis=1))


def curvature_of_the_prior(found: Calibration) -> Floats:
    return np.diag([name.endswith("logit_c") / PRIOR_SD**2 for name in found.parameter_names])


def test_the_covariance_is_the_inverse_of_the_slow_second_derivative(found: Calibration) -> None:
    assert found.converged
    assert found.covariance is not None
    size, h = len(found.parameter_names), 1e-3
    steps = h * np.eye(size)
    hessian = np.empty((size, size))
    for k in range(size):
        for m in range(k + 1):
            corners = [
                s * t * (WEIGHTS @ slow_log_likelihoods(found, s * steps[k] + t * steps[m]))
                for s in (1, -1)
                for t in (1, -1)
            ]
            hessian[k, m] = hessian[m, k] = sum(corners) / (4 * h * h)
    expected = np.linalg.inv(curvature_of_the_prior(found) - hessian)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(
        found.covariance / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-4
    )


def test_the_cross_product_is_that_of_the_slow_scores(found: Calibration) -> None:
    crossed = calibrated("cross-product")
    assert crossed.covariance is not None
    steps = 1e-4 * np.eye(len(found.parameter_names))
    scores = np.column_stack(
        [
            (slow_log_likelihoods(found, step) - slow_log_likelihoods(found, -step)) / 2e-4
            for step in steps
        ]
    )
    slow = scores.T @ (WEIGHTS[:, None] * scores) + curvature_of_the_prior(found)
    scale = np.sqrt(np.diag(slow))
    np.testing.assert_allclose(
        np.linalg.inv(crossed.covariance) / np.outer(scale, scale),
        slow / np.outer(scale, scale),
        atol=1e-5,
    )


def test_polynomials_stay_orthonormal_to_the_last_and_end_where_the_posterior_does() -> None:
    nodes = np.linspace(-6, 6, 61)
    narrow = np.exp(-0.25 * ((nodes - 0.7) / 0.3) ** 2)
    three_nodes = np.where(np.abs(nodes) < 0.25, 1.0, 0.0)
    root = np.stack([narrow / np.linalg.norm(narrow), three_nodes / np.sqrt(3)], axis=1)
    first, second = np.moveaxis(np.array(list(_orthonormal(root, nodes))), 2, 0)
    np.testing.assert_allclose(first[:20] @ first[:20].T, np.eye(20), atol=1e-9)
    np.testing.assert_allclose(second @ second.T, np.diag([1.0] * 3 + [0.0] * 58), atol=1e-9)
