"""What variables hold: base types, cardinalities, and values read from text and from JSON.

A value is plain Python, and None is NULL:

=============================== ==================================================
identifier, string, uri, file   ``str`` (a file is the name under which it is stored)
boolean, integer, float         ``bool``, ``int``, ``float``
duration                        ``float``, in seconds
intOrIdentifier                 ``int`` or ``str``
point                           ``(x, y)``, whole numbers
directedPair, pair              ``(first, second)``; a pair's identifiers are sorted
multiple, ordered               ``list`` of the above; it may be empty, which is NULL to operators
record                          ``dict`` of ``Field``
=============================== ==================================================

Containers are lists and everything else is not, so that a pair is never taken for a container.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from item_bank.qti.reading import float_of, integer_of

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

MOST_VALUES = 1_000
"""In one response, and in one value of a file."""


class Cardinality(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERED = "ordered"
    RECORD = "record"


class BaseType(StrEnum):
    IDENTIFIER = "identifier"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    STRING = "string"
    POINT = "point"
    PAIR = "pair"
    DIRECTED_PAIR = "directedPair"
    DURATION = "duration"
    FILE = "file"
    URI = "uri"
    INT_OR_IDENTIFIER = "intOrIdentifier"


NUMERIC = frozenset({BaseType.INTEGER, BaseType.FLOAT})
TEXTUAL = frozenset(
    {BaseType.IDENTIFIER, BaseType.STRING, BaseType.URI, BaseType.INT_OR_IDENTIFIER}
)
CONTAINERS = frozenset({Cardinality.MULTIPLE, Cardinality.ORDERED})

Scalar: TypeAlias = bool | int | float | str | tuple[int, int] | tuple[str, str]


class Field(NamedTuple):
    """One field of a record; each has a type of its own."""

    base: BaseType
    value: Scalar | None


Record: TypeAlias = dict[str, Field]
Value: TypeAlias = Scalar | list[Scalar] | Record | None


class Type(NamedTuple):
    """None stands for what is known only when the value is there: NULL, a field of a record."""

    cardinality: Cardinality | None
    base: BaseType | None

    def __str__(self) -> str:
        if self.cardinality is Cardinality.RECORD:
            return "a record"
        words = [self.cardinality or "", self.base or "value"]
        return " ".join(word for word in words if word)


def is_null(value: Value) -> bool:
    """NULL, an empty container and an empty text are the same to QTI."""
    return value is None or value == "" or value == [] or value == {}


_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def scalar_of(text: str, base: BaseType) -> Scalar:
    """The value that a text stands for; raises ValueError where it is none of the type."""
    if base is BaseType.STRING:
        return text
    text = text.strip()
    found = _READ.get(base, _any_text)(text)
    if found is None or found == "":
        raise ValueError(f"{text[:60]!r} is no value of the type {base}")
    return found


def _any_text(text: str) -> Scalar | None:
    return text


def _seconds(text: str) -> Scalar | None:
    number = float_of(text)
    return number if number is not None and number >= 0 else None


def _point(text: str) -> Scalar | None:
    numbers = [integer_of(part) for part in _BLANKS.split(text)]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]


def _directed_pair(text: str) -> Scalar | None:
    names = text.split()
    return (names[0], names[1]) if len(names) == 2 else None


def _pair(text: str) -> Scalar | None:
    return _directed_pair(" ".join(sorted(text.split())))


def _int_or_identifier(text: str) -> Scalar | None:
    number = integer_of(text)
    return text if number is None else number


_BLANKS = re.compile(r"[ ,]+")
_READ: Mapping[BaseType, Callable[[str], Scalar | None]] = {
    BaseType.BOOLEAN: _TRUTHS.get,
    BaseType.INTEGER: integer_of,
    BaseType.FLOAT: float_of,
    BaseType.DURATION: _seconds,
    BaseType.POINT: _point,
    BaseType.PAIR: _pair,
    BaseType.DIRECTED_PAIR: _directed_pair,
    BaseType.INT_OR_IDENTIFIER: _int_or_identifier,
}


def json_of(value: Value) -> Json:
    """The value for JSON: pairs and points as text with a space, durations as seconds."""
    if isinstance(value, list):
        return [_json_of_scalar(one) for one in value]
    if isinstance(value, dict):
        return {
            name: None if field.value is None else _json_of_scalar(field.value)
            for name, field in value.items()
        }
    return None if value is None else _json_of_scalar(value)


def _json_of_scalar(value: Scalar) -> Json:
    return f"{value[0]} {value[1]}" if isinstance(value, tuple) else value
