"""Every figure of R's mirt about calibration: likelihood, parameters, standard errors."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Calibration, Items, calibrate, equally_spaced
from psychometrics.models import MODELS
from tests.psychometrics.figures import OWN, read_figures, read_matrix
from tests.psychometrics.fits import CLASSIC, OURS, Fit, data_of, figures_of, fitted, numbers

MIRTS_NODES = equally_spaced(-6, 6, 61)


@pytest.fixture
def classic(shared: Path) -> Path:
    return shared / "reference" / "psychometrics"


@pytest.mark.parametrize("fit", OURS, ids=lambda fit: fit.figures)
def test_our_data_gives_mirts_calibration(fit: Fit) -> None:
    agrees(fit, OWN)


@pytest.mark.parametrize("fit", CLASSIC, ids=lambda fit: fit.figures)
def test_classic_data_gives_mirts_calibration(fit: Fit, classic: Path) -> None:
    agrees(fit, classic)


def agrees(fit: Fit, folder: Path) -> None:
    found, figures = fitted(fit, folder), figures_of(fit, folder)
    assert found.converged
    assert found.largest_gradient < 1e-3
    assert found.n_parameters == figures["npar"]
    assert found.log_likelihood == pytest.approx(figures["logLik"], abs=1e-4)
    assert found.aic == pytest.approx(figures["AIC"], abs=2e-4)
    assert found.bic == pytest.approx(figures["BIC"], abs=2e-4)
    assert found.variances[0] == pytest.approx(figures["latent_cov"][0][0], abs=1e-3)
    slopes, intercepts = their_slopes_and_intercepts(fit, figures["coef_slope_intercept"])
    if fit.model == "NRM":
        np.testing.assert_allclose(found.slopes, slopes, atol=1e-3)
    else:
        np.testing.assert_allclose(found.a, slopes[:, 0], atol=1e-3)
    np.testing.assert_allclose(np.atleast_2d(found.intercept.T).T, intercepts, atol=1e-3)
    if fit.guessed:
        guessing = [row["g"] for row in figures["coef_slope_intercept"]]
        np.testing.assert_allclose(found.c, guessing, atol=1e-3)
    standard_errors_agree(fit, found, figures)


def their_slopes_and_intercepts(
    fit: Fit, rows: list[dict[str, float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """In our terms: nominal slopes a1 * ak_k; a rating scale's b and c to cumulative intercepts."""
    slopes = numbers(rows, "a")
    if fit.model == "NRM":
        return slopes * numbers(rows, "ak"), numbers(rows, "d")
    if fit.model == "RSM":
        location = np.array([row["c"] for row in rows])[:, None]
        return slopes, np.cumsum(location - numbers(rows, "b"), axis=1)
    return slopes, numbers(rows, "d")


def standard_errors_agree(fit: Fit, found: Calibration, figures: dict) -> None:
    theirs = [figures["se_oakes"][row["item"]][1] for row in figures["coef_slope_intercept"]]
    a, d = numbers(theirs, "a")[:, 0], numbers(theirs, "d")
    if fit.model not in {"NRM", "RSM"}:
        np.testing.assert_allclose(found.se_a, a, rtol=0.01)
        np.testing.assert_allclose(np.atleast_2d(found.se_intercept.T).T, d, rtol=0.01)
    if fit.model == "NRM":
        np.testing.assert_allclose(found.se_intercept, d, rtol=0.01)
    if fit.model == "RSM":
        # their parameters are c (the first 0) and the steps b; the same contrasts of ours
        np.testing.assert_allclose(found.se_b[0], numbers(theirs, "b")[0], rtol=0.01)
    if fit.guessed:
        on_logit = found.se_c / (found.c * (1 - found.c))
        np.testing.assert_allclose(on_logit, [row["logit(g)"] for row in theirs], rtol=0.01)
    of_variance = figures["se_oakes"]["GroupPars"][1]["COV_11"]
    if of_variance is not None:
        assert found.se_variances[0] == pytest.approx(of_variance, rel=0.01)


@pytest.mark.parametrize("fit", OURS, ids=lambda fit: fit.figures)
def test_parameters_agree_in_the_irt_metric_too(fit: Fit) -> None:
    metrics_agree(fit, OWN)


# mirt prints nominal and rating scale items in their own parameters there
WITH_B = [fit for fit in CLASSIC if fit.model not in {"NRM", "RSM"}]


@pytest.mark.parametrize("fit", WITH_B, ids=lambda fit: fit.figures)
def test_classic_parameters_agree_in_the_irt_metric_too(fit: Fit, classic: Path) -> None:
    metrics_agree(fit, classic)


def metrics_agree(fit: Fit, folder: Path) -> None:
    figures = figures_of(fit, folder)["coef_irt"]
    figures = list(figures.values()) if isinstance(figures, dict) else figures
    found = fitted(fit, folder)
    np.testing.assert_allclose(found.a, [row["a"] for row in figures], atol=1e-3)
    theirs = numbers(figures, "b")
    size = np.maximum(1.0, np.abs(np.nan_to_num(theirs)))  # b = -d / a carries a's error
    np.testing.assert_allclose(np.atleast_2d(found.b.T).T / size, theirs / size, atol=1e-3)


@pytest.mark.parametrize("fit", OURS, ids=lambda fit: fit.figures)
def test_information_and_expected_score_are_mirts(fit: Fit) -> None:
    curves_agree(fit, OWN)


@pytest.mark.parametrize("fit", CLASSIC, ids=lambda fit: fit.figures)
def test_information_and_expected_score_of_classic_tests_are_mirts(fit: Fit, classic: Path) -> None:
    curves_agree(fit, classic)


def curves_agree(fit: Fit, folder: Path) -> None:
    figures, items = figures_of(fit, folder), fitted(fit, folder).items
    theta = [row["theta"] for row in figures["test_information"]]
    information = [row["info"] for row in figures["test_information"]]
    np.testing.assert_allclose(items.information(theta).sum(axis=0), information, rtol=1e-3)
    if "expected_total" in figures:
        total = [row["T"] for row in figures["expected_total"]]
        ours = items.expected_score(theta).sum(axis=0) + fit.lowest * len(items)
        np.testing.assert_allclose(ours, total, rtol=1e-3)


def test_where_mirt_stopped_short_the_gradient_decides(classic: Path) -> None:
    """deAyala's variance of 2.07 reaches beyond mirt's nodes, and its closed form for the variance
    is not at the maximum of the likelihood on them: ours is higher, and stationary."""
    fit = Fit("deAyala_Rasch", "deAyala", "Rasch")
    found, figures = fitted(fit, classic), figures_of(fit, classic)
    assert found.log_likelihood > figures["logLik"] + 1e-3
    assert found.log_likelihood == pytest.approx(figures["logLik"], abs=1e-2)
    at = found.estimates
    x = data_of(fit, classic)
    for k in range(len(at)):
        step = 1e-4 * np.eye(len(at))[k]
        slope = (rasch_log_likelihood(x, at + step) - rasch_log_likelihood(x, at - step)) / 2e-4
        assert abs(slope) < 1e-2  # differences of sums over 19,601 persons carry no more digits


def rasch_log_likelihood(x: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    """By the book: a product of probabilities for each distinct person."""
    theta, d, variance = MIRTS_NODES.nodes, at[:-1], np.exp(at[-1])
    weights = np.exp(-(theta**2) / 2 / variance)
    weights /= weights.sum()
    patterns, number = np.unique(x, axis=0, return_counts=True)
    p = 1 / (1 + np.exp(-(theta + d[:, None])))
    likelihood = np.prod(np.where(patterns[:, :, None] == 1, p, 1 - p), axis=1) @ weights
    return float(number @ np.log(likelihood))


# ---- several groups and fixed anchors


def test_two_groups_share_items_and_differ_in_theta() -> None:
    figures = read_figures(OWN / "mirt" / "dif_multigroup.json")
    names = [row["item"] for row in figures["scalar_invariance"]["par"]["ref"]["items"]]
    x = read_matrix(OWN / "data" / "dif.csv", names)
    group = read_matrix(OWN / "data" / "dif.csv", ["group"])[:, 0]
    two_groups_agree(x, group, figures, "scalar_invariance", [])
    suspects = [k - 1 for k in figures["suspect_items"]]
    two_groups_agree(x, group, figures, "anchored_all_but_suspects", suspects)
    apart = sum(
        calibrate(x[group == g], "2PL", quadrature=MIRTS_NODES).log_likelihood for g in (0, 1)
    )
    assert apart == pytest.approx(figures["configural"]["logLik"], abs=1e-4)


def test_two_groups_of_the_simulated_classic(classic: Path) -> None:
    figures = read_figures(classic / "mirt" / "simdif_multigroup.json")
    path = classic / "data" / "simdif.csv"
    names = [row["item"] for row in figures["scalar_invariance"]["par"]["ref"]["items"]]
    x = read_matrix(path, names)
    lines = path.read_text("utf-8").splitlines()
    column = lines[0].replace('"', "").split(",").index("group")
    group = np.array([line.replace('"', "").split(",")[column] == "foc" for line in lines[1:]])
    two_groups_agree(x, group, figures, "scalar_invariance", [])
    two_groups_agree(x, group, figures, "anchored_6_15", [0, 1, 2, 3, 4])
    apart = sum(
        calibrate(x[group == g], "2PL", quadrature=MIRTS_NODES).log_likelihood for g in (0, 1)
    )
    assert apart == pytest.approx(figures["configural"]["logLik"], abs=1e-4)


def two_groups_agree(
    x: NDArray[np.float64], group: NDArray, figures: dict, which: str, own: list[int]
) -> None:
    """Items ``own`` have parameters of their own in the focal group: a column each."""
    focal = group == 1
    theirs = np.full((len(x), len(own)), np.nan)
    theirs[focal] = x[focal][:, own]
    shared_columns = x.copy()
    shared_columns[np.ix_(focal, own)] = np.nan
    found = calibrate(
        np.hstack([shared_columns, theirs]),
        "2PL",
        groups=np.where(focal, "focal", "a reference"),
        quadrature=MIRTS_NODES,
    )
    figure = figures[which]
    assert found.converged
    assert found.group_names == ("a reference", "focal")
    assert found.log_likelihood == pytest.approx(figure["logLik"], abs=1e-4)
    assert found.means.tolist() == [0.0, pytest.approx(figure["par"]["foc"]["mean"], abs=1e-3)]
    assert found.variances.tolist() == [
        1,
        pytest.approx(figure["par"]["foc"]["cov"][0][0], abs=1e-3),
    ]
    reference = figure["par"]["ref"]["items"]
    n_items = len(reference)
    np.testing.assert_allclose(found.a[:n_items], [row["a1"] for row in reference], atol=1e-3)
    np.testing.assert_allclose(found.intercept[:n_items], [r["d"] for r in reference], atol=1e-3)
    focal_items = [figure["par"]["foc"]["items"][j] for j in own]
    np.testing.assert_allclose(found.a[n_items:], [row["a1"] for row in focal_items], atol=1e-3)


def test_new_items_are_calibrated_on_fixed_anchors() -> None:
    figures = read_figures(OWN / "mirt" / "twopl_forms_fixed_anchor_2PL.json")
    old, new = figures["old_items"], figures["new_items"]
    path = OWN / "data" / "twopl_forms.csv"
    first = read_matrix(path, [row["item"] for row in old])[:600]
    base = calibrate(first, "2PL", item_names=[row["item"] for row in old], quadrature=MIRTS_NODES)
    assert base.log_likelihood == pytest.approx(figures["old_logLik"], abs=1e-4)
    anchored = [row["item"] for row in new if figures["se_oakes"][row["item"]][1]["a1"] is None]
    found = calibrate(
        read_matrix(path, [row["item"] for row in new])[600:],
        "2PL",
        item_names=[row["item"] for row in new],
        anchors=base.items.select(anchored),
        quadrature=MIRTS_NODES,
    )
    check_anchored(found, figures, anchored)
    group = figures["se_oakes"]["GroupPars"][1]
    assert found.se_means[0] == pytest.approx(group["MEAN_1"], rel=0.01)
    assert found.se_variances[0] == pytest.approx(group["COV_11"], rel=0.01)
    theirs = [figures["se_oakes"][row["item"]][1] for row in new]
    np.testing.assert_allclose(found.se_a, numbers(theirs, "a")[:, 0], rtol=0.01)
    np.testing.assert_allclose(found.se_intercept, numbers(theirs, "d")[:, 0], rtol=0.01)


def test_new_classic_items_are_calibrated_on_fixed_anchors(classic: Path) -> None:
    figures = read_figures(classic / "mirt" / "SAT12_fixed_anchor_2PL.json")
    old, new = figures["old_items"], figures["new_items"]
    names = [row["item"] for row in new]
    anchors = Items.from_parameters(
        "2PL", [[row["a1"], row["d"]] for row in old], names=[row["item"] for row in old]
    )
    x = read_matrix(classic / "data" / "SAT12_scored.csv", names)
    found = calibrate(x[300:], "2PL", item_names=names, anchors=anchors, quadrature=MIRTS_NODES)
    check_anchored(found, figures, [row["item"] for row in old])


def check_anchored(found: Calibration, figures: dict, anchored: list[str]) -> None:
    assert found.converged
    assert found.log_likelihood == pytest.approx(figures["logLik"], abs=1e-4)
    assert found.means[0] == pytest.approx(figures["mean"], abs=1e-3)
    assert found.variances[0] == pytest.approx(figures["cov"][0][0], abs=1e-3)
    np.testing.assert_allclose(found.a, [r["a1"] for r in figures["new_items"]], atol=1e-3)
    np.testing.assert_allclose(found.intercept, [r["d"] for r in figures["new_items"]], atol=1e-3)
    fixed = np.isin([row["item"] for row in figures["new_items"]], anchored)
    np.testing.assert_array_equal(np.isnan(found.se_a), fixed)


def test_the_covariance_matrix_is_mirts_of_each_kind(classic: Path) -> None:
    figures = read_figures(classic / "mirt" / "LSAT7_2PL_vcov_by_type.json")
    x = data_of(Fit("LSAT7_2PL", "LSAT7", "2PL"), classic)
    for kind, theirs, tolerance in (
        ("observed", "Louis", 1e-4),
        ("observed", "Oakes", 1e-4),
        ("observed", "Richardson", 1e-4),
        ("observed", "central", 1e-3),
        ("observed", "forward", 2e-3),
        ("cross-product", "crossprod", 1e-3),
        ("sandwich", "sandwich.Louis", 1e-3),
    ):
        found = calibrate(x, "2PL", errors=kind, quadrature=MIRTS_NODES)
        expected = np.array(figures[theirs]["vcov"])
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        np.testing.assert_allclose(found.covariance / scale, expected / scale, atol=tolerance)


def test_all_models_have_a_figure() -> None:
    seen = {fit.model for fit in OURS + CLASSIC} | {"4PL"}  # the 4PL is in test_objective
    assert set(MODELS) <= seen | {"mixed"}
