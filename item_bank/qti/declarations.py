"""Variables as an item declares them: types, defaults, keys, mappings and lookup tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.findings import line_of
from item_bank.qti.mappings import (
    AreaMapping,
    InterpolationTable,
    MatchTable,
    ValueMapping,
    read_scalar,
    read_table,
)
from item_bank.qti.reading import Attributes, child, children, names
from item_bank.qti.values import (
    CONTAINERS,
    MOST_VALUES,
    BaseType,
    Cardinality,
    Field,
    Record,
    Scalar,
    Type,
    Value,
)

MOST_VARIABLES = 1_000


class Kind(StrEnum):
    RESPONSE = "response"
    OUTCOME = "outcome"
    TEMPLATE = "template"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """``correct`` is the key as the file has it; template processing may set another.

    ``is_mathematical``: stands for itself inside MathML.
    """

    identifier: str
    kind: Kind
    type: Type
    line: int = 0
    default: Value = None
    correct: Value = None
    mapping: ValueMapping | None = None
    areas: AreaMapping | None = None
    table: MatchTable | InterpolationTable | None = None
    is_mathematical: bool = False
    is_external: bool = False
    """Scored by a person or another system (``external-scored``)."""

    def initial(self) -> Value:
        """The value before processing; numeric outcomes start at 0 by QTI's rule."""
        if self.default is None and self.kind is Kind.OUTCOME:
            if self.type == (Cardinality.SINGLE, BaseType.INTEGER):
                return 0
            if self.type == (Cardinality.SINGLE, BaseType.FLOAT):
                return 0.0
        return self.default


BUILT_IN = {
    variable.identifier: variable
    for variable in (
        Variable(
            identifier="completionStatus",
            kind=Kind.OUTCOME,
            type=Type(Cardinality.SINGLE, BaseType.IDENTIFIER),
            default="unknown",
        ),
        Variable(
            identifier="numAttempts",
            kind=Kind.RESPONSE,
            type=Type(Cardinality.SINGLE, BaseType.INTEGER),
            default=0,
        ),
        Variable(
            identifier="duration",
            kind=Kind.RESPONSE,
            type=Type(Cardinality.SINGLE, BaseType.DURATION),
            default=0.0,
        ),
    )
}
"""Variables that every item has without declaring them."""

# QTI 3 also declares the variables of its context by use: QTI_CONTEXT is always there.
CONTEXT = Variable(identifier="QTI_CONTEXT", kind=Kind.CONTEXT, type=Type(Cardinality.RECORD, None))

_ELEMENTS = {
    "qti-response-declaration": Kind.RESPONSE,
    "qti-outcome-declaration": Kind.OUTCOME,
    "qti-template-declaration": Kind.TEMPLATE,
    "qti-context-declaration": Kind.CONTEXT,
}
_WITHIN = {
    Kind.RESPONSE: {"qti-default-value", "qti-correct-response", "qti-mapping", "qti-area-mapping"},
    # A mapping of an outcome is no part of QTI, but qti-map-outcome of some systems reads it.
    Kind.OUTCOME: {
        "qti-default-value",
        "qti-match-table",
        "qti-interpolation-table",
        "qti-mapping",
    },
    Kind.TEMPLATE: {"qti-default-value"},
    Kind.CONTEXT: {"qti-default-value"},
}
_ATTRIBUTES = names(
    """
    identifier cardinality base-type view interpretation long-interpretation normal-maximum
    normal-minimum mastery-value external-scored variable-identifier-ref math-variable
    param-variable
    """
)


def read_declarations(item: etree._Element, reader: Attributes) -> Mapping[str, Variable]:
    """All variables of an item by identifier, the built-in ones included."""
    variables = {CONTEXT.identifier: CONTEXT, **BUILT_IN}
    declared: set[str] = set()
    found = children(item, *_ELEMENTS)
    if len(found) > MOST_VARIABLES:
        sentence = f"The item has over {MOST_VARIABLES} variables."
        reader.findings.error(found[-1], "variables_too_many", sentence)
    for element in found[:MOST_VARIABLES]:
        variable = _read_variable(element, _ELEMENTS[local_name(element)], reader)
        if variable.identifier in declared:
            sentence = f"The variable {variable.identifier} is declared twice."
            reader.findings.error(element, "identifier_twice", sentence)
        elif variable.identifier:
            declared.add(variable.identifier)
            variables[variable.identifier] = variable
    return MappingProxyType(variables)


def _read_variable(element: etree._Element, kind: Kind, reader: Attributes) -> Variable:
    cardinality = Cardinality(reader.word(element, "cardinality", tuple(Cardinality)))
    base: BaseType | None = None
    if cardinality is not Cardinality.RECORD:
        base = BaseType(reader.word(element, "base-type", tuple(BaseType)))
    declared = Type(cardinality, base)
    for one in element:
        if local_name(one) not in _WITHIN[kind]:
            sentence = f"{local_name(one)} does not belong in a {kind} declaration."
            reader.findings.error(one, "element_unknown", sentence)
    for name in element.attrib:
        if isinstance(name, str) and "{" not in name and name not in _ATTRIBUTES:
            sentence = f"{local_name(element)}: the attribute {name} is not read."
            reader.findings.warning(element, "attribute_left_out", sentence)
    for name in ("normal-maximum", "normal-minimum", "mastery-value"):
        reader.number(element, name)
    mapping = child(element, "qti-mapping")
    areas = child(element, "qti-area-mapping")
    if areas is not None and base is not BaseType.POINT:
        sentence = f"Areas are mapped for points; this is {declared}."
        reader.findings.error(areas, "type_unsound", sentence)
    table = child(element, "qti-match-table")
    if table is None:
        table = child(element, "qti-interpolation-table")
    return Variable(
        identifier=reader.identifier(element),
        kind=kind,
        type=declared,
        line=line_of(element) or 0,
        default=_read_values(element, "qti-default-value", declared, reader),
        correct=_read_values(element, "qti-correct-response", declared, reader),
        mapping=None if mapping is None else ValueMapping.read(mapping, base, reader),
        areas=None if areas is None else AreaMapping.read(areas, reader),
        table=None if table is None else read_table(table, base, reader),
        is_mathematical=reader.boolean(element, "math-variable"),
        is_external=element.get("external-scored", "none") not in ("none", ""),
    )


def _read_values(
    declaration: etree._Element, name: str, declared: Type, reader: Attributes
) -> Value:
    parent = child(declaration, name)
    if parent is None:
        return None
    texts = children(parent, "qti-value")
    if len(texts) < len(parent) or len(texts) > MOST_VALUES:
        sentence = f"{name} holds {len(parent)} elements; up to {MOST_VALUES} values belong there."
        reader.findings.error(parent, "values_unsound", sentence)
    if declared.cardinality is Cardinality.RECORD:
        return _read_record(texts, reader)
    if declared.cardinality in CONTAINERS:
        if not texts:
            return None
        found = [_read_value(text, declared.base, reader) for text in texts[:MOST_VALUES]]
        return [value for value in found if value is not None]
    if len(texts) > 1:
        sentence = f"{name} has {len(texts)} values for a single one."
        reader.findings.error(parent, "values_unsound", sentence)
    return _read_value(texts[0], declared.base, reader) if texts else None


def _read_value(text: etree._Element, base: BaseType | None, reader: Attributes) -> Scalar | None:
    written = text.text or ""
    if not written.strip() and base is not BaseType.STRING:
        reader.findings.warning(text, "value_empty", "The value is empty and counts as none.")
        return None
    return read_scalar(text, written, base, reader)


def _read_record(texts: list[etree._Element], reader: Attributes) -> Record | None:
    record: Record = {}
    for text in texts[:MOST_VALUES]:
        base = BaseType(reader.word(text, "base-type", tuple(BaseType)))
        name = reader.identifier(text, "field-identifier")
        record[name] = Field(base, read_scalar(text, text.text or "", base, reader))
    return record or None
