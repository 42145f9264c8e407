"""What cannot be chosen from is refused in a sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psychometrics import Items, equally_spaced
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadResponses,
    NotEnoughData,
    PsychometricsError,
)
from psychometrics.selection import (
    AStratified,
    ConfidenceInterval,
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
from tests.psychometrics.selection.sessions import bank

ITEMS = bank(10)
NOMINAL = Items.from_parameters("NRM", [[0.5, 1.0, 0.1, 0.2]] * 3)
RNG = np.random.default_rng(1)
TEN = Stopping(10)
ANY: Any = None


def simulated(**options: Any) -> Any:
    return simulate_sessions(ITEMS, options.pop("persons", 3), TEN, rng=RNG, **options)


REFUSED: dict[str, tuple[Callable[[], Any], type[PsychometricsError], str]] = {
    "an answer too few": (lambda: next_item(ITEMS, [1, 2], [1]), BadResponses, "there are 1 answ"),
    "a third category": (lambda: next_item(ITEMS, [1], [2]), BadResponses, "item 1 .* holds 2"),
    "-1 for an answer": (lambda: next_item(ITEMS, [1], [-1]), BadResponses, "holds -1"),
    "NaN for an answer": (lambda: next_item(ITEMS, [1], [np.nan]), BadResponses, "whole numbers"),  # type: ignore[list-item]
    "an item twice": (lambda: next_item(ITEMS, [4, 4], [1, 1]), BadResponses, "item 4 .* twice"),
    "no such item": (lambda: next_item(ITEMS, [10], [1]), BadOption, "given holds 10"),
    "no item to leave out": (lambda: next_item(ITEMS, unavailable=[-1]), BadOption, "holds -1"),
    "nothing left": (
        lambda: next_item(ITEMS, range(9), [1] * 9, unavailable=[9]),
        NotEnoughData,
        "no item is left: 9 of 10",
    ),
    "no bank": (lambda: next_item(Items((), ())), BadItems, "no items"),
    "a criterion": (lambda: next_item(ITEMS, criterion="best"), BadOption, "criterion = 'best'"),  # type: ignore[arg-type]
    "an estimate": (lambda: next_item(ITEMS, estimate="ML"), BadOption, "estimate = 'ML'"),  # type: ignore[arg-type]
    "a prior": (lambda: next_item(ITEMS, sd=0.0), BadOption, "standard deviation 0"),
    "theta": (lambda: next_item(ITEMS, theta=np.nan), BadOption, "theta = nan"),
    "few nodes": (
        lambda: next_item(ITEMS, quadrature=equally_spaced(-1, 1, 5)),
        BadOption,
        "7 nodes or more, not 5",
    ),
    "chance without rng": (lambda: next_item(ITEMS, chance=Randomesque()), BadOption, "needs rng"),
    "chance over distances": (
        lambda: next_item(ITEMS, chance=Progressive(5), criterion="bOpt", rng=RNG),
        BadOption,
        "Progressive weighs information, which bOpt is not",
    ),
    "difficulty of nominal items": (
        lambda: next_item(NOMINAL, criterion="bOpt"),
        BadItems,
        "'I1' has no difficulty",
    ),
    "slopes of nominal items": (lambda: AStratified.of(NOMINAL, 1, 2), BadItems, "no slope"),
    "more strata than items": (lambda: AStratified.of(ITEMS, 11, 20), BadOption, "no 11 strata"),
    "a constraint's shape": (
        lambda: next_item(ITEMS, constraints=[lambda g, a: np.ones(3, dtype=bool)]),
        BadOption,
        "a constraint gave shape",
    ),
    "none of the best": (lambda: Randomesque(0), BadOption, "1 or more"),
    "a length of one": (lambda: Progressive(1), BadOption, "length = 1"),
    "an acceleration": (lambda: Proportional(5, -1.0), BadOption, "acceleration = -1.0"),
    "exposure of 0": (lambda: SympsonHetter.of([0.5, 0.0]), BadOption, "item 1 has 0.0"),
    "exposure NaN": (lambda: SympsonHetter.of([np.nan]), BadOption, "item 0 has nan"),
    "exposure of others": (
        lambda: next_item(ITEMS, exposure=SympsonHetter.of([0.5]), rng=RNG),
        BadOption,
        "1 exposure parameters for 10 items",
    ),
    "an area without a target": (
        lambda: ContentBalance.of([0, 2], [0.5, 0.5]),
        BadOption,
        "item 1 is of area 2",
    ),
    "targets of 0": (lambda: ContentBalance.of([0], [0.0]), BadOption, "not all 0"),
    "areas in fractions": (lambda: ContentBalance.of([0.5], [1.0]), BadOption, "whole number"),
    "no length": (lambda: Stopping(0), BadOption, "no length of a test"),
    "least over most": (lambda: Stopping(5, 6), BadOption, "from 6 to 5"),
    "an error of 0": (lambda: Stopping(5, standard_error=0.0), BadOption, "standard_error = 0.0"),
    "an infinite cut": (lambda: SequentialTest(np.inf), BadOption, "cut = inf"),
    "no region": (lambda: SequentialTest(0.0, 0.0), BadOption, "half_width = 0.0"),
    "errors of 1": (lambda: SequentialTest(0.0, 0.2, 0.5, 0.5), BadOption, "no shares of errors"),
    "a level": (lambda: ConfidenceInterval(0.0, 1.0), BadOption, "level = 1.0"),
    "a stop without answers": (lambda: stop_now(ITEMS, [1], [], TEN), BadResponses, "0 answers"),
    "nobody": (lambda: simulated(persons=0), BadOption, "at least 1"),
    "nobody at all": (lambda: simulated(persons=None), BadOption, "who sits"),
    "theta NaN": (lambda: simulated(persons=[np.nan]), BadOption, "one finite number"),
    "missing responses": (
        lambda: simulated(persons=None, responses=np.full((2, 10), np.nan)),
        BadResponses,
        "row 0, column 0 has no answer",
    ),
    "others' responses": (
        lambda: simulated(persons=3, responses=np.zeros((2, 10))),
        BadOption,
        "3 persons, but 2 rows",
    ),
    "a target that cannot be": (
        lambda: exposure_parameters(ITEMS, 5, Stopping(5), 0.3, rng=RNG),
        BadOption,
        "mean exposure of 0.500",
    ),
    "a target of 2": (
        lambda: exposure_parameters(ITEMS, 5, TEN, 2.0, rng=RNG),
        BadOption,
        "target = 2.0",
    ),
    "no rounds": (
        lambda: exposure_parameters(ITEMS, 5, Stopping(2), 0.5, rng=RNG, rounds=0),
        BadOption,
        "rounds = 0",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence(case: str) -> None:
    call, error, sentence = REFUSED[case]
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize("criterion", ["MFI", "MEI", "KL", "KLP", "MEPV", "MLWI", "MPWI", "bOpt"])
@pytest.mark.parametrize("right", [0, 1])
def test_a_hundred_answers_alike_leave_every_number_finite(criterion: Any, right: int) -> None:
    items = bank(120)
    for estimate in ("EAP", "MAP"):
        found = next_item(
            items,
            range(100),
            [right] * 100,
            criterion=criterion,
            estimate=estimate,  # type: ignore[arg-type]
        )
        assert np.isfinite(found.values).all()
        assert np.isfinite([found.theta, found.standard_error]).all()
        assert found.item >= 100
