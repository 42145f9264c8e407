"""Numbers that vary from candidate to candidate: the templates of a calculated question."""

from collections.abc import Iterator, Sequence

from lxml import etree

from item_bank.qti.choice import NAMESPACE
from item_bank.qti.documents import Part, new_element
from item_bank.qti.questions import Calculated
from item_bank.qti.writing_body import RESPONSE
from item_bank.qti.writing_rules import decimal_text, variable

VARIANT = "VARIANT"
ANSWER = "ANSWER"


def printed_variables(answer: Calculated) -> list[etree._Element]:
    """One for each place of the text, in the order of the marks."""
    return [_qti("qti-printed-variable", {"identifier": _name(place)}) for place in answer.places]


def declared_variables(answer: Calculated) -> Iterator[etree._Element]:
    yield _declared(VARIANT, "integer")
    # As text, so that 4.70 is shown with both its decimals.
    yield from (_declared(_name(place), "string") for place in _used(answer))
    yield _declared(ANSWER, "float")


def variant_choice(answer: Calculated) -> etree._Element:
    """Draws a variant, and sets all variables and the correct response by it."""
    drawn = _qti("qti-random-integer", {"min": "1", "max": str(len(answer.variants))})
    rules = [_set(VARIANT, drawn)]
    for place in _used(answer):
        texts = [variant.values[place] for variant in answer.variants]
        rules.append(_set(_name(place), _nth("string", texts)))
    answers = [decimal_text(variant.answer) for variant in answer.variants]
    rules.append(_set(ANSWER, _nth("float", answers)))
    named = {"identifier": RESPONSE}
    rules.append(_qti("qti-set-correct-response", variable(ANSWER), named))
    return _qti("qti-template-processing", *rules)


def _used(answer: Calculated) -> list[int]:
    return sorted(set(answer.places))


def _name(place: int) -> str:
    return f"NUMBER_{place + 1}"


def _declared(identifier: str, base_type: str) -> etree._Element:
    attributes = {"identifier": identifier, "cardinality": "single", "base-type": base_type}
    return _qti("qti-template-declaration", attributes)


def _set(identifier: str, value: etree._Element) -> etree._Element:
    return _qti("qti-set-template-value", value, {"identifier": identifier})


def _nth(base_type: str, texts: Sequence[str]) -> etree._Element:
    values = [_qti("qti-base-value", text, {"base-type": base_type}) for text in texts]
    return _qti("qti-index", _qti("qti-ordered", *values), {"n": VARIANT})


def _qti(name: str, *parts: Part) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)
