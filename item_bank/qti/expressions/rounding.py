"""Rounding numbers: to whole ones, to decimal places, to significant figures."""

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from lxml import etree

from item_bank.qti.expressions.compiling import (
    FLOAT,
    INTEGER,
    Compiler,
    Expression,
    Operator,
    State,
    finite,
    numbers_of,
)
from item_bank.qti.values import Value

Operands = Sequence[Expression]
MOST_FIGURES = 300
_CONTEXT = Context(prec=700, rounding=ROUND_HALF_UP)
MODES = ("significantFigures", "decimalPlaces")


def read_rounding(compiler: Compiler, element: etree._Element) -> Callable[[State, Value], Value]:
    """The rounding that ``rounding-mode`` and ``figures`` ask for; a half is rounded away from 0.

    It is done on the shortest decimal that stands for the float, so 2.675 becomes 2.68.
    """
    mode = compiler.attributes.word(element, "rounding-mode", MODES, "significantFigures")
    is_significant = mode == "significantFigures"
    figures = compiler.whole_number(element, "figures", None, least=1 if is_significant else 0)

    def rounded(state: State, value: Value) -> Value:
        numbers = numbers_of(value)
        places = figures(state)
        if not numbers or not isinstance(places, int):
            return None
        if not int(is_significant) <= places <= MOST_FIGURES:
            return None
        exact = Decimal(repr(numbers[0]))
        if not exact:
            return 0.0
        last = exact.adjusted() - places + 1 if is_significant else -places
        return finite(float(exact.quantize(Decimal(1).scaleb(last), context=_CONTEXT)))

    return rounded


def _round_to(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    number = compiler.number(element, operands[0])
    rounded = read_rounding(compiler, element)
    return Expression(FLOAT, lambda state: rounded(state, number(state)))


def _to_whole(rule: Callable[[float], int]) -> Operator:
    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        number = compiler.number(element, operands[0])

        def run(state: State) -> Value:
            numbers = numbers_of(number(state))
            return finite(rule(numbers[0])) if numbers else None

        return Expression(INTEGER, run)

    return Operator(1, 1, build)


def _half_up(number: float) -> int:
    """6.5 becomes 7 and -6.5 becomes -6."""
    whole = math.floor(number)
    return whole + (number - whole >= 0.5)


OPERATORS = {
    "qti-round": _to_whole(_half_up),
    "qti-truncate": _to_whole(math.trunc),
    "qti-round-to": Operator(1, 1, _round_to),
}
