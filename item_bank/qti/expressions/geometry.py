"""Whether points lie in an area."""

from collections.abc import Sequence

from lxml import etree

from item_bank.qti.expressions.compiling import (
    BOOLEAN,
    SINGLE,
    Compiler,
    Expression,
    Operator,
    State,
)
from item_bank.qti.interactions.images import read_area
from item_bank.qti.mappings import points_of
from item_bank.qti.values import CONTAINERS, BaseType, Value, is_null


def _inside(
    compiler: Compiler, element: etree._Element, operands: Sequence[Expression]
) -> Expression:
    """Of a container, whether any of its points does."""
    shapes = (SINGLE, *CONTAINERS)
    points = compiler.expect(element, operands[0], bases=[BaseType.POINT], cardinalities=shapes)
    area = read_area(element, compiler.attributes)

    def run(state: State) -> Value:
        value = points(state)
        if is_null(value) or value is None or isinstance(value, dict):
            return None
        found = points_of(value if isinstance(value, list) else [value])
        return any(area.holds(x, y) for x, y in found)

    return Expression(BOOLEAN, run)


OPERATORS = {"qti-inside": Operator(1, 1, _inside)}
