"""Calculating: sums, products, powers, divisors, extremes. Out of range is NULL."""

import math
from collections.abc import Callable, Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    FLOAT,
    INTEGER,
    LARGEST_WHOLE,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    Run,
    State,
    finite,
    numbers_of,
    numeric_type,
)
from item_bank.qti.values import NUMERIC, BaseType, Cardinality, Type, Value

Operands = Sequence[Expression]
Number = int | float
_ANY_SHAPE = (Cardinality.SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED)


def _over_all(
    combine: Callable[[Sequence[Number]], Number], bases: frozenset[BaseType] = NUMERIC
) -> Operator:
    """Operands are numbers or containers of numbers; one that is NULL makes the result NULL."""

    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        runs = [
            compiler.expect(element, operand, bases=bases, cardinalities=_ANY_SHAPE)
            for operand in operands
        ]
        result_type = numeric_type(operands)
        is_float = result_type == FLOAT

        def run(state: State) -> Value:
            every: list[Number] = []
            for each in runs:
                numbers = numbers_of(each(state))
                if numbers is None:
                    return None
                every += numbers
            state.spend(len(every))
            result = combine(every)
            return finite(float(result) if is_float else result)

        return Expression(result_type, run)

    return Operator(1, None, build)


def _product(numbers: Sequence[Number]) -> Number:
    if any(isinstance(number, float) for number in numbers):
        return math.prod(map(float, numbers))
    if 0 in numbers:
        return 0
    result = 1
    for number in numbers:
        result *= int(number)
        if abs(result) > LARGEST_WHOLE:
            return math.inf
    return result


def _greatest_divisor(numbers: Sequence[Number]) -> Number:
    return math.gcd(*(int(number) for number in numbers))


def _least_multiple(numbers: Sequence[Number]) -> Number:
    result = 1
    for number in numbers:
        result = math.lcm(result, int(number))
        if result > LARGEST_WHOLE:
            return math.inf
    return result


def _sum(numbers: Sequence[Number]) -> Number:
    if any(isinstance(number, float) for number in numbers):
        try:
            return math.fsum(numbers)
        except OverflowError:
            return math.inf
    return sum(numbers)


def _two(compute: Callable[[Number, Number], Value], result: Type | None = None) -> Operator:
    """Two single numbers; ``result`` None is integer where both operands are."""

    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        first, second = (compiler.number(element, operand) for operand in operands)
        return Expression(result or numeric_type(operands), _computed(first, second, compute))

    return Operator(2, 2, build)


def _two_whole(compute: Callable[[int, int], Value]) -> Operator:
    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        first, second = (
            compiler.expect(element, operand, bases=[BaseType.INTEGER], cardinalities=[SINGLE])
            for operand in operands
        )
        run = _computed(first, second, lambda one, other: compute(int(one), int(other)))
        return Expression(INTEGER, run)

    return Operator(2, 2, build)


def _computed(first: Run, second: Run, compute: Callable[[Number, Number], Value]) -> Run:
    def run(state: State) -> Value:
        one, other = numbers_of(first(state)), numbers_of(second(state))
        return compute(one[0], other[0]) if one and other else None

    return run


def _difference(first: Number, second: Number) -> Value:
    return finite(first - second)


def _quotient(first: Number, second: Number) -> Value:
    return None if second == 0 else finite(float(first / second))


def _power(first: Number, second: Number) -> Value:
    try:
        result = float(first) ** float(second)
    except (OverflowError, ZeroDivisionError):
        return None
    # A root of a negative number is complex.
    return finite(result) if isinstance(result, float) else None


def _whole_quotient(first: int, second: int) -> Value:
    return None if second == 0 else finite(first // second)


def _remainder(first: int, second: int) -> Value:
    """With the sign of the divisor, so that quotient and remainder give the dividend again."""
    return None if second == 0 else finite(first % second)


def _to_float(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    number = compiler.number(element, operands[0])

    def run(state: State) -> Value:
        numbers = numbers_of(number(state))
        return float(numbers[0]) if numbers else None

    return Expression(FLOAT, run)


def _math_constant(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    name = compiler.attributes.word(element, "name", ("pi", "e"))
    value = math.pi if name == "pi" else math.e
    return Expression(FLOAT, lambda state: value)


def _statistic(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    names = ("mean", "sampleVariance", "sampleSD", "popVariance", "popSD")
    name = compiler.attributes.word(element, "name", names)
    values = compiler.expect(
        element,
        operands[0],
        bases=NUMERIC,
        cardinalities=[Cardinality.MULTIPLE, Cardinality.ORDERED],
    )

    def run(state: State) -> Value:
        numbers = numbers_of(values(state))
        if not numbers:
            return None
        state.spend(len(numbers))
        return _statistic_of(name, numbers)

    return Expression(FLOAT, run)


def _statistic_of(name: str, numbers: Sequence[Number]) -> Value:
    count = len(numbers)
    mean = _sum([float(number) for number in numbers]) / count
    if name == "mean":
        return finite(mean)
    freedom = count - 1 if name.startswith("sample") else count
    if freedom == 0 or not math.isfinite(mean):
        return None
    try:
        variance = math.fsum((number - mean) ** 2 for number in numbers) / freedom
    except OverflowError:
        return None
    return finite(math.sqrt(variance) if name.endswith("SD") else variance)


_WHOLE = frozenset({BaseType.INTEGER})

OPERATORS = {
    "qti-sum": _over_all(_sum),
    "qti-product": _over_all(_product),
    "qti-max": _over_all(max),
    "qti-min": _over_all(min),
    "qti-gcd": _over_all(_greatest_divisor, _WHOLE),
    "qti-lcm": _over_all(_least_multiple, _WHOLE),
    "qti-subtract": _two(_difference),
    "qti-divide": _two(_quotient, FLOAT),
    "qti-power": _two(_power, FLOAT),
    "qti-integer-divide": _two_whole(_whole_quotient),
    "qti-integer-modulus": _two_whole(_remainder),
    "qti-integer-to-float": Operator(1, 1, _to_float),
    "qti-math-constant": Operator(0, 0, _math_constant),
    "qti-stats-operator": Operator(1, 1, _statistic),
}
