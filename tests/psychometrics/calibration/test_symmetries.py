"""What must change nothing: order, weights, labels, units, threads, how missing is written."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics import Beta, calibrate
from tests.psychometrics.examples import answers, sat, spread

TIGHT: dict[str, Any] = {"tolerance": 1e-6, "errors": None}


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), model=st.sampled_from(["Rasch", "2PL", "GRM"]))
def test_the_order_of_persons_and_items_changes_nothing(seed: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    x = sat("GRM" if model == "GRM" else "2PL", 200, 6, seed=seed)
    x[rng.random(x.shape) < 0.15] = np.nan
    rows, columns = rng.permutation(len(x)), rng.permutation(6)
    plain = calibrate(x, model, **TIGHT)
    by_rows = calibrate(x[rows], model, **TIGHT)
    np.testing.assert_array_equal(by_rows.a, plain.a)
    np.testing.assert_array_equal(by_rows.b, plain.b)
    by_columns = calibrate(x[:, columns], model, **TIGHT)
    if plain.converged and np.abs(plain.a).max() < 5:
        np.testing.assert_allclose(by_columns.intercept, plain.intercept[columns], atol=1e-6)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), model=st.sampled_from(["Rasch", "2PL", "GPCM"]))
def test_a_person_listed_again_is_a_weight(seed: int, model: str) -> None:
    rng = np.random.default_rng(seed)
    x = sat("GPCM" if model == "GPCM" else "2PL", 150, 5, seed=seed)
    times = rng.integers(0, 4, len(x))
    listed = calibrate(np.repeat(x, times, axis=0), model, **TIGHT)
    weighted = calibrate(x, model, weights=times, **TIGHT)
    assert weighted.log_likelihood == listed.log_likelihood
    np.testing.assert_array_equal(weighted.intercept, listed.intercept)


@pytest.mark.parametrize(
    ("model", "generating"), [("2PL", "2PL"), ("GRM", "GRM"), ("GPCM", "GPCM")]
)
def test_scoring_one_item_backwards_turns_its_slope(model: str, generating: str) -> None:
    x = sat(generating, 500, 6)
    turned = x.copy()
    turned[:, 2] = np.nanmax(x[:, 2]) - x[:, 2]
    plain, found = calibrate(x, model, **TIGHT), calibrate(turned, model, **TIGHT)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    assert found.a[2] == pytest.approx(-plain.a[2], abs=1e-5)
    assert "negative_slope" in found.item_flags()[2]
    assert "negative_slope" not in plain.item_flags()[2]


def test_nominal_categories_may_be_numbered_in_any_way() -> None:
    x = sat("GPCM", 800, 5)
    relabelled = np.choose(x.astype(int), [2, 0, 3, 1]).astype(float)
    plain, found = (calibrate(y, "NRM", **TIGHT) for y in (x, relabelled))
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)


def test_groups_named_the_other_way_are_the_same_model() -> None:
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], 400)
    theta = rng.standard_normal(800) * (1 + 0.3 * group) + 0.5 * group
    x = answers(spread("2PL", 8), theta, rng)
    one = calibrate(x, "2PL", groups=group, **TIGHT)
    two = calibrate(x, "2PL", groups=1 - group, **TIGHT)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-5)
    assert two.means[1] == pytest.approx(-one.means[1] / np.sqrt(one.variances[1]), abs=1e-4)
    assert two.variances[1] == pytest.approx(1 / one.variances[1], abs=1e-4)


def test_the_rasch_model_is_the_one_parameter_model_in_other_units() -> None:
    x = sat("Rasch", 700, 7)
    rasch, common = calibrate(x, "Rasch"), calibrate(x, "1PL")
    assert rasch.log_likelihood == pytest.approx(common.log_likelihood, abs=1e-5)
    assert common.a == pytest.approx(np.full(7, np.sqrt(rasch.variances[0])), abs=1e-4)
    assert len(set(common.a)) == 1


def test_threads_and_blocks_change_no_digit() -> None:
    x = sat("3PL", 3000, 12, c=0.2)
    x[np.random.default_rng(0).random(x.shape) < 0.4] = np.nan
    one, two = (
        calibrate(x, "3PL", priors={"c": Beta(5, 17)}, threads=n, errors="sandwich") for n in (1, 2)
    )
    np.testing.assert_array_equal(one.a, two.a)
    assert one.covariance is not None
    np.testing.assert_array_equal(one.covariance, two.covariance)
    assert one.log_likelihood == two.log_likelihood


def test_int8_with_a_code_for_missing_is_the_same_data() -> None:
    x = sat("2PL", 300, 6)
    x[::3, 2] = np.nan
    small = np.where(np.isnan(x), -1, x).astype(np.int8)
    one, two = calibrate(x, "2PL"), calibrate(small, "2PL", missing=-1)
    np.testing.assert_array_equal(one.b, two.b)
    assert one.certificate == two.certificate


def test_forms_with_a_mask_each_are_summed_as_forms_shared_by_many() -> None:
    """The same pattern of planned forms goes by form in a large sample, by mask in a small one."""
    x = sat("2PL", 1200, 9)
    x[:400, 6:] = x[400:800, :3] = x[800:, 3:6] = np.nan
    large = calibrate(x, "2PL", **TIGHT)
    scattered = np.vstack([x, np.full((1, 9), np.nan)])
    scattered[-1, :2] = 1
    small = calibrate(scattered, "2PL", weights=np.r_[np.ones(1200), 1e-9], **TIGHT)
    np.testing.assert_allclose(small.intercept, large.intercept, atol=1e-6)
