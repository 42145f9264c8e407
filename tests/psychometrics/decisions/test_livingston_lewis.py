"""Livingston and Lewis against a published example and integrals written out slowly."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom

from psychometrics.decisions import decisions_livingston_lewis, effective_test
from psychometrics.decisions.beta_binomial import fit_true_scores, true_moments
from tests.psychometrics.figures import OWN, read_matrix


def sums_of(name: str) -> np.ndarray:
    return read_matrix(OWN / "data" / f"{name}.csv").sum(axis=1)


@pytest.fixture(scope="module")
def sums() -> np.ndarray:
    return sums_of("twopl")


def test_the_example_of_bbclassify() -> None:
    """H. E. Haakstad, BBClassify (2025), docstring of ``bbclassify``: data made by its seed."""
    rng = np.random.RandomState(1234)  # the example's own generator
    proportion = rng.beta(6, 4, 250) * (0.85 - 0.15) + 0.15
    answers = np.array([rng.binomial(1, p, 100) for p in proportion])
    scores = answers.sum(axis=1)
    alpha = 100 / 99 * (1 - answers.var(axis=0, ddof=1).sum() / scores.var(ddof=1))
    found = effective_test(scores, alpha, [50, 75], highest=100)
    assert found.length == pytest.approx(99.96892140618861, abs=1e-9)
    assert found.n_items == 100
    true = found.true_scores
    shapes = [3.877386083988672, 3.9727308136649238, 0.2681195709670965, 0.8706384086828665]
    np.testing.assert_allclose([true.alpha, true.beta, true.low, true.high], shapes, atol=1e-9)
    assert found.decisions.accuracy == pytest.approx(0.8438848734448846, abs=1e-6)
    assert found.decisions.consistency == pytest.approx(0.7811757067805466, abs=1e-6)


def slow(scores: np.ndarray, reliability: float, cuts: list[float], highest: int) -> np.ndarray:
    """Both tables by adaptive quadrature over the fitted distribution."""
    mean, variance = scores.mean(), scores.var(ddof=1)
    length = (mean * (highest - mean) - reliability * variance) / (variance * (1 - reliability))
    n = round(length)
    true, _ = fit_true_scores(scores * n / highest, n)
    density = beta(true.alpha, true.beta, true.low, true.high - true.low).pdf
    edges = [0.0, *(cut / highest for cut in cuts), 1.0]
    firsts = [0, *(int(np.ceil(n * cut / highest - 1e-9)) for cut in cuts), n + 1]

    def chance(k: int, p: float) -> float:
        return float(binom.cdf(firsts[k + 1] - 1, n, p) - binom.cdf(firsts[k] - 1, n, p))

    size = len(cuts) + 1
    tables = np.zeros((2, size, size))
    for i in range(size):
        low, high = max(edges[i], true.low), min(edges[i + 1], true.high)
        for j in range(size):
            if low < high:
                tables[0, i, j] = quad(lambda p: density(p) * chance(j, p), low, high)[0]  # noqa: B023
            tables[1, i, j] = quad(
                lambda p: density(p) * chance(i, p) * chance(j, p),  # noqa: B023
                true.low,
                true.high,
                limit=200,
            )[0]
    return tables


@pytest.mark.parametrize(
    ("name", "reliability", "cuts", "highest"),
    [("twopl", 0.83, [10], 20), ("twopl", 0.7, [8, 13], 20), ("threepl", 0.8, [12, 20], 30)],
)
def test_the_tables_are_the_integrals(
    name: str, reliability: float, cuts: list[float], highest: int
) -> None:
    scores = sums_of(name)
    found = effective_test(scores, reliability, cuts, highest=highest)
    tables = slow(scores, reliability, cuts, highest)
    decisions = found.decisions
    np.testing.assert_allclose(decisions.true_by_observed, tables[0], atol=1e-7)
    np.testing.assert_allclose(decisions.form_by_form, tables[1], atol=1e-7)
    assert decisions.accuracy == pytest.approx(np.trace(tables[0]), abs=1e-7)
    shares = tables[1].sum(axis=0)
    chance = (shares**2).sum()
    kappa = (np.trace(tables[1]) - chance) / (1 - chance)
    assert decisions.kappa == pytest.approx(kappa, abs=1e-6)
    for cut in decisions.cuts:
        share = cut.cut / highest
        spread = highest * np.sqrt(share * (1 - share) / found.n_items)
        assert cut.standard_error == pytest.approx(spread)


def test_the_papers_last_step_gives_the_shares_observed(sums: np.ndarray) -> None:
    found = decisions_livingston_lewis(sums, 0.83, [8, 13], highest=20, match_observed=True)
    shares = [(sums < 8).mean(), ((sums >= 8) & (sums < 13)).mean(), (sums >= 13).mean()]
    np.testing.assert_allclose(found.true_by_observed.sum(axis=0), shares)
    np.testing.assert_allclose(found.form_by_form.sum(axis=0), shares)
    plain = decisions_livingston_lewis(sums, 0.83, [8, 13], highest=20)
    factor = shares / plain.true_by_observed.sum(axis=0)
    np.testing.assert_allclose(found.true_by_observed, plain.true_by_observed * factor)


def test_a_scale_is_only_a_scale(sums: np.ndarray) -> None:
    plain = decisions_livingston_lewis(sums, 0.83, 12, highest=20)
    scaled = decisions_livingston_lewis(
        200 + 30 * sums, 0.83, 200 + 30 * 12, lowest=200, highest=800
    )
    assert scaled.accuracy == pytest.approx(plain.accuracy)
    assert scaled.kappa == pytest.approx(plain.kappa)
    assert scaled.cuts[0].standard_error == pytest.approx(30 * plain.cuts[0].standard_error)


def test_the_moments_of_true_scores_are_recovered_from_binomial_scores() -> None:
    """Expected factorial moments, exactly: every score weighted by its probability."""
    p, weight = np.array([0.3, 0.5, 0.9]), np.array([2, 3, 5])
    n = 12
    shares = np.round(1e6 * (binom.pmf(np.arange(n + 1)[:, None], n, p) @ weight / 10)).astype(int)
    scores = np.repeat(np.arange(n + 1.0), shares)
    expected = [(weight * p**k).sum() / 10 for k in range(1, 5)]
    np.testing.assert_allclose(true_moments(scores, n), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["threepl", "link_x"])
def test_four_moments_of_the_fitted_distribution_are_those_asked_for(name: str) -> None:
    scores = sums_of(name)
    fitted, four = fit_true_scores(scores, 30)
    assert four
    shape = beta(fitted.alpha, fitted.beta, fitted.low, fitted.high - fitted.low)
    moments = [shape.moment(k) for k in range(1, 5)]
    np.testing.assert_allclose(moments, true_moments(scores, 30), rtol=1e-9)


def test_where_four_moments_fit_nothing_two_do_and_it_is_said() -> None:
    rng = np.random.default_rng(4)
    scores = rng.binomial(40, rng.choice([0.25, 0.95], 300))  # two camps: no beta is like that
    found = effective_test(scores, 0.9, 24, highest=40)
    assert [flag.code for flag in found.decisions.flags] == ["two_parameters"]
    assert (found.true_scores.low, found.true_scores.high) == (0, 1)
    assert 0.5 < found.decisions.consistency < found.decisions.accuracy <= 1


def recovery(replications: int) -> None:
    """Two binomial tests of the same persons agree as foretold from the first alone."""
    off = []
    for seed in range(replications):
        rng = np.random.default_rng(seed)
        true = 0.2 + 0.75 * rng.beta(5, 3, 1500)
        first, second = rng.binomial(60, true), rng.binomial(60, true)
        reliability = np.corrcoef(first, second)[0, 1]
        found = decisions_livingston_lewis(first, reliability, 42, highest=60)
        off.append(
            [
                found.accuracy - ((first >= 42) == (true >= 0.7)).mean(),
                found.consistency - ((first >= 42) == (second >= 42)).mean(),
            ]
        )
    mean = np.mean(off, axis=0)
    assert np.abs(mean).max() < 0.004 + 3 * np.std(off, axis=0).max() / np.sqrt(replications)


def test_agreement_is_foretold_from_one_form() -> None:
    recovery(20)


@pytest.mark.evidence
def test_agreement_is_foretold_from_one_form_in_200_replications() -> None:
    recovery(200)
