"""From elements to closures: what every operator is made with.

Compiling finds the faults (unknown names, wrong counts, wrong types) and leaves a function of the
state; running it cannot fail but by ScoringRefused, for work without bounds.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from lxml import etree

from item_bank.errors import ScoringRefused
from item_bank.qti.declarations import Kind, Variable
from item_bank.qti.documents import local_name
from item_bank.qti.findings import Findings
from item_bank.qti.patterns import Effort
from item_bank.qti.reading import NAMESPACE, Attributes, float_of, integer_of
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

MOST_WORK = 200_000
"""Rules run and values put into containers, for one scoring."""
MOST_IN_CONTAINER = 10_000
LARGEST_WHOLE = 2**53
"""Whole numbers above it are not exact in JSON; a result beyond it is NULL."""

SINGLE = Cardinality.SINGLE
ANY = Type(None, None)
BOOLEAN = Type(SINGLE, BaseType.BOOLEAN)
INTEGER = Type(SINGLE, BaseType.INTEGER)
FLOAT = Type(SINGLE, BaseType.FLOAT)


class State:
    """The variables of one candidate's attempt at an item while rules run.

    ``chance`` gives the next random number, from 0 up to but without 1.
    """

    __slots__ = ("chance", "correct", "defaults", "effort", "values", "work")

    def __init__(
        self,
        values: dict[str, Value],
        correct: dict[str, Value],
        defaults: dict[str, Value],
        chance: Callable[[], float],
    ) -> None:
        self.values = values
        self.correct = correct
        self.defaults = defaults
        self.chance = chance
        self.work = MOST_WORK
        self.effort = Effort()

    def spend(self, work: int) -> None:
        """Raises ScoringRefused when all rules together make more work than is allowed."""
        self.work -= work
        if self.work < 0:
            raise ScoringRefused("The item asks for more calculation than is allowed.")

    def hold(self, count: int) -> None:
        """Raises ScoringRefused where a container becomes too large."""
        self.spend(count)
        if count > MOST_IN_CONTAINER:
            raise ScoringRefused(f"A container has over {MOST_IN_CONTAINER} values.")


Run: TypeAlias = Callable[[State], Value]


class Expression(NamedTuple):
    """``run`` gives a value of ``type``, or NULL."""

    type: Type
    run: Run


def null(state: State) -> Value:
    return None


NOTHING = Expression(ANY, null)


class Operator(NamedTuple):
    """``most`` None is any number of operands. ``is_special``: reads what it holds itself."""

    least: int
    most: int | None
    build: Callable[["Compiler", etree._Element, Sequence[Expression]], Expression]
    is_special: bool = False


@dataclass(frozen=True, slots=True)
class Compiler:
    """``keyed`` names the responses whose key template processing sets."""

    variables: Mapping[str, Variable]
    operators: Mapping[str, Operator]
    refused: Mapping[str, str]
    attributes: Attributes
    keyed: frozenset[str] = frozenset()

    @property
    def findings(self) -> Findings:
        return self.attributes.findings

    def expression(self, element: etree._Element) -> Expression:
        """The expression that an element is; one with faults is NULL, and the faults are noted."""
        name = local_name(element)
        if etree.QName(element).namespace != NAMESPACE:
            sentence = f"{name} is not an expression of QTI."
            self.findings.error(element, "element_unknown", sentence)
            return NOTHING
        if name in self.refused:
            sentence = f"{name} is refused: {self.refused[name]}."
            self.findings.error(element, "expression_refused", sentence)
            return NOTHING
        operator = self.operators.get(name)
        if operator is None:
            sentence = f"{name} is not an expression of QTI."
            self.findings.error(element, "element_unknown", sentence)
            return NOTHING
        if operator.is_special:
            return operator.build(self, element, ())
        operands = [self.expression(one) for one in element]
        most = operator.most
        if len(operands) < operator.least or (most is not None and len(operands) > most):
            self.findings.error(element, "operands_unsound", _count(name, operator, operands))
            return NOTHING
        return operator.build(self, element, operands)

    def only(self, element: etree._Element) -> Expression:
        """The one expression below an element."""
        if len(element) != 1:
            sentence = f"{local_name(element)} holds {len(element)} expressions; one belongs there."
            self.findings.error(element, "operands_unsound", sentence)
            return NOTHING
        return self.expression(element[0])

    def variable(
        self, element: etree._Element, *kinds: Kind, name: str = "identifier"
    ) -> Variable | None:
        """The variable that an element names; None with an error where there is none."""
        identifier = self.attributes.identifier(element, name)
        if not identifier:
            return None
        variable = self.variables.get(identifier)
        if variable is None or (kinds and variable.kind not in kinds):
            what = " or ".join(kinds) if kinds else "declared"
            sentence = f"There is no {what} variable {identifier}."
            self.findings.error(element, "variable_unknown", sentence)
            return None
        return variable

    def expect(
        self,
        element: etree._Element,
        operand: Expression,
        *,
        bases: Iterable[BaseType] | None = None,
        cardinalities: Iterable[Cardinality] | None = None,
    ) -> Run:
        """The operand's function; an error is noted where its type is known and another.

        Where the type is not known before, values of another kind count as NULL.
        """
        wanted = None if bases is None else frozenset(bases)
        shapes = None if cardinalities is None else frozenset(cardinalities)
        cardinality, base = operand.type
        is_wrong = (
            cardinality is not None and shapes is not None and cardinality not in shapes
        ) or (base is not None and wanted is not None and base not in wanted)
        if is_wrong:
            belongs = " or ".join(
                sorted(wanted or ()) if wanted and base not in wanted else sorted(shapes or ())
            )
            sentence = f"{local_name(element)} has {operand.type} where {belongs} belongs."
            self.findings.error(element, "type_unsound", sentence)
            return null
        if (base is None and wanted is not None) or (cardinality is None and shapes is not None):
            return _guarded(operand.run, wanted, shapes)
        return operand.run

    def number(self, element: etree._Element, operand: Expression) -> Run:
        return self.expect(element, operand, bases=NUMERIC, cardinalities=[SINGLE])

    def truth(self, element: etree._Element, operand: Expression) -> Run:
        """A condition. Numbers count as true unless they are 0, which QTI does not have."""
        if operand.type.base in NUMERIC and operand.type.cardinality is SINGLE:
            sentence = f"{local_name(element)}: the number counts as true unless it is 0."
            self.findings.warning(element, "type_converted", sentence)
            return _true_unless_zero(operand.run)
        return self.expect(element, operand, bases=[BaseType.BOOLEAN], cardinalities=[SINGLE])

    def whole_number(
        self, element: etree._Element, name: str, default: int | None, least: int | None = None
    ) -> Run:
        """An attribute that is a whole number or names a variable that holds one."""
        text = element.get(name, "").strip()
        if not text and default is not None:
            return lambda state: default
        found = integer_of(text)
        if found is None:
            return self._named_number(element, name, text, whole=True)
        if least is not None and found < least:
            sentence = f"{local_name(element)} has {name}={found}; at least {least} belongs there."
            self.findings.error(element, "attribute_unsound", sentence)
        return lambda state: found

    def any_number(self, element: etree._Element, name: str, text: str) -> Run:
        """A number, or the name of a variable that holds one."""
        found = float_of(text)
        if found is None:
            return self._named_number(element, name, text, whole=False)
        return lambda state: found

    def _named_number(self, element: etree._Element, name: str, text: str, whole: bool) -> Run:
        identifier = text.strip("{} ")
        variable = self.variables.get(identifier)
        if variable is None or variable.type.base not in NUMERIC:
            sentence = f"{local_name(element)} has {name}={text[:60]!r}, which is no number."
            self.findings.error(element, "attribute_unsound", sentence)
            return null

        def run(state: State) -> Value:
            value = state.values.get(identifier)
            return int(value) if whole and isinstance(value, float) else value

        return run


def _count(name: str, operator: Operator, operands: Sequence[Expression]) -> str:
    if operator.most == operator.least:
        belongs = str(operator.least)
    elif operator.most is None:
        belongs = f"at least {operator.least}"
    else:
        belongs = f"{operator.least} to {operator.most}"
    return f"{name} has {len(operands)} operands; {belongs} belong there."


def _guarded(
    run: Run,
    wanted: frozenset[BaseType] | None,
    shapes: frozenset[Cardinality] | None,
) -> Run:
    def guarded(state: State) -> Value:
        value = run(state)
        if isinstance(value, list):
            return None if shapes is not None and not shapes & CONTAINERS else value
        if isinstance(value, dict):
            return None if shapes is not None and Cardinality.RECORD not in shapes else value
        if value is None or (shapes is not None and SINGLE not in shapes):
            return None
        return value if wanted is None or bases_of(value) & wanted else None

    return guarded


def bases_of(value: Scalar) -> frozenset[BaseType]:
    """The base types that a plain value can be of."""
    if isinstance(value, bool):
        return frozenset({BaseType.BOOLEAN})
    if isinstance(value, int):
        return frozenset({BaseType.INTEGER, BaseType.INT_OR_IDENTIFIER})
    if isinstance(value, float):
        return frozenset({BaseType.FLOAT, BaseType.DURATION})
    if isinstance(value, str):
        names = (BaseType.STRING, BaseType.IDENTIFIER, BaseType.URI, BaseType.FILE)
        return frozenset({*names, BaseType.INT_OR_IDENTIFIER})
    if isinstance(value[0], int):
        return frozenset({BaseType.POINT})
    return frozenset({BaseType.PAIR, BaseType.DIRECTED_PAIR})


def _true_unless_zero(run: Run) -> Run:
    def truth(state: State) -> Value:
        value = run(state)
        return None if value is None else value != 0

    return truth


def finite(number: int | float) -> Value:
    """A result, or NULL for what JSON and a float cannot hold."""
    if isinstance(number, int):
        return number if -LARGEST_WHOLE <= number <= LARGEST_WHOLE else None
    return number if math.isfinite(number) else None


def numbers_of(value: Value) -> list[int | float] | None:
    """The numbers of a single or a container; None for NULL and for anything else."""
    if is_null(value) or isinstance(value, dict):
        return None
    values = value if isinstance(value, list) else [value]
    found = [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
    return found if len(found) == len(values) else None


def numeric_type(operands: Iterable[Expression]) -> Type:
    """Integer if all operands are, else float; unknown if one is."""
    bases = [operand.type.base for operand in operands]
    if all(base is BaseType.INTEGER for base in bases):
        return INTEGER
    return FLOAT if BaseType.FLOAT in bases or None not in bases else Type(SINGLE, None)
