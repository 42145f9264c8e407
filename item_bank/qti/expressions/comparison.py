"""Comparing numbers and durations."""

import math
import operator
from collections.abc import Callable, Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    BOOLEAN,
    NOTHING,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    Run,
    State,
    numbers_of,
)
from item_bank.qti.expressions.rounding import read_rounding
from item_bank.qti.values import BaseType, Value

Operands = Sequence[Expression]
Compare = Callable[[float, float], bool]


def _compared(first: Run, second: Run, compare: Compare) -> Run:
    def run(state: State) -> Value:
        one, other = first(state), second(state)
        if one is None or other is None:
            return None
        if not isinstance(one, int | float) or not isinstance(other, int | float):
            return None
        return compare(one, other)

    return run


def _ordering(compare: Compare) -> Operator:
    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        first, second = (compiler.number(element, operand) for operand in operands)
        return Expression(BOOLEAN, _compared(first, second, compare))

    return Operator(2, 2, build)


def _duration(compare: Compare) -> Operator:
    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        first, second = (
            compiler.expect(element, operand, bases=[BaseType.DURATION], cardinalities=[SINGLE])
            for operand in operands
        )
        return Expression(BOOLEAN, _compared(first, second, compare))

    return Operator(2, 2, build)


def _not_equal(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """No part of QTI."""
    compiler.findings.warning(element, "not_standard", "qti-not-equal is no part of QTI.")
    first, second = (compiler.number(element, operand) for operand in operands)
    return Expression(BOOLEAN, _compared(first, second, operator.ne))


def _equal(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """The second operand is the value, the tolerances lie around the first, as QTI has it."""
    first, second = (compiler.number(element, operand) for operand in operands)
    modes = ("exact", "absolute", "relative")
    mode = compiler.attributes.word(element, "tolerance-mode", modes, "exact")
    if mode == "exact":
        return Expression(BOOLEAN, _compared(first, second, operator.eq))
    texts = element.get("tolerance", "").split()
    if not 1 <= len(texts) <= 2:
        sentence = f"A tolerance that is {mode} is one number or two."
        compiler.findings.error(element, "attribute_unsound", sentence)
        return NOTHING
    low, high = (compiler.any_number(element, "tolerance", text) for text in (texts[0], texts[-1]))
    with_lower = compiler.attributes.boolean(element, "include-lower-bound", default=True)
    with_upper = compiler.attributes.boolean(element, "include-upper-bound", default=True)

    def run(state: State) -> Value:
        found = [numbers_of(part(state)) for part in (first, second, low, high)]
        if None in found:
            return None
        value, other, below, above = (numbers[0] for numbers in found if numbers)
        if below < 0 or above < 0:
            return None
        if mode == "relative":
            # A share of the value in hundredths; of a negative one it lies the other way round.
            ends = (value * (1 - below / 100), value * (1 + above / 100))
            lower, upper = min(ends), max(ends)
        else:
            lower, upper = value - below, value + above
        return _within(other, lower, upper, with_lower, with_upper)

    return Expression(BOOLEAN, run)


def _within(number: float, lower: float, upper: float, with_lower: bool, with_upper: bool) -> bool:
    """On a bound is what differs from it by no more than the last digits of a float."""
    on_lower = math.isclose(number, lower, rel_tol=1e-12, abs_tol=1e-15)
    on_upper = math.isclose(number, upper, rel_tol=1e-12, abs_tol=1e-15)
    if (on_lower and not with_lower) or (on_upper and not with_upper):
        return False
    return on_lower or on_upper or lower < number < upper


def _equal_rounded(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    first, second = (compiler.number(element, operand) for operand in operands)
    rounded = read_rounding(compiler, element)

    def run(state: State) -> Value:
        one, other = rounded(state, first(state)), rounded(state, second(state))
        return None if one is None or other is None else one == other

    return Expression(BOOLEAN, run)


OPERATORS = {
    "qti-equal": Operator(2, 2, _equal),
    "qti-not-equal": Operator(2, 2, _not_equal),
    "qti-equal-rounded": Operator(2, 2, _equal_rounded),
    "qti-lt": _ordering(operator.lt),
    "qti-lte": _ordering(operator.le),
    "qti-gt": _ordering(operator.gt),
    "qti-gte": _ordering(operator.ge),
    "qti-duration-lt": _duration(operator.lt),
    "qti-duration-gte": _duration(operator.ge),
}
