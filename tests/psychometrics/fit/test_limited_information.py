"""M2, M2* and C2: moments by brute force, mirt's figures and where mirt errs, distribution.

mirt 1.45.1 differentiates the moments rightly for 1PL, 2PL and graded items.  For others it

- leaves out the derivative in the free variance (Rasch, PCM, RSM), but counts its parameter,
- takes for 3PL items the derivatives of the 2PL at P with guessing, theta P Q and P Q,
- uses, in the slope of GPCM items, category weights that are not divided by their sum.

For these the tests show that our derivatives are right (by differences) and that with mirt's wrong
ones our statistic is its figure, so nothing else differs.
"""

from dataclasses import replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import calibrate
from psychometrics.errors import BadItems, BadOption, NotEnoughData, NotIdentified
from psychometrics.fit import free_parameters, limited_information
from psychometrics.fit.limited_information import (
    observed_moments,
    quadratic_form,
    rmsea_interval,
)
from psychometrics.fit.moments import ResponseModel, irt_model, item_functions, moments
from psychometrics.fit.residuals import population
from psychometrics.models import Items
from psychometrics.simulation import draw_items, simulate
from tests.psychometrics.figures import MirtFit, fits_with

Floats = NDArray[np.float64]
Statistic = Literal["M2*", "C2"]

KINDS: dict[str, Statistic] = {"M2": "M2*", "C2": "C2"}
NO_FREEDOM = {"LSAT7_3PL_logitnormal_g", "Bock1997_GPCM", "Science_NRM"}
SHORT = {*NO_FREEDOM, "Science_GPCM", "Science_GRM", "Science_PCM", "Science_RSM"}
INCOMPLETE = {"LSAT7_missing_2PL"}  # mirt's figure is of 1,000 persons, of whom 286 are complete
RIGHT = ("1PL", "2PL", "GRM")


def cases() -> list[Any]:
    found = []
    for table, without in (("M2", SHORT), ("C2", NO_FREEDOM)):
        names = fits_with(table, but=without | INCOMPLETE)
        found += [pytest.param(name, table, id=f"{name}-{table}") for name in names]
    return found


@pytest.mark.parametrize(("fit", "table"), cases(), indirect=["fit"])
def test_mirt(fit: MirtFit, table: str) -> None:
    figures = fit.figures[table][0]
    found = limited_information(fit.responses, fit.items, sd=fit.sd, statistic=KINDS[table])
    assert found.df == figures["df"]
    assert found.srmsr == pytest.approx(figures["SRMSR"], rel=1e-4)
    if not any(fit.name.endswith(name) for name in RIGHT):
        assert reproduced(fit, KINDS[table]) == pytest.approx(figures["M2"], rel=1e-4)
        return
    assert found.statistic == pytest.approx(figures["M2"], rel=1e-6)
    assert found.p_value == pytest.approx(figures["p"], rel=1e-3, abs=1e-9)
    assert found.rmsea == pytest.approx(figures["RMSEA"], rel=1e-3, abs=1e-6)
    # mirt's interval comes from a search that stops early
    assert found.rmsea_lower == pytest.approx(figures["RMSEA_5"], abs=2e-4)
    assert found.rmsea_upper == pytest.approx(figures["RMSEA_95"], abs=3e-4)
    assert found.cfi == pytest.approx(figures["CFI"], rel=1e-3)
    if not (fit.name == "grm_GRM" and table == "M2"):
        assert found.tli == pytest.approx(figures["TLI"], rel=1e-3)


def reproduced(fit: MirtFit, statistic: Statistic) -> float:
    """The statistic with mirt's derivatives."""
    items = fit.items
    free = replace(free_parameters(items), variance=False)
    nodes, weights = population(items, 0.0, fit.sd)
    if "GPCM" in fit.name:  # its unscaled weights depend on the nodes
        nodes = np.linspace(-6, 6, 61)
        weights = np.exp(-(nodes**2) / 2) / np.exp(-(nodes**2) / 2).sum()
    model = irt_model(items, nodes, weights, free, 0.0, fit.sd)
    functions = item_functions(items.n_categories, collapsed=statistic == "M2*")
    if "3PL" in fit.name:
        model = replace(model, slopes=tuple(as_if_2pl(model, nodes)))
    seen = observed_moments(fit.responses.astype(np.int8), functions)
    if "GPCM" not in fit.name:
        return quadratic_form(seen, len(fit.responses), model, functions)[0]
    return with_unscaled_slopes(fit, model, nodes, statistic, seen)


def as_if_2pl(model: ResponseModel, nodes: Floats) -> list[Floats]:
    slopes = []
    for p in model.probabilities:
        spread = p[0] * p[1]
        slopes.append(np.stack([np.stack([-d, d]) for d in (nodes * spread, spread, p[0])]))
    return slopes


def with_unscaled_slopes(
    fit: MirtFit, model: ResponseModel, nodes: Floats, statistic: Statistic, seen: Floats
) -> float:
    items = fit.items
    functions = item_functions(items.n_categories, collapsed=statistic == "M2*")
    under = moments(model, functions)
    derivatives = under.derivatives.copy()
    n_univariate = len(functions.univariate)
    first, second = np.triu_indices(len(items), 1)
    scores = np.arange(model.probabilities.shape[1]) @ model.probabilities
    for item in range(len(items)):
        k = np.arange(items.n_categories[item])
        logits = k[:, None] * items.rows[item][0] * nodes
        logits += np.r_[0, items.rows[item][1:]][:, None]
        unscaled = np.exp(logits - logits.max(axis=0))
        p = unscaled / unscaled.sum(axis=0)
        slope = model.weights * nodes * (k**2 @ p - (k @ p) * (k @ unscaled))
        column = free_parameters(items).index[item][0]
        if statistic == "M2*":
            derivatives[item, column] = slope.sum()
        pairs = np.flatnonzero((first == item) | (second == item))
        others = np.where(first == item, second, first)[pairs]
        derivatives[n_univariate + pairs, column] = scores[others] @ slope
    inverse = np.linalg.inv(under.covariance)
    residuals = seen - under.expected
    weighted = inverse @ derivatives
    left = residuals @ inverse @ residuals
    pull = weighted.T @ residuals
    left -= pull @ np.linalg.pinv(derivatives.T @ weighted, rcond=1e-12) @ pull
    return float(len(fit.responses) * left)


@pytest.mark.parametrize("model", ["Rasch", "1PL", "2PL", "3PL", "GRM", "GPCM", "PCM", "RSM"])
@pytest.mark.parametrize("collapsed", [True, False])
def test_moments_are_those_of_all_patterns(model: str, collapsed: bool) -> None:
    items = draw_items(4, model, rng=np.random.default_rng(1), n_categories=3)
    sd = 1.3 if free_parameters(items).variance else 1.0
    free = free_parameters(items)
    nodes, weights = population(items, 0.0, sd)
    functions = item_functions(items.n_categories, collapsed=collapsed)
    under = moments(irt_model(items, nodes, weights, free, 0.0, sd), functions)

    def by_patterns(rows: list[Floats], spread: float) -> tuple[Floats, Floats]:
        changed = Items.from_parameters(model, rows)
        density = np.exp(-((nodes / spread) ** 2) / 2)
        density /= density.sum()
        p = changed.probabilities(nodes)
        patterns = np.array(list(product(*[range(k) for k in items.n_categories])))
        likely = np.prod([p[j, patterns[:, j]] for j in range(4)], axis=0) @ density
        values = np.column_stack(
            [functions.values[f][patterns[:, functions.item[f]]] for f in functions.univariate]
            + [patterns[:, j] * patterns[:, k] for j in range(4) for k in range(j + 1, 4)]
        )
        mean = likely @ values
        return mean, (values * likely[:, None]).T @ values - np.outer(mean, mean)

    mean, covariance = by_patterns(list(items.rows), sd)
    np.testing.assert_allclose(under.expected, mean, atol=1e-12)
    np.testing.assert_allclose(under.covariance, covariance, atol=1e-12)
    step = 1e-5
    for parameter in range(free.n - free.of_population):
        ends = []
        for change in (step, -step):
            rows = [
                row + change * (index == parameter)
                for row, index in zip(items.rows, free.index, strict=True)
            ]
            ends.append(by_patterns(rows, sd)[0])
        slope = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(under.derivatives[:, parameter], slope, atol=1e-8)
    if free.variance:
        ends = [by_patterns(list(items.rows), np.sqrt(sd**2 + d))[0] for d in (step, -step)]
        slope = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(under.derivatives[:, -1], slope, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "statistic"), [("2PL", "M2*"), ("Rasch", "M2*"), ("GPCM", "C2"), ("GRM", "M2*")]
)
def test_of_a_fitting_model_it_is_chi_square(model: str, statistic: Statistic) -> None:
    values, df = [], 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        items = draw_items(7, model, rng=rng, n_categories=3)
        responses = simulate(items, 800, rng=rng).responses
        found = calibrate(responses, model)
        result = limited_information(
            responses, found.items, sd=float(np.sqrt(found.variances[0])), statistic=statistic
        )
        values.append(result.statistic)
        df = result.df
    assert np.mean(values) == pytest.approx(df, rel=0.15)
    assert np.var(values) == pytest.approx(2 * df, rel=0.75)


def test_a_second_dimension_is_found() -> None:
    rng = np.random.default_rng(3)
    items = draw_items(12, "2PL", rng=rng)
    first = simulate(items.select(range(6)), 1500, rng=rng)
    other = 0.5 * first.theta + np.sqrt(0.75) * rng.standard_normal(1500)
    second = simulate(items.select(range(6, 12)), other, rng=rng)
    responses = np.hstack([first.responses, second.responses])
    result = limited_information(responses, calibrate(responses, "2PL").items)
    assert result.p_value < 1e-6
    assert result.rmsea_lower > 0.02
    assert result.srmsr > 0.04
    assert result.cfi < 0.97


def test_one_model_has_the_same_fit_by_either_name() -> None:
    """With two categories M2* and C2 are M2; a Rasch model is a 1PL with the spread in theta."""
    rng = np.random.default_rng(3)
    responses = simulate(draw_items(6, "Rasch", rng=rng), 700, rng=rng).responses
    rasch, one = calibrate(responses, "Rasch"), calibrate(responses, "1PL")
    results = [
        limited_information(
            responses, rasch.items, sd=float(np.sqrt(rasch.variances[0])), statistic=statistic
        ).statistic
        for statistic in KINDS.values()
    ]
    results.append(limited_information(responses, one.items).statistic)
    assert results[0] == pytest.approx(results[1])
    assert results[0] == pytest.approx(results[2], rel=1e-3)


def test_the_interval_is_the_noncentral_one() -> None:
    """MacCallum, Browne & Sugawara's (1996) inversion, checked at its own ends."""
    from scipy.stats import ncx2

    lower, upper = rmsea_interval(80.0, 40, 301)
    assert ncx2.cdf(80, 40, lower**2 * 40 * 300) == pytest.approx(0.95)
    assert ncx2.cdf(80, 40, upper**2 * 40 * 300) == pytest.approx(0.05)
    assert rmsea_interval(10.0, 40, 301) == (0.0, 0.0)


@pytest.mark.parametrize("statistic", KINDS.values())
def test_incomplete_persons_are_not_used_and_counted(statistic: Statistic) -> None:
    rng = np.random.default_rng(6)
    items = draw_items(8, "GPCM", rng=rng)
    responses = simulate(items, 600, rng=rng).responses.astype(float)
    complete = limited_information(responses[:500], items, statistic=statistic)
    responses[500:, 3] = np.nan
    thinned = limited_information(responses, items, statistic=statistic)
    assert thinned.flags == ("100 of 600 persons lack a response to some item and are not used.",)
    assert replace(thinned, flags=()) == complete


def test_what_cannot_be_tested_is_refused() -> None:
    rng = np.random.default_rng(1)
    items = draw_items(3, "2PL", rng=rng)
    responses = simulate(items, 50, rng=rng).responses.astype(float)
    with pytest.raises(NotIdentified, match="no degree of freedom"):
        limited_information(responses, items)
    responses[:, 0] = np.nan
    with pytest.raises(NotEnoughData, match="two persons"):
        limited_information(responses, items)
    with pytest.raises(BadItems, match="nominal"):
        limited_information(np.zeros((3, 3)), draw_items(3, "NRM", rng=rng))
    unknown: Any = "M3"
    with pytest.raises(BadOption, match="'M3'"):
        limited_information(responses, items, statistic=unknown)
    many = draw_items(300, "2PL", rng=rng)
    with pytest.raises(BadOption, match="300 items have 45150 moments"):
        limited_information(simulate(many, 5, rng=rng).responses, many)
