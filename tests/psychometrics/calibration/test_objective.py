"""The objective and its gradient against slow versions, and standard errors as its curvature."""

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from psychometrics import (
    Beta,
    Calibration,
    Items,
    LogitNormal,
    LogNormal,
    Normal,
    calibrate,
)
from psychometrics.calibration.priors import Prior
from tests.psychometrics.examples import Responses, sat

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Prior]]] = {
    "Rasch": ("Rasch", {}, {}),
    "1PL": ("Rasch", {}, {"a": LogNormal(0.0, 0.5)}),
    "2PL": ("2PL", {}, {}),
    "2PL with priors": ("2PL", {}, {"a": LogNormal(0.0, 0.5), "b": Normal(0.0, 1.5)}),
    "2PL, prior on d": ("2PL", {}, {"a": Normal(1.0, 0.5), "intercept": Normal(0.0, 2.0)}),
    "3PL": ("3PL", {"c": 0.2}, {"c": Beta(5, 17)}),
    "4PL": (
        "4PL",
        {"c": 0.2, "u": 0.95},
        {"a": LogNormal(0.0, 0.3), "c": LogitNormal(-1.4, 0.5), "u": Beta(17, 2)},
    ),
    "GRM": ("GRM", {}, {"b": Normal(0.0, 2.0)}),
    "PCM": ("PCM", {}, {}),
    "RSM": ("PCM", {}, {}),
    "GPCM": ("GPCM", {}, {"b": Normal(0.0, 2.0)}),
    "NRM": ("GPCM", {}, {}),
}


def case(name: str) -> tuple[str, Responses, dict[str, Prior]]:
    generating, more, priors = CASES[name]
    return name.partition(" ")[0].rstrip(","), sat(generating, 400, 8, **more), priors


@pytest.fixture(params=CASES, scope="module")
def calibrated(request: pytest.FixtureRequest) -> tuple[Calibration, Responses, dict[str, Prior]]:
    model, x, priors = case(request.param)
    x = np.where(np.random.default_rng(2).random(x.shape) < 0.1, np.nan, x)
    return calibrate(x, model, priors=priors), x, priors


def slow_objective(found: Calibration, x: Responses, items: Items, variance: float) -> float:
    """The marginal log likelihood, item by item, on 201 nodes."""
    theta = np.linspace(-8, 8, 201)
    density = -(theta**2) / (2 * variance) - 0.5 * np.log(2 * np.pi * variance) + np.log(0.08)
    of_person = np.tile(density, (len(x), 1))
    for log_p, codes in zip(items.log_probabilities(theta), x.T, strict=True):
        given = ~np.isnan(codes)
        of_person[given] += log_p[codes[given].astype(int)]
    return float(logsumexp(of_person, axis=1).sum())


def slow_prior(priors: dict[str, Prior], items: Items) -> float:
    total = 0.0
    for quantity, prior in priors.items():
        values = {
            "a": items.a,
            "b": items.b,
            "intercept": items.intercept,
            "c": items.c,
            "u": items.u,
        }[quantity].ravel()
        if len({model.name for model in items.models} & {"1PL"}) and quantity == "a":
            values = values[:1]  # one slope, one density
        match prior:
            case Normal(mean, sd):
                total += stats.norm.logpdf(values, mean, sd).sum()
            case LogNormal(mean, sd):
                total += stats.lognorm.logpdf(values, sd, scale=np.exp(mean)).sum()
            case Beta(alpha, beta):
                total += stats.beta.logpdf(values, alpha, beta).sum()
            case LogitNormal(mean, sd):
                total += stats.norm.logpdf(np.log(values / (1 - values)), mean, sd).sum()
    return float(total)


def test_the_objective_is_the_slow_one(
    calibrated: tuple[Calibration, Responses, dict[str, Prior]],
) -> None:
    found, x, priors = calibrated
    slow = slow_objective(found, x, found.items, found.variances[0])
    assert found.log_likelihood == pytest.approx(slow, abs=1e-6)
    assert found.objective == pytest.approx(slow + slow_prior(priors, found.items), abs=1e-6)


def test_the_gradient_certified_is_the_slow_ones(
    calibrated: tuple[Calibration, Responses, dict[str, Prior]],
) -> None:
    """Differences of the slow objective by each parameter of one item, at the estimate."""
    found, x, priors = calibrated
    assert found.converged
    assert found.certificate.largest_gradient == found.largest_gradient < 1e-3
    own = [k for k, name in enumerate(found.parameter_names) if name.startswith("I2.")]
    assert own
    row = found.items.rows[1]
    names = found.items.models[1].parameter_names(int(found.items.n_categories[1]))

    def objective(k: int, change: float) -> float:
        column = names.index(found.parameter_names[k].removeprefix("I2."))
        rows = list(found.items.rows)
        rows[1] = row + change * np.eye(len(row))[column]
        items = Items.from_parameters([m.name for m in found.items.models], rows)
        return slow_objective(found, x, items, found.variances[0]) + slow_prior(priors, items)

    for k in own:
        slope = (objective(k, 1e-4) - objective(k, -1e-4)) / 2e-4
        assert abs(slope) < 2e-3, found.parameter_names[k]
        bend = (objective(k, 1e-3) - 2 * objective(k, 0) + objective(k, -1e-3)) / 1e-6
        precision = np.linalg.inv(found.covariance)[k, k]
        assert precision == pytest.approx(-bend, rel=2e-3), found.parameter_names[k]


def test_standard_errors_of_b_are_those_of_the_ratio() -> None:
    found = calibrate(sat("2PL", 500, 6), "2PL")
    names = {name: k for k, name in enumerate(found.parameter_names)}
    for j in range(6):
        a, d = names[f"I{j + 1}.a"], names[f"I{j + 1}.d"]
        v = found.covariance[np.ix_([a, d], [a, d])]
        jacobian = np.array([found.intercept[j] / found.a[j] ** 2, -1 / found.a[j]])
        assert found.se_b[j] == pytest.approx(float(np.sqrt(jacobian @ v @ jacobian)), rel=1e-6)
        assert found.se_a[j] == pytest.approx(float(np.sqrt(v[0, 0])), rel=1e-9)


def test_three_kinds_of_errors_agree_where_the_model_is_true() -> None:
    x = sat("2PL", 5000, 10)
    kinds = [
        calibrate(x, "2PL", errors=kind).se_a for kind in ("observed", "cross-product", "sandwich")
    ]
    np.testing.assert_allclose(kinds[1], kinds[0], rtol=0.15)
    np.testing.assert_allclose(kinds[2], kinds[0], rtol=0.15)
    assert not np.allclose(kinds[1], kinds[0], rtol=1e-6)
