"""Simulated sessions: the same choices as live ones, exposure held, decisions at their rates."""

from typing import Any

import numpy as np
import pytest

from psychometrics import score, simulate
from psychometrics.selection import (
    AStratified,
    ContentBalance,
    Progressive,
    Proportional,
    Randomesque,
    SequentialTest,
    Stopping,
    SympsonHetter,
    exposure_parameters,
    next_item,
    simulate_sessions,
    stop_now,
)
from psychometrics.selection.criteria import CRITERIA
from tests.psychometrics.selection.sessions import bank, lived, mixed

TEN = Stopping(10)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("estimate", ["EAP", "MAP"])
def test_a_live_session_chooses_the_same(criterion: Any, estimate: Any) -> None:
    items = mixed()
    options = {"criterion": criterion, "estimate": estimate}
    found = simulate_sessions(items, 5, TEN, rng=np.random.default_rng(3), **options)
    lived(items, found, **options)


CHANCES: dict[str, dict[str, Any]] = {
    "randomesque": {"chance": Randomesque(4)},
    "progressive": {"chance": Progressive(10)},
    "proportional": {"chance": Proportional(10, 2.0), "criterion": "KLP"},
    "exposure": {"exposure": SympsonHetter.of(np.linspace(0.2, 1.0, 60))},
    "both": {
        "chance": Randomesque(3),
        "exposure": SympsonHetter.of(np.full(60, 0.5)),
        "constraints": (ContentBalance.of(np.arange(60) % 3, [0.5, 0.3, 0.2]),),
    },
    "strata": {"criterion": "bOpt", "constraints": (AStratified.of(bank(), 3, 10, blocked=True),)},
}


@pytest.mark.parametrize("case", CHANCES)
def test_a_live_session_with_the_same_dice_chooses_the_same(case: str) -> None:
    items, options = bank(), CHANCES[case]
    found = simulate_sessions(items, 20, TEN, rng=np.random.default_rng(4), **options)
    lived(items, found, np.random.default_rng(4).spawn(20), **options)


def test_it_ends_when_a_live_session_would() -> None:
    items = bank(200)
    stopping = Stopping(30, 5, standard_error=0.4, decision=SequentialTest(0.0, 0.5))
    found = simulate_sessions(items, 40, stopping, rng=np.random.default_rng(5))
    assert set(found.reason) == {"decision", "precision"}
    for session in range(40):
        n = found.n_given[session]
        given, answers = found.given[session, :n], found.answers[session, :n]
        for step in range(n):
            assert stop_now(items, given[:step], answers[:step], stopping).reason is None
        last = stop_now(items, given, answers, stopping)
        assert last.reason == found.reason[session]
        assert last.decision == found.decision[session]
        assert last.theta == pytest.approx(found.theta[session], abs=1e-9)


def test_final_estimates_are_those_of_score() -> None:
    items = bank(100)
    found = simulate_sessions(items, 30, Stopping(20), rng=np.random.default_rng(6))
    x = np.full((30, 100), np.nan)
    np.put_along_axis(x, found.given, found.answers, axis=1)
    theirs = score(x, items)
    np.testing.assert_allclose(found.theta, theirs.theta, atol=1e-5)
    np.testing.assert_allclose(found.standard_error, theirs.standard_error, atol=1e-5)
    mode = simulate_sessions(items, 30, Stopping(20), rng=np.random.default_rng(6), estimate="MAP")
    x = np.full((30, 100), np.nan)
    np.put_along_axis(x, mode.given, mode.answers, axis=1)
    theirs = score(x, items, "MAP")
    np.testing.assert_allclose(mode.theta, theirs.theta, atol=1e-5)
    np.testing.assert_allclose(mode.standard_error, theirs.standard_error, atol=1e-4)


def test_given_answers_are_used_as_they_are() -> None:
    items = mixed()
    x = simulate(items, 12, rng=np.random.default_rng(7)).responses
    found = simulate_sessions(items, None, TEN, rng=np.random.default_rng(1), responses=x)
    np.testing.assert_array_equal(np.take_along_axis(x, found.given, axis=1), found.answers)
    assert np.isnan(found.true_theta).all()


def test_answers_are_drawn_by_the_model() -> None:
    """All items given to everybody: shares are the probabilities."""
    items = mixed()
    found = simulate_sessions(items, np.full(2000, 0.7), Stopping(24), rng=np.random.default_rng(8))
    x = np.empty((2000, 24), dtype=int)
    np.put_along_axis(x, found.given, found.answers, axis=1)
    p = items.probabilities(0.7)[:, :, 0]
    shares = (x[:, :, None] == np.arange(4)).mean(axis=0)
    assert np.abs((shares - p) / np.sqrt(np.maximum(p * (1 - p), 1e-9) / 2000)).max() < 4.5


def test_exposure_and_overlap_are_counted_one_by_one() -> None:
    found = simulate_sessions(bank(), 15, TEN, rng=np.random.default_rng(9), chance=Randomesque(8))
    sets = [set(row.tolist()) for row in found.given]
    for item in range(60):
        assert found.exposure[item] == pytest.approx(np.mean([item in one for one in sets]))
    pairs = [len(sets[i] & sets[j]) / 10 for i in range(15) for j in range(i)]
    assert found.overlap == pytest.approx(np.mean(pairs))


def test_exposure_parameters_hold_the_target() -> None:
    items = bank(100)
    theta = np.random.default_rng(10).normal(size=600)
    free = simulate_sessions(items, theta, TEN, rng=np.random.default_rng(1))
    found = exposure_parameters(items, theta, TEN, 0.3, rng=np.random.default_rng(2))
    assert free.exposure.max() > 0.9
    assert not found.flags
    fresh = simulate_sessions(
        items,
        np.random.default_rng(11).normal(size=600),
        TEN,
        rng=np.random.default_rng(3),
        exposure=found.control,
    )
    assert fresh.exposure.max() < 0.3 + 0.08
    assert fresh.overlap < free.overlap


def test_a_search_that_does_not_hold_the_target_says_so() -> None:
    theta = np.random.default_rng(10).normal(size=200)
    found = exposure_parameters(bank(), theta, TEN, 0.2, rng=np.random.default_rng(2), rounds=1)
    assert [flag.code for flag in found.flags] == ["over_exposed"]


def test_a_bank_that_ends_ends_the_session() -> None:
    found = simulate_sessions(bank(6), 4, TEN, rng=np.random.default_rng(1))
    assert set(found.reason) == {"pool_exhausted"}
    assert [flag.code for flag in found.flags] == ["pool_exhausted"]
    assert (np.sort(found.given, axis=1) == np.arange(6)).all()


def test_where_everything_is_set_aside_the_best_is_given_and_it_is_said() -> None:
    items = bank(5)
    exposure = SympsonHetter.of(np.full(5, 1e-9))
    choice = next_item(items, exposure=exposure, rng=np.random.default_rng(1))
    assert choice.item == next_item(items).item
    assert [flag.code for flag in choice.flags] == ["everything_set_aside"]
    found = simulate_sessions(
        items, 3, Stopping(5), rng=np.random.default_rng(1), exposure=exposure
    )
    assert [flag.code for flag in found.flags] == ["everything_set_aside"]
    assert (found.n_given == 5).all()


def errors_of_the_sequential_test(replications: int) -> tuple[float, float]:
    """Shares of wrong passes at the lower end of the region, and of wrong fails at the upper."""
    items = bank(300, "2PL")
    test = SequentialTest(0.0, 0.4, 0.05, 0.05)
    wrong = []
    for theta in (-0.4, 0.4):
        found = simulate_sessions(
            items,
            np.full(40 * replications, theta),
            Stopping(300, decision=test),
            rng=np.random.default_rng(12),
        )
        wrong.append(float((found.decision == -np.sign(theta)).mean()))
    return wrong[0], wrong[1]


def test_the_sequential_test_errs_no_more_than_it_says() -> None:
    for share in errors_of_the_sequential_test(20):
        assert 0.005 < share < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 800)


@pytest.mark.evidence
def test_the_sequential_test_errs_no_more_than_it_says_in_200_replications() -> None:
    shares = errors_of_the_sequential_test(200)
    print(f"wrong passes {shares[0]:.4f}, wrong fails {shares[1]:.4f}, nominal 0.05")  # noqa: T201
    for share in shares:
        assert 0.005 < share < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 8000)
