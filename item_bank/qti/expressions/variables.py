"""Values that stand somewhere: constants, variables, keys, mapped responses, tables."""

from collections.abc import Sequence

from lxml import etree

from item_bank.qti.declarations import Kind, Variable
from item_bank.qti.documents import local_name
from item_bank.qti.expressions.compiling import (
    FLOAT,
    NOTHING,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    State,
    numbers_of,
)
from item_bank.qti.mappings import (
    InterpolationTable,
    MatchTable,
    points_of,
    read_scalar,
    read_table,
)
from item_bank.qti.reading import children
from item_bank.qti.values import BaseType, Type, Value

Operands = Sequence[Expression]


def _base_value(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    base = BaseType(compiler.attributes.word(element, "base-type", tuple(BaseType)))
    value = read_scalar(element, element.text or "", base, compiler.attributes)
    return Expression(Type(SINGLE, base), lambda state: value)


def _variable(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    variable = compiler.variable(element)
    if variable is None:
        return NOTHING
    if element.get("weight-identifier"):
        sentence = "Weights belong to tests; this one is left out."
        compiler.findings.warning(element, "weight_left_out", sentence)
    identifier = variable.identifier
    return Expression(variable.type, lambda state: state.values[identifier])


def _default(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    variable = compiler.variable(element)
    if variable is None:
        return NOTHING
    identifier = variable.identifier
    return Expression(variable.type, lambda state: state.defaults[identifier])


def _correct(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    variable = compiler.variable(element, Kind.RESPONSE)
    if variable is None:
        return NOTHING
    identifier = variable.identifier
    if variable.correct is None and identifier not in compiler.keyed:
        sentence = f"{identifier} has no correct response that it could be compared with."
        compiler.findings.error(element, "key_missing", sentence)
    return Expression(variable.type, lambda state: state.correct.get(identifier))


def _map_response(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    variable = compiler.variable(element, Kind.RESPONSE)
    return _mapped(compiler, element, variable)


def _map_outcome(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    """No part of QTI; some systems map outcomes as they map responses."""
    variable = compiler.variable(element, Kind.OUTCOME, Kind.TEMPLATE)
    sentence = "qti-map-outcome is no part of QTI."
    compiler.findings.warning(element, "not_standard", sentence)
    return _mapped(compiler, element, variable)


def _mapped(compiler: Compiler, element: etree._Element, variable: Variable | None) -> Expression:
    if variable is None:
        return NOTHING
    mapping = variable.mapping
    if mapping is None:
        sentence = f"{variable.identifier} has no mapping."
        compiler.findings.error(element, "mapping_missing", sentence)
        return NOTHING
    identifier = variable.identifier

    def run(state: State) -> Value:
        value = state.values[identifier]
        if value is None or value == "" or isinstance(value, dict):
            return 0.0
        values = value if isinstance(value, list) else [value]
        state.spend(len(values))
        return mapping.total(values)

    return Expression(FLOAT, run)


def _map_response_point(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    variable = compiler.variable(element, Kind.RESPONSE)
    if variable is None:
        return NOTHING
    areas = variable.areas
    if areas is None:
        sentence = f"{variable.identifier} has no mapping of areas."
        compiler.findings.error(element, "mapping_missing", sentence)
        return NOTHING
    identifier = variable.identifier

    def run(state: State) -> Value:
        value = state.values[identifier]
        if value is None or isinstance(value, dict):
            return 0.0
        points = points_of(value if isinstance(value, list) else [value])
        state.spend(len(points) * areas.size // 5)
        return areas.total(points)

    return Expression(FLOAT, run)


def _null(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    return NOTHING


def _custom(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    name = element.get("definition") or element.get("class") or "without a name"
    sentence = f"The custom operator {name[:100]} is not known; its value is NULL."
    compiler.findings.warning(element, "custom_operator", sentence)
    return NOTHING


def _lookup_table(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    """No part of QTI as an expression: a number and the table that it is looked up in."""
    sentence = "qti-lookup-table is no part of QTI."
    compiler.findings.warning(element, "not_standard", sentence)
    tables = children(element, "qti-match-table", "qti-interpolation-table")
    rest = [one for one in element if one not in tables]
    if len(tables) != 1 or len(rest) != 1:
        sentence = f"{local_name(element)} holds one expression and one table."
        compiler.findings.error(element, "operands_unsound", sentence)
        return NOTHING
    number = compiler.number(element, compiler.expression(rest[0]))
    table: MatchTable | InterpolationTable = read_table(
        tables[0], BaseType.FLOAT, compiler.attributes
    )

    def run(state: State) -> Value:
        numbers = numbers_of(number(state))
        return table.of(numbers[0]) if numbers else None

    return Expression(FLOAT, run)


OPERATORS = {
    "qti-base-value": Operator(0, 0, _base_value),
    "qti-variable": Operator(0, 0, _variable),
    "qti-default": Operator(0, 0, _default),
    "qti-correct": Operator(0, 0, _correct),
    "qti-map-response": Operator(0, 0, _map_response),
    "qti-map-response-point": Operator(0, 0, _map_response_point),
    "qti-null": Operator(0, 0, _null),
    "qti-custom-operator": Operator(0, None, _custom),
    "qti-map-outcome": Operator(0, 0, _map_outcome),
    "qti-lookup-table": Operator(2, 2, _lookup_table, is_special=True),
}
