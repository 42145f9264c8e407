"""Q3 and LD-X2: mirt's figures, tables written out, dependence that was put in."""

import numpy as np
import pytest

from psychometrics import calibrate, score
from psychometrics.fit import ld_x2, q3
from psychometrics.models import Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import SHARED_FITS, MirtFit, fits_with

NOMINAL = {"Science_NRM"}


@pytest.mark.parametrize("fit", fits_with("Q3", but=NOMINAL), indirect=True)
def test_q3_of_mirt(fit: MirtFit) -> None:
    found = q3(fit.responses, fit.items, fit.eap())
    figures = fit.square("Q3")
    np.testing.assert_allclose(found.q3, figures, rtol=1e-3, atol=2e-5)
    np.testing.assert_array_equal(found.defined, ~np.isnan(figures))


@pytest.mark.parametrize(
    "fit", [name for name in SHARED_FITS if name not in NOMINAL], indirect=True
)
def test_ld_x2_of_mirt(fit: MirtFit) -> None:
    """mirt puts X2 below the diagonal and Cramer's V above, with the sign of another measure.

    Its nodes end at -6 and 6, which cuts the tails of deAyala's theta, of variance 2.07.
    """
    tolerance = 5e-3 if fit.name == "deAyala_Rasch" else 1e-3
    found = ld_x2(fit.responses, fit.items, sd=fit.sd)
    figures = fit.square("LD_X2")
    below, above = np.tril_indices(len(figures), -1), np.triu_indices(len(figures), 1)
    np.testing.assert_allclose(found.x2[below], figures[below], rtol=tolerance, atol=1e-6)
    theirs = figures[above]
    np.testing.assert_allclose(
        np.abs(found.cramer_v[above]), np.abs(theirs), rtol=tolerance, atol=1e-5
    )
    clear = np.abs(theirs) > 0.15
    np.testing.assert_array_equal(np.sign(found.cramer_v[above])[clear], np.sign(theirs)[clear])


def test_tables_written_out() -> None:
    rng = np.random.default_rng(2)
    items = Items.from_parameters(["2PL", "GRM"], [[1.2, 0.3], [1.1, 1.0, -0.5]])
    responses = simulate(items, 300, rng=rng).responses.astype(float)
    responses[:40, 0] = np.nan
    found = ld_x2(responses, items, mean=0.3, sd=1.2)
    nodes = np.linspace(-8, 8, 400)
    weights = np.exp(-(((nodes - 0.3) / 1.2) ** 2) / 2)
    p = items.probabilities(nodes)
    x2 = 0.0
    for a in range(2):
        for b in range(3):
            seen = ((responses[:, 0] == a) & (responses[:, 1] == b)).sum()
            expected = 260 * (p[0, a] * p[1, b] * weights).sum() / weights.sum()
            x2 += (seen - expected) ** 2 / expected
    assert found.x2[0, 1] == found.x2[1, 0] == pytest.approx(x2)
    assert found.n.tolist() == [[260, 260], [260, 300]]
    assert found.df[0, 1] == 2
    assert np.abs(found.cramer_v[0, 1]) == pytest.approx(np.sqrt(x2 / 260))


def test_a_testlet_is_found_and_nothing_else() -> None:
    rng = np.random.default_rng(8)
    items = draw_items(20, "2PL", rng=rng)
    drawn = simulate(items, 2000, rng=rng)
    again = simulate(items.select([4]), drawn.theta, rng=rng).responses[:, 0]
    responses = drawn.responses.copy()
    copies = rng.random(2000) < 0.4
    responses[:, 4] = np.where(copies, responses[:, 3], again)
    theta = score(responses, items, "EAP").theta
    size = np.abs(q3(responses, items, theta).q3 + 1 / 19)
    np.fill_diagonal(size, 0)
    assert divmod(int(size.argmax()), 20) in {(3, 4), (4, 3)}
    dependence = ld_x2(responses, calibrate(responses, "2PL").items)
    assert divmod(int(dependence.cramer_v.argmax()), 20) in {(3, 4), (4, 3)}
    pairs = np.triu_indices(20, 1)
    elsewhere = ~np.isin(pairs, (3, 4)).any(axis=0)
    others = dependence.p_value[pairs][elsewhere]
    assert (others < 0.05).mean() < 0.08


def test_pairs_that_no_one_saw_are_not_defined() -> None:
    items = draw_items(3, "2PL", rng=np.random.default_rng(1))
    responses = np.array([[1, 0, np.nan], [0, 1, np.nan], [1, np.nan, 1], [0, np.nan, 0]])
    found = q3(responses, items, [0.3, -0.2, 0.1, 0.5])
    assert found.n.tolist() == [[4, 2, 2], [2, 2, 0], [2, 0, 2]]
    assert not found.defined[1, 2]
    np.testing.assert_array_equal(np.isnan(found.q3), ~found.defined)
    dependence = ld_x2(responses, items)
    assert dependence.x2[1, 2] == 0
    assert dependence.p_value[1, 2] == 1
    assert np.isfinite([dependence.x2, dependence.p_value, dependence.standardised]).all()
    assert np.isfinite(dependence.cramer_v).all()
