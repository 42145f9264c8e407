"""Comparing texts, and whether a text has a form."""

from collections.abc import Callable, Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    BOOLEAN,
    NOTHING,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    Run,
    State,
)
from item_bank.qti.patterns import Pattern, PatternUnsound
from item_bank.qti.values import TEXTUAL, BaseType, Value

Operands = Sequence[Expression]
COST_OF_PATTERN = 2_000
"""Of the work that one scoring may make, for a pattern that only a variable tells."""


def _text(compiler: Compiler, element: etree._Element, operand: Expression) -> Run:
    return compiler.expect(element, operand, bases=TEXTUAL, cardinalities=[SINGLE])


def _compared(first: Run, second: Run, compare: Callable[[str, str], bool], exact: bool) -> Run:
    def run(state: State) -> Value:
        one, other = first(state), second(state)
        if one is None or one == "" or other is None or other == "":
            return None
        left, right = str(one), str(other)
        return compare(left, right) if exact else compare(left.casefold(), right.casefold())

    return run


def _string_match(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """``substring``, which QTI keeps from its first version: the first contains the second."""
    first, second = (_text(compiler, element, operand) for operand in operands)
    exact = compiler.attributes.boolean(element, "case-sensitive", default=True)
    if compiler.attributes.boolean(element, "substring"):
        return Expression(BOOLEAN, _compared(first, second, lambda a, b: b in a, exact))
    return Expression(BOOLEAN, _compared(first, second, str.__eq__, exact))


def _substring(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    """Whether the first text is somewhere in the second."""
    first, second = (_text(compiler, element, operand) for operand in operands)
    exact = compiler.attributes.boolean(element, "case-sensitive", default=True)
    return Expression(BOOLEAN, _compared(first, second, lambda a, b: a in b, exact))


def _pattern_match(compiler: Compiler, element: etree._Element, operands: Operands) -> Expression:
    text = _text(compiler, element, operands[0])
    written = element.get("pattern", "")
    named = compiler.variables.get(written.strip("{}")) if written.startswith("{") else None
    if named is not None and named.type == (SINGLE, BaseType.STRING):
        return Expression(BOOLEAN, _matched_by_variable(text, named.identifier))
    pattern = compiler.attributes.pattern(element, "pattern")
    if pattern is None:
        return NOTHING
    return Expression(BOOLEAN, _matched(text, lambda state: pattern))


def _matched_by_variable(text: Run, identifier: str) -> Run:
    def pattern(state: State) -> Pattern | None:
        state.spend(COST_OF_PATTERN)
        try:
            return Pattern.read(str(state.values[identifier] or ""))
        except PatternUnsound:
            return None

    return _matched(text, pattern)


def _matched(text: Run, pattern: Callable[[State], Pattern | None]) -> Run:
    def run(state: State) -> Value:
        value, form = text(state), pattern(state)
        if value is None or value == "" or form is None:
            return None
        return form.matches(str(value), state.effort.follow)

    return run


OPERATORS = {
    "qti-string-match": Operator(2, 2, _string_match),
    "qti-substring": Operator(2, 2, _substring),
    "qti-pattern-match": Operator(1, 1, _pattern_match),
}
