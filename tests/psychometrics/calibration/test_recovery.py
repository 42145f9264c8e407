"""Known parameters come back, within the errors that the calibration states."""

import numpy as np
import pytest

from psychometrics import Beta, Items, calibrate, equally_spaced
from tests.psychometrics.examples import answers, spread


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM", "GPCM"])
def test_known_parameters_are_recovered(model: str) -> None:
    truth = spread(model, 15, **({"c": 0.2} if model == "3PL" else {}))
    rng = np.random.default_rng(11)
    x = answers(truth, rng.standard_normal(4000), rng)
    found = calibrate(x, model, priors={"c": Beta(5, 17)} if model == "3PL" else None)
    z = np.concatenate(
        [(found.a - truth.a) / found.se_a, ((found.b - truth.b) / found.se_b).ravel()]
    )
    assert np.abs(z).max() < 4.5
    assert 0.7 < np.sqrt((z**2).mean()) < 1.35


def test_anchors_carry_the_scale_to_another_population() -> None:
    truth = spread("2PL", 20)
    rng = np.random.default_rng(3)
    x = answers(truth, 0.7 + 1.2 * rng.standard_normal(3000), rng)
    found = calibrate(x, "2PL", anchors=truth.select(range(10)))
    assert found.means[0] == pytest.approx(0.7, abs=4 * found.se_means[0])
    assert found.variances[0] == pytest.approx(1.44, abs=4 * found.se_variances[0])
    np.testing.assert_array_equal(found.a[:10], truth.a[:10])
    assert np.isnan(found.se_a[:10]).all()
    z = (found.b[10:] - truth.b[10:]) / found.se_b[10:]
    assert np.abs(z).max() < 4


def test_long_tests_get_finer_nodes() -> None:
    rng = np.random.default_rng(1)
    items = Items.from_irt("2PL", np.full(300, 1.5), rng.standard_normal(300).clip(-2, 2))
    x = answers(items, rng.standard_normal(400), rng)
    found = calibrate(x, "2PL", errors=None)
    finer = calibrate(x, "2PL", errors=None, quadrature=equally_spaced(-6, 6, 801))
    assert found.quadrature.step < 0.12
    assert found.log_likelihood == pytest.approx(finer.log_likelihood, abs=1e-4)
