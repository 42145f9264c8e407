"""Operators held against slow definitions, laws of arithmetic, and Python's own generator."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.qti import score_item
from tests.item_bank.qti.files import (
    an_item,
    declared,
    q,
    real,
    set_outcome,
    several,
    values,
    variable,
    whole,
    worked_out,
)

FUNCTIONS = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x), "cot": lambda x: math.cos(x) / math.sin(x),
    "atan": math.atan, "acot": lambda x: math.atan2(1, x) - (math.pi if x < 0 else 0),
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "sech": lambda x: 2 / (math.exp(x) + math.exp(-x)),
    "csch": lambda x: 2 / (math.exp(x) - math.exp(-x)),
    "coth": lambda x: (math.exp(x) + math.exp(-x)) / (math.exp(x) - math.exp(-x)),
    "asec": lambda x: math.acos(1 / x), "acsc": lambda x: math.asin(1 / x),
    "exp": math.exp, "toDegrees": lambda x: x * 180 / math.pi,
}  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("number", [1.25, -1.75])
def test_functions_agree_with_their_definitions(function: str, number: float) -> None:
    found = worked_out(q("math-operator", real(number), name=function))
    assert found == pytest.approx(FUNCTIONS[function](number), rel=1e-12)


finite_floats = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


@given(st.lists(finite_floats, min_size=2, max_size=20))
def test_statistics_agree_with_the_slow_exact_ones(numbers: list[float]) -> None:
    container = several(*(real(f"{number:.3f}") for number in numbers))
    slow = {
        "mean": statistics.fmean,
        "popVariance": statistics.pvariance,
        "popSD": statistics.pstdev,
        "sampleVariance": statistics.variance,
        "sampleSD": statistics.stdev,
    }
    for kind, function in slow.items():
        found = worked_out(q("stats-operator", container, name=kind))
        assert found == pytest.approx(function(numbers), rel=1e-9, abs=1e-6)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000).filter(bool))
def test_quotient_and_remainder_give_the_number_again(number: int, divisor: int) -> None:
    quotient = worked_out(q("integer-divide", whole(number), whole(divisor)), "integer")
    remainder = worked_out(q("integer-modulus", whole(number), whole(divisor)), "integer")
    assert quotient * divisor + remainder == number


def test_variables_defaults_keys_and_fields_are_read() -> None:
    declarations = declared(
        "response", "R", "integer", inside=values("default-value", 4) + values(
            "correct-response", 9
        )
    )  # fmt: skip
    read = {"declarations": declarations, "responses": {"R": 5}, "base": "integer"}
    assert worked_out(variable("R"), **read) == 5
    assert worked_out(q("default", identifier="R"), **read) == 4
    assert worked_out(q("correct", identifier="R"), **read) == 9


def test_a_number_typed_as_a_record_has_its_parts() -> None:
    declarations = declared("response", "R", "", "record")
    found = {
        field: worked_out(
            q("field-value", variable("R"), field_identifier=field),
            "float",
            declarations=declarations,
            responses={"R": "-012.50e3"},
        )
        for field in ("floatValue", "leftDigits", "rightDigits", "ndp", "nsf", "exponent")
    }
    assert found == {
        "floatValue": -12500.0,
        "leftDigits": 3,
        "rightDigits": 2,
        "ndp": 2,
        "nsf": 4,
        "exponent": 3,
    }


def test_a_custom_operator_is_null() -> None:
    assert worked_out(q("custom-operator", whole(1), definition="urn:x"), "integer") is None


def test_chance_is_told_by_the_seed_and_covers_its_range() -> None:
    rolls = {
        seed: worked_out(q("random-integer", min=2, max=11, step=3), "integer", seed=seed)
        for seed in range(60)
    }
    assert set(rolls.values()) == {2, 5, 8, 11}
    again = worked_out(q("random-integer", min=2, max=11, step=3), "integer", seed=7)
    assert again == rolls[7]


def test_template_values_are_those_of_pythons_generator() -> None:
    """The rule for other systems: floor(random() * count), random() being Python's."""
    template = q("set-template-value", q("random-integer", min=1, max=1000), identifier="T")
    xml = an_item(
        declarations=declared("template", "T", "integer") + declared("outcome", "OUT", "integer"),
        before=template,
        rules=set_outcome("OUT", variable("T")),
    )
    for seed in (0, 1, 123, 2**40):
        expected = 1 + int(random.Random(seed).random() * 1000)
        assert score_item(xml, {}, seed=seed)["OUT"] == expected
