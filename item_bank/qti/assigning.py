"""Whether a variable can hold what an expression gives, and the conversions between."""

from collections.abc import Callable, Mapping

from lxml import etree

from item_bank.errors import ScoringRefused
from item_bank.qti.declarations import Variable
from item_bank.qti.expressions import Compiler, Expression, State
from item_bank.qti.expressions.compiling import Run
from item_bank.qti.values import (
    CONTAINERS,
    NUMERIC,
    BaseType,
    Cardinality,
    Scalar,
    Type,
    Value,
)


def assignable(
    compiler: Compiler, element: etree._Element, variable: Variable, expression: Expression
) -> Run:
    """The expression as a value of the variable's type; errors where it can never be one."""
    wanted, given = variable.type, expression.type
    words = f"{variable.identifier} is {wanted} and cannot hold {given}."
    if not _shapes_fit(wanted.cardinality, given.cardinality) or not _bases_fit(
        wanted.base, given.base
    ):
        compiler.findings.error(element, "type_unsound", words)
        return expression.run
    if given.cardinality is Cardinality.SINGLE and wanted.cardinality in CONTAINERS:
        sentence = f"{variable.identifier} is {wanted} and is given one value."
        compiler.findings.warning(element, "type_converted", sentence)
    if wanted.base is BaseType.INTEGER and given.base is BaseType.FLOAT:
        sentence = f"{variable.identifier} is an integer and is given a number with decimals."
        compiler.findings.warning(element, "type_converted", sentence)
    if given == wanted and Cardinality.RECORD is not wanted.cardinality:
        return expression.run
    return _converted(variable.identifier, wanted, expression.run)


def _shapes_fit(wanted: Cardinality | None, given: Cardinality | None) -> bool:
    is_wrapped = given is Cardinality.SINGLE and wanted in CONTAINERS
    return given is None or wanted == given or is_wrapped


_TEXTS = frozenset({BaseType.IDENTIFIER, BaseType.STRING, BaseType.URI, BaseType.FILE})
_WIDENING = {
    BaseType.STRING: _TEXTS,
    BaseType.URI: _TEXTS - {BaseType.FILE},
    BaseType.FLOAT: NUMERIC | {BaseType.DURATION},
    BaseType.INTEGER: NUMERIC,
    BaseType.DURATION: NUMERIC,
    BaseType.INT_OR_IDENTIFIER: frozenset({BaseType.INTEGER, BaseType.IDENTIFIER}),
}
"""What a variable of each type takes besides its own."""


def _bases_fit(wanted: BaseType | None, given: BaseType | None) -> bool:
    if wanted is None or given is None or wanted is given:
        return True
    return given in _WIDENING.get(wanted, frozenset())


def _converted(identifier: str, wanted: Type, run: Run) -> Run:
    """For what compiling cannot tell; raises ScoringRefused where the value does not fit."""
    convert = _CONVERSIONS.get(wanted.base) if wanted.base else None

    def fit(value: Value) -> Value:
        if isinstance(value, dict):
            return value if wanted.cardinality is Cardinality.RECORD else None
        values = value if isinstance(value, list) else [value]
        found = [convert(one) for one in values if convert is not None and one is not None]
        known = [one for one in found if one is not None]
        if len(known) < len(values):
            return None
        if wanted.cardinality in CONTAINERS:
            return known
        return None if isinstance(value, list) else known[0]

    def converted(state: State) -> Value:
        value = run(state)
        if value is None:
            return None
        found = fit(value)
        if found is None:
            raise ScoringRefused(f"{identifier} is {wanted} and cannot hold {value!r:.60}.")
        return found

    return converted


def _whole(value: Scalar) -> Scalar | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == int(value) else None


def _number(value: Scalar) -> Scalar | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _truth(value: Scalar) -> Scalar | None:
    return value if isinstance(value, bool) else None


def _text(value: Scalar) -> Scalar | None:
    return value if isinstance(value, str) else None


def _two(value: Scalar) -> Scalar | None:
    return value if isinstance(value, tuple) else None


def _whole_or_text(value: Scalar) -> Scalar | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


_CONVERSIONS: Mapping[BaseType, Callable[[Scalar], Scalar | None]] = {
    BaseType.INTEGER: _whole,
    BaseType.FLOAT: _number,
    BaseType.DURATION: _number,
    BaseType.BOOLEAN: _truth,
    BaseType.STRING: _text,
    BaseType.IDENTIFIER: _text,
    BaseType.URI: _text,
    BaseType.FILE: _text,
    BaseType.POINT: _two,
    BaseType.PAIR: _two,
    BaseType.DIRECTED_PAIR: _two,
    BaseType.INT_OR_IDENTIFIER: _whole_or_text,
}
