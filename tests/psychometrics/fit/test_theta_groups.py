"""X2 and G2 along theta: mirt's figures where abilities differ, groups written out."""

import numpy as np
import pytest

from psychometrics.errors import BadOption
from psychometrics.fit import theta_groups
from psychometrics.models import Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import MirtFit


@pytest.mark.parametrize("fit", ["SAT12_2PL", "SAT12_3PL_logitnormal_g"], indirect=True)
def test_mirt(fit: MirtFit) -> None:
    """Where abilities are tied mirt groups by the order of rows, and nobody can agree with it.

    mirt merges no sparse categories; its degrees of freedom of G2 leave out empty ones.
    """
    found = theta_groups(fit.responses, fit.items, fit.eap(), least_expected=0)
    np.testing.assert_allclose(found.x2.statistic, fit.column("itemfit_X2", "X2"), rtol=1e-3)
    np.testing.assert_array_equal(found.x2.df, fit.column("itemfit_X2", "df.X2"))
    p_values = fit.column("itemfit_X2", "p.X2")
    np.testing.assert_allclose(found.x2.p_value, p_values, rtol=1e-3, atol=1e-6)
    figures = fit.column("itemfit_G2", "G2")
    np.testing.assert_allclose(found.g2.statistic, figures, rtol=1e-3)


@pytest.mark.parametrize("fit", ["LSAT6_2PL", "LSAT7_2PL", "Bock1997_GPCM"], indirect=True)
def test_short_tests_of_mirt_by_its_groups(fit: MirtFit) -> None:
    """mirt cuts a stable order of rows into tenths, ties or not: a label each makes its groups.

    With fewer persons in the last group, or ties that rounding decides (Rasch models), nobody can
    tell who was where; those figures are left alone.
    """
    theta = fit.eap()
    place = np.empty(len(theta), dtype=int)
    place[np.argsort(theta.round(12), kind="stable")] = np.arange(len(theta))
    tenth = place // int(np.ceil(len(theta) / 10))
    x2, g2 = np.zeros((2, len(fit.items)))
    for group in range(10):
        those = tenth == group
        p = fit.items.probabilities([theta[those].mean()])[:, :, 0]
        for item, k in enumerate(fit.items.n_categories):
            expected = those.sum() * p[item, :k]
            seen = np.bincount(fit.responses[those, item].astype(int), minlength=k)
            x2[item] += ((seen - expected) ** 2 / expected).sum()
            g2[item] += 2 * sum(s * np.log(s / e) for s, e in zip(seen, expected, strict=True) if s)
    np.testing.assert_allclose(x2, fit.column("itemfit_X2", "X2"), rtol=1e-3)
    np.testing.assert_allclose(g2, fit.column("itemfit_G2", "G2"), rtol=1e-3)


def test_groups_written_out() -> None:
    rng = np.random.default_rng(3)
    items = Items.from_parameters(["2PL", "GRM"], [[1.2, 0.3], [1.1, 1.0, -0.5]])
    theta = rng.standard_normal(200)
    responses = simulate(items, theta, rng=rng).responses
    found = theta_groups(responses, items, theta, groups=4, least_expected=0)
    by_theta = np.argsort(theta).reshape(4, 50)
    for item, k in ((0, 2), (1, 3)):
        x2 = g2 = 0.0
        for group in by_theta:
            p = items.probabilities([theta[group].mean()])[item, :k, 0]
            seen = np.bincount(responses[group, item], minlength=k)
            x2 += ((seen - 50 * p) ** 2 / (50 * p)).sum()
            g2 += 2 * sum(s * np.log(s / (50 * q)) for s, q in zip(seen, p, strict=True) if s)
        assert found.x2.statistic[item] == pytest.approx(x2)
        assert found.g2.statistic[item] == pytest.approx(g2)
        assert found.x2.df[item] == max(4 * (k - 1) - k, 0)


def test_at_true_abilities_the_statistic_is_chi_square() -> None:
    """Nothing estimated: as many degrees of freedom as groups."""
    statistics = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        items = draw_items(10, "2PL", rng=rng)
        theta = rng.standard_normal(2000)
        found = theta_groups(simulate(items, theta, rng=rng).responses, items, theta, groups=8)
        statistics.append(found.x2.statistic)
    assert np.mean(statistics) == pytest.approx(8, rel=0.15)


def test_the_order_of_rows_and_missing_responses_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    items = draw_items(5, "2PL", rng=rng)
    responses = simulate(items, 400, rng=rng).responses.astype(float)
    responses[rng.random(responses.shape) < 0.1] = np.nan
    theta = rng.integers(-3, 4, 400) / 2
    order = rng.permutation(400)
    before = theta_groups(responses, items, theta)
    after = theta_groups(responses[order], items, theta[order])
    np.testing.assert_allclose(before.x2.statistic, after.x2.statistic)
    np.testing.assert_array_equal(before.x2.df, after.x2.df)


def test_one_group_shows_no_curve() -> None:
    items = draw_items(2, "2PL", rng=np.random.default_rng(1))
    with pytest.raises(BadOption, match="1 groups"):
        theta_groups([[1, 0]], items, [0.0], groups=1)
