"""The mathematical functions of ``qti-math-operator``, by name."""

import math
from collections.abc import Callable, Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    FLOAT,
    INTEGER,
    NOTHING,
    Compiler,
    Expression,
    Operator,
    State,
    finite,
    numbers_of,
)
from item_bank.qti.values import Value


def _reciprocal(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: 1 / function(x)


def _of_reciprocal(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: function(1 / x)


def _acot(x: float) -> float:
    return math.pi / 2 if x == 0 else math.atan(1 / x)


def _sign(x: float) -> float:
    return (x > 0) - (x < 0)


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sec": _reciprocal(math.cos),
    "csc": _reciprocal(math.sin),
    "cot": _reciprocal(math.tan),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "asec": _of_reciprocal(math.acos),
    "acsc": _of_reciprocal(math.asin),
    "acot": _acot,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sech": _reciprocal(math.cosh),
    "csch": _reciprocal(math.sinh),
    "coth": _reciprocal(math.tanh),
    "log": math.log10,
    "ln": math.log,
    "exp": math.exp,
    "abs": abs,
    "signum": _sign,
    "floor": math.floor,
    "ceil": math.ceil,
    "toDegrees": math.degrees,
    "toRadians": math.radians,
}
"""Of one number each; ``log`` is to the base 10."""

_WHOLE = frozenset({"signum", "floor", "ceil"})


def _math_operator(
    compiler: Compiler, element: etree._Element, operands: Sequence[Expression]
) -> Expression:
    name = compiler.attributes.word(element, "name", (*FUNCTIONS, "atan2"))
    numbers = [compiler.number(element, operand) for operand in operands]
    if len(numbers) != (2 if name == "atan2" else 1):
        sentence = f"The function {name} has {len(numbers)} operands."
        compiler.findings.error(element, "operands_unsound", sentence)
        return NOTHING
    function = FUNCTIONS.get(name, math.atan2)

    def run(state: State) -> Value:
        found = [numbers_of(number(state)) for number in numbers]
        arguments = [one[0] for one in found if one]
        if len(arguments) < len(numbers):
            return None
        try:
            return finite(function(*arguments))
        except (ValueError, ZeroDivisionError, OverflowError):
            return None

    if name == "abs":
        return Expression(operands[0].type, run)
    return Expression(INTEGER if name in _WHOLE else FLOAT, run)


OPERATORS = {"qti-math-operator": Operator(1, 2, _math_operator)}
