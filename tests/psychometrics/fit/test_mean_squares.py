"""Infit and outfit: mirt's and eRm's figures, the formulas written out, their distribution."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import score
from psychometrics.conditional import calibrate_conditionally, raw_score_table
from psychometrics.errors import BadItems, BadOption, BadResponses
from psychometrics.fit import MeanSquares, item_mean_squares, person_mean_squares
from psychometrics.models import Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import (
    OWN,
    OWN_FITS,
    SHARED_FITS,
    MirtFit,
    fits_with,
    read_figures,
    read_matrix,
)

NOMINAL = {"Science_NRM"}
NAMES = {"outfit": "outfit", "infit": "infit", "z_outfit": "z.outfit", "z_infit": "z.infit"}


ERMS_NAMES = {
    "outfit": "outfitMSQ",
    "infit": "infitMSQ",
    "z_outfit": "outfitZ",
    "z_infit": "infitZ",
}


def agrees(found: MeanSquares, fit: MirtFit, table: str) -> None:
    incomplete = np.isnan(fit.responses).any()
    for ours, theirs in NAMES.items():
        if incomplete and ours == "z_outfit":
            continue  # mirt divides by the number of all responses, given or not
        figures = fit.column(table, theirs)
        known = ~np.isnan(figures)
        values = getattr(found, ours)[: len(figures)]
        tolerance = 2e-3 if ours[0] == "z" else 1e-6
        np.testing.assert_allclose(values[known], figures[known], rtol=1e-3, atol=tolerance)


@pytest.mark.parametrize("fit", fits_with("itemfit_infit_EAP", but=NOMINAL), indirect=True)
def test_items_at_posterior_means(fit: MirtFit) -> None:
    whole = fit.name != "LSAT7_missing_2PL"  # mirt left incomplete rows out there
    rows = np.ones(len(fit.responses), bool) if whole else ~np.isnan(fit.responses).any(axis=1)
    found = item_mean_squares(fit.responses[rows], fit.items, fit.eap()[rows])
    agrees(found, fit, "itemfit_infit_EAP")


# with guessing, or few items a person, mirt's likelihood estimates of poor patterns are its own
UNSETTLED = {name for name in (*OWN_FITS, *SHARED_FITS) if "3PL" in name} | {"twopl_forms_2PL"}


@pytest.mark.parametrize(
    "fit", fits_with("itemfit_infit_ML", but=NOMINAL | UNSETTLED), indirect=True
)
def test_items_at_likelihood_estimates(fit: MirtFit) -> None:
    """mirt puts infinite estimates 0.1 beyond the largest finite one."""
    responses = fit.responses
    if fit.name == "LSAT7_missing_2PL":
        responses = responses[~np.isnan(responses).any(axis=1)]
    estimates = score(responses, fit.items, "ML", bounds=(-20, 20))
    finite = estimates.theta[estimates.at_bound == 0]
    theta = np.clip(estimates.theta, finite.min() - 0.1, finite.max() + 0.1)
    found = item_mean_squares(responses, fit.items, theta)
    agrees(found, fit, "itemfit_infit_ML")


@pytest.mark.parametrize(
    "fit", fits_with("personfit_first60_EAP", but={*NOMINAL, "Bock1997_GPCM"}), indirect=True
)
def test_persons_at_posterior_means(fit: MirtFit) -> None:
    n = 60 if fit.name in OWN_FITS else 100
    found = person_mean_squares(fit.responses[:n], fit.items, fit.eap()[:n])
    agrees(found, fit, f"personfit_first{n}_EAP")


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("rasch_small", "eRm_RM_rasch_small", "Rasch"), ("pcm", "eRm_PCM_pcm", "PCM")],
)
def test_items_and_persons_of_erm(data: str, figures: str, model: Any) -> None:
    agrees_with_erm(OWN, data, figures, model)


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [("raschdat1", "eRm_RM_raschdat1", "Rasch"), ("rsmdat", "eRm_RSM_rsmdat", "RSM")],
)
def test_items_and_persons_of_erm_on_its_own_data(
    data: str, figures: str, model: Any, shared: Path
) -> None:
    agrees_with_erm(shared / "reference" / "psychometrics", data, figures, model)


def agrees_with_erm(folder: Path, data: str, figures: str, model: Any) -> None:
    """eRm takes likelihood estimates, leaves extreme persons out and lifts no variance."""
    responses = read_matrix(folder / "data" / f"{data}.csv")
    calibration = calibrate_conditionally(responses, model)
    theta = raw_score_table(calibration).ml[responses.sum(axis=1).astype(int)]
    reference = read_figures(folder / "rasch" / f"{figures}.json")
    items = item_mean_squares(responses, calibration.items(), theta, least_variance=0)
    persons = person_mean_squares(responses, calibration.items(), theta, least_variance=0)
    of_persons = "personfit" if "personfit" in reference else "personfit_first60"
    for found, table in ((items, "itemfit"), (persons, of_persons)):
        rows = reference[table]
        where = np.arange(len(rows))
        if found is persons:  # those that are not extreme
            where = np.array([int(row["person"][1:]) - 1 for row in rows])
        for ours, theirs in ERMS_NAMES.items():
            figure = np.array([row[theirs] for row in rows], dtype=float)
            values = getattr(found, ours)[where]
            np.testing.assert_allclose(values, figure, rtol=1e-3, atol=2e-4, err_msg=theirs)


def test_the_formulas_written_out() -> None:
    rng = np.random.default_rng(4)
    items = draw_items(6, "GRM", rng=rng, n_categories=3)
    theta = rng.standard_normal(40)
    responses = simulate(items, theta, rng=rng).responses.astype(float)
    responses[rng.random(responses.shape) < 0.2] = np.nan
    probabilities = items.probabilities(theta)
    z2, w, c, n = np.zeros((4, 6))
    weighted = np.zeros(6)
    for item in range(6):
        for person in range(40):
            x = responses[person, item]
            if np.isnan(x):
                continue
            p = probabilities[item, :, person]
            mean = p @ [0, 1, 2]
            variance = p @ (np.array([0, 1, 2]) - mean) ** 2
            fourth = p @ (np.array([0, 1, 2]) - mean) ** 4
            z2[item] += (x - mean) ** 2 / variance
            weighted[item] += (x - mean) ** 2
            w[item] += variance
            c[item] += fourth / variance**2
            n[item] += 1
    found = item_mean_squares(responses, items, theta, least_variance=0)
    np.testing.assert_allclose(found.outfit, z2 / n)
    np.testing.assert_allclose(found.infit, weighted / w)
    np.testing.assert_array_equal(found.n, n)
    q = np.sqrt(c / n**2 - 1 / n)
    np.testing.assert_allclose(found.z_outfit, (np.cbrt(z2 / n) - 1) * 3 / q + q / 3)


def test_at_true_abilities_mean_squares_are_about_one_and_z_standard_normal() -> None:
    rng = np.random.default_rng(9)
    items = draw_items(40, "2PL", rng=rng)
    theta = rng.standard_normal(2000)
    persons = person_mean_squares(simulate(items, theta, rng=rng).responses, items, theta)
    assert persons.infit.mean() == pytest.approx(1, abs=0.02)
    assert persons.z_infit.mean() == pytest.approx(0, abs=0.1)
    assert persons.z_infit.std() == pytest.approx(1, abs=0.1)
    careless = simulate(items, np.zeros(2000), rng=rng).responses
    assert person_mean_squares(careless, items, theta).z_infit.mean() > 0.5


def test_what_cannot_be_used_is_not_and_says_so() -> None:
    items = Items.from_irt("2PL", [1.0, 1.2], [0.0, 0.5])
    responses = np.array([[1, np.nan], [0, np.nan], [1, np.nan]])
    found = item_mean_squares(responses, items, [0.2, np.inf, -0.3])
    assert found.n.tolist() == [2, 0]
    assert found.undefined == (None, "No response with a finite ability and some variance.")
    assert np.isnan(found.infit[1])
    persons = person_mean_squares(responses, items, [0.2, np.inf, -0.3])
    assert [reason is None for reason in persons.undefined] == [True, False, True]


@pytest.mark.parametrize(
    ("responses", "theta", "options", "error", "sentence"),
    [
        ([[1, 0, 1]], [0.0], {}, BadResponses, "3 columns for 2 items"),
        ([[2, 0]], [0.0], {}, BadResponses, "row 0, column 0 holds 2, but item I1 has categories"),
        ([[1, 0]], [0.0, 1.0], {}, BadOption, r"shape \(2,\) for 1 persons"),
        ([[1, 0]], [0.0], {"least_variance": -1}, BadOption, "least variance of -1"),
    ],
)
def test_bad_input_is_refused(
    responses: Any, theta: Any, options: Any, error: type[Exception], sentence: str
) -> None:
    items = Items.from_irt("2PL", [1.0, 1.2], [0.0, 0.5])
    with pytest.raises(error, match=sentence):
        item_mean_squares(responses, items, theta, **options)


def test_nominal_items_have_no_scores() -> None:
    items = draw_items(2, "NRM", rng=np.random.default_rng(1))
    zeros: NDArray[np.float64] = np.zeros((1, 2))
    with pytest.raises(BadItems, match="item I1 is nominal"):
        item_mean_squares(zeros, items, [0.0])
