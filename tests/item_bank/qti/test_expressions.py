"""Worked examples of every operator, from the words of the QTI specification."""

import math
from typing import Any

import pytest

from item_bank.qti.expressions import OPERATORS
from tests.item_bank.qti.files import (
    NULL,
    name,
    q,
    real,
    several,
    truth,
    whole,
    word,
    worked_out,
)

T, F = truth(True), truth(False)
UNKNOWN = q("gt", NULL, whole(1))
"""A truth that is NULL."""


def in_order(*inside: str) -> str:
    return q("ordered", *inside)


def point(text: str) -> str:
    return q("base-value", text, base_type="point")


ABBC = [name("A"), name("B"), name("B"), name("C")]

TRUTHS: list[tuple[str, Any]] = [
    (q("and", T, T), True),
    (q("and", T, F), False),
    (q("and", UNKNOWN, F), False),
    (q("and", UNKNOWN, T), None),
    (q("or", F, F), False),
    (q("or", UNKNOWN, T), True),
    (q("or", UNKNOWN, F), None),
    (q("not", T), False),
    (q("not", UNKNOWN), None),
    # Three of which two to three are true.
    (q("any-n", T, T, F, min=2, max=3), True),
    (q("any-n", T, F, F, min=2, max=3), False),
    (q("any-n", T, UNKNOWN, F, min=2, max=3), None),
    (q("any-n", T, T, UNKNOWN, min=2, max=2), None),
    (q("any-n", T, T, T, min=1, max=2), False),
    (q("any-n", UNKNOWN, F, F, min=2, max=3), False),
    (q("all-n", T, F, F, max=1), True),
    (q("all-n", T, T, F, max=1), False),
    (q("is-null", NULL), True),
    (q("is-null", word("")), True),
    (q("is-null", several()), True),
    (q("is-null", whole(0)), False),
    (q("is-not-null", whole(0)), True),
    (q("pre-condition", UNKNOWN), False),
    (q("pre-condition", whole(2)), True),
    # match
    (q("match", whole(3), whole(3)), True),
    (q("match", whole(3), real("3.0")), True),
    (q("match", name("A"), name("a")), False),
    (q("match", name("A"), NULL), None),
    (q("match", several(*ABBC), several(*reversed(ABBC))), True),
    (q("match", several(*ABBC), several(*ABBC[:3])), False),
    (q("match", several(name("A"), name("A")), several(name("A"), name("B"))), False),
    (q("match", in_order(*ABBC), in_order(*reversed(ABBC))), False),
    (q("match", in_order(*ABBC), in_order(*ABBC)), True),
    (q("match", *(q("base-value", t, base_type="pair") for t in ("A B", "B A"))), True),
    (q("match", *(q("base-value", t, base_type="directedPair") for t in ("A B", "B A"))), False),
    # numbers
    (q("equal", whole(2), real("2.0"), tolerance_mode="exact"), True),
    (q("equal", real("0.30000001"), real("0.3"), tolerance_mode="exact"), False),
    (q("equal", real(10), real("10.5"), tolerance_mode="absolute", tolerance="0.5"), True),
    (q("equal", real(10), real("9.4"), tolerance_mode="absolute", tolerance="0.5"), False),
    (q("equal", real(10), real("9.4"), tolerance_mode="absolute", tolerance="0.6 0.1"), True),
    (q("equal", real(10), real("10.2"), tolerance_mode="absolute", tolerance="0.6 0.1"), False),
    (q("equal", real("0.3"), real("0.4"), tolerance_mode="absolute", tolerance="0.1"), True),
    (
        q(
            "equal",
            real("0.3"),
            real("0.4"),
            tolerance_mode="absolute",
            tolerance="0.1",
            include_upper_bound="false",
        ),
        False,
    ),
    (q("equal", real(200), real(210), tolerance_mode="relative", tolerance="5"), True),
    (q("equal", real(200), real("210.1"), tolerance_mode="relative", tolerance="5"), False),
    (q("equal", real(-200), real(-210), tolerance_mode="relative", tolerance="5"), True),
    (q("equal", real(200), real(215), tolerance_mode="relative", tolerance="5 10"), True),
    (q("equal", real(200), real(185), tolerance_mode="relative", tolerance="5 10"), False),
    (q("equal", NULL, real(1), tolerance_mode="exact"), None),
    (q("not-equal", whole(1), whole(0)), True),
    # 3.175 to three significant figures is 3.18, as is 3.183; 3.1749 is 3.17.
    (
        q(
            "equal-rounded",
            real("3.175"),
            real("3.183"),
            rounding_mode="significantFigures",
            figures=3,
        ),
        True,
    ),
    (
        q(
            "equal-rounded",
            real("3.1749"),
            real("3.183"),
            rounding_mode="significantFigures",
            figures=3,
        ),
        False,
    ),
    (
        q("equal-rounded", real("1.68572"), real("1.69"), rounding_mode="decimalPlaces", figures=2),
        True,
    ),
    (q("lt", whole(1), real("1.5")), True),
    (q("lt", whole(2), whole(2)), False),
    (q("lte", whole(2), whole(2)), True),
    (q("gt", whole(3), whole(2)), True),
    (q("gte", whole(1), whole(2)), False),
    (q("gte", NULL, whole(2)), None),
    (
        q(
            "duration-lt",
            q("base-value", "1.5", base_type="duration"),
            q("base-value", "2", base_type="duration"),
        ),
        True,
    ),
    (
        q(
            "duration-gte",
            q("base-value", "1.5", base_type="duration"),
            q("base-value", "2", base_type="duration"),
        ),
        False,
    ),
    # texts
    (q("string-match", word("York"), word("york"), case_sensitive="true"), False),
    (q("string-match", word("York"), word("yORK"), case_sensitive="false"), True),
    (
        q("string-match", word("Yorkshire"), word("York"), case_sensitive="true", substring="true"),
        True,
    ),
    (q("string-match", NULL, word("a"), case_sensitive="true"), None),
    (q("substring", word("hell"), word("Shell"), case_sensitive="true"), True),
    (q("substring", word("HELL"), word("Shell"), case_sensitive="true"), False),
    (q("substring", word("HELL"), word("Shell"), case_sensitive="false"), True),
    (q("pattern-match", word("AB12"), pattern="[A-Z]{2}[0-9]+"), True),
    (q("pattern-match", word("xAB12"), pattern="[A-Z]{2}[0-9]+"), False),
    (q("pattern-match", NULL, pattern="a"), None),
    # containers
    (q("member", name("B"), several(*ABBC)), True),
    (q("member", name("D"), several(*ABBC)), False),
    (q("member", NULL, several(*ABBC)), None),
    (q("contains", several(*ABBC), several(name("B"), name("C"))), True),
    (q("contains", several(*ABBC), several(name("C"), name("C"))), False),
    (q("contains", in_order(*ABBC), in_order(name("B"), name("C"))), True),
    (q("contains", in_order(*ABBC), in_order(name("A"), name("C"))), False),
    (q("contains", several(*ABBC), several()), None),
    # areas: (10, 10) lies on the edge of each of the first three
    (q("inside", point("10 10"), shape="rect", coords="0,0,10,10"), True),
    (q("inside", point("10 11"), shape="rect", coords="0,0,10,10"), False),
    (q("inside", point("13 14"), shape="circle", coords="10,10,5"), True),
    (q("inside", point("14 14"), shape="circle", coords="10,10,5"), False),
    (q("inside", point("5 5"), shape="poly", coords="0,0,10,0,0,10"), True),
    (q("inside", point("6 5"), shape="poly", coords="0,0,10,0,0,10"), False),
    (q("inside", point("1 1"), shape="poly", coords="0,0,10,0,0,10"), True),
    (q("inside", point("12 10"), shape="ellipse", coords="10,10,2,1"), True),
    (q("inside", point("10 12"), shape="ellipse", coords="10,10,2,1"), False),
    (q("inside", point("999 999"), shape="default", coords=""), True),
    (q("inside", several(point("99 9"), point("1 1")), shape="rect", coords="0,0,5,5"), True),
    (q("inside", NULL, shape="rect", coords="0,0,5,5"), None),
]

NUMBERS: list[tuple[str, Any]] = [
    (q("sum", whole(1), real("2.5"), several(whole(3), whole(4))), 10.5),
    (q("sum", *[real("0.1")] * 10), 1.0),
    (q("sum", whole(1), NULL), None),
    (q("product", whole(2), real("2.5"), several(whole(3))), 15.0),
    (q("product", real("1e200"), real("1e200")), None),
    (q("product", real("1e200"), real("1e200"), whole(0)), None),
    (q("subtract", real(5), whole(7)), -2.0),
    (q("divide", whole(7), whole(2)), 3.5),
    (q("divide", whole(7), whole(0)), None),
    (q("power", whole(2), whole(10)), 1024.0),
    (q("power", whole(2), whole(-1)), 0.5),
    (q("power", whole(0), whole(-1)), None),
    (q("power", whole(-8), real("0.5")), None),
    (q("power", whole(10), whole(400)), None),
    (q("max", whole(1), real("2.5"), several(whole(2))), 2.5),
    (q("min", whole(1), real("2.5"), several(whole(-2))), -2.0),
    (q("max", whole(1), NULL), None),
    (q("round-to", real("1239451"), rounding_mode="significantFigures", figures=3), 1240000.0),
    (q("round-to", real("12.1257"), rounding_mode="significantFigures", figures=3), 12.1),
    (q("round-to", real("0.0681"), rounding_mode="significantFigures", figures=1), 0.07),
    (q("round-to", real("12.1257"), rounding_mode="decimalPlaces", figures=2), 12.13),
    (q("round-to", real("2.675"), rounding_mode="decimalPlaces", figures=2), 2.68),
    (q("round-to", real("-2.5"), rounding_mode="decimalPlaces", figures=0), -3.0),
    (q("round-to", real("0"), rounding_mode="significantFigures", figures=3), 0.0),
    (q("integer-to-float", whole(3)), 3.0),
    (q("math-constant", name="pi"), math.pi),
    (q("math-constant", name="e"), math.e),
    (q("stats-operator", several(*map(whole, (2, 4, 4, 4, 5, 5, 7, 9))), name="popSD"), 2.0),
    (q("stats-operator", several(*map(whole, (2, 4, 4, 4, 5, 5, 7, 9))), name="popVariance"), 4.0),
    (q("stats-operator", several(*map(whole, (2, 4, 4, 4, 5, 5, 7, 9))), name="mean"), 5.0),
    (q("stats-operator", several(whole(1)), name="sampleSD"), None),
    (q("math-operator", real("0.5"), name="asin"), math.asin(0.5)),
    (q("math-operator", real("2"), name="asin"), None),
    (q("math-operator", whole(0), name="ln"), None),
    (q("math-operator", whole(100), name="log"), 2.0),
    (q("math-operator", whole(0), name="cot"), None),
    (q("math-operator", whole(-1), whole(-1), name="atan2"), -3 * math.pi / 4),
    (q("math-operator", whole(180), name="toRadians"), math.pi),
    (q("math-operator", real("-2.5"), name="abs"), 2.5),
    (q("math-operator", whole(1000), name="exp"), None),
    (q("random-float", min="2", max="2"), 2.0),
    (NULL, None),
]

WHOLES: list[tuple[str, Any]] = [
    # The specification's own examples of rounding and cutting off.
    (q("round", real("6.8")), 7),
    (q("round", real("6.5")), 7),
    (q("round", real("6.49")), 6),
    (q("round", real("-6.5")), -6),
    (q("round", real("-6.51")), -7),
    (q("round", real("0.49999999999999994")), 0),
    (q("truncate", real("6.8")), 6),
    (q("truncate", real("-6.8")), -6),
    (q("truncate", NULL), None),
    (q("integer-divide", whole(7), whole(2)), 3),
    (q("integer-divide", whole(-7), whole(2)), -4),
    (q("integer-divide", whole(7), whole(0)), None),
    (q("integer-modulus", whole(7), whole(2)), 1),
    (q("integer-modulus", whole(-7), whole(2)), 1),
    (q("gcd", whole(12), several(whole(18), whole(-24))), 6),
    (q("gcd", whole(0), whole(0)), 0),
    (q("lcm", whole(4), whole(6)), 12),
    (q("lcm", whole(4), whole(0)), 0),
    (q("lcm", *(whole(2**31 - n) for n in (1, 19, 61))), None),
    (q("sum", whole(2), whole(3)), 5),
    (q("product", whole(2), whole(3)), 6),
    (q("product", *[whole(2**31 - 1)] * 2), None),
    (q("product", *[whole(2**31 - 1)] * 2, whole(0)), 0),
    (q("sum", q("product", *[whole(2**26)] * 2), q("product", *[whole(2**26)] * 2)), 2**53),
    (q("sum", *[q("product", *[whole(2**26)] * 2)] * 3), None),
    (q("container-size", several(*ABBC)), 4),
    (q("container-size", NULL), 0),
    (q("index", in_order(whole(7), whole(8)), n=2), 8),
    (q("index", in_order(whole(7), whole(8)), n=3), None),
    (q("container-size", q("repeat", whole(1), whole(2), number_repeats=3)), 6),
    (q("math-operator", real("-2.5"), name="floor"), -3),
    (q("math-operator", real("-2.5"), name="ceil"), -2),
    (q("math-operator", real("-2.5"), name="signum"), -1),
    (q("random-integer", min=5, max=5), 5),
    (q("random-integer", min=6, max=5), None),
    (q("field-value", q("record", q("field-value", whole(42), field_identifier="x")),
       field_identifier="x"), 42),
    (q("field-value", q("record", q("field-value", whole(42), field_identifier="x")),
       field_identifier="y"), None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), TRUTHS)
def test_a_worked_example_is_true_false_or_null(expression: str, expected: Any) -> None:
    assert worked_out(expression, "boolean") is expected


@pytest.mark.parametrize(("expression", "expected"), NUMBERS)
def test_a_worked_example_has_its_number(expression: str, expected: Any) -> None:
    found = worked_out(expression, "float")
    assert found == expected
    assert found is None or type(found) is float


@pytest.mark.parametrize(("expression", "expected"), WHOLES)
def test_a_worked_example_has_its_whole_number(expression: str, expected: Any) -> None:
    found = worked_out(expression, "integer")
    assert found == expected
    assert found is None or type(found) is int


CONTAINERS: list[tuple[str, str, str, Any]] = [
    (several(name("A"), NULL, several(name("B"), name("A"))), "identifier", "multiple",
     ["A", "B", "A"]),
    (in_order(whole(2), in_order(whole(1), whole(2))), "integer", "ordered", [2, 1, 2]),
    (several(NULL, NULL), "identifier", "multiple", None),
    (q("delete", name("B"), several(*ABBC)), "identifier", "multiple", ["A", "C"]),
    (q("delete", name("B"), in_order(name("B"))), "identifier", "ordered", []),
    (q("delete", NULL, in_order(name("B"))), "identifier", "ordered", None),
    (q("repeat", name("A"), in_order(name("B"), name("C")), number_repeats=2), "identifier",
     "ordered", ["A", "B", "C", "A", "B", "C"]),
    (q("repeat", whole(1), number_repeats=0), "integer", "ordered", None),
    (q("random", several(name("A"), name("A"))), "identifier", "single", "A"),
    (q("random", several()), "identifier", "single", None),
    (several(point("1 2"), point("3 4")), "point", "multiple", ["1 2", "3 4"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "base", "cardinality", "expected"), CONTAINERS)
def test_a_worked_example_has_its_container(
    expression: str, base: str, cardinality: str, expected: Any
) -> None:
    assert worked_out(expression, base, cardinality) == expected


def test_every_operator_has_a_worked_example() -> None:
    shown = " ".join(
        expression for table in (TRUTHS, NUMBERS, WHOLES, CONTAINERS) for expression, *_ in table
    )
    elsewhere = {
        "qti-correct",
        "qti-custom-operator",
        "qti-default",
        "qti-lookup-table",
        "qti-map-outcome",
        "qti-map-response",
        "qti-map-response-point",
        "qti-variable",
    }
    missing = {operator for operator in OPERATORS if f"<{operator}" not in shown}
    assert missing == elsewhere
