"""Values of variables as text within an item's body (``qti-printed-variable``)."""

import re

from lxml import etree

from item_bank.qti.values import Scalar, Value, is_null

_FORMAT = re.compile(
    r"%(?P<flags>[-+ 0#]{0,5})(?P<width>\d{0,2})(?P<places>\.\d{1,2})?(?P<kind>\w)"
)
_WHOLE = frozenset("diouxX")
_REAL = frozenset("eEfFgG")


def printed(value: Value, element: etree._Element) -> str:
    """The value as the element asks: ``format`` as of C's printf, ``delimiter``, ``index``,
    ``field``, ``mapping-indicator``. NULL is no text.
    """
    if value is None or is_null(value):
        return ""
    if isinstance(value, dict):
        field = value.get(element.get("field", ""))
        if field is not None and field.value is not None:
            return printed(field.value, element)
        between = element.get("mapping-indicator", "=")
        pairs = (
            f"{name}{between}{_one(one.value, element)}"
            for name, one in value.items()
            if one.value is not None
        )
        return element.get("delimiter", ";").join(pairs)
    if isinstance(value, list):
        index = element.get("index", "")
        if index.isascii() and index.isdigit() and len(index) < 6:
            place = int(index)
            return _one(value[place - 1], element) if 1 <= place <= len(value) else ""
        return element.get("delimiter", ";").join(_one(one, element) for one in value)
    return _one(value, element)


def _one(value: Scalar | None, element: etree._Element) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"{value[0]} {value[1]}"
    asked = element.get("format", "")
    if asked and isinstance(value, int | float):
        return _formatted(value, asked)
    # Twelve digits tell nothing of how floats are stored: 0.1 + 0.2 is printed as 0.3.
    return format(value, ".12g") if isinstance(value, float) else str(value)


def _formatted(number: int | float, asked: str) -> str:
    found = _FORMAT.search(asked)
    if found is None:
        return str(number)
    kind = found["kind"]
    start = f"%{found['flags']}{found['width']}"
    if kind in _WHOLE:
        text = f"{start}{'d' if kind in 'iu' else kind}" % int(number)
    elif kind in _REAL:
        text = f"{start}{found['places'] or ''}{kind}" % float(number)
    else:
        text = f"{number:.12g}"
    before, after = asked[: found.start()], asked[found.end() :]
    return (before + text + after).replace("%%", "%")
