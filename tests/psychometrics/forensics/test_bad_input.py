"""What cannot be tested is refused in a sentence; never NaN without a flag."""

from typing import Any

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.errors import (
    BadOption,
    BadResponses,
    BadTimes,
    NotEnoughData,
    PsychometricsError,
)
from psychometrics.forensics import (
    control_false_positives,
    fit_response_times,
    gbt,
    m4,
    misfitting_persons,
    omega,
    preknowledge,
    rapid_guessing,
    score_gains,
    similar_pairs,
    time_residuals,
)
from psychometrics.simulation import ResponseTimes
from tests.psychometrics.forensics.events import event

ITEMS = Items.from_irt("2PL", [1.0, 1.2, 0.8], [-1.0, 0.0, 1.0])
X = np.array([[1, 1, 0], [0, 1, 0], [1, 0, 1], [0, 0, 1]])
THETA = np.zeros(4)
TIMES = ResponseTimes(np.full(3, 3.0), np.full(3, 2.0))
T = np.array([[20.0, 30.0, 15.0], [22.0, 25.0, 18.0], [12.0, 33.0, 25.0], [9.0, 31.0, 20.0]])
NOMINAL, ABLE, LEFT = event(1, 5, 4)


def changed(value: float) -> Any:
    times = T.copy()
    times[2, 1] = value
    return times


CASES: list[tuple[Any, type[PsychometricsError], str]] = [
    (lambda: omega(X, ITEMS, THETA[:3]), BadOption, r"shape \(3,\) for 4 persons"),
    (lambda: omega(X[:, :2], ITEMS, THETA), BadResponses, "2 columns for 3 items"),
    (lambda: omega(X * 2, ITEMS, THETA), BadResponses, "row 0, column 0 holds 2"),
    (lambda: omega(X[:1], ITEMS, THETA[:1]), NotEnoughData, "one person makes no pair"),
    (lambda: omega(X, ITEMS, THETA, pairs=[]), NotEnoughData, "no pair"),
    (lambda: omega(X, ITEMS, THETA, pairs=[0, 1]), BadOption, "rows of two persons"),
    (lambda: omega(X, ITEMS, THETA, pairs=[[0.0, 1.0]]), BadOption, "by position"),
    (lambda: gbt(X, ITEMS, THETA, pairs=[[0, 1], [0, 4]]), BadOption, r"pair 1 is \(0, 4\)"),
    (lambda: gbt(X, ITEMS, THETA, pairs=[[-1, 1]]), BadOption, r"pair 0 is \(-1, 1\)"),
    (lambda: gbt(X, ITEMS, THETA, pairs=[[2, 2]]), BadOption, "person 2 with itself"),
    (lambda: gbt(X, ITEMS, THETA, level=0.0), BadOption, "level is 0"),
    (lambda: gbt(X, ITEMS, THETA, control="fdr"), BadOption, "no control by 'fdr'"),  # type: ignore[arg-type]
    (
        lambda: omega(np.zeros((4000, 3)), ITEMS, np.zeros(4000)),
        BadOption,
        "similar_pairs goes through them",
    ),
    (lambda: m4(LEFT.responses, NOMINAL, ABLE), BadOption, "say which category is right"),
    (lambda: m4(X, ITEMS, THETA, right=[1, 1]), BadOption, "one a item"),
    (lambda: m4(X, ITEMS, THETA, right=[1, 1, 2]), BadOption, "I3 has no category 2"),
    (lambda: similar_pairs(X, ITEMS, THETA, method="m4"), BadOption, "not by 'm4'"),  # type: ignore[arg-type]
    (lambda: similar_pairs(X, ITEMS, THETA, screen=1.0), BadOption, "level is 1"),
    (lambda: control_false_positives([0.5, 1.5]), BadOption, "outside 0 to 1"),
    (lambda: control_false_positives([0.5, 0.6], n_tests=1), BadOption, "more than 1 tests"),
    (lambda: fit_response_times(changed(-1.0)), BadTimes, "row 2, column 1 holds -1"),
    (lambda: fit_response_times(changed(np.inf)), BadTimes, "row 2, column 1 holds inf"),
    (lambda: fit_response_times(T[0]), BadTimes, "1 dimensions"),
    (lambda: fit_response_times([["fast", "slow"]]), BadTimes, "numbers of seconds"),
    (lambda: fit_response_times(np.zeros((3, 3))), NotEnoughData, "no time above 0"),
    (lambda: fit_response_times(np.full((3, 3), np.nan)), NotEnoughData, "no time above 0"),
    (lambda: fit_response_times(np.full((3, 3), 4.0)), NotEnoughData, "item 0 has 3 times"),
    (lambda: fit_response_times(T[:1]), NotEnoughData, "two persons and two items"),
    (lambda: fit_response_times(T[:, :1]), NotEnoughData, "two persons and two items"),
    (lambda: fit_response_times(T, tolerance=0), BadOption, "tolerance"),
    (lambda: time_residuals(T[:, :2], TIMES), BadOption, "times are of 2 items"),
    (lambda: rapid_guessing(T, share=1.0), BadOption, "share"),
    (lambda: rapid_guessing(T, threshold=[3.0, 3.0]), BadOption, "for 3 items"),
    (lambda: rapid_guessing(T, threshold=0.0), BadOption, "above 0"),
    (lambda: rapid_guessing(T, threshold=np.nan), BadOption, "above 0"),
    (lambda: preknowledge(X, ITEMS, []), BadOption, "nothing compares"),
    (lambda: preknowledge(X, ITEMS, [0, 1, 2]), BadOption, "nothing compares"),
    (lambda: preknowledge(X, ITEMS, [3]), BadOption, "no item 3"),
    (lambda: preknowledge(X, ITEMS, ["I1"]), BadOption, "by position"),
    (lambda: preknowledge(X, ITEMS, [0], seconds=T), BadOption, "go together"),
    (lambda: preknowledge(X, ITEMS, [0], seconds=T[:2], times=TIMES), BadOption, "times have"),
    (lambda: score_gains([0.0], [1.0], [0.3], [0.0]), BadOption, "person 0"),
    (lambda: score_gains([0.0], [1.0, 2.0], [0.3], [0.3]), BadOption, "one number a person"),
    (lambda: score_gains([np.nan], [1.0], [0.3], [0.3]), NotEnoughData, "both scores"),
    (lambda: score_gains([0.0], [1.0], [0.3], [0.3], gain_sd=-1), BadOption, "spread"),
    (lambda: score_gains([0.0], [1.0], [0.3], [0.3], expected=np.nan), BadOption, "expected gain"),
    (lambda: misfitting_persons(X, ITEMS, THETA, estimator="EAP"), BadOption, "EAP"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "error", "words"), CASES)
def test_what_cannot_be_is_refused_in_a_sentence(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_abilities_that_are_not_finite_are_left_out_and_told() -> None:
    theta = np.array([0.0, np.inf, np.nan, 1.0])
    for test in (omega, gbt):
        found = test(X, ITEMS, theta)
        kept = np.isin(found.pairs, [0, 3]).all(axis=1)
        assert np.isfinite(found.p[kept]).all()
        assert np.isnan(found.p[~kept]).all()
        assert found.flags[0].code == "no_value"
        assert found.flags[0].where == tuple(np.flatnonzero(~kept))
    assert [flag.code for flag in m4(X, ITEMS, theta).flags] == ["no_value", "few_shared_items"]
    event_ = similar_pairs(X, ITEMS, theta)
    assert (event_.n_pairs, event_.n_tested) == (6, 1)
    assert "no_value" in {flag.code for flag in event_.flags}
    persons = misfitting_persons(X, ITEMS, theta)
    assert [flag.where for flag in persons.flags] == [(1, 2)]


def test_an_event_without_any_suspect_is_an_empty_result() -> None:
    found = similar_pairs(X, ITEMS, THETA, screen=1e-6, level=1e-7)
    assert found.found.pairs.shape == (0, 2)
    assert not found.found.flagged.any()
    assert found.n_tested == 6
