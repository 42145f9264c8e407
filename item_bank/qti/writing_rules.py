"""The response processing of the items that ``writing`` writes: how a response earns its mark."""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from item_bank.qti.choice import NAMESPACE
from item_bank.qti.documents import Part, new_element
from item_bank.qti.questions import (
    AcceptedNumber,
    AcceptedText,
    Choices,
    Numeric,
    ShortText,
)

# The metacharacters of XML Schema's expressions, of which "$" is none.
_PATTERN_CHARACTERS = frozenset("\\|.?+*(){}-[]^")


def decimal_text(number: Decimal) -> str:
    """The number without exponent and without zeros at its end: "0.5", "-20"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def processing(*rules: etree._Element) -> etree._Element:
    return _qti("qti-response-processing", *rules)


def set_outcome(value: etree._Element, outcome: str = "SCORE") -> etree._Element:
    return _qti("qti-set-outcome-value", value, {"identifier": outcome})


def variable(identifier: str) -> etree._Element:
    return _qti("qti-variable", {"identifier": identifier})


def mapped(identifier: str) -> etree._Element:
    return _qti("qti-map-response", {"identifier": identifier})


def divided(value: etree._Element, by: int) -> etree._Element:
    return _qti("qti-divide", value, _number(str(by)))


def if_correct(identifier: str) -> etree._Element:
    """SCORE is 1 where the response is the correct one, and stays 0 otherwise."""
    correct = _qti("qti-correct", {"identifier": identifier})
    return _condition([(_qti("qti-match", variable(identifier), correct), _number("1"))])


def first_fit(
    identifier: str, answer: Choices | ShortText | Numeric, weight: int | None = None
) -> etree._Element:
    """The first accepted answer that fits gives its credit to SCORE.

    With a ``weight`` its credit times the weight is added to what other gaps have earned.
    """
    branches = []
    for test, credit in _tests(identifier, answer):
        earned = _number(decimal_text(credit * (weight or 1)))
        if weight is not None:
            earned = _qti("qti-sum", variable("SCORE"), earned)
        branches.append((test, earned))
    return _condition(branches)


def _tests(
    identifier: str, answer: Choices | ShortText | Numeric
) -> Iterator[tuple[etree._Element, Decimal]]:
    if isinstance(answer, Choices):
        for option in answer.options:
            credit = option.credit if answer.partial else Decimal(option.identifier in answer.keys)
            if credit > 0:
                value = _qti("qti-base-value", option.identifier, {"base-type": "identifier"})
                yield _qti("qti-match", variable(identifier), value), credit
    elif isinstance(answer, ShortText):
        for text in answer.accepted:
            yield _text_test(identifier, text), text.credit
    else:
        for number in answer.accepted:
            yield _number_test(identifier, number), number.credit


def _text_test(identifier: str, accepted: AcceptedText) -> etree._Element:
    if accepted.wildcards and "*" in accepted.text:
        pattern = "".join(
            ".*" if character == "*" else _one_character(character, accepted.match_case)
            for character in accepted.text
        )
        return _qti("qti-pattern-match", variable(identifier), {"pattern": pattern})
    return _qti(
        "qti-string-match",
        variable(identifier),
        _qti("qti-base-value", accepted.text, {"base-type": "string"}),
        {"case-sensitive": "true" if accepted.match_case else "false"},
    )


def _one_character(character: str, match_case: bool) -> str:
    if character in _PATTERN_CHARACTERS:
        return f"\\{character}"
    lower, upper = character.lower(), character.upper()
    if match_case or lower == upper or len(lower + upper) > 2:
        return character
    return f"[{lower}{upper}]"


def _number_test(identifier: str, accepted: AcceptedNumber) -> etree._Element:
    low, high = decimal_text(accepted.low), decimal_text(accepted.high)
    if low == high:
        exact = {"tolerance-mode": "exact"}
        return _qti("qti-equal", variable(identifier), _number(low), exact)
    return _qti(
        "qti-and",
        _qti("qti-gte", variable(identifier), _number(low)),
        _qti("qti-lte", variable(identifier), _number(high)),
    )


def if_near(identifier: str, tolerance: Decimal, *, percent: bool) -> etree._Element:
    """SCORE is 1 where the response is the correct one or at most ``tolerance`` off."""
    off = decimal_text(tolerance)
    mode = "relative" if percent else "absolute"
    manner = {"tolerance-mode": mode, "tolerance": f"{off} {off}"}
    if not tolerance:
        manner = {"tolerance-mode": "exact"}
    correct = _qti("qti-correct", {"identifier": identifier})
    return _condition([(_qti("qti-equal", variable(identifier), correct, manner), _number("1"))])


def _condition(branches: list[tuple[etree._Element, etree._Element]]) -> etree._Element:
    """If the first test holds its value goes to SCORE, else if the second one holds, ..."""
    return _qti(
        "qti-response-condition",
        *(
            _qti("qti-response-else-if" if later else "qti-response-if", test, set_outcome(value))
            for later, (test, value) in enumerate(branches)
        ),
    )


def _number(text: str) -> etree._Element:
    return _qti("qti-base-value", text, {"base-type": "float"})


def _qti(name: str, *parts: Part) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)
