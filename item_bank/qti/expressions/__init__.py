"""The expression language: ``OPERATORS`` by QTI 3 name, one module a family.

What QTI allows in tests only is in ``REFUSED`` with the reason. Names that are no part of QTI but
are found in files of other systems say so in their own words and give a warning.
"""

from collections.abc import Mapping
from types import MappingProxyType

from item_bank.qti.expressions import (
    arithmetic,
    chance,
    comparison,
    containers,
    functions,
    geometry,
    logic,
    records,
    rounding,
    strings,
    variables,
)
from item_bank.qti.expressions.compiling import Compiler, Expression, Operator, State

__all__ = ["OPERATORS", "REFUSED", "Compiler", "Expression", "Operator", "State"]

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    arithmetic.OPERATORS
    | chance.OPERATORS
    | comparison.OPERATORS
    | containers.OPERATORS
    | functions.OPERATORS
    | geometry.OPERATORS
    | logic.OPERATORS
    | records.OPERATORS
    | rounding.OPERATORS
    | strings.OPERATORS
    | variables.OPERATORS
)

_OF_TESTS = "it asks about the items of a test, and an item does not know its test"

REFUSED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            "qti-test-variables",
            "qti-outcome-maximum",
            "qti-outcome-minimum",
            "qti-number-correct",
            "qti-number-incorrect",
            "qti-number-presented",
            "qti-number-responded",
            "qti-number-selected",
        ),
        _OF_TESTS,
    )
)
