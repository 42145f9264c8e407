"""Fields of records."""

from collections.abc import Sequence

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.expressions.compiling import (
    ANY,
    NOTHING,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    State,
    bases_of,
)
from item_bank.qti.reading import children
from item_bank.qti.values import BaseType, Cardinality, Field, Record, Type, Value

Operands = Sequence[Expression]


def _field_value(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """A field that the record does not have is NULL."""
    record = compiler.expect(element, operands[0], cardinalities=[Cardinality.RECORD])
    name = compiler.attributes.identifier(element, "field-identifier")

    def run(state: State) -> Value:
        value = record(state)
        field = value.get(name) if isinstance(value, dict) else None
        return None if field is None else field.value

    return Expression(Type(SINGLE, None), run)


def _record(compiler: Compiler, element: etree._Element, _: Operands) -> Expression:
    """No part of QTI: a record made of ``qti-field-value`` elements, one expression each."""
    compiler.findings.warning(element, "not_standard", "qti-record is no part of QTI.")
    fields = children(element, "qti-field-value")
    if len(fields) < len(element):
        sentence = f"{local_name(element)} holds qti-field-value elements only."
        compiler.findings.error(element, "operands_unsound", sentence)
        return NOTHING
    names = [compiler.attributes.identifier(field, "field-identifier") for field in fields]
    values = [compiler.only(field) for field in fields]

    def run(state: State) -> Value:
        made: Record = {}
        for name, value in zip(names, values, strict=True):
            found = value.run(state)
            if found is None or isinstance(found, list | dict):
                made[name] = Field(value.type.base or BaseType.STRING, None)
            else:
                base = value.type.base or sorted(bases_of(found))[0]
                made[name] = Field(base, found)
        return made

    return Expression(ANY._replace(cardinality=Cardinality.RECORD), run)


OPERATORS = {
    "qti-field-value": Operator(1, 1, _field_value),
    "qti-record": Operator(0, None, _record, is_special=True),
}
