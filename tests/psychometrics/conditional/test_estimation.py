"""Conditional calibration: eRm's and psychotools' figures, a slow likelihood, refusals."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import logsumexp

from psychometrics.conditional import ConditionalCalibration, calibrate_conditionally
from psychometrics.conditional.estimation import Design, design
from psychometrics.conditional.likelihood import ConditionalLikelihood, collapse
from psychometrics.errors import (
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    NotLinked,
)
from tests.psychometrics.figures import OWN, read_figures, read_matrix

Floats = NDArray[np.float64]
PRINTED = 5.1e-7  # half a unit in the last of the figures' ten digits


def easiness(calibration: ConditionalCalibration, *, centre: str) -> tuple[Floats, Floats]:
    """Cumulative easiness of each category and its errors, on the scale eRm centres.

    eRm makes the sum of all of them zero, or of the first of each item ("first", its RSM).
    """
    thresholds = calibration.thresholds
    n_items, n_steps = thresholds.shape
    cumulate = np.kron(np.eye(n_items), -np.tril(np.ones((n_steps, n_steps))))
    category = np.tile(np.arange(1, n_steps + 1), n_items)
    in_sum = category == 1 if centre == "first" else category > 0
    shift = cumulate[in_sum].sum(axis=0) / category[in_sum].sum()
    carry = cumulate - np.outer(category, shift)
    errors = np.sqrt(np.diag(carry @ calibration.covariance @ carry.T))
    return carry @ thresholds.ravel(), errors


def log_likelihood_at(responses: Floats, thresholds: Floats) -> tuple[Floats, Floats, Design]:
    """Gradient and information in the free thresholds, at any thresholds."""
    maxima = np.nanmax(responses, axis=0).astype(np.int64)
    plan = design("PCM", maxima)
    groups = collapse(responses.astype(np.int8), maxima, np.ones(len(responses)))
    cells = (plan.cells @ thresholds).reshape(plan.outside.shape)
    likelihood = ConditionalLikelihood(groups, np.where(plan.outside, -np.inf, cells))
    expected = np.tensordot(groups.weight, likelihood.probabilities(), axes=1)
    gradient = plan.in_free((groups.counts - expected).ravel())
    information = plan.in_free(plan.in_free(likelihood.information()).T)
    return gradient, information, plan


def polished(responses: Floats, thresholds: Floats) -> Floats:
    """Figures of a package that stopped early, taken to the maximum by one Newton step."""
    gradient, information, plan = log_likelihood_at(responses, thresholds)
    better = thresholds + plan.basis @ np.linalg.solve(information, gradient)
    return np.asarray(better - better.mean())


@pytest.mark.parametrize(
    ("data", "figures", "model", "centre"),
    [
        ("rasch_small", "eRm_RM_rasch_small", "Rasch", "all"),
        ("pcm", "eRm_PCM_pcm", "PCM", "all"),
    ],
)
def test_erm_on_our_data(data: str, figures: str, model: Any, centre: str) -> None:
    responses = read_matrix(OWN / "data" / f"{data}.csv")
    reference = read_figures(OWN / "rasch" / f"{figures}.json")
    agrees_with_erm(responses, reference, model, centre)
    if "thresholds" in reference:
        columns = ["Location", "Threshold 1", "Threshold 2", "Threshold 3"]
        theirs = np.array([[row[name] for name in columns] for row in reference["thresholds"]])
        result = calibrate_conditionally(responses, model)
        ours = np.column_stack([result.b, result.thresholds])
        np.testing.assert_allclose(ours - ours.mean(), theirs - theirs.mean(), atol=5e-5)


@pytest.mark.parametrize(
    ("data", "figures", "model", "centre"),
    [
        ("raschdat1", "eRm_RM_raschdat1", "Rasch", "all"),
        ("rsmdat", "eRm_RSM_rsmdat", "RSM", "first"),
    ],
)
def test_erm_on_its_own_data(
    data: str, figures: str, model: Any, centre: str, shared: Path
) -> None:
    folder = shared / "reference" / "psychometrics"
    responses = read_matrix(folder / "data" / f"{data}.csv")
    agrees_with_erm(responses, read_figures(folder / "rasch" / f"{figures}.json"), model, centre)


def agrees_with_erm(responses: Floats, figures: dict[str, Any], model: Any, centre: str) -> None:
    """eRm stops where its gradient is about 1e-3; one Newton step from there lands on ours."""
    result = calibrate_conditionally(responses, model)
    assert result.converged
    assert result.log_likelihood == pytest.approx(figures["cond_logLik"], abs=PRINTED)
    assert result.n_parameters == figures["npar"]
    theirs = np.array([beta["value"] for beta in figures["betapar"]])
    ours, errors = easiness(result, centre=centre)
    np.testing.assert_allclose(ours, theirs, atol=5e-5)
    np.testing.assert_allclose(errors, figures["se_beta"], rtol=1e-4, atol=2e-5)
    if model != "RSM":
        by_item = theirs.reshape(responses.shape[1], -1)
        start = -np.diff(by_item, axis=1, prepend=0).ravel()
        thresholds = result.thresholds.ravel()
        np.testing.assert_allclose(
            polished(responses, start), thresholds - thresholds.mean(), atol=1e-7
        )


@pytest.mark.parametrize(
    ("data", "figures", "model"),
    [
        ("VerbalAggression", "psychotools_pcm_VerbalAggression", "PCM"),
        ("VerbalAggression", "psychotools_rsm_VerbalAggression", "RSM"),
        ("VerbalAggression", "psychotools_rasch_VerbalAggression_dich", "Rasch"),
        ("MathExam14W_solved", "psychotools_rasch_MathExam14W", "Rasch"),
    ],
)
def test_psychotools(data: str, figures: str, model: Any, shared: Path) -> None:
    folder = shared / "reference" / "psychometrics"
    reference = read_figures(folder / "rasch" / f"{figures}.json")
    responses = read_matrix(folder / "data" / f"{data}.csv", list(reference["thresholds"]))
    if model == "Rasch":
        responses = np.minimum(responses, 1)
    result = calibrate_conditionally(responses, model)
    assert result.log_likelihood == pytest.approx(reference["cond_logLik"], abs=PRINTED)
    assert result.n_parameters == reference["df"]
    theirs = np.array([np.atleast_1d(t) for t in reference["thresholds"].values()]).ravel()
    ours = result.thresholds.ravel()
    np.testing.assert_allclose(ours - ours.mean(), theirs - theirs.mean(), atol=1e-4)
    if model != "RSM":
        better = polished(responses, theirs)
        np.testing.assert_allclose(ours - ours.mean(), better, atol=1e-7)
    values, variances = psychotools_parameters(result)
    np.testing.assert_allclose(values, [row["value"] for row in reference["coef"]], atol=1e-4)
    np.testing.assert_allclose(variances, reference["vcov_diag"], rtol=1e-3)


def psychotools_parameters(calibration: ConditionalCalibration) -> tuple[Floats, Floats]:
    """Its parameters, cumulative thresholds with the first fixed at 0, and their variances.

    A rating scale has the first threshold of each item, then the sums of the steps.
    """
    n_items, n_steps = calibration.thresholds.shape
    carry = np.kron(np.eye(n_items), np.tril(np.ones((n_steps, n_steps))))
    carry[:, 0] -= np.tile(np.arange(1, n_steps + 1), n_items)
    carry = carry[1:]
    if calibration.model == "RSM":
        first = np.arange(n_steps - 1, len(carry), n_steps)
        carry = np.vstack([carry[first], carry[: n_steps - 1]])
    values = carry @ calibration.thresholds.ravel()
    return values, np.einsum("pj,jk,pk->p", carry, calibration.covariance, carry)


def slow_log_likelihood(responses: Floats, thresholds: Floats) -> float:
    """Every pattern of the same items and raw score, one person after another."""
    steps = np.cumsum(-thresholds, axis=1)
    total = 0.0
    for person in responses:
        given = np.flatnonzero(~np.isnan(person))
        logits = [np.r_[0, steps[item][~np.isnan(steps[item])]] for item in given]
        scores = {
            pattern: sum(row[k] for row, k in zip(logits, pattern, strict=True))
            for pattern in product(*[range(len(row)) for row in logits])
        }
        seen = tuple(person[given].astype(int))
        alike = [value for pattern, value in scores.items() if sum(pattern) == sum(seen)]
        total += scores[seen] - float(logsumexp(alike))
    return total


@pytest.mark.parametrize("model", ["PCM", "RSM"])
def test_the_likelihood_of_incomplete_data_is_the_sum_over_patterns(model: Any) -> None:
    rng = np.random.default_rng(8)
    responses = read_matrix(OWN / "data" / "pcm.csv")[:60, :5]
    responses[rng.random(responses.shape) < 0.3] = np.nan
    result = calibrate_conditionally(responses, model)
    slow = slow_log_likelihood(responses, result.thresholds)
    assert result.log_likelihood == pytest.approx(slow, abs=1e-9)
    for change in np.eye(5)[:3]:  # a maximum: every move of an item loses likelihood
        for size in (0.05, -0.05):
            moved = result.thresholds + size * change[:, None]
            assert slow_log_likelihood(responses, moved) < slow


def test_items_may_have_different_numbers_of_categories() -> None:
    responses = read_matrix(OWN / "data" / "pcm.csv")[:150, :5]
    responses[:, 1] = np.minimum(responses[:, 1], 1)
    responses[:, 3] = np.minimum(responses[:, 3], 2)
    result = calibrate_conditionally(responses, "PCM")
    assert np.isnan(result.thresholds).sum(axis=1).tolist() == [0, 2, 0, 1, 0]
    np.testing.assert_allclose(result.b, np.nanmean(result.thresholds, axis=1))
    assert result.b.mean() == pytest.approx(0, abs=1e-12)
    assert result.n_parameters == 3 + 1 + 3 + 2 + 3 - 1
    slow = slow_log_likelihood(responses, result.thresholds)
    assert result.log_likelihood == pytest.approx(slow, abs=1e-9)
    assert (result.items().n_categories == [4, 2, 4, 3, 4]).all()


def test_the_information_is_the_curvature_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    responses = read_matrix(OWN / "data" / "pcm.csv")[:40, :4]
    responses[rng.random(responses.shape) < 0.2] = -1
    maxima = np.array([3, 3, 3, 3])
    groups = collapse(responses.astype(np.int8), maxima, np.ones(40))
    at = rng.normal(size=(4, 4))

    def gradient(cells: Floats) -> Floats:
        probabilities = ConditionalLikelihood(groups, cells).probabilities()
        return np.asarray((groups.counts - np.tensordot(groups.weight, probabilities, 1)).ravel())

    information = ConditionalLikelihood(groups, at).information()
    for cell in range(16):
        change = 1e-5 * np.eye(16)[cell].reshape(4, 4)
        slope = (gradient(at + change) - gradient(at - change)) / 2e-5
        np.testing.assert_allclose(-information[cell], slope, atol=1e-8)


@pytest.mark.parametrize("model", ["Rasch", "PCM", "RSM"])
def test_known_items_are_recovered_and_errors_are_honest(model: Any) -> None:
    """Over fifty samples the errors stated are the errors made; ability is far from normal."""
    rng = np.random.default_rng(21)
    n_steps = 1 if model == "Rasch" else 3
    b = np.linspace(-1.5, 1.5, 7)
    steps = np.array([-0.8, 0.1, 0.7])[:n_steps] if n_steps > 1 else np.zeros(1)
    truth = b[:, None] + steps
    z = []
    for _ in range(50):
        theta = rng.choice([-1.2, 0.4, 2.0], 300) + rng.uniform(-0.3, 0.3, 300)
        gaps = theta[:, None, None] - truth
        logits = np.concatenate([np.zeros((300, 7, 1)), gaps.cumsum(axis=2)], axis=2)
        shares = np.exp(logits - logsumexp(logits, axis=2, keepdims=True)).cumsum(axis=2)
        drawn = (rng.random((300, 7, 1)) > shares[:, :, :-1]).sum(axis=2)
        result = calibrate_conditionally(drawn, model)
        z.append((result.b - b) / result.se_b)
    assert np.abs(np.mean(z, axis=0)).max() < 0.5
    assert np.mean(np.square(z)) == pytest.approx(1, abs=0.15)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False), st.sampled_from(["Rasch", "PCM", "RSM"]))
def test_order_and_repetition_do_not_matter(random: Any, model: Any) -> None:
    responses = read_matrix(OWN / "data" / "pcm.csv")[:80, :5]
    if model == "Rasch":
        responses = np.minimum(responses, 1)
    before = calibrate_conditionally(responses, model)
    rows, columns = random.sample(range(80), 80), random.sample(range(5), 5)
    weights = np.array([random.randint(1, 3) for _ in range(80)])
    shuffled = calibrate_conditionally(responses[np.ix_(rows, columns)], model)
    np.testing.assert_allclose(shuffled.thresholds, before.thresholds[columns], atol=1e-8)
    np.testing.assert_allclose(shuffled.se_b, before.se_b[columns], atol=1e-8)
    weighted = calibrate_conditionally(responses, model, weights=weights)
    repeated = calibrate_conditionally(np.repeat(responses, weights, axis=0), model)
    np.testing.assert_allclose(weighted.thresholds, repeated.thresholds, atol=1e-8)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood)


def test_an_item_passed_by_all_is_left_out_and_the_others_are_as_without_it() -> None:
    responses = read_matrix(OWN / "data" / "rasch_small.csv")
    widened = np.insert(responses, [3, 10], [[1, 0]], axis=1)
    result = calibrate_conditionally(widened)
    alone = calibrate_conditionally(responses)
    kept = np.delete(np.arange(27), [3, 11])
    assert result.kept.tolist() == kept.tolist()
    np.testing.assert_allclose(result.b[kept], alone.b, atol=1e-9)
    assert np.isnan(result.se_b[[3, 11]]).all()
    assert [flag[:19] for flag in result.flags[:2]] == [
        "Item 3 is left out:",
        "Item 11 is left out",
    ]


def test_extreme_persons_and_duplicated_items_are_no_trouble() -> None:
    responses = read_matrix(OWN / "data" / "rasch_small.csv")
    plain = calibrate_conditionally(responses)
    extremes = np.vstack([responses, np.ones((9, 25)), np.zeros((4, 25)), np.full((2, 25), np.nan)])
    result = calibrate_conditionally(extremes)
    np.testing.assert_allclose(result.b, plain.b, atol=1e-10)
    assert result.n_persons == 135
    assert result.n_informative == 120
    assert "15 persons" in result.flags[0]
    twice = calibrate_conditionally(np.hstack([responses, responses[:, :1]]))
    assert twice.b[0] == pytest.approx(twice.b[25])


BLOCKS = np.kron(np.eye(2), np.array([[1, 0], [0, 1]])) + np.where(
    np.kron(np.eye(2), np.ones((2, 2))), 0, np.nan
)
LADDER = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 1]])


@pytest.mark.parametrize(
    ("responses", "model", "error", "sentence"),
    [
        (BLOCKS, "Rasch", NotLinked, "items 0, 1 and items 2, 3 were never given to the same"),
        (LADDER, "Rasch", NotIdentified, "a point on items 0, 1 while scoring on items 2, 3"),
        (np.ones((5, 3)), "Rasch", NotEnoughData, "two items"),
        ([[1, 0]], "Rasch", NotEnoughData, "two items"),
        ([[1], [0]], "Rasch", NotEnoughData, "two items"),
        ([[0, 2], [1, 0], [0, 1]], "Rasch", BadResponses, "row 0, column 1 holds 2"),
        ([[0, 2], [2, 0], [1, 0], [0, 3]], "PCM", NotIdentified, "category 1 of item 1"),
        ([[0, 2], [2, 0]], "RSM", NotIdentified, "category 1 of any item"),
        ([[0.5, 1], [1, 0]], "Rasch", BadResponses, "row 0, column 0 holds 0.5"),
        ([[1, "NaN"], [1, 0]], "Rasch", BadResponses, "row 0, column 0 holds '1'"),
        ([[1, 0], [0, 1]], "2PL", BadOption, "'2PL' has no conditional likelihood"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_by_name(
    responses: Any, model: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        calibrate_conditionally(responses, model)


def test_weights_that_are_none_are_refused() -> None:
    with pytest.raises(BadOption, match="one finite number from 0 for each person"):
        calibrate_conditionally(np.eye(3), weights=[1, -1, 1])


def test_a_long_test_is_no_trouble() -> None:
    rng = np.random.default_rng(6)
    b = rng.normal(size=120)
    theta = rng.normal(size=(600, 1))
    responses = rng.random((600, 120)) < 1 / (1 + np.exp(b - theta))
    result = calibrate_conditionally(responses)
    assert result.converged
    assert np.sqrt(np.mean((result.b - b + b.mean()) ** 2)) < 0.12
