"""What cannot be equated is refused in a sentence, or equated and flagged; never NaN."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.equating import (
    Conversion,
    equate_circle_arc,
    equate_equipercentile,
    equate_identity,
    equate_levine,
    equate_linear,
    equate_mean,
    equate_observed_score,
    equate_true_score,
    equate_tucker,
    presmooth,
)
from psychometrics.equating.conversion import converted
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    PsychometricsError,
)

TWO = Items.from_irt("2PL", [1.0, 1.2], [0.5, 0.7])
NEGATIVE = Items.from_irt("2PL", [-1.0, 1.2], [0.5, 0.7], negative_slopes=True)
NOMINAL = Items.from_parameters("NRM", [[0.5, 1.0, 0.1, 0.2]])
V = np.array([1.0, 2.0, 3.0, 4.0])
ENDS: dict[str, Any] = {"highest_from": 10, "highest_to": 10}
FEW, LOOSE = np.array([1, 1, 1, 1, 1, 2]), np.array([3, 1, 4, 6, 2, 5])
GAPS = np.array([5.0, 0.0, 7.0, 0.0, 3.0])

CASES: list[tuple[Any, type[PsychometricsError], str]] = [
    (lambda: equate_true_score(NEGATIVE, TWO), BadItems, "not be monotone"),
    (lambda: equate_true_score(TWO, NOMINAL), BadItems, "nominal"),
    (lambda: equate_observed_score(TWO, NEGATIVE), BadItems, "'I1'"),
    (lambda: equate_true_score(TWO, TWO, scores=[2.5]), BadOption, "score 2.5 is not on"),
    (lambda: equate_true_score(TWO, TWO, scores=[-1.0]), BadOption, "scale from 0 to 2"),
    (lambda: equate_true_score(TWO, TWO, scores=[np.nan]), BadOption, "score nan"),
    (lambda: equate_observed_score(TWO, TWO, weight=1.5), BadOption, "weight"),
    (lambda: equate_observed_score(TWO, TWO, population_to=(0, 0)), BadOption, "deviation"),
    (lambda: equate_mean([], [1, 2]), BadResponses, "from-form"),
    (lambda: equate_mean([1, 2], [1, -2]), BadResponses, "-2.0 persons at score 1"),
    (lambda: equate_mean([1, np.nan], [1, 2]), BadResponses, "nan persons"),
    (lambda: equate_mean([0, 0], [1, 2]), NotEnoughData, "0 persons"),
    (lambda: equate_linear([0, 9], [1, 2]), NotEnoughData, "same score"),
    (lambda: presmooth(GAPS, 3), BadOption, "from 1 to 2"),
    (lambda: presmooth(GAPS, 0), BadOption, "the degree is 0"),
    (lambda: equate_equipercentile(GAPS, GAPS, degree=(1, 9)), BadOption, "the degree is 9"),
    (lambda: equate_tucker(V, V[:3], V, V, **ENDS), BadResponses, "one each a person"),
    (lambda: equate_tucker(V, V * np.nan, V, V, **ENDS), BadResponses, "row 0 of the from-group"),
    (lambda: equate_tucker(V[:2], V[:2], V, V, **ENDS), NotEnoughData, "2 persons"),
    (lambda: equate_tucker(V, V, V, V * 0, **ENDS), NotEnoughData, "same anchor score"),
    (lambda: equate_tucker(V, V, V, V, weight=2, **ENDS), BadOption, "weight"),
    (lambda: equate_tucker(V, V, V, V, highest_from=0, highest_to=9), BadOption, "highest score"),
    (lambda: equate_levine(V, V[::-1], V, V, **ENDS), NotEnoughData, "positively related"),
    (
        lambda: equate_levine(FEW + 1, FEW, LOOSE, np.arange(6), weight=1.0, **ENDS),
        NotEnoughData,
        "differ too much",
    ),
    (lambda: equate_identity(10, 2.5), BadOption, "2.5"),  # type: ignore[arg-type]
    (lambda: equate_circle_arc((0.0, 5.0), 10, 10), BadOption, "do not rise"),
    (lambda: equate_circle_arc((5.0, 10.0), 10, 10), BadOption, "do not rise"),
    (lambda: equate_circle_arc((1.0, 38.0), 40, 40), BadOption, "no arc"),
]


@pytest.mark.parametrize(("call", "error", "words"), CASES)
def test_what_cannot_be_is_refused_in_a_sentence(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def codes(found: Conversion) -> list[str]:
    return [flag.code for flag in found.flags]


def test_equivalents_outside_the_scale_are_said() -> None:
    found = equate_mean([5, 5, 5, 0], [0, 5, 5, 5])
    assert codes(found) == ["outside_scale"]
    assert found.flags[0].scores == (3.0,)


def test_small_samples_are_said() -> None:
    tiny, some = [2, 4, 3], [50, 60, 40]
    assert "identity is likely" in equate_linear(tiny, some).flags[0].sentence
    assert "circle-arc" in equate_linear(some, some).flags[0].sentence
    assert codes(equate_linear([200, 300], [200, 300])) == []
    assert codes(equate_equipercentile([800, 800], [800, 800])) == []
    assert codes(equate_equipercentile([200, 300], [200, 300])) == ["small_sample"]


def test_scores_that_nobody_had_are_said() -> None:
    found = equate_equipercentile(GAPS, [9.0, 9.0, 9.0])
    assert "empty_scores" in codes(found)
    assert np.isfinite(found.equivalent).all()
    smooth = equate_equipercentile(GAPS, [9.0, 9.0, 9.0], degree=1)
    assert "empty_scores" not in codes(smooth)


def test_a_conversion_that_falls_is_said() -> None:
    found = converted("any", np.arange(3.0), np.array([0.0, 2.0, 1.0]), 2)
    assert codes(found) == ["falls"]
    assert found.flags[0].scores == (2.0,)


def test_random_counts_end_in_numbers_or_a_refusal() -> None:
    rng = np.random.default_rng(8)
    equated = 0
    for _ in range(60):
        x = rng.poisson(rng.choice([0.3, 2.0, 40.0]), rng.integers(2, 30))
        y = rng.poisson(rng.choice([0.3, 2.0, 40.0]), rng.integers(2, 30))
        for degree in (None, 1, 4):
            with suppress(NotEnoughData, BadOption, NotIdentified):
                found = equate_equipercentile(x, y, degree=degree)
                equated += 1
                assert np.isfinite(found.equivalent).all()
                assert (np.diff(found.equivalent) >= -1e-9).all()
                assert found.equivalent.min() >= -0.5
                assert found.equivalent.max() <= len(y) - 0.5
    assert equated > 100
