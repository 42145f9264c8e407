"""Conversions of equateIRT, plink and equate."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Items
from psychometrics.equating import (
    equate_equipercentile,
    equate_identity,
    equate_linear,
    equate_mean,
    equate_observed_score,
    equate_true_score,
    presmooth,
)
from psychometrics.linking import Link, link
from psychometrics.quadrature import Quadrature
from tests.psychometrics.figures import read_figures, read_matrix
from tests.psychometrics.linking.forms import (
    EQUATEIRT,
    GAUSS_HERMITE_30,
    PLINK,
    UNIFORM_40,
    equateirt_forms,
    kolen_brennan_forms,
    own_form,
)

Floats = NDArray[np.float64]
X, COV_X = own_form("X")
Y, COV_Y = own_form("Y")
THETA, WEIGHTS = GAUSS_HERMITE_30
X_TO_Y = link(X, Y, theta=THETA, weights=WEIGHTS, cov_from=COV_X, cov_to=COV_Y)


def column(table: list[dict[str, Any]], name: str) -> Floats:
    return np.array([row[name] for row in table], dtype=float)


def test_true_scores_of_y_are_those_of_equateirt() -> None:
    table = EQUATEIRT["true_score_equating_Y_to_X"]
    found = equate_true_score(Y, X, link=X_TO_Y.inverse())
    np.testing.assert_array_equal(found.score[1:], column(table, "Y"))
    np.testing.assert_allclose(found.equivalent[1:], column(table, "X.as.Y"), atol=1e-6)
    np.testing.assert_allclose(found.standard_error[1:], column(table, "StdErr"), atol=1e-7)
    theta = X_TO_Y.theta(found.theta[1:-1])  # its last row stands for infinity
    np.testing.assert_allclose(theta, column(table, "theta")[:-1], atol=1e-6)


def test_true_scores_of_x_are_those_of_equateirt() -> None:
    figures = EQUATEIRT["true_score_equating_X_to_Y"]
    y_to_x = link(Y, X, theta=THETA, weights=WEIGHTS, cov_from=COV_Y, cov_to=COV_X)
    assert pytest.approx(figures["A"], abs=1e-6) == y_to_x.A
    assert pytest.approx(figures["B"], abs=1e-6) == y_to_x.B
    found = equate_true_score(X, Y, link=y_to_x.inverse())
    table = figures["table"]
    np.testing.assert_allclose(found.equivalent[1:], column(table, "Y.as.X"), atol=1e-6)
    np.testing.assert_allclose(found.standard_error[1:], column(table, "StdErr"), atol=1e-7)


def distribution(items: Items, theta: Floats, weights: Floats) -> Floats:
    """Shares of the scores by multiplying out polynomials."""
    total = 0.0
    for p, weight in zip(items.probabilities(theta).transpose(2, 0, 1), weights, strict=True):
        product = np.ones(1)
        for item in p:
            product = np.convolve(product, item)
        total = total + weight * product
    return np.asarray(total)[: int((items.n_categories - 1).sum()) + 1]


def slow_observed(x: Items, y: Items, way: Link, theta: Floats, weights: Floats) -> Floats:
    """Half the population is N(0, 1) on the scale of each form; ranks by interpolation."""
    f = distribution(x, theta, weights) + distribution(x, (theta - way.B) / way.A, weights)
    g = distribution(y, way.A * theta + way.B, weights) + distribution(y, theta, weights)
    rank = np.cumsum(f / f.sum()) - f / f.sum() / 2
    ends = np.arange(len(g) + 1) - 0.5
    return np.interp(rank, np.concatenate([[0.0], np.cumsum(g / g.sum())]), ends)


def test_observed_scores_are_those_of_equateirt() -> None:
    """Its thirty nodes are coarse for thirty items: 0.0016 of a point from the integral.  The
    slow version gives its figures on its nodes, and ours on fine ones."""
    table = EQUATEIRT["observed_score_equating_Y_to_X"]
    way = X_TO_Y.inverse()
    theirs = slow_observed(Y, X, way, THETA, WEIGHTS / WEIGHTS.sum())
    np.testing.assert_allclose(theirs, column(table, "X.as.Y"), atol=1e-7)
    fine = np.linspace(-8, 8, 401)
    exact = slow_observed(Y, X, way, fine, np.exp(-(fine**2) / 2))
    found = equate_observed_score(Y, X, link=way)
    np.testing.assert_allclose(found.equivalent, exact, atol=1e-7)
    np.testing.assert_allclose(found.standard_error, column(table, "StdErr"), atol=1e-3)


def test_true_scores_are_those_of_plink() -> None:
    """But for its theta of score 0; printed with constants to six decimals."""
    table = PLINK["true_score_equating"]
    way = link(X, Y)
    found = equate_true_score(Y, X, link=way.inverse())
    np.testing.assert_array_equal(found.score, column(table, "Y"))
    np.testing.assert_allclose(found.equivalent, column(table, "X"), atol=5e-6)
    theta = way.theta(found.theta[1:-1])
    np.testing.assert_allclose(theta, column(table, "theta")[1:-1], atol=2e-6)


def test_true_scores_of_kolen_and_brennan_are_those_of_plink(shared: Path) -> None:
    """Below the sum of c too, where theta is null and scores are interpolated."""
    x, y, figures = kolen_brennan_forms(shared)
    way = link(x, y, theta=UNIFORM_40)
    found = equate_true_score(y, x, link=way.inverse())
    np.testing.assert_allclose(found.equivalent, column(figures["TSE"], "X"), atol=1e-5)
    theta = column(figures["TSE"], "theta")
    none = np.isnan(theta)
    assert (found.theta[none] == -np.inf).all()
    inside = ~none & np.isfinite(found.theta)
    np.testing.assert_allclose(way.theta(found.theta[inside]), theta[inside], atol=1e-5)
    (flag,) = found.flags
    assert flag.code == "beyond_asymptote"
    assert flag.scores == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_observed_scores_of_kolen_and_brennan_are_those_of_plink(shared: Path) -> None:
    """N(0, 1) on Y's scale, 41 nodes.  plink sets 0 to 0, which no percentile rank says."""
    x, y, figures = kolen_brennan_forms(shared)
    way = link(x, y, theta=UNIFORM_40)
    nodes = Quadrature(np.linspace(-4, 4, 41))
    found = equate_observed_score(y, x, link=way.inverse(), weight=1.0, quadrature=nodes)
    np.testing.assert_allclose(found.equivalent[1:], column(figures["OSE"], "X")[1:], atol=1e-5)
    weights = np.exp(nodes.log_weights())
    for items, theta, name in (
        (y, nodes.nodes, "Y.syn"),
        (x, way.inverse().theta(nodes.nodes), "X.syn"),
    ):
        theirs = column(figures["OSE_dist"], name)
        ours = distribution(items, theta, weights)
        np.testing.assert_allclose(ours, theirs / theirs.sum(), atol=1e-7)


@pytest.mark.parametrize("name", ["equateIRT_est2pl", "equateIRT_estrasch"])
def test_scores_of_the_shipped_estimates_are_those_of_equateirt(shared: Path, name: str) -> None:
    """Without errors: the covariances of the items are not in the file."""
    forms, figures = equateirt_forms(shared, name)
    way = link(forms["T1"], forms["T2"], theta=THETA, weights=WEIGHTS).inverse()
    true = equate_true_score(forms["T2"], forms["T1"], link=way)
    theirs = column(figures["score_TSE_1to2"], "T1.as.T2")
    np.testing.assert_allclose(true.equivalent[1:], theirs, atol=1e-6)
    observed = equate_observed_score(forms["T2"], forms["T1"], link=way)
    theirs = column(figures["score_OSE_1to2"], "T1.as.T2")
    np.testing.assert_allclose(observed.equivalent, theirs, atol=5e-4)
    slow = slow_observed(forms["T2"], forms["T1"], way, THETA, WEIGHTS / WEIGHTS.sum())
    np.testing.assert_allclose(slow, theirs, atol=1e-6)


@pytest.fixture
def act(shared: Path) -> tuple[Floats, Floats, dict[str, Any]]:
    """ACT mathematics, random groups: persons at scores 0 to 40 on X and Y."""
    folder = shared / "reference" / "psychometrics"
    counts = read_matrix(folder / "data" / "equate_ACTmath.csv")
    figures = read_figures(folder / "linking" / "equate_ACTmath.json")
    return counts[:, 1], counts[:, 2], figures


def test_random_groups_are_equated_as_by_equate(act: Any) -> None:
    x, y, figures = act
    for name, found, tolerance in (
        ("identity", equate_identity(40, 40), 1e-12),
        ("mean", equate_mean(x, y), 1e-8),
        ("linear", equate_linear(x, y), 2e-4),
        ("equipercentile", equate_equipercentile(x, y), 1e-6),
        ("equipercentile_loglinear6", equate_equipercentile(x, y, degree=6), 2e-6),
        ("equipercentile_loglinear3", equate_equipercentile(x, y, degree=3), 1e-6),
    ):
        theirs = column(figures[name], "yx")
        np.testing.assert_allclose(found.equivalent, theirs, atol=tolerance, err_msg=name)


def test_the_line_of_equate_has_n_minus_1_in_its_variances(act: Any) -> None:
    x, y, figures = act
    score = np.arange(41)
    line = equate_linear(x, y)
    slope = line.slope * np.sqrt(y.sum() / (y.sum() - 1) * (x.sum() - 1) / x.sum())
    theirs = slope * (score - score @ x / x.sum()) + score @ y / y.sum()
    np.testing.assert_allclose(theirs, column(figures["linear"], "yx"), atol=1e-8)


def test_frequencies_are_smoothed_as_by_equate(act: Any) -> None:
    x, _, figures = act
    found = presmooth(x, 6)
    theirs = figures["presmoothed_x_degree6"]
    np.testing.assert_allclose(found.frequencies, theirs, atol=1e-6)
