"""Andersen's and Wald's tests: eRm's figures, power and size by simulation."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.conditional import andersen_test, calibrate_conditionally, wald_tests
from psychometrics.errors import BadOption, NotIdentified
from tests.psychometrics.figures import OWN, read_figures, read_matrix


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("rasch_small", "eRm_RM_rasch_small", "Rasch"), ("pcm", "eRm_PCM_pcm", "PCM")],
)
def test_the_median_split_is_that_of_erm(data: str, figures: str, model: Any) -> None:
    responses = read_matrix(OWN / "data" / f"{data}.csv")
    reference = read_figures(OWN / "rasch" / f"{figures}.json")["andersen_LR"]
    result = andersen_test(responses, model)
    assert result.groups == ("low", "high")
    assert result.statistic == pytest.approx(reference["LR"], abs=1e-6)
    assert result.df == reference["df"]
    assert result.p_value == pytest.approx(reference["p"], abs=1e-7)
    if model == "PCM":  # in the lower half no one reached the top of the first item
        assert [flag[:19] for flag in result.flags] == ["Item 0 is left out:"]


def test_wald_statistics_are_those_of_erm() -> None:
    responses = read_matrix(OWN / "data" / "rasch_small.csv")
    reference = read_figures(OWN / "rasch" / "eRm_RM_rasch_small.json")["wald"]
    result = wald_tests(*andersen_test(responses).calibrations)
    np.testing.assert_allclose(result.z, [row["z-statistic"] for row in reference], atol=2e-4)
    np.testing.assert_allclose(result.p_value, [row["p-value"] for row in reference], atol=2e-4)
    np.testing.assert_allclose(result.z_thresholds[:, 0], result.z)


def test_wald_statistics_of_categories_are_those_of_erm() -> None:
    responses = read_matrix(OWN / "data" / "pcm.csv")
    reference = read_figures(OWN / "rasch" / "eRm_PCM_pcm.json")["wald"]
    low, high = andersen_test(responses, "PCM").calibrations
    easiness, variance = [], []
    cumulate = np.kron(np.eye(7), -np.tril(np.ones((3, 3))))
    category = np.tile([1, 2, 3], 7)
    carry = cumulate - np.outer(category, cumulate.sum(axis=0) / category.sum())
    for each in (low, high):
        easiness.append(carry @ each.thresholds[1:].ravel())
        variance.append(np.diag(carry @ each.covariance @ carry.T))
    z = (easiness[0] - easiness[1]) / np.sqrt(variance[0] + variance[1])
    np.testing.assert_allclose(z, [row["z-statistic"] for row in reference], atol=2e-4)


def test_erm_on_its_own_data(shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    reference = read_figures(folder / "rasch" / "eRm_RM_raschdat1.json")
    result = andersen_test(read_matrix(folder / "data" / "raschdat1.csv"))
    assert result.statistic == pytest.approx(reference["andersen_LR"]["LR"], abs=1e-6)
    assert result.df == reference["andersen_LR"]["df"]
    z = wald_tests(*result.calibrations).z
    np.testing.assert_allclose(z, [row["z-statistic"] for row in reference["wald"]], atol=2e-4)


def test_rating_scales_keep_items_that_erm_leaves_out(shared: Path) -> None:
    """Shared steps do not ask that each half use every category of every item.

    eRm does, keeps items 0 and 5, and gives a ratio where the lower half has no maximum.
    """
    folder = shared / "reference" / "psychometrics"
    responses = read_matrix(folder / "data" / "rsmdat.csv")
    result = andersen_test(responses, "RSM")
    assert (result.df, result.flags) == (7, ())
    total = responses.sum(axis=1)
    with pytest.raises(NotIdentified, match="no maximum at finite thresholds"):
        andersen_test(responses[:, [0, 5]], "RSM", groups=total > np.median(total))


def test_an_item_that_shifts_is_found_and_the_others_are_not() -> None:
    rng = np.random.default_rng(30)
    b = np.linspace(-1, 1, 9)
    by_chance, found, z = [], [], []
    for _ in range(40):
        group = np.repeat([0, 1], 250)
        theta = rng.normal(0.4 * group, 1.0)
        same = rng.random((500, 9)) < 1 / (1 + np.exp(b - theta[:, None]))
        by_chance.append(andersen_test(same, groups=group).p_value)
        shifted = b + np.outer(group, np.arange(9) == 4)
        moved = rng.random((500, 9)) < 1 / (1 + np.exp(shifted - theta[:, None]))
        result = andersen_test(moved, groups=group)
        found.append(result.p_value < 0.05)
        z.append(wald_tests(*result.calibrations).z)
    assert np.mean(by_chance) == pytest.approx(0.5, abs=0.12)
    assert np.mean(found) > 0.9
    assert np.mean(z, axis=0).argmax() == 4
    assert np.mean(z, axis=0)[4] > 3


def test_incomplete_designs_split_by_the_share_of_points() -> None:
    responses = read_matrix(OWN / "data" / "rasch_small.csv")
    rng = np.random.default_rng(1)
    responses[rng.random(responses.shape) < 0.2] = np.nan
    result = andersen_test(responses)
    low, high = (each.n_persons for each in result.calibrations)
    assert low + high == 120
    assert abs(low - high) < 20
    assert result.df == 24 - len(result.flags)


def test_groups_that_cannot_be_compared_are_refused() -> None:
    responses = read_matrix(OWN / "data" / "rasch_small.csv")
    with pytest.raises(BadOption, match="one label for each person"):
        andersen_test(responses, groups=[1, 2])
    with pytest.raises(BadOption, match="two labels or more"):
        andersen_test(responses, groups=np.ones(120))
    with pytest.raises(BadOption, match="same items and categories"):
        wald_tests(calibrate_conditionally(responses), calibrate_conditionally(responses[:, :9]))
