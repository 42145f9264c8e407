"""Each kind of bad input, given to every public function that takes it.

What is wrong ends in a typed error whose sentence names the row, column or group, or in a result
that says what it lacks.  Row M of the test catalogue by number: see `CATALOGUE` in
`tests/psychometrics/test_evidence.py`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from psychometrics import Items, calibrate, plausible_values, score, sum_score_table
from psychometrics.classical import analyse_items, reliability
from psychometrics.conditional import andersen_test, calibrate_conditionally
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    NotLinked,
    PsychometricsError,
    UnknownModel,
)
from psychometrics.fit import (
    full_information,
    item_mean_squares,
    item_zh,
    ld_x2,
    limited_information,
    person_fit,
    person_mean_squares,
    q3,
    s_x2,
    theta_groups,
)
from psychometrics.simulation import simulate
from tests.psychometrics.examples import sat, spread

ITEMS = spread("2PL", 5)
GOOD = sat("2PL", 60, 5)

Function = Callable[[Any], Any]


def at_zero(function: Callable[..., Any]) -> Function:
    """A function that takes abilities, given 0 for everybody."""
    return lambda x: function(x, ITEMS, np.zeros(len(x)))


WITHOUT_ITEMS: dict[str, Function] = {
    "calibrate": lambda x: calibrate(x, "2PL"),
    "calibrate_conditionally": calibrate_conditionally,
    "andersen_test": andersen_test,
    "analyse_items": analyse_items,
    "reliability": reliability,
}
WITH_ITEMS: dict[str, Function] = {
    **{
        f"score by {method}": lambda x, method=method: score(x, ITEMS, method)
        for method in ("EAP", "MAP", "ML", "WLE")
    },
    "plausible_values": lambda x: plausible_values(x, ITEMS, 2, np.random.default_rng(1)),
    "s_x2": lambda x: s_x2(x, ITEMS),
    "ld_x2": lambda x: ld_x2(x, ITEMS),
    "limited_information": lambda x: limited_information(x, ITEMS),
    "full_information": lambda x: full_information(x, ITEMS),
    "item_mean_squares": at_zero(item_mean_squares),
    "person_mean_squares": at_zero(person_mean_squares),
    "person_fit": at_zero(person_fit),
    "item_zh": at_zero(item_zh),
    "q3": at_zero(q3),
    "theta_groups": at_zero(theta_groups),
}
EVERY = {**WITHOUT_ITEMS, **WITH_ITEMS}


def with_cell(value: object) -> NDArray[Any]:
    x = GOOD.astype(object)
    x[7, 3] = value
    return x if isinstance(value, str | None) else x.astype(float)


# ---- the matrix


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_matrix(name: str) -> None:
    with pytest.raises(NotEnoughData, match="the responses are empty: 0 persons by 5 items"):
        EVERY[name](np.empty((0, 5)))
    with pytest.raises(NotEnoughData, match="the responses are empty: 4 persons by 0 items"):
        EVERY[name](np.empty((4, 0)))


@pytest.mark.parametrize("value", [np.inf, -np.inf, -1, 0.5, 100, 1e308, "NaN", "1", "right", ""])
@pytest.mark.parametrize("name", EVERY)
def test_a_cell_that_is_no_category(name: str, value: object) -> None:
    with pytest.raises(BadResponses, match="row 7, column 3 holds") as refused:
        EVERY[name](with_cell(value))
    shown = repr(value) if isinstance(value, str) else repr(float(str(value)))
    assert shown in str(refused.value)
    assert refused.value.code == "bad_responses"


@pytest.mark.parametrize("name", [*WITH_ITEMS, "calibrate", "calibrate_conditionally"])
def test_a_category_that_the_model_has_not(name: str) -> None:
    with pytest.raises(BadResponses, match=r"row 7, column 3.* holds 2"):
        EVERY[name](with_cell(2))


@pytest.mark.parametrize("name", EVERY)
def test_text_throughout(name: str) -> None:
    with pytest.raises(BadResponses, match="row 0, column 0 holds 'NaN'"):
        EVERY[name](np.full((12, 5), "NaN"))


@pytest.mark.parametrize("name", EVERY)
def test_a_matrix_with_three_dimensions(name: str) -> None:
    with pytest.raises(BadResponses, match="3 dimensions"):
        EVERY[name](np.zeros((6, 5, 2)))


@pytest.mark.parametrize("name", WITH_ITEMS)
def test_columns_that_are_not_the_items(name: str) -> None:
    with pytest.raises(BadResponses, match=r"4 columns for 5 items"):
        WITH_ITEMS[name](GOOD[:, :4])


# ---- too little of it


@pytest.mark.parametrize("name", ["calibrate", "calibrate_conditionally", "andersen_test"])
def test_one_person_or_one_item_is_not_enough(name: str) -> None:
    for x in (GOOD[:1], GOOD[:, :1]):
        with pytest.raises(NotEnoughData):
            EVERY[name](x)


@pytest.mark.parametrize("x", [GOOD[:1], np.ones((20, 5)), np.zeros((20, 5)), GOOD[:, [0] * 5]])
@pytest.mark.parametrize("name", EVERY)
def test_hardly_any_data_ends_in_an_error_or_is_told(name: str, x: NDArray[Any]) -> None:
    """One person; all right; all wrong; one item five times."""
    try:
        found = EVERY[name](x)
    except PsychometricsError as refused:
        assert str(refused).count(" ") > 4  # noqa: PT017 - errors differ by function
        return
    assert lacking(found) <= told(found)


def lacking(found: Any) -> int:
    """1 if some number of the result is not finite."""
    if isinstance(found, np.ndarray):
        return int(not np.isfinite(found).all())
    numbers = 0
    for name in getattr(found, "__slots__", ()):
        value = getattr(found, name)
        if isinstance(value, float | np.ndarray) and np.asarray(value).dtype.kind == "f":
            numbers |= int(not np.isfinite(value).all())
    return numbers


def told(found: Any) -> int:
    """1 if the result says that something is undefined."""
    if isinstance(found, np.ndarray):
        return 0
    reasons = [
        *getattr(found, "flags", ()),
        *getattr(found, "undefined", ()),
        *getattr(found, "alpha_without_undefined", ()),
    ]
    said = any(reasons) or not getattr(found, "defined", np.ones(1, bool)).all()
    return int(said or np.any(getattr(found, "at_bound", 0)))


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_items_and_persons_all_right_or_all_wrong(right: float) -> None:
    x = GOOD.copy()
    x[:, 2] = right
    x[10] = right
    found = calibrate(x, "2PL")
    assert found.item_flags()[2] == ("all_same",)
    assert "'I3'" in next(flag.sentence for flag in found.flags if flag.item == 2)
    assert any("Item 2 is left out" in flag for flag in calibrate_conditionally(x).flags)
    assert "everyone scored the same on it" in analyse_items(x).flags[2][0]
    estimate = score(np.full((1, 5), right), ITEMS, "ML", bounds=(-6.0, 6.0))
    assert estimate.at_bound.tolist() == [1 if right else -1]
    assert np.isfinite([estimate.theta, estimate.standard_error]).all()


def test_rows_and_columns_without_an_answer() -> None:
    x = GOOD.copy()
    x[3], x[:, 1] = np.nan, np.nan
    found = calibrate(x, "2PL")
    assert found.item_flags()[1] == ("no_responses",)
    assert [flag.rows for flag in found.flags if flag.rows] == [(3,)]
    assert analyse_items(x).flags[1] == ("No one was given this item: nothing is defined.",)
    assert "item 1 was given to too few" in (reliability(x).alpha.undefined or "")
    for method in ("ML", "WLE"):
        scored = score(x[:, [0, 2, 3, 4]], ITEMS.select([0, 2, 3, 4]), method)
        assert scored.n_answered[3] == 0
        assert np.flatnonzero(np.isnan(scored.theta)).tolist() == [3]


def test_more_parameters_than_the_data_can_tell() -> None:
    with pytest.raises(NotIdentified, match="4 free parameters cannot be had from 2 items"):
        calibrate(GOOD[:, :2], "2PL")
    with pytest.raises(NotIdentified, match="no degree of freedom"):
        limited_information(GOOD[:, :3], ITEMS.select(range(3)))


# ---- what does not hang together


def test_disconnected_forms_are_named_with_their_groups() -> None:
    x = sat("2PL", 80, 6)
    x[:40, 3:], x[40:, :3] = np.nan, np.nan
    for model in ("Rasch", "2PL", "3PL", "GRM"):
        with pytest.raises(NotLinked, match=r"'I1', 'I2', 'I3' \(group 'old'\).*\(group 'new'\)"):
            calibrate(x, model, groups=np.repeat(["old", "new"], 40))
    with pytest.raises(NotLinked, match="items 0, 1, 2 and items 3, 4, 5"):
        calibrate_conditionally(x)
    with pytest.raises(NotLinked):
        andersen_test(x, groups=np.tile([0, 1], 40))


def test_duplicated_items_are_named() -> None:
    x = np.hstack([sat("2PL", 400, 5), sat("2PL", 400, 5)[:, :1]])
    found = calibrate(x, "2PL")
    assert "duplicate_item" in found.item_flags()[5]
    assert any(
        flag.sentence == "item 'I6' has the same answers as 'I1'"
        for flag in found.flags
        if flag.item == 5
    )


def test_a_wrong_key_is_suspected_and_its_item_not_used_unasked() -> None:
    x = sat("2PL", 500, 6)
    x[:, 4] = 1 - x[:, 4]
    found = calibrate(x, "2PL")
    assert found.item_flags()[4] == ("negative_slope",)
    assert found.items.negative.tolist() == [j == 4 for j in range(6)]
    assert "check its key" in analyse_items(x).flags[4][0]
    with pytest.raises(BadItems, match=r"item 'I5': a = -.* is negative, which suggests a wrong"):
        Items.from_irt("2PL", found.a, found.b)


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM"])
def test_a_fit_that_does_not_converge_says_so(model: str) -> None:
    found = calibrate(sat("2PL", 300, 8), model, max_cycles=1, errors=None)
    assert not found.converged
    assert found.largest_gradient > 1e-3
    assert any(
        flag.code == "not_converged" and "do not use these figures" in flag.sentence
        for flag in found.flags
    )


# ---- parameters from outside

IMPORTS: list[tuple[str, dict[str, Any], str]] = [
    ("a = 0", {"a": [1.0, 0.0]}, "item 'I2': a = 0, it says nothing about theta"),
    ("a < 0", {"a": [1.0, -0.5]}, "item 'I2': a = -0.5 is negative"),
    ("a is nan", {"a": [np.nan, 1.0]}, "item 'I1': a = nan is not a slope"),
    ("a is inf", {"a": [1.0, np.inf]}, "item 'I2': a = inf is not a slope"),
    ("c = 1", {"c": [0.2, 1.0]}, r"item 'I2': c = 1.0 is not in \[0, 1\)"),
    ("c > 1", {"c": [1.5, 0.2]}, r"item 'I1': c = 1.5 is not in \[0, 1\)"),
    ("c < 0", {"c": [0.2, -0.1]}, r"item 'I2': c = -0.1 is not in \[0, 1\)"),
    ("u < c", {"model": "4PL", "c": [0.3, 0.3], "u": [0.9, 0.2]}, "item 'I2': u = 0.2 is not in"),
    ("b too large", {"b": [0.0, 1e308]}, "item 'I2': b = .* is out of any range"),
    ("b is nan", {"b": [np.nan, 0.0]}, "item 'I1': b = .* is not a row of numbers"),
]


@pytest.mark.parametrize(("change", "sentence"), [row[1:] for row in IMPORTS])
def test_impossible_parameters_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadItems, match=sentence):
        Items.from_irt(**({"model": "3PL", "a": [1.0, 1.2], "b": [0.0, 0.5]} | change))


def test_options_that_cannot_be() -> None:
    with pytest.raises(UnknownModel, match="no model '6PL'"):
        calibrate(GOOD, "6PL")
    with pytest.raises(BadOption, match="row 59 has no group"):
        calibrate(GOOD, "2PL", groups=[*["a"] * 59, None])
    with pytest.raises(NotEnoughData, match="group 'b' has 1 person"):
        calibrate(GOOD, "2PL", groups=[*["a"] * 59, "b"])
    for prior in ({"sd": 0.0}, {"sd": np.inf}, {"mean": np.nan}):
        for function in (score, sum_score_table):
            given = (GOOD, ITEMS) if function is score else (ITEMS,)
            with pytest.raises(BadOption, match="theta cannot have mean"):
                function(*given, **prior)
    with pytest.raises(BadOption, match="one finite number for each person"):
        simulate(ITEMS, [0.0, np.inf], rng=np.random.default_rng(1))


# ---- the ends of theta


@pytest.mark.parametrize("model", ["2PL", "3PL", "4PL", "GRM", "GPCM"])
def test_the_ends_of_theta_say_nothing_and_break_nothing(model: str) -> None:
    """300 logits out: probabilities 0 and 1, no information, and numbers all the same."""
    more = {"3PL": {"c": 0.2}, "4PL": {"c": 0.2, "u": 0.9}}.get(model, {})
    items = spread(model, 5, **more)
    far = np.array([-300.0, 300.0])
    assert np.isfinite(items.information(far)).all()
    assert (items.information(far) >= 0).all()
    np.testing.assert_allclose(items.probabilities(far).sum(axis=1), 1)
    assert np.isfinite(items.expected_score(far)).all()
    top = (items.n_categories - 1).astype(float)
    for method in ("EAP", "MAP", "ML", "WLE"):
        found = score(np.stack([top, 0 * top]), items, method, bounds=(-300.0, 300.0))
        assert np.isfinite(found.theta).all()
        told_of = (found.at_bound != 0) | np.isfinite(found.standard_error)
        assert told_of.all(), method
