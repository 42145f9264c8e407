from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import ResponseUnsound
from item_bank.qti import read_item, score_item
from item_bank.qti.reading import float_of, integer_of
from item_bank.qti.responses import response_of
from item_bank.qti.values import BaseType, Cardinality, Type, json_of
from tests.item_bank.qti.files import CHOICES, RIGHT_IS_A, SCORE, an_item, declared

SINGLE, MULTIPLE, ORDERED = Cardinality.SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED

TAKEN: list[tuple[Any, str, Cardinality, Any]] = [
    ("A", "identifier", SINGLE, "A"),
    (" A ", "identifier", SINGLE, "A"),
    (["A"], "identifier", SINGLE, "A"),
    ([], "identifier", SINGLE, None),
    ("", "identifier", SINGLE, None),
    (7, "identifier", SINGLE, "7"),
    (" two ", "string", SINGLE, " two "),
    (2.5, "string", SINGLE, "2.5"),
    (True, "string", SINGLE, "true"),
    ("01", "integer", SINGLE, 1),
    (3.0, "integer", SINGLE, 3),
    (" ", "integer", SINGLE, None),
    ("-2147483648", "integer", SINGLE, -(2**31)),
    (3, "float", SINGLE, 3.0),
    (".5e1", "float", SINGLE, 5.0),
    (1e22, "float", SINGLE, 1e22),
    (True, "boolean", SINGLE, True),
    ("false", "boolean", SINGLE, False),
    (1, "boolean", SINGLE, True),
    ("1 2", "point", SINGLE, (1, 2)),
    ([1, 2.0], "point", SINGLE, (1, 2)),
    ([[1, 2], "3 4"], "point", MULTIPLE, [(1, 2), (3, 4)]),
    ([1, 2], "point", MULTIPLE, [(1, 2)]),
    ("B A", "pair", SINGLE, ("A", "B")),
    ("B A", "directedPair", SINGLE, ("B", "A")),
    (["B", "A"], "directedPair", SINGLE, ("B", "A")),
    ([["B", "A"]], "directedPair", MULTIPLE, [("B", "A")]),
    (["B A", "C D"], "directedPair", MULTIPLE, [("B", "A"), ("C", "D")]),
    ("A", "identifier", MULTIPLE, ["A"]),
    ([], "identifier", MULTIPLE, []),
    (["B", "", "A"], "identifier", ORDERED, ["B", "A"]),
    (None, "identifier", MULTIPLE, None),
    (12.5, "duration", SINGLE, 12.5),
    ("12", "intOrIdentifier", SINGLE, 12),
    ("A", "intOrIdentifier", SINGLE, "A"),
    ("0f3a.pdf", "file", SINGLE, "0f3a.pdf"),
]

REFUSED: list[tuple[Any, str, Cardinality]] = [
    ("one", "integer", SINGLE),
    ("1.5", "integer", SINGLE),
    (1.5, "integer", SINGLE),
    (2**31, "integer", SINGLE),
    ("9" * 400, "integer", SINGLE),
    (10**400, "integer", SINGLE),
    ("1,5", "float", SINGLE),
    ("NaN", "float", SINGLE),
    (float("nan"), "float", SINGLE),
    (float("inf"), "float", SINGLE),
    ("1e309", "float", SINGLE),
    (10**400, "float", SINGLE),
    ("maybe", "boolean", SINGLE),
    (2, "boolean", SINGLE),
    ("1 2 3", "point", SINGLE),
    ("1.5 2", "point", SINGLE),
    ("A", "pair", SINGLE),
    ("A B C", "pair", SINGLE),
    (["A", "B"], "identifier", SINGLE),
    ({"a": 1}, "string", SINGLE),
    ([["A", "B"]], "string", MULTIPLE),
    (-1, "duration", SINGLE),
    (["A"] * 1001, "identifier", MULTIPLE),
    ("x" * 100_001, "string", SINGLE),
]


@pytest.mark.parametrize(("json", "base", "cardinality", "expected"), TAKEN)
def test_a_response_becomes_a_value_of_its_type(
    json: Any, base: str, cardinality: Cardinality, expected: Any
) -> None:
    found = response_of("R", json, Type(cardinality, BaseType(base)))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("json", "base", "cardinality"), REFUSED)
def test_what_is_no_value_of_the_type_is_refused(
    json: Any, base: str, cardinality: Cardinality
) -> None:
    with pytest.raises(ResponseUnsound) as refused:
        response_of("R", json, Type(cardinality, BaseType(base)))
    assert refused.value.identifier == "R"
    assert len(str(refused.value)) < 200


def test_a_record_is_an_object_or_a_number_as_it_was_typed() -> None:
    record = Type(Cardinality.RECORD, None)
    assert json_of(response_of("R", {"x": 1, "y": "a", "z": None}, record)) == {
        "x": 1,
        "y": "a",
        "z": None,
    }
    typed = json_of(response_of("R", "0.050", record))
    assert typed == {
        "stringValue": "0.050",
        "floatValue": 0.05,
        "leftDigits": 1,
        "rightDigits": 3,
        "ndp": 3,
        "nsf": 2,
    }
    assert json_of(response_of("R", "about 3", record)) == {"stringValue": "about 3"}


def test_scoring_refuses_the_first_response_that_is_unsound_and_reading_tells_all() -> None:
    declarations = declared("response", "N", "integer") + declared("response", "M", "float")
    xml = an_item(declarations=declarations + SCORE, rules="<qti-exit-response/>")
    with pytest.raises(ResponseUnsound, match="'x' is no value of the type integer"):
        score_item(xml, {"N": "x"})
    with pytest.raises(ResponseUnsound, match="no response of this name"):
        score_item(xml, {"OTHER": 1})
    read = read_item(xml).read_responses({"N": "x", "M": "1.5", "SCORE": 100})
    assert [refused.identifier for refused in read.refused] == ["N", "SCORE"]
    assert (read.values["N"], read.values["M"]) == (None, 1.5)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["A", "A B", "1 2", "3", "0.5", "true"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(json_values, st.sampled_from(list(BaseType)), st.sampled_from(list(Cardinality)))
def test_any_json_is_a_response_or_refused(
    json: Any, base: BaseType, cardinality: Cardinality
) -> None:
    is_record = cardinality is Cardinality.RECORD
    try:
        value = response_of("R", json, Type(cardinality, None if is_record else base))
    except ResponseUnsound:
        return
    # What was taken is taken again as the same value.
    again = response_of("R", json_of(value), Type(cardinality, None if is_record else base))
    assert is_record or again == value


@given(json_values)
def test_any_json_for_a_choice_scores_or_is_refused(json: Any) -> None:
    xml = an_item(
        declarations=RIGHT_IS_A + SCORE,
        body=CHOICES,
        rules="<qti-set-outcome-value identifier='SCORE'><qti-container-size><qti-multiple>"
        "<qti-variable identifier='RESPONSE'/></qti-multiple></qti-container-size>"
        "</qti-set-outcome-value>",
    )
    with suppress(ResponseUnsound):
        assert score_item(xml, {"RESPONSE": json})["SCORE"] in (0, 1)


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_are_read_as_python_reads_them(number: int) -> None:
    assert integer_of(f" {number:+d} ") == number


@given(st.floats(-1e300, 1e300))
def test_floats_are_read_as_python_reads_them(number: float) -> None:
    assert float_of(repr(number)) == number
