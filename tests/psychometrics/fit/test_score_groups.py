"""S-X2: mirt's figures, expected tables by brute force, size and power by simulation."""

from itertools import product

import numpy as np
import pytest

from psychometrics import calibrate
from psychometrics.errors import BadItems, NotEnoughData
from psychometrics.fit import free_parameters, s_x2
from psychometrics.fit.residuals import population
from psychometrics.fit.score_groups import expected_tables
from psychometrics.fit.sparse_tables import merge_sparse_cells
from psychometrics.models import Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import MirtFit, fits_with

NOMINAL = {"Science_NRM"}


@pytest.mark.parametrize("fit", fits_with("itemfit_S_X2", but=NOMINAL), indirect=True)
def test_statistics_are_those_of_mirt(fit: MirtFit) -> None:
    found = s_x2(fit.responses, fit.items, sd=fit.sd)
    figures = fit.column("itemfit_S_X2", "S_X2")
    tested = ~np.isnan(figures)
    np.testing.assert_allclose(found.statistic[tested], figures[tested], rtol=1e-6)
    np.testing.assert_array_equal(found.df, fit.column("itemfit_S_X2", "df.S_X2"))
    p_values = fit.column("itemfit_S_X2", "p.S_X2")
    np.testing.assert_allclose(found.p_value[tested], p_values[tested], rtol=1e-3, atol=1e-9)
    rmsea = fit.column("itemfit_S_X2", "RMSEA.S_X2")
    np.testing.assert_allclose(found.rmsea[tested], rmsea[tested], rtol=1e-3, atol=1e-6)


def test_expected_tables_add_up_patterns() -> None:
    items = Items.from_parameters(
        ["2PL", "GRM", "PCM"], [[1.2, 0.3], [1.1, 1.0, -0.5, -1.5], [1.0, 0.4, -0.2]]
    )
    nodes, weights = population(items, 0.2, 1.1)
    probabilities = items.probabilities(nodes)
    tables = expected_tables(items, nodes, weights)
    joint = np.zeros((7, 3, 4))
    for pattern in product(range(2), range(4), range(3)):
        likelihood = weights * np.prod([probabilities[j, pattern[j]] for j in range(3)], axis=0)
        for item in range(3):
            joint[sum(pattern), item, pattern[item]] += likelihood.sum()
    for item in range(3):
        k = items.n_categories[item]
        shares = joint[:, item, :k] / joint[:, item].sum(axis=1, keepdims=True)
        np.testing.assert_allclose(tables[item], shares, atol=1e-12)


def test_merging_keeps_all_persons_and_leaves_no_sparse_cell() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        n_rows, k = rng.integers(3, 15), rng.integers(2, 6)
        expected = rng.gamma(0.7, 3, (n_rows, k))
        observed = rng.poisson(expected).astype(float)
        expected *= observed.sum(axis=1, keepdims=True) / expected.sum(axis=1, keepdims=True)
        seen, awaited = merge_sparse_cells(observed, expected, least=1.0)
        assert seen.sum() == pytest.approx(observed.sum())
        assert awaited.sum() == pytest.approx(expected.sum())
        if len(awaited) > 1:
            assert (awaited[awaited > 0] >= 1).all()


def test_a_fitting_model_is_rejected_as_often_as_it_should_be() -> None:
    p_values = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        items = draw_items(20, "2PL", rng=rng)
        responses = simulate(items, 1000, rng=rng).responses
        p_values.append(s_x2(responses, calibrate(responses, "2PL").items).p_value)
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.06)
    assert (np.ravel(p_values) < 0.05).mean() == pytest.approx(0.05, abs=0.035)


def test_an_item_of_another_shape_is_found() -> None:
    """Item 0 is right in the middle only: no monotone curve fits."""
    rng = np.random.default_rng(4)
    items = draw_items(20, "2PL", rng=rng)
    drawn = simulate(items, 2000, rng=rng)
    responses = drawn.responses.copy()
    responses[:, 0] = rng.random(2000) < np.where(np.abs(drawn.theta) < 0.8, 0.85, 0.3)
    found = s_x2(responses, calibrate(responses, "2PL").items)
    assert found.p_value[0] < 1e-10
    assert np.median(found.p_value[1:]) > 0.1


def test_incomplete_persons_are_not_used() -> None:
    rng = np.random.default_rng(6)
    items = draw_items(8, "2PL", rng=rng)
    responses = simulate(items, 600, rng=rng).responses.astype(float)
    complete = s_x2(responses[:500], items)
    responses[500:, 3] = np.nan
    with_incomplete = s_x2(responses, items)
    np.testing.assert_allclose(with_incomplete.statistic, complete.statistic)
    assert with_incomplete.n_persons == 500
    assert with_incomplete.flags == (
        "100 of 600 persons lack a response to some item and are not used.",
    )
    assert complete.flags == ()
    responses[:, 3] = np.nan
    with pytest.raises(NotEnoughData, match="no person has answered all items"):
        s_x2(responses, items)


def test_too_short_a_test_has_no_degree_of_freedom_and_says_so() -> None:
    items = Items.from_irt("2PL", [1.0, 1.2], [0.0, 0.5])
    found = s_x2([[1, 0], [0, 1], [1, 1]], items)
    assert found.df.tolist() == [0, 0]
    assert np.isnan(found.p_value).all()
    assert found.undefined == ("Too few cells are left for a degree of freedom.",) * 2


def test_nominal_items_are_refused() -> None:
    with pytest.raises(BadItems, match="nominal"):
        s_x2(np.zeros((2, 2)), draw_items(2, "NRM", rng=np.random.default_rng(1)))


def test_free_parameters_follow_the_model() -> None:
    rng = np.random.default_rng(1)
    counts = {"Rasch": 5, "1PL": 5, "2PL": 8, "3PL": 12, "4PL": 16}
    counts |= {"GRM": 16, "GPCM": 16, "PCM": 13, "RSM": 7, "NRM": 24}
    for model, n in counts.items():
        assert free_parameters(draw_items(4, model, rng=rng)).n == n, model
    mixed = Items.from_parameters(["Rasch", "2PL"], [[1.0, 0.2], [1.3, 0.1]])
    assert free_parameters(mixed).n == 3
    assert free_parameters(mixed).of_items().tolist() == [1, 2]


def test_a_calibration_and_its_statistics_count_the_same_parameters() -> None:
    rng = np.random.default_rng(2)
    for model in ("Rasch", "1PL", "2PL", "GRM", "PCM", "RSM", "GPCM", "NRM"):
        items = draw_items(6, model, rng=rng, n_categories=3)
        responses = simulate(items, 800, rng=rng).responses
        found = calibrate(responses, model)
        assert free_parameters(found.items).n == found.n_parameters, model
