"""Contrasting groups against a general minimiser, counts and simulated candidates."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from psychometrics.errors import (
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    PsychometricsError,
)
from psychometrics.standards import contrasting_groups


def candidates(seed: int, number: int = 300, slope: float = 0.35) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and who is qualified: even odds at 60."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(40, 81, number)
    return scores, rng.random(number) < expit(slope * (scores - 60))


@pytest.mark.parametrize("cost", [1.0, 3.0, 0.25])
def test_the_cut_is_that_of_the_logistic_regression(cost: float) -> None:
    scores, qualified = candidates(1)
    found = contrasting_groups(scores, qualified, cost=cost)

    def loss(at: np.ndarray) -> float:
        logits = at[0] + at[1] * (scores - 60)
        return float(np.logaddexp(0, np.where(qualified, -logits, logits)).sum())

    best = minimize(loss, [0.0, 0.1], method="BFGS", options={"gtol": 1e-8}).x
    assert found.cut == pytest.approx(60 + (np.log(cost) - best[0]) / best[1], abs=1e-4)
    assert found.slope == pytest.approx(best[1], abs=1e-5)
    design = np.column_stack([np.ones(len(scores)), scores - 60])
    p = expit(design @ best)
    inverse = np.linalg.inv((design.T * (p * (1 - p))) @ design)
    by_coefficient = np.array([-1 / best[1], -(np.log(cost) - best[0]) / best[1] ** 2])
    error = np.sqrt(by_coefficient @ inverse @ by_coefficient)
    assert found.standard_error == pytest.approx(error, rel=1e-4)
    assert found.false_positive == pytest.approx(np.mean(scores[~qualified] >= found.cut))
    assert found.false_negative == pytest.approx(np.mean(scores[qualified] < found.cut))
    errors = {
        cut: cost * np.sum(scores[~qualified] >= cut) + np.sum(scores[qualified] < cut)
        for cut in sorted(set(scores.tolist()))
    }
    assert found.fewest_errors == min(errors, key=errors.__getitem__)
    middle = (scores[qualified].mean() + scores[~qualified].mean()) / 2
    assert found.midpoint == pytest.approx(middle)
    assert found.flags == ()


def coverage(replications: int) -> None:
    held = 0
    for seed in range(replications):
        found = contrasting_groups(*candidates(seed))
        held += abs(found.cut - 60) < 1.96 * found.standard_error
    assert abs(held / replications - 0.95) <= 3.5 * np.sqrt(0.95 * 0.05 / replications)


def test_the_standard_error_is_honest() -> None:
    coverage(20)


@pytest.mark.evidence
def test_the_standard_error_is_honest_over_200_samples() -> None:
    coverage(200)


def test_groups_apart_have_a_cut_half_way_and_it_is_said() -> None:
    found = contrasting_groups([10, 12, 15, 19, 22, 30], [0, 0, 0, 1, 1, 1])
    assert (found.cut, found.false_positive, found.false_negative) == (17, 0, 0)
    assert np.isinf(found.slope)
    assert np.isnan(found.standard_error)
    assert [flag.code for flag in found.flags] == ["small_group", "small_group", "separated"]


REFUSED: dict[str, tuple[list[object], type[PsychometricsError], str]] = {
    "nobody qualified": ([[1, 2, 3], [0, 0, 0]], NotEnoughData, "no qualified candidate"),
    "all qualified": ([[1, 2, 3], [1, 1, 1]], NotEnoughData, "no unqualified candidate"),
    "the wrong way round": ([[1, 2, 3], [1, 1, 0]], NotIdentified, "do not tell them apart"),
    "all with one score": ([[2, 2, 2], [1, 1, 0]], NotIdentified, "do not tell them apart"),
    "a score missing": ([[1, np.nan], [0, 1]], BadResponses, "row 1"),
    "a third judgement": ([[1, 2], [0, 2]], BadResponses, "true or false"),
    "words": ([[1, 2], ["yes", "no"]], BadResponses, "true or false"),
    "too few judgements": ([[1, 2], [1]], BadResponses, "1 judgements for 2 scores"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_contrasts_nothing_is_refused(case: str) -> None:
    given, error, words = REFUSED[case]
    with pytest.raises(error, match=words):
        contrasting_groups(*given)  # type: ignore[arg-type]


def test_a_cost_is_above_nothing() -> None:
    with pytest.raises(BadOption, match="not above 0"):
        contrasting_groups(*candidates(1), cost=0)
