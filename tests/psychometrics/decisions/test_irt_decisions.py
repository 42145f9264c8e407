"""Lee's and Rudner's indices against persons, patterns and integrals written out slowly."""

from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from psychometrics import Items
from psychometrics.decisions import Decisions, decisions_lee, decisions_rudner
from tests.psychometrics.examples import answers, spread

FEW = {
    "2PL": spread("2PL", 6),
    "3PL": spread("3PL", 6, c=0.2),
    "GRM": spread("GRM", 3),
}


def by_patterns(items: Items, theta: float, cuts: list[float]) -> tuple[int, np.ndarray]:
    """True class, and probability of each class, from every pattern of answers."""
    p = items.probabilities([theta])[:, :, 0]
    chances = np.zeros(len(cuts) + 1)
    expected = 0.0
    for pattern in product(*(range(k) for k in items.n_categories)):
        chance = float(np.prod([p[j, k] for j, k in enumerate(pattern)]))
        chances[sum(sum(pattern) >= cut for cut in cuts)] += chance
        expected += chance * sum(pattern)
    return sum(expected >= cut for cut in cuts), chances


@pytest.mark.parametrize("model", FEW)
def test_lee_is_the_sum_over_all_patterns(model: str) -> None:
    items, cuts, theta = FEW[model], [2.5, 4], np.array([-1.3, -0.2, 0.4, 1.7])
    weights = np.array([1.0, 3.0, 2.0, 2.0])
    found = decisions_lee(items, cuts, theta=theta, weights=weights)
    tables = np.zeros((2, 3, 3))
    for point, weight in zip(theta, weights / 8, strict=True):
        true, chances = by_patterns(items, point, cuts)
        tables[0, true] += weight * chances
        tables[1] += weight * np.outer(chances, chances)
    np.testing.assert_allclose(found.true_by_observed, tables[0], atol=1e-12)
    np.testing.assert_allclose(found.form_by_form, tables[1], atol=1e-12)
    shares = tables[1].sum(axis=0)
    chance = (shares**2).sum()
    assert found.kappa == pytest.approx((np.trace(tables[1]) - chance) / (1 - chance))
    first = found.cuts[0]
    assert first.false_positive == pytest.approx(tables[0][0, 1:].sum())
    assert first.false_negative == pytest.approx(tables[0][1:, 0].sum())


def integrals(items: Items, cut: float, sd: float, method: str) -> tuple[float, float]:
    """Accuracy and consistency in a normal population by adaptive quadrature."""

    def passing(theta: float) -> tuple[bool, float]:
        if method == "Rudner":
            error = 1 / np.sqrt(items.information([theta]).sum())
            return theta >= cut, float(norm.sf(cut, theta, error))
        true, chances = by_patterns(items, theta, [cut])
        return bool(true), float(chances[1])

    def accurate(theta: float) -> float:
        belongs, chance = passing(theta)
        return float(norm.pdf(theta, 0, sd)) * (chance if belongs else 1 - chance)

    def consistent(theta: float) -> float:
        _, chance = passing(theta)
        return float(norm.pdf(theta, 0, sd)) * (chance**2 + (1 - chance) ** 2)

    low, high = -6 * sd, 6 * sd
    middle = cut
    if method == "Lee":
        left, right = low, high
        for _ in range(50):
            middle = (left + right) / 2
            left, right = (middle, right) if not passing(middle)[0] else (left, middle)
    return tuple(
        sum(quad(f, *ends, epsabs=1e-10)[0] for ends in ((low, middle), (middle, high)))
        for f in (accurate, consistent)
    )


@pytest.mark.parametrize(("method", "cut"), [("Lee", 3), ("Rudner", 0.4)])
def test_a_normal_population_is_integrated_to_the_last_digits(method: str, cut: float) -> None:
    items = Items.from_irt("2PL", [1.0, 2.5, 0.8, 1.7], [-1.0, 0.0, 0.5, 1.0])
    function = {"Lee": decisions_lee, "Rudner": decisions_rudner}[method]
    found = function(items, cut, sd=1.3)
    accuracy, consistency = integrals(items, cut, 1.3, method)
    assert found.accuracy == pytest.approx(accuracy, abs=1e-8)
    assert found.consistency == pytest.approx(consistency, abs=1e-8)


def observed(items: Items, cut: int, rng: np.random.Generator) -> tuple[float, float]:
    """What two administrations of a form to the same people show."""
    theta = rng.standard_normal(2000)
    true = items.expected_score(theta).sum(axis=0) >= cut
    first, second = (answers(items, theta, rng).sum(axis=1) >= cut for _ in range(2))
    return float((first == true).mean()), float((first == second).mean())


def recovery(replications: int) -> None:
    items, cut = spread("3PL", 40, c=0.2), 26
    found: Decisions = decisions_lee(items, cut)
    shown = np.array(
        [observed(items, cut, np.random.default_rng(seed)) for seed in range(replications)]
    )
    error = shown.std(axis=0, ddof=1) / np.sqrt(replications)
    off = (shown.mean(axis=0) - [found.accuracy, found.consistency]) / error
    assert np.abs(off).max() < 3.5, off
    assert error.max() < 0.004


def test_lee_foretells_what_two_administrations_show() -> None:
    recovery(20)


@pytest.mark.evidence
def test_lee_foretells_what_200_pairs_of_administrations_show() -> None:
    recovery(200)


def test_the_error_at_the_cut_is_the_spread_of_scores_there() -> None:
    items = spread("2PL", 30)
    found = decisions_lee(items, 18).cuts[0].standard_error
    theta = np.linspace(-3, 3, 60001)
    at = theta[np.abs(items.expected_score(theta).sum(axis=0) - 18).argmin()]
    p = items.expected_score([at])[:, 0]
    assert found == pytest.approx(np.sqrt((p * (1 - p)).sum()), abs=1e-4)
    assert decisions_rudner(items, at).cuts[0].standard_error == pytest.approx(
        1 / np.sqrt(items.information([at]).sum())
    )


def test_a_cut_below_guessing_is_flagged() -> None:
    found = decisions_lee(spread("3PL", 20, c=0.25), 4)
    assert [flag.code for flag in found.flags] == ["theta_of_cut_undefined"]
    assert np.isfinite(found.cuts[0].standard_error)
    assert found.cuts[0].false_negative < 0.1


def test_where_everyone_passes_kappa_is_undefined_and_says_so() -> None:
    items = spread("2PL", 10)
    found = decisions_rudner(items, -30.0, theta=[0.0, 1.0])
    assert np.isnan(found.cuts[0].agreement.kappa)
    assert [flag.code for flag in found.flags] == ["kappa_undefined"]
    assert found.accuracy == pytest.approx(1)


def test_persons_with_their_own_errors_are_rudners_example() -> None:
    """Each person's share beyond the cut is a normal tail."""
    theta, error = np.array([-0.5, 0.2, 1.0]), np.array([0.3, 0.4, 0.5])
    found = decisions_rudner(spread("2PL", 5), 0.0, theta=theta, standard_error=error)
    passing = norm.sf(0, theta, error)
    expected = np.mean([1 - passing[0], passing[1], passing[2]])
    assert found.accuracy == pytest.approx(expected)
    assert found.consistency == pytest.approx(np.mean(passing**2 + (1 - passing) ** 2))


def test_many_persons_go_through_in_blocks() -> None:
    items, theta = spread("2PL", 8), np.linspace(-2, 2, 9001)
    whole = decisions_lee(items, 4, theta=theta)
    parts = [decisions_lee(items, 4, theta=part) for part in (theta[:4500], theta[4500:])]
    mixed = (4500 * parts[0].accuracy + 4501 * parts[1].accuracy) / 9001
    assert whole.accuracy == pytest.approx(mixed)
