"""Responses from outside as values of the types that an item declares."""

import math
import re
from collections.abc import Mapping, Sequence

from item_bank.errors import ResponseUnsound
from item_bank.qti.reading import LARGEST_FLOAT, LARGEST_INTEGER, float_of, integer_of
from item_bank.qti.values import (
    CONTAINERS,
    MOST_VALUES,
    BaseType,
    Cardinality,
    Field,
    Json,
    Record,
    Scalar,
    Type,
    Value,
    scalar_of,
)

LONGEST_TEXT = 100_000
"""Of one response, in characters."""
_PAIRS = (BaseType.PAIR, BaseType.DIRECTED_PAIR)


def response_of(identifier: str, json: Json, declared: Type) -> Value:
    """A candidate's response as a value of the declared type; blanks become NULL.

    Taken generously: numbers as text, text as numbers, one value for a container, a pair or point
    as a list of two. Raises ResponseUnsound for all that is no value of the type.
    """
    if json is None:
        return None
    if declared.cardinality is Cardinality.RECORD:
        return _record_of(identifier, json)
    base = declared.base or BaseType.STRING
    given = [json] if _is_one(json, base) or not isinstance(json, Sequence) else json
    if len(given) > MOST_VALUES:
        raise ResponseUnsound(identifier, f"it has over {MOST_VALUES} values")
    values = [_scalar_of_json(identifier, one, base) for one in given]
    if declared.cardinality in CONTAINERS:
        return [value for value in values if value is not None]
    if len(values) > 1:
        raise ResponseUnsound(identifier, "it has several values where one belongs")
    return values[0] if values else None


def _is_one(json: Json, base: BaseType) -> bool:
    """Whether JSON is one value: not a list, or one of two numbers or names for a point or pair."""
    if isinstance(json, str) or not isinstance(json, Sequence):
        return True
    if len(json) != 2:
        return False
    if base is BaseType.POINT:
        return all(isinstance(part, int | float) for part in json)
    return base in _PAIRS and all(isinstance(part, str) and len(part.split()) == 1 for part in json)


def _scalar_of_json(identifier: str, json: Json, base: BaseType) -> Scalar | None:
    text = _text_of(json, base) if _is_one(json, base) else None
    if text is not None and len(text) > LONGEST_TEXT:
        raise ResponseUnsound(identifier, f"it has over {LONGEST_TEXT} characters")
    if text is not None and (text == "" or (base is not BaseType.STRING and not text.strip())):
        return None
    try:
        if text is not None:
            return scalar_of(text, base)
    except ValueError:
        pass
    raise ResponseUnsound(identifier, f"{str(json)[:60]!r} is no value of the type {base}")


def _text_of(json: Json, base: BaseType) -> str | None:
    """What the value would be in a file; None for what cannot be there."""
    if json is None or isinstance(json, str):
        return json or ""
    if isinstance(json, bool):
        return "true" if json else "false"
    if isinstance(json, int):
        return str(json) if abs(json) <= LARGEST_FLOAT else None
    if isinstance(json, float):
        is_whole = math.isfinite(json) and json == int(json) and abs(json) <= LARGEST_INTEGER
        return str(int(json)) if is_whole else repr(json)
    if isinstance(json, Mapping):
        return None
    parts = [_text_of(part, base) for part in json]
    return None if None in parts else " ".join(part for part in parts if part)


def _record_of(identifier: str, json: Json) -> Record | None:
    if isinstance(json, str | int | float):
        return number_record(str(json).strip())
    if not isinstance(json, Mapping) or len(json) > MOST_VALUES:
        raise ResponseUnsound(identifier, "a record is an object of fields")
    fields: Record = {}
    for name, given in json.items():
        base = BaseType.STRING
        if isinstance(given, bool):
            base = BaseType.BOOLEAN
        elif isinstance(given, int):
            base = BaseType.INTEGER
        elif isinstance(given, float):
            base = BaseType.FLOAT
        fields[str(name)] = Field(base, _scalar_of_json(identifier, given, base))
    return fields


_WRITTEN = re.compile(r"([+-]?)([0-9]{0,300})(?:\.([0-9]{0,300}))?(?:[eE]([+-]?[0-9]{1,3}))?")


def number_record(text: str) -> Record | None:
    """A number as the candidate wrote it, as QTI's record for numbers in text entry.

    Fields: stringValue, floatValue, integerValue (whole numbers without a point only), leftDigits,
    rightDigits, ndp (decimals written), nsf (significant figures written), exponent.
    """
    if not text:
        return None
    fields: Record = {"stringValue": Field(BaseType.STRING, text[:LONGEST_TEXT])}
    written = _WRITTEN.fullmatch(text)
    number = float_of(text)
    if written is None or number is None:
        return fields
    _, left, right, exponent = written.groups()
    fields["floatValue"] = Field(BaseType.FLOAT, number)
    whole = integer_of(text)
    if whole is not None:
        fields["integerValue"] = Field(BaseType.INTEGER, whole)
    digits = (left + (right or "")).lstrip("0")
    # Zeros at the end of a whole number say nothing of its precision.
    significant = digits if right is not None else digits.rstrip("0")
    counts = {
        "leftDigits": len(left),
        "rightDigits": len(right or ""),
        "ndp": len(right or ""),
        "nsf": len(significant),
    }
    if exponent is not None:
        counts["exponent"] = int(exponent)
    return fields | {name: Field(BaseType.INTEGER, count) for name, count in counts.items()}
