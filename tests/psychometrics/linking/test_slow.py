"""Linking against what can be written down slowly: searches, differences, resampling."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from psychometrics import Items, calibrate, simulate
from psychometrics.linking import Link, chain, item_covariance, link, rescale_items
from tests.psychometrics.linking.forms import own_form

X, COV_X = own_form("X")
Y, COV_Y = own_form("Y")
THETA = np.linspace(-3.0, 3.0, 25)
METHODS = ["stocking-lord", "haebara", "mean-sigma", "mean-mean", "mean-gmean"]


def mixed_form(slope: float, shift: float, noise: float = 0.0, seed: int = 0) -> Items:
    """Items of every ordered format on a scale theta* = (theta - shift) / slope, disturbed."""
    rng = np.random.default_rng(seed)
    jitter = noise * rng.standard_normal((9, 3))
    steps = np.array([-0.7, 0.1, 0.9])
    b: list[Any] = [-1.0, 0.0, 1.2, -0.5, 0.4, 0.8, *(steps + s for s in (-0.4, 0.2, 0.6))]
    a = np.array([0.8, 1.1, 1.5, 0.9, 1.2, 1.4, 1.0, 1.3, 0.8]) * np.exp(jitter[:, 0] / 2)
    table = np.full((9, 3), np.nan)
    for j, one in enumerate(b):
        row = np.atleast_1d(one) + jitter[j, 1]
        table[j, : len(row)] = row
    models = ["2PL", "2PL", "2PL", "3PL", "3PL", "4PL", "GRM", "GPCM", "GPCM"]
    c = np.where([m in ("3PL", "4PL") for m in models], 0.2 + noise * 0.1, np.nan)
    u = np.where([m == "4PL" for m in models], 0.95, np.nan)
    here = Items.from_irt(models, a, table, c, u)
    return rescale_items(here, 1.0 / slope, -shift / slope)


def criterion(x: np.ndarray, one: Items, other: Items, method: str, symmetric: bool) -> float:
    """Written out by rescaling the items, which the code never does."""

    def on_scale(still: Items, moved: Items) -> float:
        p, q = still.probabilities(THETA), moved.probabilities(THETA)
        if method == "stocking-lord":
            k = np.arange(p.shape[1])
            return float(((np.einsum("k,jkq->q", k, p - q)) ** 2).sum())
        return float(((p - q) ** 2).sum())

    slope, shift = x
    total = on_scale(other, rescale_items(one, slope, shift))
    if symmetric:
        total += on_scale(one, rescale_items(other, 1.0 / slope, -shift / slope))
    return total


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("method", ["stocking-lord", "haebara"])
def test_mixed_formats_link_at_the_least_criterion(method: Any, symmetric: bool) -> None:
    one, other = mixed_form(1.2, 0.5, 0.2, 1), mixed_form(1.0, 0.0, 0.2, 2)
    found = link(one, other, method=method, theta=THETA, symmetric=symmetric)
    slow = minimize(
        criterion,
        [1.0, 0.0],
        (one, other, method, symmetric),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-15, "maxiter": 4000},
    )
    np.testing.assert_allclose([found.A, found.B], slow.x, atol=1e-6)
    assert found.criterion * len(THETA) == pytest.approx(slow.fun, rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_items_on_two_scales_are_linked_exactly(method: Any) -> None:
    found = link(mixed_form(1.2, 0.5), mixed_form(1.0, 0.0), method=method)
    np.testing.assert_allclose([found.A, found.B], [1.2, 0.5], atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_identical_forms_are_linked_by_the_identity(method: Any) -> None:
    found = link(X, X, method=method, cov_from=COV_X, cov_to=COV_X)
    np.testing.assert_allclose([found.A, found.B], [1.0, 0.0], atol=1e-12)
    assert found.se_A is not None
    assert 0 < found.se_A < 0.1


def test_nominal_anchors_are_linked_by_haebaras_method() -> None:
    rows = [[0.6, 1.3, 0.4, -0.2], [0.9, 1.9, -0.3, 0.5], [0.4, 1.1, 0.1, 0.2]]
    one = Items.from_parameters("NRM", rows)
    found = link(one, rescale_items(one, 0.8, -0.4), method="haebara")
    np.testing.assert_allclose([found.A, found.B], [0.8, -0.4], atol=1e-9)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_sensitivities_are_the_differences_of_the_constants(method: Any, symmetric: bool) -> None:
    one, other = mixed_form(1.2, 0.5, 0.2, 1), mixed_form(1.0, 0.0, 0.2, 2)
    found = link(one, other, method=method, theta=THETA, symmetric=symmetric)
    rng = np.random.default_rng(3)
    for which, form in enumerate((one, other)):
        flat = np.concatenate(form.rows)
        direction = rng.standard_normal(len(flat))  # all parameters move at once
        ends = []
        for step in (1e-5, -1e-5):
            forms = [one, other]
            forms[which] = from_flat(form, flat + step * direction)
            end = link(*forms, method=method, theta=THETA, symmetric=symmetric)
            ends.append(np.array([end.A, end.B]))
        slow = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(found.sources[which].sensitivity @ direction, slow, atol=2e-6)


def from_flat(form: Items, flat: np.ndarray) -> Items:
    lengths = np.cumsum([len(row) for row in form.rows])[:-1]
    names = [model.name for model in form.models]
    return Items.from_parameters(names, np.split(flat, lengths), names=form.names)


def test_the_inverse_goes_back_and_carries_its_errors() -> None:
    found = link(X, Y, cov_from=COV_X, cov_to=COV_Y)
    back = found.inverse()
    np.testing.assert_allclose(back.theta(found.theta([-1.0, 2.0])), [-1.0, 2.0], atol=1e-12)
    again = back.inverse()
    np.testing.assert_allclose(again.covariance, found.covariance, rtol=1e-10)
    assert back.se_A == pytest.approx(found.se_A / found.A**2)


def test_a_chain_counts_the_form_between_once() -> None:
    """Its derivatives by differences over all three calibrations."""
    there = link(X, Y, cov_from=COV_X, cov_to=COV_Y)
    third = rescale_items(X, 0.9, 0.2)
    second = link(Y, third, cov_from=COV_Y, cov_to=COV_X)
    found = chain(there, second)
    assert pytest.approx(second.A * there.A) == found.A
    assert pytest.approx(second.A * there.B + second.B) == found.B
    forms = (X, Y, third)
    for which in range(3):
        flat = np.concatenate(forms[which].rows)
        for at in (0, 5, 12):  # the anchors come first
            ends = []
            for step in (1e-5, -1e-5):
                moved = flat.copy()
                moved[at] += step
                x, y, z = (from_flat(f, moved) if i == which else f for i, f in enumerate(forms))
                end = chain(link(x, y), link(y, z))
                ends.append(np.array([end.A, end.B]))
            slow = (ends[0] - ends[1]) / 2e-5
            np.testing.assert_allclose(found.sources[which].sensitivity[:, at], slow, atol=2e-6)
    covariances = (COV_X, COV_Y, COV_X)
    total = sum(
        source.sensitivity @ cov @ source.sensitivity.T
        for source, cov in zip(found.sources, covariances, strict=True)
    )
    np.testing.assert_allclose(found.covariance, total, rtol=1e-12)
    apart = np.array([[second.A, 0.0], [0.0, second.A]]) @ there.covariance * second.A
    assert not np.allclose(found.covariance, apart + second.covariance, rtol=0.05)


def test_there_and_back_is_the_identity_without_error() -> None:
    found = link(X, Y, cov_from=COV_X, cov_to=COV_Y)
    there_and_back = chain(found, found.inverse())
    assert pytest.approx(1.0) == there_and_back.A
    assert pytest.approx(0.0, abs=1e-12) == there_and_back.B


def test_rescaled_items_have_the_same_curves() -> None:
    items = mixed_form(1.0, 0.0)
    moved = rescale_items(items, 1.3, -0.4)
    np.testing.assert_allclose(
        moved.probabilities(1.3 * THETA - 0.4), items.probabilities(THETA), atol=1e-12
    )


@pytest.mark.parametrize("model", ["Rasch", "PCM", "RSM", "NRM", "1PL"])
def test_models_without_a_slope_of_their_own_keep_their_curves(model: str) -> None:
    rows = {
        "Rasch": [[1.0, 0.4], [1.0, -0.7]],
        "1PL": [[1.4, 0.4], [1.4, -0.7]],
        "PCM": [[1.0, 0.4, 0.1], [1.0, 0.7, -0.2]],
        "RSM": [[1.0, 0.0, 0.4, 0.1], [1.0, -0.5, 0.4, 0.1]],
        "NRM": [[0.5, 1.2, 0.3, -0.1], [0.7, 1.0, 0.2, 0.4]],
    }[model]
    items = Items.from_parameters(model, rows)
    for slope in (1.0, 1.3):
        moved = rescale_items(items, slope, -0.4)
        np.testing.assert_allclose(
            moved.probabilities(slope * THETA - 0.4), items.probabilities(THETA), atol=1e-12
        )
    assert rescale_items(items, 1.0, 0.3).models == items.models


def test_rasch_anchors_leave_the_slope_at_one() -> None:
    b = np.array([-1.0, -0.2, 0.5, 1.1, 0.3])
    one = Items.from_irt("Rasch", np.ones(5), b)
    other = Items.from_irt("Rasch", np.ones(5), b + 0.4 + np.array([0.1, -0.1, 0, 0.05, -0.05]))
    cov = np.diag(np.tile([0.0, 0.01], 5))
    for method in METHODS:
        found = link(one, other, method=method, cov_from=cov, cov_to=cov)
        assert found.A == 1.0
        assert found.se_A == 0.0
        assert pytest.approx(0.4, abs=0.02) == found.B
        assert [flag.code for flag in found.flags] == ["one_slope"]
    moments = link(one, other, method="mean-mean", cov_from=cov, cov_to=cov)
    assert moments.se_B == pytest.approx(np.sqrt(2 * 0.01 / 5))


def test_one_anchor_is_enough_for_curves_and_is_said() -> None:
    found = link(X, Y, anchors=["A03"])
    same = link(X, Y, anchors=["A03"], method="mean-mean")
    np.testing.assert_allclose([found.A, found.B], [same.A, same.B], atol=1e-9)
    assert [flag.code for flag in found.flags] == ["few_anchors"]


def test_one_covariance_alone_is_said() -> None:
    found = link(X, Y, cov_from=COV_X)
    assert [flag.code for flag in found.flags] == ["taken_as_exact"]
    assert link(X, Y).se_A is None


def test_a_calibration_gives_its_covariance_item_by_item() -> None:
    rng = np.random.default_rng(4)
    truth = mixed_form(1.0, 0.0).select([0, 1, 2, 6, 7])
    fit = calibrate(simulate(truth, 800, rng=rng).responses, [m.name for m in truth.models])
    covariance = item_covariance(fit)
    at = 0
    for j, row in enumerate(fit.items.rows):
        block = np.sqrt(np.diag(covariance)[at : at + len(row)])
        assert block[0] == pytest.approx(fit.se_a[j])
        steps = fit.se_intercept[j]
        np.testing.assert_allclose(block[1:], steps[~np.isnan(steps)], rtol=1e-9)
        at += len(row)
    assert covariance.shape == (at, at)
    found = link(fit.items, truth.select([0, 1, 2, 3, 4]), cov_from=covariance)
    assert isinstance(found, Link)


def test_a_shared_slope_is_one_parameter_in_the_covariance() -> None:
    rng = np.random.default_rng(4)
    truth = Items.from_irt("1PL", np.full(6, 1.2), np.linspace(-1, 1, 6))
    fit = calibrate(simulate(truth, 800, rng=rng).responses, "1PL")
    covariance = item_covariance(fit)
    np.testing.assert_allclose(covariance[0], covariance[2])
    assert covariance[0, 0] == pytest.approx(covariance[0, 2])
    rasch = calibrate(simulate(truth, 800, rng=rng).responses, "Rasch")
    fixed = item_covariance(rasch)
    assert (fixed[0::2] == 0).all()
    assert (fixed[:, 0::2] == 0).all()
    assert (np.diag(fixed)[1::2] > 0).all()
