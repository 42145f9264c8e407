"""Known constants are recovered, and the standard errors say how well."""

import sys
from typing import Any

import numpy as np
import pytest

from psychometrics import Items, calibrate, simulate
from psychometrics.linking import item_covariance, link
from tests.psychometrics.linking.forms import own_form

X, COV_X = own_form("X")
TRUTH = np.array([0.85, -0.5])


def standardised(seed: int, method: Any) -> np.ndarray:
    """(A, B) of two estimates of X drawn with its covariance, in standard errors from the truth."""
    rng = np.random.default_rng(seed)
    flat = np.concatenate(X.rows)
    jacobian = np.kron(np.eye(len(X)), [[1 / TRUTH[0], 0.0], [-TRUTH[1] / TRUTH[0], 1.0]])
    covariance = jacobian @ COV_X @ jacobian.T
    drawn = rng.multivariate_normal(np.zeros(len(flat)), COV_X, 2)
    one = Items.from_parameters("2PL", (flat + drawn[0]).reshape(-1, 2), names=X.names)
    to = (jacobian @ (flat + drawn[1])).reshape(-1, 2)
    other = Items.from_parameters("2PL", to, names=X.names)
    found = link(one, other, method=method, cov_from=COV_X, cov_to=covariance)
    assert found.se_A is not None
    assert found.se_B is not None
    return np.array([(found.A - TRUTH[0]) / found.se_A, (found.B - TRUTH[1]) / found.se_B])


@pytest.mark.parametrize("method", ["stocking-lord", "haebara", "mean-mean", "mean-sigma"])
def test_errors_are_honest_in_20_replications(method: str) -> None:
    z = np.array([standardised(seed, method) for seed in range(20)])
    assert (np.abs(z) < 4.0).all()
    assert 0.6 < np.sqrt((z**2).mean()) < 1.4


@pytest.mark.evidence
@pytest.mark.parametrize("method", ["stocking-lord", "haebara", "mean-mean", "mean-sigma"])
def test_errors_are_honest_in_200_replications(
    method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    z = np.array([standardised(seed, method) for seed in range(200)])
    share = (np.abs(z) > 1.96).mean(axis=0)
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {method}: outside the 95 % interval A {share[0]:.3f}, B {share[1]:.3f}"
        )
    assert (share < 0.10).all()
    np.testing.assert_allclose(z.std(axis=0), 1.0, atol=0.2)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=0.3)


def test_two_calibrations_are_brought_to_one_scale() -> None:
    """From responses: the second group is N(0.5, 1.2^2), so theta_to = (theta - 0.5) / 1.2."""
    rng = np.random.default_rng(6)
    truth = Items.from_irt("2PL", np.exp(rng.normal(0.2, 0.25, 20)), rng.normal(0, 1, 20))
    fits = [
        calibrate(simulate(truth, rng.normal(mean, sd, 1500), rng=rng).responses, "2PL")
        for mean, sd in ((0.0, 1.0), (0.5, 1.2))
    ]
    covariances = [item_covariance(fit) for fit in fits]
    found = link(fits[0].items, fits[1].items, cov_from=covariances[0], cov_to=covariances[1])
    assert found.se_A is not None
    assert found.se_B is not None
    assert abs(found.A - 1 / 1.2) < 4 * found.se_A
    assert abs(found.B + 0.5 / 1.2) < 4 * found.se_B
    assert found.se_B < 0.06
