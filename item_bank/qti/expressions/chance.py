"""Random values. All are made of ``state.chance``, so that a seed tells them all."""

import math
from collections.abc import Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    FLOAT,
    INTEGER,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    State,
    finite,
)
from item_bank.qti.values import CONTAINERS, Type, Value

Operands = Sequence[Expression]


def _random(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """One value of a container, each instance as likely as the others."""
    values = compiler.expect(element, operands[0], cardinalities=CONTAINERS)

    def run(state: State) -> Value:
        listed = values(state)
        if not isinstance(listed, list) or not listed:
            return None
        return listed[int(state.chance() * len(listed))]

    return Expression(Type(SINGLE, operands[0].type.base), run)


def _random_integer(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    low = compiler.whole_number(element, "min", 0)
    high = compiler.whole_number(element, "max", None)
    steps = compiler.whole_number(element, "step", 1, least=1)

    def run(state: State) -> Value:
        least, most, step = low(state), high(state), steps(state)
        if not isinstance(least, int) or not isinstance(most, int) or not isinstance(step, int):
            return None
        if most < least or step < 1:
            return None
        return least + step * int(state.chance() * ((most - least) // step + 1))

    return Expression(INTEGER, run)


def _random_float(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    low = compiler.any_number(element, "min", element.get("min", "0"))
    high = compiler.any_number(element, "max", element.get("max", ""))

    def run(state: State) -> Value:
        least, most = low(state), high(state)
        if not isinstance(least, int | float) or not isinstance(most, int | float):
            return None
        if most < least or not math.isfinite(most - least):
            return None
        return finite(float(least + state.chance() * (most - least)))

    return Expression(FLOAT, run)


OPERATORS = {
    "qti-random": Operator(1, 1, _random),
    "qti-random-integer": Operator(0, 0, _random_integer),
    "qti-random-float": Operator(0, 0, _random_float),
}
