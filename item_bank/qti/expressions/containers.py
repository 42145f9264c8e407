"""Making containers and asking what is in them."""

from collections import Counter
from collections.abc import Sequence

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.expressions.compiling import (
    BOOLEAN,
    INTEGER,
    NOTHING,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    State,
)
from item_bank.qti.expressions.logic import comparable
from item_bank.qti.values import (
    CONTAINERS,
    NUMERIC,
    BaseType,
    Cardinality,
    Scalar,
    Type,
    Value,
    is_null,
)

Operands = Sequence[Expression]


def _shared_base(
    compiler: Compiler, element: etree._Element, operands: Operands
) -> BaseType | None:
    """The base type that the operands have in common; an error where they have none."""
    bases = {operand.type.base for operand in operands} - {None}
    if bases == NUMERIC:
        return BaseType.FLOAT
    if len(bases) > 1:
        names = ", ".join(sorted(str(base) for base in bases))
        sentence = f"{local_name(element)} mixes {names}."
        compiler.findings.error(element, "type_unsound", sentence)
    return next(iter(bases)) if len(bases) == 1 else None


def _making(cardinality: Cardinality) -> Operator:
    def build(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
        shapes = (SINGLE, cardinality)
        runs = [compiler.expect(element, operand, cardinalities=shapes) for operand in operands]
        base = _shared_base(compiler, element, operands)

        def run(state: State) -> Value:
            made: list[Scalar] = []
            for each in runs:
                made += _listed(each(state))
            state.hold(len(made))
            if base is BaseType.FLOAT:
                made = [float(one) if isinstance(one, int) else one for one in made]
            return made or None

        return Expression(Type(cardinality, base), run)

    return Operator(0, None, build)


def _listed(value: Value) -> list[Scalar]:
    if is_null(value) or value is None or isinstance(value, dict):
        return []
    return value if isinstance(value, list) else [value]


def _container_size(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    values = compiler.expect(element, operands[0], cardinalities=CONTAINERS)
    return Expression(INTEGER, lambda state: len(_listed(values(state))))


def _index(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """From 1; beyond the end is NULL."""
    values = compiler.expect(element, operands[0], cardinalities=[Cardinality.ORDERED])
    place = compiler.whole_number(element, "n", None, least=1)

    def run(state: State) -> Value:
        listed, n = _listed(values(state)), place(state)
        if not isinstance(n, int) or not 1 <= n <= len(listed):
            return None
        return listed[n - 1]

    return Expression(Type(SINGLE, operands[0].type.base), run)


def _single_and_container(
    compiler: Compiler, element: etree._Element, operands: Operands
) -> tuple[Expression, Expression] | None:
    """The operands in QTI's order: the value first. The other order is taken with a warning."""
    value, container = operands
    if value.type.cardinality in CONTAINERS and container.type.cardinality in (SINGLE, None):
        sentence = f"{local_name(element)} has its operands in the wrong order."
        compiler.findings.warning(element, "operands_swapped", sentence)
        value, container = container, value
    compiler.expect(element, value, cardinalities=[SINGLE])
    compiler.expect(element, container, cardinalities=CONTAINERS)
    as_single = Type(SINGLE, container.type.base)
    if not comparable(compiler, element, Type(SINGLE, value.type.base), as_single):
        return None
    return value, container


def _delete(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """The container without any instance of the value."""
    found = _single_and_container(compiler, element, operands)
    if found is None:
        return NOTHING
    value, container = found

    def run(state: State) -> Value:
        one, listed = value.run(state), container.run(state)
        if is_null(one) or not isinstance(listed, list):
            return None
        state.spend(len(listed))
        return [each for each in listed if each != one]

    return Expression(container.type, run)


def _member(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    found = _single_and_container(compiler, element, operands)
    if found is None:
        return NOTHING
    value, container = found

    def run(state: State) -> Value:
        one, listed = value.run(state), container.run(state)
        if is_null(one) or is_null(listed) or not isinstance(listed, list):
            return None
        state.spend(len(listed))
        return one in listed

    return Expression(BOOLEAN, run)


def _contains(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """Of multiples, as often as it is there; of ordered ones, as a run without gaps."""
    first, second = operands
    for operand in operands:
        compiler.expect(element, operand, cardinalities=CONTAINERS)
    if not comparable(compiler, element, first.type, second.type):
        return NOTHING
    is_ordered = Cardinality.ORDERED in (first.type.cardinality, second.type.cardinality)

    def run(state: State) -> Value:
        whole, part = _listed(first.run(state)), _listed(second.run(state))
        if not whole or not part:
            return None
        state.spend(len(whole))
        if not is_ordered:
            return Counter(part) <= Counter(whole)
        state.spend(len(whole) * len(part) // 100)
        starts = range(len(whole) - len(part) + 1)
        return any(whole[start : start + len(part)] == part for start in starts)

    return Expression(BOOLEAN, run)


def _repeat(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    shapes = (SINGLE, Cardinality.ORDERED)
    runs = [compiler.expect(element, operand, cardinalities=shapes) for operand in operands]
    base = _shared_base(compiler, element, operands)
    times = compiler.whole_number(element, "number-repeats", None)

    def run(state: State) -> Value:
        count = times(state)
        if not isinstance(count, int) or count < 1:
            return None
        once = [value for each in runs for value in _listed(each(state))]
        state.hold(len(once) * count)
        return once * count or None

    return Expression(Type(Cardinality.ORDERED, base), run)


OPERATORS = {
    "qti-multiple": _making(Cardinality.MULTIPLE),
    "qti-ordered": _making(Cardinality.ORDERED),
    "qti-container-size": Operator(1, 1, _container_size),
    "qti-index": Operator(1, 1, _index),
    "qti-delete": Operator(2, 2, _delete),
    "qti-member": Operator(2, 2, _member),
    "qti-contains": Operator(2, 2, _contains),
    "qti-repeat": Operator(1, None, _repeat),
}
