"""True, false and NULL: three-valued logic, and questions whether values are the same."""

from collections import Counter
from collections.abc import Sequence

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.expressions.compiling import (
    BOOLEAN,
    NOTHING,
    Compiler,
    Expression,
    Operator,
    Run,
    State,
)
from item_bank.qti.values import NUMERIC, TEXTUAL, Cardinality, Type, Value, is_null

Operands = Sequence[Expression]


def _truths(compiler: Compiler, element: etree._Element, operands: Operands) -> list[Run]:
    return [compiler.truth(element, operand) for operand in operands]


def _and(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    truths = _truths(compiler, element, operands)

    def run(state: State) -> Value:
        result: Value = True
        for truth in truths:
            value = truth(state)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return Expression(BOOLEAN, run)


def _or(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    truths = _truths(compiler, element, operands)

    def run(state: State) -> Value:
        result: Value = False
        for truth in truths:
            value = truth(state)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return Expression(BOOLEAN, run)


def _not(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    truth = compiler.truth(element, operands[0])

    def run(state: State) -> Value:
        value = truth(state)
        return None if value is None else value is False

    return Expression(BOOLEAN, run)


def _any_n(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """True if ``min`` to ``max`` are true, whatever the NULLs would be; NULL if that depends."""
    truths = _truths(compiler, element, operands)
    least = compiler.whole_number(element, "min", None)
    most = compiler.whole_number(element, "max", None)

    def run(state: State) -> Value:
        low, high = least(state), most(state)
        if not isinstance(low, int) or not isinstance(high, int):
            return None
        values = [truth(state) for truth in truths]
        true = values.count(True)
        open_ones = values.count(None)
        if true > high or true + open_ones < low:
            return False
        return True if true >= low and true + open_ones <= high else None

    return Expression(BOOLEAN, run)


def _all_n(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """No part of QTI: true if no more than ``max`` (and no fewer than ``min``) are true."""
    compiler.findings.warning(element, "not_standard", "qti-all-n is no part of QTI.")
    truths = _truths(compiler, element, operands)
    least = compiler.whole_number(element, "min", 0)
    most = compiler.whole_number(element, "max", len(truths))

    def run(state: State) -> Value:
        low, high = least(state), most(state)
        if not isinstance(low, int) or not isinstance(high, int):
            return None
        return low <= [truth(state) for truth in truths].count(True) <= high

    return Expression(BOOLEAN, run)


def _is_null(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    inner = operands[0].run
    return Expression(BOOLEAN, lambda state: is_null(inner(state)))


def _is_not_null(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """No part of QTI."""
    compiler.findings.warning(element, "not_standard", "qti-is-not-null is no part of QTI.")
    inner = operands[0].run
    return Expression(BOOLEAN, lambda state: not is_null(inner(state)))


def _pre_condition(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """No part of QTI here, only in tests: false for NULL."""
    compiler.findings.warning(element, "not_standard", "qti-pre-condition is no expression of QTI.")
    truth = compiler.truth(element, operands[0])
    return Expression(BOOLEAN, lambda state: truth(state) is True)


def comparable(compiler: Compiler, element: etree._Element, first: Type, second: Type) -> bool:
    """Whether values of two types can be the same; notes an error where they cannot."""
    shapes = {first.cardinality, second.cardinality} - {None}
    bases = {base for base in (first.base, second.base) if base is not None}
    if len(shapes) < 2 and (len(bases) < 2 or bases <= NUMERIC):
        return True
    if (
        len(shapes) < 2
        and bases <= TEXTUAL | NUMERIC
        and bases & TEXTUAL
        and not (bases & NUMERIC and "intOrIdentifier" not in bases)
    ):
        sentence = f"{local_name(element)} compares {first} with {second}."
        compiler.findings.warning(element, "type_converted", sentence)
        return True
    sentence = f"{local_name(element)} compares {first} with {second}, which are never the same."
    compiler.findings.error(element, "type_unsound", sentence)
    return False


def same(first: Value, second: Value, *, is_ordered: bool) -> bool:
    """Whether two values, none of them NULL, are the same; multiples in any order."""
    if isinstance(first, bool) != isinstance(second, bool):
        return False
    if isinstance(first, list) and isinstance(second, list) and not is_ordered:
        return len(first) == len(second) and Counter(first) == Counter(second)
    return first == second


def _match(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    first, second = operands
    if not comparable(compiler, element, first.type, second.type):
        return NOTHING
    one, other = first.run, second.run
    is_ordered = Cardinality.ORDERED in (first.type.cardinality, second.type.cardinality)

    def run(state: State) -> Value:
        value = one(state)
        if is_null(value):
            return None
        with_value = other(state)
        if is_null(with_value):
            return None
        if isinstance(value, list):
            state.spend(len(value))
        return same(value, with_value, is_ordered=is_ordered)

    return Expression(BOOLEAN, run)


OPERATORS = {
    "qti-and": Operator(1, None, _and),
    "qti-or": Operator(1, None, _or),
    "qti-not": Operator(1, 1, _not),
    "qti-any-n": Operator(1, None, _any_n),
    "qti-all-n": Operator(1, None, _all_n),
    "qti-is-null": Operator(1, 1, _is_null),
    "qti-is-not-null": Operator(1, 1, _is_not_null),
    "qti-pre-condition": Operator(1, 1, _pre_condition),
    "qti-match": Operator(2, 2, _match),
}
