"""The bodies of the items that ``writing`` writes: texts, interactions, gaps in texts."""

from collections.abc import Iterable, Iterator

from lxml import etree

from item_bank.qti.choice import NAMESPACE
from item_bank.qti.documents import Part, new_element, parse
from item_bank.qti.questions import (
    Choices,
    Markup,
    Matching,
    Numeric,
    Option,
    Ordering,
    ShortText,
    Text,
    split_at_gaps,
)

RESPONSE = "RESPONSE"
"""The response variable of an item that has one interaction."""


def _qti(name: str, *parts: Part) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)


def block(text: Text) -> etree._Element:
    return _qti("p", text) if isinstance(text, str) else _nodes(text)[0]


def _nodes(markup: Markup) -> etree._Element:
    """An element that holds the fragment, in the namespace of QTI."""
    return parse(f'<span xmlns="{NAMESPACE}">{markup.xhtml}</span>'.encode())


def with_text(name: str, text: Text, attributes: dict[str, str] | None = None) -> etree._Element:
    if isinstance(text, str):
        return _qti(name, text, attributes or {})
    made = _nodes(text)
    made.tag = f"{{{NAMESPACE}}}{name}"
    for key, value in (attributes or {}).items():
        made.set(key, value)
    return made


def line(prompt: Text, entry: etree._Element) -> etree._Element:
    """The prompt and after it the field, in one block."""
    line = with_text("div", prompt)
    line.append(_qti("p", entry))
    if isinstance(prompt, str):
        line.text = None
        line.insert(0, _qti("p", prompt))
    return line


def choice_interaction(prompt: Text, answer: Choices) -> etree._Element:
    return _qti(
        "qti-choice-interaction",
        with_text("qti-prompt", prompt),
        *_simple_choices(answer.options),
        {
            "response-identifier": RESPONSE,
            "shuffle": "true" if answer.shuffle else "false",
            "max-choices": "0" if answer.multiple else "1",
        },
    )


def _simple_choices(options: Iterable[Option]) -> Iterator[etree._Element]:
    for option in options:
        attributes = {"identifier": option.identifier}
        yield with_text("qti-simple-choice", option.text, attributes)


def order_interaction(prompt: Text, answer: Ordering) -> etree._Element:
    # Shuffled always: as written, the choices stand in the right order.
    return _qti(
        "qti-order-interaction",
        with_text("qti-prompt", prompt),
        *_simple_choices(answer.options),
        {"response-identifier": RESPONSE, "shuffle": "true"},
    )


def match_interaction(prompt: Text, answer: Matching) -> etree._Element:
    sides = [
        _qti(
            "qti-simple-match-set",
            *(
                with_text(
                    "qti-simple-associable-choice",
                    option.text,
                    {"identifier": option.identifier, "match-max": most},
                )
                for option in options
            ),
        )
        for options, most in ((answer.left, "1"), (answer.right, "0"))
    ]
    return _qti(
        "qti-match-interaction",
        with_text("qti-prompt", prompt),
        *sides,
        {
            "response-identifier": RESPONSE,
            "shuffle": "true" if answer.shuffle else "false",
            "max-associations": str(len(answer.left)),
        },
    )


def entry(identifier: str, answer: ShortText | Numeric | None = None) -> etree._Element:
    """A field for a text, or for a number where the answer is none."""
    # The same for every answer: a field cut to its length would tell it.
    length = "24" if isinstance(answer, ShortText) else "12"
    return _qti(
        "qti-text-entry-interaction",
        {"response-identifier": identifier, "expected-length": length},
    )


def inline_choice(identifier: str, answer: Choices) -> etree._Element:
    return _qti(
        "qti-inline-choice-interaction",
        *(
            with_text("qti-inline-choice", option.text, {"identifier": option.identifier})
            for option in answer.options
        ),
        {
            "response-identifier": identifier,
            "shuffle": "true" if answer.shuffle else "false",
        },
    )


def fill_gaps(block: etree._Element, interactions: list[etree._Element]) -> None:
    """Put the interactions where the marks of their gaps stand."""
    for element in list(block.iter()):
        element.text = _fill(element.text, element, 0, interactions)
        parent = element.getparent()
        if parent is not None and element is not block:
            place = parent.index(element) + 1
            element.tail = _fill(element.tail, parent, place, interactions)


def _fill(
    text: str | None, parent: etree._Element, place: int, interactions: list[etree._Element]
) -> str | None:
    """The text before the first mark; what comes after it goes into ``parent`` at ``place``."""
    before, *rest = split_at_gaps(text or "")
    if not rest:
        return text
    for step, (number, after) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        interaction = interactions[int(number)]
        interaction.tail = after
        parent.insert(place + step, interaction)
    return before
