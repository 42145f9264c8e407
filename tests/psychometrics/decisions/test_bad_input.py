"""What cannot be decided about is refused in a sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psychometrics.decisions import decisions_lee, decisions_livingston_lewis, decisions_rudner
from psychometrics.errors import (
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    PsychometricsError,
)
from tests.psychometrics.examples import spread

ITEMS = spread("2PL", 10)
SCORES = np.tile(np.arange(3.0, 10), 5)


def livingston_lewis(**changed: Any) -> Any:
    given: dict[str, Any] = {"scores": SCORES, "reliability": 0.8, "cuts": 6, "highest": 10}
    return decisions_livingston_lewis(**(given | changed))


CASES: list[tuple[Callable[[], Any], type[PsychometricsError], str]] = [
    (lambda: decisions_lee(ITEMS, 0), BadOption, "outside the raw scores from 1 to 10"),
    (lambda: decisions_lee(ITEMS, 11), BadOption, "cut of 11 lies outside"),
    (lambda: decisions_lee(ITEMS, np.nan), BadOption, "not finite"),
    (lambda: decisions_lee(ITEMS, [6, 6]), BadOption, "ascend"),
    (lambda: decisions_lee(ITEMS, []), BadOption, "cuts are a number"),
    (lambda: decisions_lee(ITEMS, 5, sd=0), BadOption, "standard deviation 0"),
    (lambda: decisions_lee(ITEMS, 5, theta=[]), BadOption, "one finite number"),
    (lambda: decisions_lee(ITEMS, 5, theta=[0.0, np.nan]), BadOption, "one finite number"),
    (lambda: decisions_lee(ITEMS, 5, theta=[0.0], weights=[1, 2]), BadOption, "2 weights for 1"),
    (lambda: decisions_lee(ITEMS, 5, theta=[0.0], weights=[0]), BadOption, "not all 0"),
    (lambda: decisions_rudner(ITEMS, np.inf), BadOption, "not finite"),
    (lambda: decisions_rudner(ITEMS, 0, standard_error=[1.0]), BadOption, "without the theta"),
    (lambda: decisions_rudner(ITEMS, 0, theta=[0.0], standard_error=[0]), BadOption, "above 0"),
    (lambda: decisions_rudner(ITEMS, 0, theta=[0.0], standard_error=[1, 1]), BadOption, "2 stand"),
    (lambda: livingston_lewis(cuts=0), BadOption, "outside the scores"),
    (lambda: livingston_lewis(cuts=[5, 12]), BadOption, "cut of 12 lies outside"),
    (lambda: livingston_lewis(reliability=1), BadOption, "not between 0 and 1"),
    (lambda: livingston_lewis(reliability=np.nan), BadOption, "not between 0 and 1"),
    (lambda: livingston_lewis(lowest=10), BadOption, "no scores from"),
    (lambda: livingston_lewis(scores=[3, 11]), BadResponses, "row 1 has a score of 11"),
    (lambda: livingston_lewis(scores=[3, np.nan]), BadResponses, "row 1"),
    (lambda: livingston_lewis(scores=[[3, 4]]), BadResponses, "2 dimensions"),
    (lambda: livingston_lewis(scores=[]), NotEnoughData, "two persons"),
    (lambda: livingston_lewis(scores=[4, 4, 4]), NotEnoughData, "different scores"),
    (lambda: livingston_lewis(scores=[0, 10] * 9), NotIdentified, "too short"),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_cannot_be_is_refused_in_a_sentence(case: int) -> None:
    call, error, words = CASES[case]
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("cut", [1, 5, 10])
@pytest.mark.parametrize("reliability", [0.05, 0.5, 0.99])
def test_no_figure_is_missing_in_silence(cut: int, reliability: float) -> None:
    found = livingston_lewis(cuts=cut, reliability=reliability)
    numbers = [found.accuracy, found.consistency, found.kappa, found.cuts[0].standard_error]
    assert np.isfinite(numbers).all() or found.flags
    assert 0 <= found.consistency <= 1
    assert found.true_by_observed.sum() == pytest.approx(1)
