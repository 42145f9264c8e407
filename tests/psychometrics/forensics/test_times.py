"""Response times: the lognormal model by a general minimiser, residuals by leaving out."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from psychometrics.forensics import fit_response_times, rapid_guessing, time_residuals
from psychometrics.simulation import ResponseTimes
from tests.psychometrics.forensics.events import Floats, ours


def draw(seed: int, n: int, n_items: int, *, speed_sd: float = 0.3) -> tuple[ResponseTimes, Floats]:
    rng = np.random.default_rng(seed)
    truth = ResponseTimes(rng.normal(3.7, 0.3, n_items), rng.uniform(1.5, 2.5, n_items), speed_sd)
    speed = rng.normal(0, speed_sd, n)[:, None]
    noise = rng.standard_normal((n, n_items)) / truth.discrimination
    return truth, np.exp(truth.intensity - speed + noise)


def slow_log_likelihood(parameters: Floats, seconds: Floats) -> float:
    """Person by person as a multivariate normal density of the times there are."""
    n_items = seconds.shape[1]
    beta, alpha = parameters[:n_items], np.exp(parameters[n_items:-1])
    covariance = np.diag(alpha**-2) + np.exp(parameters[-1]) ** 2
    total = 0.0
    for row in seconds:
        there = np.flatnonzero(~np.isnan(row))
        if len(there):
            total += multivariate_normal.logpdf(
                np.log(row[there]), beta[there], covariance[np.ix_(there, there)]
            )
    return float(total)


def test_the_fit_is_that_of_a_general_minimiser() -> None:
    _, seconds = draw(1, 40, 4)
    seconds[0, 1:], seconds[3, 0], seconds[5] = np.nan, np.nan, np.nan
    found = fit_response_times(seconds)
    at = found.parameters
    ours_ = np.concatenate([at.intensity, np.log(at.discrimination), [np.log(at.speed_sd)]])
    assert found.log_likelihood == pytest.approx(slow_log_likelihood(ours_, seconds))
    best = minimize(lambda p: -slow_log_likelihood(p, seconds), ours_ + 0.05, method="BFGS")
    assert found.log_likelihood >= -best.fun - 1e-6
    np.testing.assert_allclose(ours_, best.x, atol=2e-3)
    assert found.converged
    assert {flag.code for flag in found.flags} == {"no_time"}


def test_parameters_are_recovered_and_the_gradient_is_the_likelihoods() -> None:
    truth, seconds = draw(2, 2000, 20)
    found = fit_response_times(seconds)
    assert np.abs(found.parameters.intensity - truth.intensity).max() < 0.05
    assert np.abs(found.parameters.discrimination / truth.discrimination - 1).max() < 0.08
    assert found.parameters.speed_sd == pytest.approx(0.3, abs=0.02)
    early = fit_response_times(seconds, cycles=1)
    assert not early.converged
    assert early.largest_gradient > 1e-3
    assert [flag.code for flag in early.flags] == ["not_converged"]


def test_no_difference_in_speed_ends_in_numbers() -> None:
    _, seconds = draw(3, 300, 6, speed_sd=0.0)
    found = fit_response_times(seconds)
    assert found.parameters.speed_sd < 0.1
    assert np.isfinite(found.log_likelihood)


def test_a_residual_is_the_time_beside_its_prediction_from_the_others() -> None:
    parameters, seconds = draw(4, 5, 6)
    seconds[1, 2] = np.nan
    found = time_residuals(seconds, parameters)
    for i in range(5):
        for j in range(6):
            others = [k for k in range(6) if k != j and not np.isnan(seconds[i, k])]
            weight = parameters.discrimination[others] ** 2
            gap = parameters.intensity[others] - np.log(seconds[i, others])
            speed = (weight * gap).sum() / weight.sum()
            variance = parameters.discrimination[j] ** -2 + 1 / weight.sum()
            slow = (np.log(seconds[i, j]) - parameters.intensity[j] + speed) / np.sqrt(variance)
            np.testing.assert_allclose(found.z[i, j], slow)
    assert found.person_df.tolist() == [5, 4, 5, 5, 5]


def test_rapid_guessers_stand_out_in_both_ways() -> None:
    known = ours()
    found = time_residuals(known.seconds, known.times)
    guessers = np.arange(20, 40)  # of 12 items each: see truth.json
    assert (found.flagged[guessers].sum(axis=1) >= 3).all()  # their own speed is misjudged
    others = np.delete(found.flagged, guessers, axis=0)
    assert others.mean() < 0.003
    rapid = rapid_guessing(known.seconds)
    assert np.flatnonzero(rapid.unmotivated).tolist() == guessers.tolist()


def test_a_threshold_is_a_share_of_the_mean_and_no_more_than_ten_seconds() -> None:
    seconds = np.array([[10.0, 400.0, np.nan], [30.0, 8.0, np.nan], [1.0, 200.0, np.nan]])
    found = rapid_guessing(seconds)
    np.testing.assert_allclose(found.threshold, [41 / 30, 10.0, np.nan])
    assert found.rapid.tolist() == [[False] * 3, [False, True, False], [True, False, False]]
    np.testing.assert_allclose(found.effort, [1.0, 0.5, 0.5])
    assert found.unmotivated.tolist() == [False, True, True]
    assert [flag.code for flag in found.flags] == ["no_time"]
    assert rapid_guessing(seconds, most=5.0).threshold[1] == 5.0


def test_zero_times_are_left_out_and_told() -> None:
    parameters, seconds = draw(5, 40, 5)
    seconds[3, 2] = 0.0
    without = seconds.copy()
    without[3, 2] = np.nan
    for one, other in (
        (fit_response_times(seconds), fit_response_times(without)),
        (time_residuals(seconds, parameters), time_residuals(without, parameters)),
        (rapid_guessing(seconds), rapid_guessing(without)),
    ):
        assert [(flag.code, flag.where) for flag in one.flags] == [("zero_time", (3,))]
        assert not other.flags
    np.testing.assert_array_equal(
        time_residuals(seconds, parameters).z, time_residuals(without, parameters).z
    )
    single = np.full((2, 5), np.nan)
    single[0], single[1, 0] = seconds[0], 20.0
    found = time_residuals(single, parameters)
    assert [flag.code for flag in found.flags] == ["few_times"]
    assert np.isnan(found.z[1]).all()
    assert np.isnan(found.person_p[1])
