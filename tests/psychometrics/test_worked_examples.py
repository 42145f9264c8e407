"""Published figures that no package's output file holds, done again by the public functions.

Figures are of the source named; data sets are read from ../shared and are not ours to copy.
"""

from pathlib import Path

import numpy as np
import pytest

from psychometrics import Items, calibrate
from psychometrics.ability import score_probabilities
from psychometrics.classical import analyse_items, reliability
from tests.psychometrics.figures import read_matrix


def test_the_score_distribution_of_kolen_and_brennan() -> None:
    """Kolen & Brennan (2004), Test Equating, p. 183: three items of P = .26, .27 and .18."""
    p = np.array([0.26, 0.27, 0.18])
    items = Items.from_parameters("2PL", np.column_stack([np.ones(3), np.log(p / (1 - p))]))
    found = score_probabilities(items, [0.0])[:, 0]
    np.testing.assert_allclose(found, [0.442964, 0.416708, 0.127692, 0.012636], atol=5e-7)


@pytest.fixture
def law_school_test(shared: Path) -> np.ndarray:
    """Five items of the Law School Admission Test (Bock & Lieberman, 1970)."""
    return read_matrix(shared / "reference" / "psychometrics" / "data" / "LSAT6.csv")


def test_the_item_analysis_of_rizopoulos(law_school_test: np.ndarray) -> None:
    """Rizopoulos (2006), Journal of Statistical Software 17(5), section 3.1."""
    items = analyse_items(law_school_test)
    np.testing.assert_allclose(items.difficulty, [0.924, 0.709, 0.553, 0.763, 0.870], atol=5e-4)
    corrected = [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    np.testing.assert_allclose(items.point_biserial, corrected, atol=6e-5)
    whole = reliability(law_school_test)
    assert whole.alpha.value == pytest.approx(0.2950, abs=5e-5)
    without = [0.2754, 0.2376, 0.2168, 0.2459, 0.2663]
    np.testing.assert_allclose(whole.alpha_without, without, atol=6e-5)


def test_the_rasch_model_of_rizopoulos(law_school_test: np.ndarray) -> None:
    """The same paper: one common slope, 21 Gauss-Hermite nodes, which five items allow."""
    found = calibrate(law_school_test, "1PL")
    assert found.log_likelihood == pytest.approx(-2466.938, abs=1e-3)
    difficulties = [-3.6153, -1.3224, -0.3176, -1.7301, -2.7802]
    np.testing.assert_allclose(found.b, difficulties, atol=1e-3)
    assert found.a[0] == pytest.approx(0.7551, abs=1e-3)
    np.testing.assert_allclose(found.se_b, [0.3266, 0.1422, 0.0977, 0.1691, 0.2510], rtol=0.01)
    assert found.se_a[0] == pytest.approx(0.0694, rel=0.01)


def test_half_right_makes_the_biserial_one_and_a_quarter_times_the_point_biserial() -> None:
    """Lord & Novick (1968), section 15.5: sqrt(pi / 2) times at p = .5, and more elsewhere."""
    rng = np.random.default_rng(3)
    skill = rng.standard_normal(400)
    half = (skill + rng.standard_normal(400)).argsort().argsort() >= 200
    hard = skill > 1.2
    rest = np.round(10 + 3 * skill).clip(0, 20)
    found = analyse_items(np.column_stack([half, hard, rest]))
    ratio = found.biserial / found.point_biserial
    assert ratio[0] == pytest.approx(np.sqrt(np.pi / 2))
    assert ratio[1] > 1.4
