"""Scores of mirt and catR on the same items; where the two differ, the equation decides."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from psychometrics import Items, equally_spaced, score, sum_score_table
from psychometrics.ability import Method, score_probabilities
from tests.psychometrics.figures import OWN, read_figures, read_matrix
from tests.psychometrics.fits import CLASSIC, OURS, Fit, data_of, figures_of, fitted

MIRTS_NODES = equally_spaced(-6, 6, 61)
MIRTS_BOUND = 20.0


@pytest.fixture
def classic(shared: Path) -> Path:
    return shared / "reference" / "psychometrics"


@pytest.mark.parametrize("fit", OURS, ids=lambda fit: fit.figures)
def test_persons_of_our_data_score_as_in_mirt(fit: Fit) -> None:
    scores_agree(fit, OWN)


SCORED = [fit for fit in CLASSIC if fit.figures != "Bock1997_GPCM"]  # mirt gives none for it


@pytest.mark.parametrize("fit", SCORED, ids=lambda fit: fit.figures)
def test_persons_of_classic_data_score_as_in_mirt(fit: Fit, classic: Path) -> None:
    scores_agree(fit, classic)


def scores_agree(fit: Fit, folder: Path) -> None:
    figures, found = figures_of(fit, folder), fitted(fit, folder)
    scores = next(value for key, value in figures.items() if key.startswith("scores"))
    if "patterns" in scores:
        x = as_array(scores["patterns"]) - fit.lowest
    else:
        x = data_of(fit, folder)[: len(scores["EAP"]["theta"])]
    sd = float(np.sqrt(found.variances[0]))
    for method in ("EAP", "MAP", "ML", "WLE"):
        if method == "WLE" and fit.guessed:
            continue  # mirt maximises another function there: see below
        theta, errors = as_array(scores[method]["theta"]), as_array(scores[method]["se"])
        ours = score(
            x,
            found.items,
            method,
            sd=sd,
            quadrature=MIRTS_NODES,
            bounds=(-MIRTS_BOUND, MIRTS_BOUND),
        )
        infinite = ~(np.abs(theta) < MIRTS_BOUND - 1e-3)
        np.testing.assert_array_equal(ours.at_bound != 0, infinite)
        np.testing.assert_allclose(ours.theta[~infinite], theta[~infinite], atol=1e-3)
        if method != "WLE":  # ours is 1 / sqrt(information), theirs a curvature
            np.testing.assert_allclose(ours.standard_error[~infinite], errors[~infinite], atol=1e-3)


# mirt gives no sum scores where answers are missing, nor for Bock's three items
WITH_SUMS = [fit for fit in OURS if fit.figures != "twopl_forms_2PL"]
CLASSIC_WITH_SUMS = [
    fit for fit in CLASSIC if fit.figures not in {"LSAT7_missing_2PL", "Bock1997_GPCM"}
]


@pytest.mark.parametrize("fit", WITH_SUMS, ids=lambda fit: fit.figures)
def test_sum_scores_are_mirts(fit: Fit) -> None:
    sum_scores_agree(fit, OWN)


@pytest.mark.parametrize("fit", CLASSIC_WITH_SUMS, ids=lambda fit: fit.figures)
def test_sum_scores_of_classic_tests_are_mirts(fit: Fit, classic: Path) -> None:
    sum_scores_agree(fit, classic)


def sum_scores_agree(fit: Fit, folder: Path) -> None:
    figures, found = figures_of(fit, folder), fitted(fit, folder)
    table = sum_score_table(
        found.items, sd=float(np.sqrt(found.variances[0])), quadrature=MIRTS_NODES
    )
    rows = figures["EAPsum"]
    name = next(key for key in rows[0] if key.startswith("F"))
    lowest = fit.lowest * len(found.items)
    assert (table.score + lowest).tolist() == [row["Sum.Scores"] for row in rows]
    np.testing.assert_allclose(table.theta, [row[name] for row in rows], atol=1e-3)
    np.testing.assert_allclose(table.standard_error, [row[f"SE_{name}"] for row in rows], atol=1e-3)
    expected = [row["expected"] for row in rows]
    np.testing.assert_allclose(table.probability * found.n_persons, expected, atol=2e-3)


def test_the_number_right_is_distributed_as_by_cacirt() -> None:
    figures = read_figures(OWN / "classification" / "cacIRT_twopl.json")
    a, b = (np.array([row[key] for row in figures["items"]]) for key in "ab")
    distribution = figures["number_correct_distribution"]
    found = score_probabilities(Items.from_irt("2PL", a, b), distribution["theta"])
    np.testing.assert_allclose(found.T, distribution["prob"], rtol=1e-8)


@pytest.mark.parametrize("fit", OURS, ids=lambda fit: fit.figures)
def test_reliabilities_by_our_scores_are_mirts(fit: Fit) -> None:
    reliabilities_agree(fit, OWN)


@pytest.mark.parametrize("fit", CLASSIC, ids=lambda fit: fit.figures)
def test_reliabilities_of_classic_tests_by_our_scores_are_mirts(fit: Fit, classic: Path) -> None:
    reliabilities_agree(fit, classic)


def reliabilities_agree(fit: Fit, folder: Path) -> None:
    """Not methods of ours, but figures that the errors of all persons and the information decide.

    mirt's marginal reliability is I / (I + variance) under N(0, 1), where the variance of theta,
    if it is free, should be its inverse and the weights those of the population.
    """
    figures, found = figures_of(fit, folder), fitted(fit, folder)
    variance = found.variances[0]
    if "empirical_rxx_EAP" in figures:
        sd = float(np.sqrt(variance))
        eap = score(data_of(fit, folder), found.items, "EAP", sd=sd, quadrature=MIRTS_NODES)
        spread, error = eap.theta.var(ddof=1), (eap.standard_error**2).mean()
        expected = figures["empirical_rxx_EAP"]
        assert spread / (spread + error) == pytest.approx(expected, abs=1e-5)
    information = found.items.information(MIRTS_NODES.nodes).sum(axis=0)
    marginal = (information / (information + variance)) @ np.exp(MIRTS_NODES.log_weights())
    assert marginal == pytest.approx(figures["marginal_rxx"], abs=1e-4)


def test_with_guessing_mirts_weighted_likelihood_is_not_warms() -> None:
    """mirt maximises log L + log(I) / 2, which solves Warm's equation only without guessing."""
    fit = OURS[4]
    items, x = fitted(fit).items, data_of(fit)
    theirs = figures_of(fit)["scores_first60"]["WLE"]["theta"]
    for row in (0, 1, 9):
        chosen = x[row].astype(int)

        def loss(theta: float, chosen: NDArray[np.intp] = chosen) -> float:
            log_p = items.log_probabilities(theta)[np.arange(len(items)), chosen, 0].sum()
            return -float(log_p + 0.5 * np.log(items.information(theta).sum()))

        found = minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-8})
        assert found.x == pytest.approx(theirs[row], abs=1e-3)


def test_every_estimate_is_catrs_on_our_data() -> None:
    figures = read_figures(OWN / "cat" / "catR_threepl.json")
    rows = figures_of(OURS[4])["coef_irt"]
    a, b, g = (np.round([row[key] for row in rows], 6) for key in "abg")
    items = Items.from_irt("3PL", a, b, g)
    for state in figures["states"]:
        chosen = items.select([k - 1 for k in state["given"]])
        catr_agrees(state, chosen, np.array(state["x"]), equally_spaced(-4, 4, 161))
        rest = items.select([row["item"] - 1 for row in state["values"]])
        information = rest.information(state["BM"]["theta"])[:, 0]
        theirs = [row["MFI"] for row in state["values"]]  # what maximum information chooses by
        np.testing.assert_allclose(information, theirs, rtol=1e-4)


def test_every_estimate_is_catrs_on_its_bank(classic: Path) -> None:
    figures = read_figures(classic / "cat" / "catR_tcals.json")
    bank = read_matrix(classic / "data" / "catR_tcals_bank.csv")
    upper = np.where(bank[:, 3] < 1, bank[:, 3], 1 - 1e-15)
    items = Items.from_irt("4PL", bank[:, 0], bank[:, 1], bank[:, 2], upper)
    for case in figures["cases"]:
        chosen = items.select([k - 1 for k in case["items"]])
        catr_agrees(case, chosen, np.array(case["x"]), equally_spaced(-4, 4, 33))
        information = items.information(case["BM"]["theta"])[:, 0]
        np.testing.assert_allclose(information, case["info_at_BM"], rtol=1e-4)


def catr_agrees(case: dict[str, Any], items: Items, x: NDArray[np.intp], nodes: Any) -> None:
    """catR's errors of ML and of the mode are from Fisher's information, ours from the observed;
    its trapezoids halve the outermost nodes of the EAP."""
    names: dict[Method, str] = {"ML": "ML", "MAP": "BM", "WLE": "WL", "EAP": "EAP"}
    for method, theirs in names.items():
        found = score(x, items, method, quadrature=nodes, bounds=(-4.0, 4.0))
        figure = case[theirs]
        tolerance = 1e-3 if method == "EAP" else 1e-4
        assert found.theta[0] == pytest.approx(figure["theta"], abs=tolerance), method
        if method in {"WLE", "EAP"}:
            assert found.standard_error[0] == pytest.approx(figure["se"], abs=tolerance), method
        else:
            fisher = items.information(found.theta).sum() + (method == "MAP")
            assert fisher**-0.5 == pytest.approx(figure["se"], rel=1e-4), method


def polytomous(model: str, bank: list[list[float | None]]) -> Items:
    """catR's banks: (a, b...) of GRM and GPCM, (b...) of PCM, (location, steps) of RSM, and pairs
    (slope, intercept) of NRM."""
    rows = as_array(bank)
    if model == "NRM":
        parameters = [row[~np.isnan(row)] for row in rows]
        return Items.from_parameters("NRM", [[*row[::2], *row[1::2]] for row in parameters])
    if model == "PCM":
        return Items.from_irt(model, np.ones(len(rows)), rows)
    if model == "RSM":
        return Items.from_irt("PCM", np.ones(len(rows)), rows[:, :1] + rows[:, 1:])
    return Items.from_irt(model, rows[:, 0], rows[:, 1:])


@pytest.mark.parametrize("model", ["GRM", "GPCM", "PCM", "RSM", "NRM"])
def test_polytomous_models_are_catrs(model: str, classic: Path) -> None:
    figures = read_figures(classic / "cat" / "catR_tcals.json")["poly"][model]
    items = polytomous(model, figures["bank"])
    p = items.probabilities(0.5)[:, :, 0]
    theirs = as_array(figures["prob_at_0.5"])
    np.testing.assert_allclose(p[:, : theirs.shape[1]], np.nan_to_num(theirs), atol=1e-8)
    np.testing.assert_allclose(items.information(0.5)[:, 0], figures["info_at_0.5"], atol=1e-8)
    catr_agrees(figures, items, np.array(figures["x"]), equally_spaced(-4, 4, 33))


def test_derivatives_of_the_four_parameter_model_are_catrs(classic: Path) -> None:
    figures = read_figures(classic / "cat" / "catR_tcals.json")["probabilities_4pl"]
    bank = np.array(figures["bank"])
    bank[:, 3] = np.minimum(bank[:, 3], 1 - 1e-15)
    items = Items.from_irt("4PL", *bank.T)
    for theta, figure in zip(figures["theta"], figures["Pi"], strict=True):
        p = items.probabilities(theta)[:, 1, 0]
        first, second = (part[:, 1, 0] for part in items.theta_derivatives(theta))
        np.testing.assert_allclose(p, figure["Pi"], atol=1e-9)
        np.testing.assert_allclose(p * first, figure["dPi"], atol=1e-9)
        np.testing.assert_allclose(p * (second + first**2), figure["d2Pi"], atol=1e-9)
        np.testing.assert_allclose(items.information(theta)[:, 0], figure["Ii"], atol=1e-9)


def as_array(values: list[Any]) -> NDArray[np.float64]:
    """Numbers with None for what is missing."""
    return np.array(values, dtype=object).astype(np.float64)
