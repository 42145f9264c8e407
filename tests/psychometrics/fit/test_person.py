"""lz, lz* and Zh: figures of mirt and aberrance, formulas written out, their distribution."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics import score
from psychometrics.errors import BadOption
from psychometrics.fit import item_zh, person_fit
from psychometrics.models import MODELS, Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import (
    OWN,
    OWN_FITS,
    MirtFit,
    fits_with,
    read_figures,
    read_matrix,
)


@pytest.mark.parametrize(
    "fit", fits_with("personfit_first60_EAP", but={"Bock1997_GPCM"}), indirect=True
)
def test_zh_of_persons(fit: MirtFit) -> None:
    n = 60 if fit.name in OWN_FITS else 100
    found = person_fit(fit.responses[:n], fit.items, fit.eap()[:n])
    figures = fit.column(f"personfit_first{n}_EAP", "Zh")
    np.testing.assert_allclose(found.lz[: len(figures)], figures, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("fit", fits_with("itemfit_Zh_EAP"), indirect=True)
def test_zh_of_items(fit: MirtFit) -> None:
    rows = np.ones(len(fit.responses), dtype=bool)
    if fit.name == "LSAT7_missing_2PL":  # mirt left incomplete rows out there
        rows = ~np.isnan(fit.responses).any(axis=1)
    found = item_zh(fit.responses[rows], fit.items, fit.eap()[rows])
    figures = fit.column("itemfit_Zh_EAP", "Zh")
    np.testing.assert_allclose(found.zh, figures, rtol=1e-3, atol=2e-3)


def test_lz_star_is_that_of_aberrance() -> None:
    """At the listed likelihood estimates, but for three that stand at aberrance's bound of 4."""
    figures = read_figures(OWN / "forensics" / "aberrance_times.json")
    truth = read_figures(OWN / "data" / "truth.json")["times"]
    items = Items.from_irt("3PL", truth["a"], truth["b"], truth["c"])
    theta = np.array(figures["theta_ml"])
    responses = read_matrix(OWN / "data" / "times_scores.csv")[:60]
    found = person_fit(responses, items, theta, estimator="ML")
    theirs = np.array([row["L_S_TS"] for row in figures["parametric_misfit"]])
    inside = np.abs(theta) < 3.99
    assert inside.sum() >= 57
    assert found.lz_star is not None
    np.testing.assert_allclose(found.lz_star[inside], theirs[inside], rtol=1e-5, atol=1e-5)


def test_lz_star_is_that_of_aberrance_on_its_own_data(shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    figures = read_figures(folder / "forensics" / "aberrance_3pl.json")
    a, b, c = read_matrix(folder / "data" / "forensics_items.csv", ["a", "b", "c"]).T
    items = Items.from_irt("3PL", a, b, c)
    responses = read_matrix(folder / "data" / "forensics_scores.csv")
    theta = score(responses, items, "ML", bounds=(-4, 4)).theta
    found = person_fit(responses, items, theta, estimator="ML")
    theirs = [row["L_S_TS"] for row in figures["parametric_misfit"]]
    assert found.lz_star is not None
    np.testing.assert_allclose(found.lz_star, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_lz_is_what_all_patterns_say(model: str) -> None:
    """Mean and variance of the log-likelihood over every pattern, added up one by one."""
    items = draw_items(3, model, rng=np.random.default_rng(2), n_categories=3)
    theta = 0.4
    logs = items.log_probabilities([theta])[:, :, 0]
    cells = [logs[j, : items.n_categories[j]] for j in range(3)]
    grid = cells[0][:, None, None] + cells[1][None, :, None] + cells[2][None, None, :]
    mean = (np.exp(grid) * grid).sum()
    spread = np.sqrt((np.exp(grid) * (grid - mean) ** 2).sum())
    found = person_fit([[1, 0, 1]], items, [theta])
    assert found.log_likelihood[0] == pytest.approx(grid[1, 0, 1])
    assert found.lz[0] == pytest.approx((grid[1, 0, 1] - mean) / spread)


def test_lz_star_is_snijders_formula_for_right_and_wrong() -> None:
    rng = np.random.default_rng(5)
    items = draw_items(12, "3PL", rng=rng)
    x = simulate(items, [0.3], rng=rng).responses
    theta, a, b, c = 0.7, items.a, items.b, items.c
    star = 1 / (1 + np.exp(-a * (theta - b)))
    p = c + (1 - c) * star
    slope = (1 - c) * a * star * (1 - star)
    w = np.log(p / (1 - p))
    r = slope / (p * (1 - p))
    ratio = (slope * w).sum() / (slope * r).sum()
    tilde = w - ratio * r
    spread = np.sqrt((tilde**2 * p * (1 - p)).sum())
    bend = a * slope * (1 - 2 * star)
    information = (slope * r).sum()
    pulls = {
        "ML": 0.0,
        "MAP": -(theta - 0.2) / 0.8**2,
        "WLE": (r * bend).sum() / (2 * information),
    }
    for estimator, pull in pulls.items():
        kind: Any = estimator
        found = person_fit(x, items, [theta], estimator=kind, mean=0.2, sd=0.8)
        expected = (((x[0] - p) * w).sum() + ratio * pull) / spread
        assert found.lz_star is not None
        assert found.lz_star[0] == pytest.approx(expected)


@pytest.mark.parametrize("estimator", ["ML", "MAP", "WLE"])
def test_lz_star_is_standard_normal_where_lz_is_too_narrow(estimator: Any) -> None:
    rng = np.random.default_rng(12)
    items = draw_items(60, "2PL", rng=rng)
    drawn = simulate(items, rng.uniform(-1.5, 1.5, 3000), rng=rng)
    theta = score(drawn.responses, items, estimator).theta
    found = person_fit(drawn.responses, items, theta, estimator=estimator)
    assert found.lz_star is not None
    assert found.lz_star.mean() == pytest.approx(0, abs=0.1)
    assert found.lz_star.std() == pytest.approx(1, abs=0.05)
    assert found.lz.std() < found.lz_star.std()
    assert (found.p_value < 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_guessers_stand_out() -> None:
    rng = np.random.default_rng(3)
    items = draw_items(40, "2PL", rng=rng)
    responses = simulate(items, 400, rng=rng).responses
    responses[:40] = rng.random((40, 40)) < 0.5
    theta = score(responses, items, "MAP").theta
    found = person_fit(responses, items, theta, estimator="MAP")
    assert np.median(found.p_value[:40]) < 0.01
    assert np.median(found.p_value[40:]) == pytest.approx(0.5, abs=0.1)


def test_what_is_undefined_says_why() -> None:
    items = Items.from_irt("2PL", [1.0, 1.2], [0.0, 0.5])
    responses = np.array([[1, 0], [1, 1], [np.nan, np.nan]])
    found = person_fit(responses, items, [0.1, np.inf, 0.3], estimator="ML")
    assert found.undefined == (None, "The ability is not finite.", "No item was administered.")
    assert np.isnan(found.lz).tolist() == [False, True, True]
    unseen = item_zh(np.array([[1, np.nan]]), items, [0.3])
    assert unseen.undefined == (None, "No uncertain response to this item.")


def test_options_that_are_none_are_refused() -> None:
    items = Items.from_irt("2PL", [1.0, 1.2], [0.0, 0.5])
    unknown: Any = "EAP"
    with pytest.raises(BadOption, match="not for 'EAP'"):
        person_fit([[1, 0]], items, [0.0], estimator=unknown)
    with pytest.raises(BadOption, match="standard deviation is 0"):
        person_fit([[1, 0]], items, [0.0], estimator="MAP", sd=0)
