"""A single-choice item as QTI 3 XML, written and read.

The rationales are modal feedback: the outcome FEEDBACK takes the response, and each choice has the
feedback of its own identifier. The key's feedback ends with the sentence to remember.

Reading accepts what writing makes and nothing else of QTI: an item that holds more would come out
changed, so it is refused with the line that is to blame.
"""

from itertools import zip_longest
from typing import NamedTuple

from lxml import etree

from item_bank.errors import ContentUnsound
from item_bank.items import IDENTIFIER, Choice, ItemContent, plain_text
from item_bank.qti.documents import (
    XML_LANG,
    Part,
    attribute,
    canonical_hash,
    local_name,
    new_element,
    parse,
    refusal,
    render,
    text_of,
)

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
LANGUAGE = "en-US"
REMEMBER = "remember"
SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def _qti(name: str, *parts: Part) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)


class ChoiceItem(NamedTuple):
    identifier: str
    content: ItemContent


def write_choice(identifier: str, content: ItemContent) -> bytes:
    """The item as a file in UTF-8. Equal content gives equal bytes.

    ``identifier`` is the item's code; raises ContentUnsound where QTI does not allow it.
    """
    if not IDENTIFIER.fullmatch(identifier):
        raise ContentUnsound(f"An item cannot have the identifier {identifier!r}.")
    interaction = _qti(
        "qti-choice-interaction",
        _qti("qti-prompt", content.question),
        *(
            _qti("qti-simple-choice", choice.text, {"identifier": choice.identifier})
            for choice in content.choices
        ),
        {
            "response-identifier": "RESPONSE",
            "shuffle": "true" if content.shuffle else "false",
            "max-choices": "1",
        },
    )
    item = _qti(
        "qti-assessment-item",
        *_declarations(content.key),
        _qti("qti-item-body", *(_qti("p", text) for text in content.situation), interaction),
        _response_processing(),
        *(_feedback(content, choice) for choice in content.choices),
        {
            "identifier": identifier,
            "title": content.title,
            "adaptive": "false",
            "time-dependent": "false",
            XML_LANG: LANGUAGE,
        },
    )
    return render(item)


def _declarations(key: str) -> tuple[etree._Element, ...]:
    return (
        _qti(
            "qti-response-declaration",
            _qti("qti-correct-response", _qti("qti-value", key)),
            {"identifier": "RESPONSE", "cardinality": "single", "base-type": "identifier"},
        ),
        _qti(
            "qti-outcome-declaration",
            _qti("qti-default-value", _qti("qti-value", "0")),
            {
                "identifier": "SCORE",
                "cardinality": "single",
                "base-type": "float",
                "normal-maximum": "1",
            },
        ),
        _qti(
            "qti-outcome-declaration",
            {"identifier": "FEEDBACK", "cardinality": "single", "base-type": "identifier"},
        ),
    )


def _response_processing() -> etree._Element:
    return _qti(
        "qti-response-processing",
        _qti(
            "qti-response-condition",
            _qti(
                "qti-response-if",
                _qti(
                    "qti-match",
                    _qti("qti-variable", {"identifier": "RESPONSE"}),
                    _qti("qti-correct", {"identifier": "RESPONSE"}),
                ),
                _qti(
                    "qti-set-outcome-value",
                    _qti("qti-base-value", "1", {"base-type": "float"}),
                    {"identifier": "SCORE"},
                ),
            ),
        ),
        _qti(
            "qti-set-outcome-value",
            _qti("qti-variable", {"identifier": "RESPONSE"}),
            {"identifier": "FEEDBACK"},
        ),
    )


def _feedback(content: ItemContent, choice: Choice) -> etree._Element:
    paragraphs = [_qti("p", choice.rationale)]
    if choice.identifier == content.key and content.remember:
        paragraphs.append(_qti("p", content.remember, {"class": REMEMBER}))
    return _qti(
        "qti-modal-feedback",
        _qti("qti-content-body", *paragraphs),
        {
            "outcome-identifier": "FEEDBACK",
            "identifier": choice.identifier,
            "show-hide": "show",
        },
    )


def content_hash(xml: bytes) -> str:
    """SHA-256 in hex of the item's canonical XML (C14N); raises QtiError as reading does."""
    return canonical_hash(parse(xml))


def read_choice(xml: bytes) -> ChoiceItem:
    """The item in a file, exactly as ``write_choice`` was given it.

    Raises QtiError, with a line and a sentence, for anything that is not a single-choice item of
    plain text, scored by its key, with a rationale for each choice.
    """
    root = parse(xml)
    if root.tag != f"{{{NAMESPACE}}}qti-assessment-item":
        raise refusal(root, f"The root {root.tag} is no QTI 3 item.")
    identifier = attribute(root, "identifier")
    key = text_of(_first(root, "qti-response-declaration/qti-correct-response/qti-value"))
    body = _first(root, "qti-item-body")
    interaction = _first(body, "qti-choice-interaction")
    rationales, remember = _read_feedbacks(root)
    choices = []
    for choice in _all(interaction, "qti-simple-choice"):
        name = attribute(choice, "identifier")
        if name not in rationales:
            raise refusal(choice, f"The choice {name} has no rationale.")
        choices.append(Choice(name, text_of(choice), rationales[name]))
    try:
        content = ItemContent(
            title=attribute(root, "title"),
            situation=tuple(text_of(paragraph) for paragraph in _all(body, "p")),
            question=text_of(_first(interaction, "qti-prompt")),
            choices=tuple(choices),
            key=key,
            shuffle=attribute(interaction, "shuffle") == "true",
            remember=remember,
        )
        ours = parse(write_choice(identifier, content))
    except ContentUnsound as error:
        raise refusal(body, str(error)) from error
    _refuse_difference(root, ours)
    return ChoiceItem(identifier, content)


def _read_feedbacks(root: etree._Element) -> tuple[dict[str, str], str]:
    rationales = {}
    remember = ""
    for feedback in _all(root, "qti-modal-feedback"):
        for paragraph in _all(feedback, "qti-content-body/p"):
            if paragraph.get("class") == REMEMBER:
                remember = text_of(paragraph)
            else:
                rationales[attribute(feedback, "identifier")] = text_of(paragraph)
    return rationales, remember


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    return root.findall("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))


def _first(root: etree._Element, path: str) -> etree._Element:
    found = _all(root, path)
    if not found:
        raise refusal(root, f"{local_name(root)} has no {path}.")
    return found[0]


def _refuse_difference(theirs: etree._Element, ours: etree._Element) -> None:
    """Raise QtiError at the first element of theirs that writing its content again leaves out."""
    if _own_parts(theirs) != _own_parts(ours):
        sentence = f"This {local_name(theirs)} is not part of a single-choice item as read here."
        raise refusal(theirs, sentence)
    for child, our_child in zip_longest(theirs, ours):
        if child is None:
            sentence = f"{local_name(theirs)} has no {local_name(our_child)} where one belongs."
            raise refusal(theirs, sentence)
        if our_child is None:
            sentence = f"{local_name(theirs)} holds one {local_name(child)} too many."
            raise refusal(child, sentence)
        _refuse_difference(child, our_child)


def _own_parts(part: etree._Element) -> tuple[object, ...]:
    attributes = {name: value for name, value in part.items() if name != SCHEMA_LOCATION}
    return part.tag, attributes, plain_text(part.text or ""), plain_text(part.tail or "")
