"""The rules of an item: response processing, and what is like it, compiled to functions.

A rule is a function of the state; it returns True to end the processing it belongs to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from item_bank.qti.assigning import assignable
from item_bank.qti.declarations import Kind
from item_bank.qti.documents import local_name
from item_bank.qti.expressions import Compiler, State
from item_bank.qti.expressions.compiling import Run, numbers_of
from item_bank.qti.reading import NAMESPACE

Rule: TypeAlias = Callable[[State], bool]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The names of one kind of processing: its condition and branches, its way out, its rules.

    ``setters`` are the kinds of variables that each rule may set.
    """

    condition: str
    branches: tuple[str, str, str]
    way_out: str
    group: str
    setters: Mapping[str, tuple[Kind, ...]]


_OUTCOMES = {
    "qti-set-outcome-value": (Kind.OUTCOME,),
    "qti-lookup-outcome-value": (Kind.OUTCOME,),
}
RESPONSES = Dialect(
    "qti-response-condition",
    ("qti-response-if", "qti-response-else-if", "qti-response-else"),
    "qti-exit-response",
    "qti-response-processing-fragment",
    {
        **_OUTCOMES,
        # QTI sets responses and defaults in template processing only; other systems here too.
        "qti-set-response-value": (Kind.RESPONSE,),
        "qti-set-default-value": (Kind.RESPONSE, Kind.OUTCOME),
    },
)
OUTCOMES = Dialect(
    "qti-outcome-condition",
    ("qti-outcome-if", "qti-outcome-else-if", "qti-outcome-else"),
    "qti-exit-test",
    "qti-outcome-processing-fragment",
    _OUTCOMES,
)
TEMPLATES = Dialect(
    "qti-template-condition",
    ("qti-template-if", "qti-template-else-if", "qti-template-else"),
    "qti-exit-template",
    "qti-template-processing-fragment",
    {
        "qti-set-template-value": (Kind.TEMPLATE,),
        "qti-set-correct-response": (Kind.RESPONSE,),
        "qti-set-default-value": (Kind.RESPONSE, Kind.OUTCOME),
    },
)


class ConstraintFailed(Exception):
    """A template constraint does not hold: template processing starts again."""


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Compiles the rules below an element in one dialect."""

    compiler: Compiler
    dialect: Dialect

    def rules(self, parent: etree._Element | Sequence[etree._Element]) -> Rule:
        """The rules in their order as one."""
        found = [self._rule(element) for element in parent]

        def run(state: State) -> bool:
            return any(rule(state) for rule in found)

        return run

    def _rule(self, element: etree._Element) -> Rule:
        name = local_name(element)
        dialect = self.dialect
        if etree.QName(element).namespace != NAMESPACE:
            return self._unknown(element)
        if name == dialect.condition:
            return self._condition(element)
        if name == dialect.way_out:
            return lambda state: True
        if name == dialect.group:
            return self.rules(element)
        if name == "qti-template-constraint" and dialect is TEMPLATES:
            return self._constraint(element)
        if name not in dialect.setters:
            return self._unknown(element)
        if name == "qti-lookup-outcome-value":
            return self._lookup(element)
        if name == "qti-set-default-value" and not len(element):
            return self._reset(element)
        return self._set(element, name)

    def _unknown(self, element: etree._Element) -> Rule:
        namespace = etree.QName(element).namespace or ""
        if "XInclude" in namespace:
            sentence = "Rules in another file are not read; they belong into the item."
            self.compiler.findings.error(element, "include_refused", sentence)
        else:
            sentence = f"{local_name(element)} is not a rule that can stand here."
            self.compiler.findings.error(element, "element_unknown", sentence)
        return _no_rule

    def _condition(self, element: etree._Element) -> Rule:
        first, between, last = self.dialect.branches
        branches: list[tuple[Run, Rule]] = []
        otherwise: Rule = _no_rule
        for place, branch in enumerate(element):
            name = local_name(branch)
            if (name == last and place != len(element) - 1) or (name == first and place != 0):
                sentence = f"{name} stands in the wrong place."
                self.compiler.findings.error(branch, "element_misplaced", sentence)
            if name == last:
                if place == 0:
                    sentence = f"{name} without {first} is always done."
                    self.compiler.findings.warning(branch, "condition_missing", sentence)
                otherwise = self.rules(branch)
            elif name in (first, between) and len(branch):
                if place == 0 and name != first:
                    sentence = f"{name} stands before {first}."
                    self.compiler.findings.error(branch, "element_misplaced", sentence)
                truth = self.compiler.truth(branch, self.compiler.expression(branch[0]))
                branches.append((truth, self.rules(list(branch)[1:])))
            else:
                sentence = f"{name} has no condition, or does not belong here."
                self.compiler.findings.error(branch, "element_misplaced", sentence)

        def run(state: State) -> bool:
            state.spend(1)
            for truth, rules in branches:
                if truth(state) is True:
                    return rules(state)
            return otherwise(state)

        return run

    def _set(self, element: etree._Element, name: str) -> Rule:
        variable = self.compiler.variable(element, *self.dialect.setters[name])
        expression = self.compiler.only(element)
        if variable is None:
            return _no_rule
        store = name.removeprefix("qti-set-")
        value = assignable(self.compiler, element, variable, expression)
        identifier = variable.identifier
        is_response = variable.kind is Kind.RESPONSE

        def run(state: State) -> bool:
            state.spend(1)
            found = value(state)
            if store == "correct-response":
                state.correct[identifier] = found
            elif store == "default-value":
                state.defaults[identifier] = found
                # Nothing was answered or scored before: the variable still holds its default.
                state.values[identifier] = found
            else:
                state.values[identifier] = found
            return False

        if store == "response-value" and is_response:
            sentence = f"{name} is no part of QTI."
            self.compiler.findings.warning(element, "not_standard", sentence)
        return run

    def _reset(self, element: etree._Element) -> Rule:
        """Without an expression, which is no part of QTI: the default becomes the value."""
        kinds = self.dialect.setters["qti-set-default-value"]
        variable = self.compiler.variable(element, *kinds)
        if variable is None:
            return _no_rule
        sentence = "qti-set-default-value without an expression is no part of QTI."
        self.compiler.findings.warning(element, "not_standard", sentence)
        identifier = variable.identifier

        def run(state: State) -> bool:
            state.values[identifier] = state.defaults[identifier]
            return False

        return run

    def _lookup(self, element: etree._Element) -> Rule:
        variable = self.compiler.variable(element, Kind.OUTCOME)
        expression = self.compiler.only(element)
        if variable is None:
            return _no_rule
        table = variable.table
        if table is None:
            sentence = f"{variable.identifier} has no table to look it up in."
            self.compiler.findings.error(element, "table_missing", sentence)
            return _no_rule
        number = self.compiler.number(element, expression)
        identifier = variable.identifier

        def run(state: State) -> bool:
            state.spend(1)
            numbers = numbers_of(number(state))
            state.values[identifier] = table.of(numbers[0]) if numbers else None
            return False

        return run

    def _constraint(self, element: etree._Element) -> Rule:
        truth = self.compiler.truth(element, self.compiler.only(element))

        def run(state: State) -> bool:
            if truth(state) is not True:
                raise ConstraintFailed
            return False

        return run


def _no_rule(state: State) -> bool:
    return False
