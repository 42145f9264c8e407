"""Preknowledge, score gains and misfit: formulas written out, and what they find."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, norm

from psychometrics import Items, score, simulate
from psychometrics.fit import person_fit
from psychometrics.forensics import misfitting_persons, preknowledge, score_gains, time_residuals
from psychometrics.simulation import ResponseTimes, draw_items


def test_preknowledge_is_the_likelihood_ratio_written_out() -> None:
    rng = np.random.default_rng(1)
    items = draw_items(20, "GPCM", rng=rng, n_categories=3)
    x = simulate(items, rng.normal(0, 1, 8), rng=rng).responses.astype(float)
    x[1, :3] = np.nan
    known = np.arange(20) < 8
    found = preknowledge(x, items, known)

    def greatest(row: np.ndarray, which: np.ndarray) -> tuple[float, float]:  # type: ignore[type-arg]
        columns = [j for j in np.flatnonzero(which) if not np.isnan(row[j])]

        def loss(theta: float) -> float:
            logs = items.log_probabilities([theta])[:, :, 0]
            return -float(sum(logs[j, int(row[j])] for j in columns))

        best = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9})
        return float(best.x), -float(best.fun)

    for i, row in enumerate(x):
        theta_c, l_c = greatest(row, known)
        theta_s, l_s = greatest(row, ~known)
        whole = greatest(row, np.ones(20, dtype=bool))[1]
        slow = np.sign(theta_c - theta_s) * np.sqrt(2 * max(l_c + l_s - whole, 0))
        assert found.by_scores[i] == pytest.approx(slow, abs=1e-5)
    np.testing.assert_allclose(found.p_scores, norm.sf(found.by_scores))
    positions = preknowledge(x, items, np.flatnonzero(known))
    np.testing.assert_array_equal(positions.by_scores, found.by_scores)


def test_times_compare_two_speeds_and_both_are_a_mixture_of_chi_squares() -> None:
    rng = np.random.default_rng(2)
    items = Items.from_irt("2PL", np.ones(16), rng.normal(0, 1, 16))
    times = ResponseTimes(rng.normal(3.7, 0.3, 16), rng.uniform(1.5, 2.5, 16))
    left = simulate(items, rng.normal(0, 1, 50), rng=rng, times=times)
    assert left.seconds is not None
    known = np.arange(16) < 6
    found = preknowledge(left.responses, items, known, seconds=left.seconds, times=times)
    halves = [
        time_residuals(
            left.seconds[:, which],
            ResponseTimes(times.intensity[which], times.discrimination[which]),
        )
        for which in (known, ~known)
    ]
    error = np.sqrt(halves[0].standard_error ** 2 + halves[1].standard_error ** 2)
    assert found.by_times is not None
    np.testing.assert_allclose(found.by_times, (halves[0].speed - halves[1].speed) / error)
    both = np.maximum(found.by_scores, 0) ** 2 + np.maximum(found.by_times, 0) ** 2
    assert found.by_both is not None
    np.testing.assert_allclose(found.by_both, both)
    slow = np.where(both > 0, chi2.sf(both, 1) / 2 + chi2.sf(both, 2) / 4, 1)
    assert found.p_both is not None
    np.testing.assert_allclose(found.p_both, slow)


def test_persons_without_secure_answers_have_no_value() -> None:
    rng = np.random.default_rng(3)
    items = Items.from_irt("2PL", np.ones(10), np.linspace(-2, 2, 10))
    x = simulate(items, rng.normal(0, 1, 6), rng=rng).responses.astype(float)
    x[2, 4:] = np.nan
    x[4] = [1, 1, 1, 1, 0, 1, 0, 0, 1, 0]
    found = preknowledge(x, items, [0, 1, 2, 3])
    said = {flag.code: flag.where for flag in found.flags}
    assert said["no_value"] == (2,)
    assert 4 in said["at_bound"]
    assert np.isnan(found.p_scores[2])
    assert not found.flagged[2]
    assert np.isfinite(np.delete(found.p_scores, 2)).all()


def test_a_gain_is_measured_by_both_errors_and_beside_the_median() -> None:
    before, after = np.array([0.0, 1.0, -1.0, 0.5]), np.array([0.3, 1.2, 1.4, np.nan])
    found = score_gains(before, after, [0.3] * 4, [0.4] * 4)
    np.testing.assert_allclose(found.z, [0.0, -0.2, 4.2, np.nan], atol=1e-12)
    assert found.flagged.tolist() == [False, False, True, False]
    assert [(flag.code, flag.where) for flag in found.flags] == [("no_value", (3,))]
    wide = score_gains(before, after, [0.3] * 4, [0.4] * 4, expected=0.0, gain_sd=1.2)
    np.testing.assert_allclose(wide.z[:3], np.array([0.3, 0.2, 2.4]) / 1.3)


def test_misfit_is_lz_star_with_control() -> None:
    rng = np.random.default_rng(4)
    items = draw_items(60, "2PL", rng=rng)
    x = simulate(items, rng.normal(0, 1, 100), rng=rng).responses
    x[7] = (items.b > 0).astype(x.dtype)  # hard items right and easy ones wrong
    theta = score(x, items, "WLE").theta
    found = misfitting_persons(x, items, theta)
    np.testing.assert_array_equal(found.z, person_fit(x, items, theta, estimator="WLE").lz_star)
    assert np.flatnonzero(found.flagged).tolist() == [7]
