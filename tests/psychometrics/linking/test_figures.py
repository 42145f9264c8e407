"""Linking constants, standard errors and chains of equateIRT and plink."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.linking import Link, chain, link, rescale_items
from tests.psychometrics.linking.forms import (
    EQUATEIRT,
    GAUSS_HERMITE_30,
    PLINK,
    UNIFORM_40,
    equateirt_forms,
    kolen_brennan_forms,
    own_form,
)

X, COV_X = own_form("X")
Y, COV_Y = own_form("Y")
MOMENTS = ("mean-mean", "mean-gmean", "mean-sigma")


def agrees(found: Link, figures: dict[str, Any], tolerance: float = 1e-6) -> None:
    assert pytest.approx(figures["A"], abs=tolerance) == found.A
    assert pytest.approx(figures["B"], abs=tolerance) == found.B


@pytest.mark.parametrize("method", ["mean-mean", "mean-gmean"])
def test_moments_and_their_errors_are_those_of_equateirt(method: Any) -> None:
    figures = EQUATEIRT["constants"][method]
    found = link(X, Y, method=method, cov_from=COV_X, cov_to=COV_Y)
    agrees(found, figures)
    assert found.se_A == pytest.approx(figures["seA"], abs=1e-6)
    assert found.se_B == pytest.approx(figures["seB"], abs=1e-6)
    np.testing.assert_allclose(found.covariance, figures["varAB"], atol=1e-9)


def test_mean_sigma_is_that_of_equateirt_and_its_error_the_derivative() -> None:
    """equateIRT divides d sd(b) / d b by J - 1 where J belongs: 0.9 of the derivative with ten
    anchors.  With its factor our derivatives give its figures; ours are tested by differences."""
    figures = EQUATEIRT["constants"]["mean-sigma"]
    found = link(X, Y, method="mean-sigma", cov_from=COV_X, cov_to=COV_Y)
    agrees(found, figures)
    short = 1.0 - 1.0 / len(found.anchors)
    mean_b = np.mean([X.b[X.names.index(name)] for name in found.anchors])
    total = np.zeros((2, 2))
    for source in found.sources:
        slope, shift = source.sensitivity
        theirs = np.stack([short * slope, shift + mean_b * (1.0 - short) * slope])
        total += theirs @ source.covariance @ theirs.T
    np.testing.assert_allclose(total, figures["varAB"], atol=1e-9)


@pytest.mark.parametrize("method", ["Haebara", "Stocking-Lord"])
@pytest.mark.parametrize(
    ("table", "theta", "weights"),
    [
        ("constants_gauss_hermite_30", *GAUSS_HERMITE_30),
        ("constants_uniform_sum", UNIFORM_40, None),
    ],
)
def test_curves_and_their_errors_are_those_of_equateirt(
    table: str, theta: Any, weights: Any, method: str
) -> None:
    figures = EQUATEIRT[table][method]
    how: Any = method.lower()
    found = link(X, Y, method=how, theta=theta, weights=weights, cov_from=COV_X, cov_to=COV_Y)
    agrees(found, figures)
    np.testing.assert_allclose(found.covariance, figures["varAB"], atol=1e-8)
    assert found.se_A == pytest.approx(figures["seA"], abs=1e-6)
    assert found.flags == ()


@pytest.mark.parametrize("table", ["constants_one_sided", "constants_symmetric"])
def test_constants_are_those_of_plink(table: str) -> None:
    for figures in PLINK[table]:
        method = figures["method"].lower().replace("/", "-")
        agrees(link(X, Y, method=method, symmetric=table == "constants_symmetric"), figures, 2e-6)


def test_items_are_rescaled_as_by_plink() -> None:
    """To the digits that plink's search for its constants leaves, 1.7e-7 of A and 5e-7 of B."""
    found = link(X, Y)
    moved = rescale_items(X, found.A, found.B)
    theirs = np.array([list(row.values()) for row in PLINK["rescaled_x_SL"]], dtype=float)
    np.testing.assert_allclose(moved.a, theirs[:, 0], atol=2e-6)
    np.testing.assert_allclose(moved.b, theirs[:, 1], atol=2e-6)


@pytest.mark.parametrize("table", ["constants", "constants_symmetric"])
def test_the_forms_of_kolen_and_brennan_link_as_by_plink(shared: Path, table: str) -> None:
    x, y, figures = kolen_brennan_forms(shared)
    for row in figures[table]:
        method = row["method"].lower().replace("/", "-")
        found = link(x, y, method=method, theta=UNIFORM_40, symmetric=table.endswith("symmetric"))
        agrees(found, row, 2e-6)


def test_the_items_of_kolen_and_brennan_are_rescaled_as_by_plink(shared: Path) -> None:
    x, y, figures = kolen_brennan_forms(shared)
    found = link(x, y, theta=UNIFORM_40)
    moved = rescale_items(x, found.A, found.B)
    theirs = np.array([list(row.values()) for row in figures["rescaled_x_SL"]], dtype=float)
    np.testing.assert_allclose(moved.a / 1.7, theirs[:, 0], atol=2e-6)
    np.testing.assert_allclose(moved.b, theirs[:, 1], atol=5e-6)
    np.testing.assert_allclose(moved.c, theirs[:, 2], atol=1e-12)


def gauss_hermite(x: Items, y: Items, method: Any) -> Link:
    if method in MOMENTS:
        return link(x, y, method=method)
    return link(x, y, method=method, theta=GAUSS_HERMITE_30[0], weights=GAUSS_HERMITE_30[1])


@pytest.mark.parametrize("name", ["equateIRT_est2pl", "equateIRT_estrasch"])
def test_direct_links_are_those_of_equateirt(shared: Path, name: str) -> None:
    """Their covariances cannot be had again: the package's item covariances are not in the file."""
    forms, figures = equateirt_forms(shared, name)
    for method, pairs in figures["direct"].items():
        for pair, row in pairs.items():
            x, y = (forms[f"T{form}"] for form in pair.split("-"))
            agrees(gauss_hermite(x, y, method.lower()), row, 1e-5)


@pytest.mark.parametrize("name", ["equateIRT_est2pl", "equateIRT_estrasch"])
def test_chains_are_those_of_equateirt(shared: Path, name: str) -> None:
    forms, figures = equateirt_forms(shared, name)
    for method, paths in figures["chain3"].items():
        for path, row in paths.items():
            first, middle, last = (forms[form] for form in path.split("."))
            found = chain(
                gauss_hermite(first, middle, method.lower()),
                gauss_hermite(middle, last, method.lower()),
            )
            agrees(found, row, 2e-5)
