"""TAM's and ltm's marginal calibrations of classic data."""

from pathlib import Path

import numpy as np
import pytest

from psychometrics import Items, calibrate, equally_spaced, score
from tests.psychometrics.figures import read_figures, read_matrix


@pytest.fixture
def classic(shared: Path) -> Path:
    return shared / "reference" / "psychometrics"


@pytest.mark.parametrize(
    ("figures", "data", "model"),
    [
        ("TAM_1pl_MathExam14W", "MathExam14W_solved", "Rasch"),
        ("TAM_pcm_MathExam14W_credits", "MathExam14W_credits", "PCM"),
    ],
)
def test_tams_rasch_and_partial_credit(figures: str, data: str, model: str, classic: Path) -> None:
    figure = read_figures(classic / "tam" / f"{figures}.json")
    items = [row["item"] for row in figure["msq"]]
    x = read_matrix(classic / "data" / f"{data}.csv", items)
    nodes = equally_spaced(-8, 8, 161)
    found = calibrate(x, model, quadrature=nodes)
    assert found.log_likelihood == pytest.approx(figure["logLik"], abs=1e-3)
    assert found.variances[0] == pytest.approx(figure["variance"], abs=1e-3)
    steps = [row["xsi"] for row in figure["xsi"]]
    np.testing.assert_allclose(np.sort(found.b.ravel()), np.sort(steps), atol=1e-3)
    sd = float(np.sqrt(found.variances[0]))
    eap = score(x[:50], found.items, "EAP", sd=sd, quadrature=nodes)
    np.testing.assert_allclose(eap.theta, figure["EAP_first50"], atol=1e-3)
    np.testing.assert_allclose(eap.standard_error, figure["EAP_sd_first50"], atol=1e-3)
    wle = score(x[:50], found.items, "WLE")
    np.testing.assert_allclose(wle.theta, figure["WLE_first50"], atol=2e-3)
    np.testing.assert_allclose(wle.standard_error, figure["WLE_se_first50"], atol=2e-3)
    posterior = score(x, found.items, "EAP", sd=sd, quadrature=nodes)
    error = (posterior.standard_error**2).mean()
    explained = posterior.theta.var() / (posterior.theta.var() + error)
    assert explained == pytest.approx(figure["EAP_rel"], abs=1e-4)
    weighted = score(x, found.items, "WLE")
    error = (weighted.standard_error**2).mean()
    assert 1 - error / weighted.theta.var(ddof=1) == pytest.approx(figure["WLE_rel"], abs=1e-3)


@pytest.mark.parametrize(
    ("figures", "data", "model"),
    [
        ("ltm_1pl_LSAT", "LSAT6", "1PL"),
        ("ltm_2pl_LSAT", "LSAT6", "2PL"),
        ("ltm_2pl_WIRS", "ltm_WIRS", "2PL"),
    ],
)
def test_ltms_one_and_two_parameter_models(
    figures: str, data: str, model: str, classic: Path
) -> None:
    figure = read_figures(classic / "ltm" / f"{figures}.json")
    found = calibrate(read_matrix(classic / "data" / f"{data}.csv"), model)
    assert found.log_likelihood == pytest.approx(figure["logLik"], abs=1e-3)
    slopes = np.array([row["Dscrmn"] for row in figure["coef"]])
    difficulties = np.array([row["Dffclt"] for row in figure["coef"]])
    np.testing.assert_allclose(found.a, slopes, atol=1e-3)
    np.testing.assert_allclose(found.intercept, -slopes * difficulties, atol=1e-3)
    assert found.aic == pytest.approx(figure["AIC"], abs=2e-3)
    assert found.bic == pytest.approx(figure["BIC"], abs=2e-3)
    errors = [row["std.err"] for row in figure["coef_se"]]
    np.testing.assert_allclose(found.se_b, errors[: len(found.b)], rtol=0.01)


def test_ltms_rasch_model_has_a_fixed_variance(classic: Path) -> None:
    figure = read_figures(classic / "ltm" / "ltm_rasch_LSAT.json")
    x = read_matrix(classic / "data" / "LSAT6.csv")
    found = calibrate(x, "Rasch", latent_variance="fixed")
    assert found.log_likelihood == pytest.approx(figure["logLik"], abs=1e-4)
    assert found.variances.tolist() == [1.0]
    np.testing.assert_allclose(found.b, [row["Dffclt"] for row in figure["coef"]], atol=1e-3)
    errors = [row["std.err"] for row in figure["coef_se"]]
    np.testing.assert_allclose(found.se_b, errors[: len(found.b)], rtol=0.01)


def test_ltms_partial_credit_model(classic: Path) -> None:
    figure = read_figures(classic / "ltm" / "ltm_gpcm_Environment.json")
    x = read_matrix(classic / "data" / "ltm_Environment.csv")
    found = calibrate(x - 1, "GPCM")
    assert found.log_likelihood == pytest.approx(figure["logLik"], abs=1e-3)
    steps = [[row["Catgr.1"], row["Catgr.2"]] for row in figure["coef"]]
    np.testing.assert_allclose(found.b, steps, atol=1e-3)
    np.testing.assert_allclose(found.a, [row["Dscrmn"] for row in figure["coef"]], atol=1e-3)


def test_coarse_quadrature_cannot_follow_steep_items(classic: Path) -> None:
    """With slopes up to 6 ltm's Gauss-Hermite nodes print a likelihood that is not the integral at
    its own parameters; ours is, and is no lower than the integral there."""
    figure = read_figures(classic / "ltm" / "ltm_2pl_Abortion.json")
    x = read_matrix(classic / "data" / "ltm_Abortion.csv")
    found = calibrate(x, "2PL")
    fine = equally_spaced(-8, 8, 1601)
    refitted = calibrate(x, "2PL", quadrature=fine)
    assert found.log_likelihood == pytest.approx(refitted.log_likelihood, abs=1e-4)
    np.testing.assert_allclose(found.a, refitted.a, atol=1e-3)
    theirs = Items.from_irt(
        "2PL",
        [row["Dscrmn"] for row in figure["coef"]],
        [row["Dffclt"] for row in figure["coef"]],
    )
    log_p = theirs.log_probabilities(fine.nodes)
    of_person = sum(log_p[j, x[:, j].astype(int)] for j in range(x.shape[1]))
    integral = np.log(np.exp(of_person + fine.log_weights()).sum(axis=1)).sum()
    assert abs(integral - figure["logLik"]) > 0.01
    assert found.log_likelihood >= integral
