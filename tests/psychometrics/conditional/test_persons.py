"""Abilities of raw scores: eRm's table, and Warm's equation solved slowly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from psychometrics.conditional import calibrate_conditionally, raw_score_table
from tests.psychometrics.figures import OWN, read_figures, read_matrix


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("rasch_small", "eRm_RM_rasch_small", "Rasch"), ("pcm", "eRm_PCM_pcm", "PCM")],
)
def test_the_table_is_that_of_erm(data: str, figures: str, model: Any) -> None:
    """eRm's scale has its zero at the mean of the easiness of all categories."""
    calibration = calibrate_conditionally(read_matrix(OWN / "data" / f"{data}.csv"), model)
    table = raw_score_table(calibration)
    sums = calibration.thresholds.cumsum(axis=1).sum()
    zero = sums / (len(calibration.b) * np.arange(1, calibration.thresholds.shape[1] + 1).sum())
    for row in read_figures(OWN / "rasch" / f"{figures}.json")["raw_to_theta"]:
        score = row["raw"]
        if 0 < score < table.score[-1]:
            assert table.ml[score] - zero == pytest.approx(row["theta"], abs=5e-5)
            assert table.se_ml[score] == pytest.approx(row["se"], abs=2e-4)


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("rasch_small", "eRm_RM_rasch_small", "Rasch"), ("pcm", "eRm_PCM_pcm", "PCM")],
)
def test_persons_have_erms_abilities(data: str, figures: str, model: Any) -> None:
    responses = read_matrix(OWN / "data" / f"{data}.csv")
    calibration = calibrate_conditionally(responses, model)
    ml = raw_score_table(calibration).ml[responses.sum(axis=1).astype(int)][:60]
    sums = calibration.thresholds.cumsum(axis=1).sum()
    zero = sums / (len(calibration.b) * np.arange(1, calibration.thresholds.shape[1] + 1).sum())
    theirs = np.array(read_figures(OWN / "rasch" / f"{figures}.json")["theta_first60"], float)
    inside = np.isfinite(ml)  # eRm draws a spline to extreme scores
    np.testing.assert_allclose(ml[inside] - zero, theirs[inside], atol=5e-5)


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("raschdat1", "eRm_RM_raschdat1", "Rasch"), ("rsmdat", "eRm_RSM_rsmdat", "RSM")],
)
def test_persons_of_erms_own_data(data: str, figures: str, model: Any, shared: Path) -> None:
    """Its rating scale has another zero, so persons are compared by their distances there."""
    folder = shared / "reference" / "psychometrics"
    responses = read_matrix(folder / "data" / f"{data}.csv")
    person = read_figures(folder / "rasch" / f"{figures}.json")["person"]
    table = raw_score_table(calibrate_conditionally(responses, model))
    raw = responses.sum(axis=1).astype(int)
    rows = [int(row["_row"][1:]) - 1 for row in person["theta"]]
    ours = table.ml[raw[rows]]
    theirs = np.array([row["Person Parameter"] for row in person["theta"]])
    inside = np.isfinite(ours)
    shift = np.median(ours[inside] - theirs[inside]) if model == "RSM" else 0.0
    np.testing.assert_allclose(ours[inside] - shift, theirs[inside], atol=5e-5)
    errors = {row["name"]: row["value"] for row in person["se"]["NAgroup1"]}
    for name, error in errors.items():
        at = table.se_ml[raw[int(name[1:]) - 1]]
        assert error is None or not np.isfinite(at) or at == pytest.approx(error, abs=2e-4)


def test_ends_have_no_likelihood_estimate_but_a_weighted_one() -> None:
    table = raw_score_table(calibrate_conditionally(read_matrix(OWN / "data" / "pcm.csv"), "PCM"))
    assert table.ml[[0, -1]].tolist() == [-np.inf, np.inf]
    assert table.se_ml[[0, -1]].tolist() == [np.inf, np.inf]
    assert np.isfinite([table.wle, table.se_wle]).all()
    assert (np.diff(table.wle) > 0).all()


def test_weighted_estimates_maximise_the_likelihood_times_root_information() -> None:
    """For these models Warm's estimate is the mode under Jeffreys' prior."""
    calibration = calibrate_conditionally(read_matrix(OWN / "data" / "rasch_small.csv"))
    table = raw_score_table(calibration)
    b = calibration.b

    for score in (0, 1, 7, 24, 25):

        def minus_weighted(theta: float, score: int = score) -> float:
            p = 1 / (1 + np.exp(b - theta))
            information = (p * (1 - p)).sum()
            return float(-(score * theta - np.logaddexp(0, theta - b).sum())) - 0.5 * np.log(
                information
            )

        slow = minimize_scalar(minus_weighted, bracket=(table.wle[score] - 1, table.wle[score] + 1))
        assert table.wle[score] == pytest.approx(slow.x, abs=1e-6)


def test_likelihood_estimates_expect_the_score() -> None:
    calibration = calibrate_conditionally(read_matrix(OWN / "data" / "rasch_small.csv"))
    table = raw_score_table(calibration)
    for score in (1, 12, 24):
        slow = brentq(
            lambda t, s=score: (1 / (1 + np.exp(calibration.b - t))).sum() - s, -20, 20, xtol=1e-12
        )
        assert table.ml[score] == pytest.approx(slow, abs=1e-9)


def test_far_items_do_not_overflow() -> None:
    rng = np.random.default_rng(2)
    b = np.linspace(-9, 9, 30)
    theta = rng.normal(0, 5, (400, 1))
    responses = rng.random((400, 30)) < 1 / (1 + np.exp(b - theta))
    table = raw_score_table(calibrate_conditionally(responses))
    assert np.isfinite(table.ml[1:-1]).all()
    assert np.isfinite(table.wle).all()
