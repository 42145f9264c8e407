"""Equating against slow versions, differences, and one published example."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from psychometrics import Items
from psychometrics.equating import (
    Conversion,
    equate_circle_arc,
    equate_equipercentile,
    equate_identity,
    equate_levine,
    equate_linear,
    equate_observed_score,
    equate_true_score,
    equate_tucker,
    presmooth,
)
from psychometrics.linking import Link, chain, link, rescale_items
from tests.psychometrics.figures import read_matrix

Floats = NDArray[np.float64]


# ---- by item parameters

MODELS = ["2PL", "3PL", "4PL", "GRM", "GPCM", "3PL"]


def form(seed: int, prefix: str) -> Items:
    """Six items, of which the first three are anchors."""
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(99)
    a = np.exp(base.normal(0.1, 0.2, 6)) * np.exp(rng.normal(0, 0.05, 6))
    b = np.full((6, 2), np.nan)
    b[:, 0] = base.normal(-0.3, 0.7, 6) + rng.normal(0, 0.1, 6)
    b[3:5, 1] = b[3:5, 0] + 0.8
    c = np.where([m in ("3PL", "4PL") for m in MODELS], 0.15 + 0.1 * rng.random(), np.nan)
    u = np.where([m == "4PL" for m in MODELS], 0.93 + 0.04 * rng.random(), np.nan)
    names = [f"C{j}" if j < 3 else f"{prefix}{j}" for j in range(6)]
    return Items.from_irt(MODELS, a, b, c, u, names=names)


FIRST, MIDDLE, LAST = form(1, "x"), rescale_items(form(2, "y"), 0.9, 0.3), form(3, "z")


def directions(items: Items, seed: int) -> Floats:
    """Two directions in which all parameters move together, (2, P): a covariance of rank two."""
    n = sum(len(row) for row in items.rows)
    return np.random.default_rng(seed).normal(0, 0.05, (2, n))


def covariance_of(items: Items, seed: int) -> Floats:
    root = directions(items, seed)
    return np.asarray(root.T @ root)


def from_flat(items: Items, flat: Floats) -> Items:
    lengths = np.cumsum([len(row) for row in items.rows])[:-1]
    names = [model.name for model in items.models]
    return Items.from_parameters(names, np.split(flat, lengths), names=items.names)


# the first two and the last of these scores are beyond the asymptotes
FRACTIONS = {"scores": [0.15, 0.3, 1.5, 4.0, 7.0, 7.99]}


@pytest.mark.parametrize(
    ("equate", "more"), [(equate_true_score, FRACTIONS), (equate_observed_score, {})]
)
def test_errors_are_differences_through_a_chain_of_links(equate: Any, more: dict[str, Any]) -> None:
    """All parameters of three calibrations moved, all linked and equated again."""
    forms = (FIRST, MIDDLE, LAST)
    covariances = [covariance_of(items, seed) for seed, items in enumerate(forms)]

    def whole(x: Items, y: Items, z: Items, errors: bool = False) -> Conversion:
        given: list[Any] = list(covariances) if errors else [None] * 3
        way = chain(
            link(x, y, method="haebara", cov_from=given[0], cov_to=given[1]),
            link(y, z, cov_from=given[1], cov_to=given[2]),
        )
        found: Conversion = equate(x, z, link=way, **more)
        return found

    found = whole(*forms, errors=True)
    variance = np.zeros(len(found.score))
    for which, items in enumerate(forms):
        for direction in directions(items, which):
            ends = []
            for step in (1e-4, -1e-4):
                moved = from_flat(items, np.concatenate(items.rows) + step * direction)
                others = [moved if i == which else form for i, form in enumerate(forms)]
                ends.append(whole(*others).equivalent)
            variance += ((ends[0] - ends[1]) / 2e-4) ** 2
    assert found.standard_error is not None
    np.testing.assert_allclose(found.standard_error, np.sqrt(variance), atol=2e-6)
    assert (found.standard_error > 1e-4).all()
    beyond = [flag.scores for flag in found.flags if flag.code == "beyond_asymptote"]
    assert beyond == ([(0.15, 0.3, 7.99)] if more else [])


def test_true_scores_are_what_both_forms_expect() -> None:
    way = link(FIRST, LAST)
    found = equate_true_score(FIRST, LAST, link=way, scores=[2.5, 4.0, 6.0])
    assert found.theta is not None
    there = LAST.expected_score(found.theta).sum(axis=0)
    here = FIRST.expected_score((found.theta - way.B) / way.A).sum(axis=0)
    np.testing.assert_allclose(here, [2.5, 4.0, 6.0], atol=1e-10)
    np.testing.assert_allclose(there, found.equivalent, atol=1e-10)


def test_beyond_the_asymptotes_scores_are_interpolated() -> None:
    """c sums to 0.6 and 0.4, u to 4.9 and 4.9: Kolen & Brennan's rule below, its image above."""
    b = np.linspace(-1, 1, 5)
    forms = [
        Items.from_irt("4PL", np.ones(5), b, [c, c, 0, 0, 0], [0.95, 0.95, 1, 1, 1])
        for c in (0.3, 0.2)
    ]
    found = equate_true_score(*forms, scores=[0.0, 0.3, 0.6, 4.9, 4.95, 5.0])
    expected = [0.0, 0.2, 0.4, 4.9, 4.95, 5.0]
    np.testing.assert_allclose(found.equivalent, expected, atol=1e-6)
    assert [flag.code for flag in found.flags] == ["beyond_asymptote"]


def test_a_form_equates_to_itself() -> None:
    same = link(FIRST, FIRST)
    n = int((FIRST.n_categories - 1).sum())
    for found in (
        equate_true_score(FIRST, FIRST, link=same),
        equate_observed_score(FIRST, FIRST, link=same),
        equate_true_score(FIRST, FIRST),
        equate_observed_score(FIRST, FIRST),
    ):
        np.testing.assert_allclose(found.equivalent, np.arange(n + 1), atol=1e-8)


def test_items_that_were_not_linked_leave_no_errors() -> None:
    cov = covariance_of(FIRST, 1)
    way = link(FIRST, LAST, cov_from=cov)
    found = equate_true_score(MIDDLE, LAST, link=way)
    assert found.standard_error is None
    assert "no_error" in [flag.code for flag in found.flags]
    part = equate_true_score(FIRST.select([0, 2, 4]), LAST, link=way)
    assert part.standard_error is not None


def test_the_population_matters_to_observed_scores_alone() -> None:
    way: Link = link(FIRST, LAST)
    low = equate_observed_score(FIRST, LAST, link=way, population_from=(-1.5, 0.7), weight=1.0)
    high = equate_observed_score(FIRST, LAST, link=way, population_from=(1.5, 0.7), weight=1.0)
    assert np.abs(low.equivalent - high.equivalent).max() > 0.02


# ---- random groups


def slow_equipercentile(x: Floats, y: Floats) -> Floats:
    """Percentile ranks by the definition, score by score; for a to-form without empty scores."""
    found = []
    for score in range(len(x)):
        rank = (x[:score].sum() + x[score] / 2) / x.sum()
        for candidate in range(len(y)):
            below, above = y[:candidate].sum() / y.sum(), y[: candidate + 1].sum() / y.sum()
            if below <= rank < above:
                found.append(candidate - 0.5 + (rank - below) / (above - below))
                break
    return np.array(found)


def test_equal_ranks_are_equal_ranks() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(1, 50, 13).astype(float), rng.integers(1, 50, 17).astype(float)
    found = equate_equipercentile(x, y)
    np.testing.assert_allclose(found.equivalent, slow_equipercentile(x, y), atol=1e-12)


def test_a_gap_is_met_in_its_middle_and_the_ends_at_the_ends() -> None:
    found = equate_equipercentile([0, 2, 2, 0], [2, 0, 0, 2])
    np.testing.assert_allclose(found.equivalent, [-0.5, 0.0, 3.0, 3.5])
    half = equate_equipercentile([1, 2, 1], [2, 0, 0, 2])
    assert half.equivalent[1] == pytest.approx(1.5)


def test_equated_scores_have_the_moments_of_the_other_form() -> None:
    rng = np.random.default_rng(2)
    x = np.bincount(rng.binomial(40, rng.beta(6, 4, 3000)), minlength=41)
    y = np.bincount(rng.binomial(40, rng.beta(5, 5, 3000)), minlength=41)
    score = np.arange(41)
    for found in (equate_linear(x, y), equate_equipercentile(x, y)):
        moved = found.equivalent @ x / x.sum()
        assert moved == pytest.approx(score @ y / y.sum(), abs=0.02)


def test_presmoothing_keeps_the_moments_and_maximises_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    counts = np.bincount(rng.binomial(15, rng.beta(4, 3, 400)), minlength=16).astype(float)
    score = np.arange(16.0)
    found = presmooth(counts, 3)
    for power in range(4):
        ours = found.frequencies @ score**power
        assert ours == pytest.approx(counts @ score**power, rel=1e-9)

    def minus_likelihood(beta: Floats) -> float:
        log_n = np.polynomial.polynomial.polyval(score / 15, beta)
        return float(np.exp(log_n).sum() - counts @ log_n)

    slow = minimize(minus_likelihood, [3.0, 0.0, 0.0, 0.0], method="BFGS", options={"gtol": 1e-7})
    fitted = np.exp(np.polynomial.polynomial.polyval(score / 15, slow.x))
    np.testing.assert_allclose(found.frequencies, fitted, rtol=1e-3)
    some = counts > 0
    deviance = 2 * (counts[some] @ np.log(counts[some] / found.frequencies[some]))
    assert found.deviance == pytest.approx(deviance)
    assert found.df == 12


# ---- common items


@pytest.fixture
def kolen_brennan(shared: Path) -> tuple[Floats, Floats]:
    """Two groups, 36 items each with 12 in common: totals and anchor scores."""
    folder = shared / "reference" / "psychometrics" / "data"
    x, y = (read_matrix(folder / f"equate_KBneat_{form}.csv") for form in ("x", "y"))
    return x, y


def common(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    return x[:, 0], x[:, 1], y[:, 0], y[:, 1]


def test_tucker_of_kolen_and_brennan(kolen_brennan: Any) -> None:
    """Kolen & Brennan (2004), section 4.4, w1 = 1: X 15.8205 (6.5278) and Y, in the synthetic
    population, 16.8153 (6.7168)."""
    x, y = kolen_brennan
    assert x[:, 0].mean() == pytest.approx(15.8205, abs=5e-5)
    assert x[:, 0].std() == pytest.approx(6.5278, abs=5e-5)
    found = equate_tucker(*common(x, y), highest_from=36, highest_to=36, weight=1.0)
    assert found.slope is not None
    assert found.intercept is not None
    assert found.slope * 15.8205 + found.intercept == pytest.approx(16.8153, abs=2e-4)
    assert found.slope * 6.5278 == pytest.approx(6.7168, abs=2e-4)


def moments(x: Floats, v: Floats) -> tuple[float, float, float, float, float]:
    (vx, cxv), (_, vv) = np.cov(x, v, bias=True)
    return float(x.mean()), float(v.mean()), float(vx), float(vv), float(cxv)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("method", ["tucker", "internal", "external"])
def test_the_synthetic_population_is_the_mixture_it_says(method: str, weight: float) -> None:
    """Slow: the other group's moments on each form are filled in, then the groups are mixed."""
    rng = np.random.default_rng(5)
    groups = []
    for mean in (0.0, 0.6):
        skill = rng.normal(mean, 1.0, 900)
        v = np.round(6 + 2 * skill + rng.normal(0, 1, 900))
        groups.append(
            (np.round(18 + 5 * skill + rng.normal(0, 2, 900)) + (method != "external") * v, v)
        )
    (x, v), (y, w) = groups
    data = {"highest_from": 60, "highest_to": 60, "weight": weight}
    if method == "tucker":
        found = equate_tucker(x, v, y, w, **data)  # type: ignore[arg-type]
    else:
        found = equate_levine(x, v, y, w, internal=method == "internal", **data)  # type: ignore[arg-type]

    def mixed(own: Any, other: Any, share: float) -> tuple[float, float]:
        mx, mv, vx, vv, cxv = own
        _, mv2, _, vv2, _ = other
        gamma = {
            "tucker": cxv / vv,
            "internal": vx / cxv,
            "external": (vx + cxv) / (vv + cxv),
        }[method]
        mx2 = mx + gamma * (mv2 - mv)
        vx2 = vx + gamma**2 * (vv2 - vv)
        mean = share * mx + (1 - share) * mx2
        second = share * (vx + mx**2) + (1 - share) * (vx2 + mx2**2)
        return mean, float(np.sqrt(second - mean**2))

    one, other = moments(x, v), moments(y, w)
    mean_x, sd_x = mixed(one, other, weight)
    mean_y, sd_y = mixed(other, one, 1 - weight)
    slope = sd_y / sd_x
    assert found.slope == pytest.approx(slope, rel=1e-9)
    assert found.intercept == pytest.approx(mean_y - slope * mean_x, abs=1e-8)
    assert found.flags == ()


def test_levines_true_scores_meet_by_way_of_the_anchor(kolen_brennan: Any) -> None:
    """Chained: total to anchor in the first group, anchor to total in the second."""
    x, y = kolen_brennan
    data = common(x, y)
    found = equate_levine(*data, highest_from=36, highest_to=36, true_score=True)
    mx, mv, vx, _, cxv = moments(data[0], data[1])
    my, mw, vy, _, cyw = moments(data[2], data[3])
    score = np.arange(37.0)
    anchor = mv + (score - mx) * cxv / vx
    np.testing.assert_allclose(found.equivalent, my + (anchor - mw) * vy / cyw, atol=1e-9)


def test_equal_groups_make_tucker_and_levine_the_linear_method() -> None:
    rng = np.random.default_rng(7)
    v = rng.integers(0, 11, 500)
    x = v + rng.integers(0, 21, 500)
    y = np.round(0.8 * x + 3)
    ends: dict[str, Any] = {"highest_from": 30, "highest_to": 30}
    line = equate_linear(np.bincount(x, minlength=31), np.bincount(y.astype(int), minlength=31))
    for found in (equate_tucker(x, v, y, v, **ends), equate_levine(x, v, y, v, **ends)):
        np.testing.assert_allclose(found.equivalent, line.equivalent, atol=1e-9)


# ---- tiny samples


@pytest.mark.parametrize("middle", [(20.0, 23.0), (22.0, 19.5), (15.0, 15.5)])
@pytest.mark.parametrize("lowest", [(0.0, 0.0), (6.0, 5.0)])
def test_the_arc_is_a_circle_through_three_points(middle: Any, lowest: Any) -> None:
    found = equate_circle_arc(middle, 40, 42, lowest=lowest)
    (x1, y1), (x2, y2) = lowest, middle
    line = np.poly1d(np.polyfit([x1, 40.0], [y1, 42.0], 1))
    # the circle x^2 + y^2 + p x + q y + r = 0 through the three points
    points = np.array([[x1, 0.0], [x2, y2 - line(x2)], [40.0, 0.0]])
    p, q, r = np.linalg.solve(np.column_stack([points, np.ones(3)]), -(points**2).sum(axis=1))
    inside = found.score >= x1
    height = found.equivalent[inside] - line(found.score[inside])
    score = found.score[inside]
    np.testing.assert_allclose(score**2 + height**2 + p * score + q * height + r, 0, atol=1e-8)
    assert (np.sign(height[1:-1]) == np.sign(y2 - line(x2))).all()
    np.testing.assert_allclose(found.equivalent[[0, -1]], [0.0, 42.0], atol=1e-9)
    assert (np.diff(found.equivalent) > 0).all()


def test_an_arc_through_the_line_is_the_line() -> None:
    found = equate_circle_arc((20.0, 20.0), 40, 40)
    np.testing.assert_allclose(found.equivalent, equate_identity(40, 40).equivalent)
