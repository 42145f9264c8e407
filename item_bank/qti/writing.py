"""Questions as QTI 3 items. Equal questions give equal bytes.

A single choice in plain text is written by ``choice``, byte for byte. The others are laid out
alike: declarations, body, processing, feedback. SCORE goes from 0 to 1.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from item_bank.errors import ContentUnsound
from item_bank.items import IDENTIFIER, Choice, ItemContent
from item_bank.qti.choice import LANGUAGE, NAMESPACE, write_choice
from item_bank.qti.documents import XML_LANG, Part, new_element
from item_bank.qti.questions import (
    Calculated,
    Choices,
    ExtendedText,
    FileUpload,
    Gaps,
    Matching,
    Numeric,
    Ordering,
    Question,
    ShortText,
)
from item_bank.qti.writing_body import (
    RESPONSE,
    block,
    choice_interaction,
    entry,
    fill_gaps,
    inline_choice,
    line,
    match_interaction,
    order_interaction,
    with_text,
)
from item_bank.qti.writing_rules import (
    decimal_text,
    divided,
    first_fit,
    if_correct,
    if_near,
    mapped,
    processing,
    set_outcome,
    variable,
)
from item_bank.qti.writing_variants import (
    declared_variables,
    printed_variables,
    variant_choice,
)

_MIXED = frozenset(
    f"{{{NAMESPACE}}}{name}"
    for name in (
        "qti-prompt",
        "qti-simple-choice",
        "qti-simple-associable-choice",
        "qti-inline-choice",
        "qti-inline-choice-interaction",
        "qti-text-entry-interaction",
    )
)
"""What stands in a text or holds one, so that line ends put into it would show."""


def write_question(identifier: str, question: Question) -> bytes:
    """The item as a file in UTF-8; ``identifier`` is its code.

    Raises ContentUnsound for an identifier that QTI does not allow and for characters that XML
    cannot carry.
    """
    if not IDENTIFIER.fullmatch(identifier):
        raise ContentUnsound(f"An item cannot have the identifier {identifier!r}.")
    content = as_content(question)
    if content is not None:
        return write_choice(identifier, content)
    try:
        item = _qti(
            "qti-assessment-item",
            *_parts(question),
            {
                "identifier": identifier,
                "title": question.title,
                "adaptive": "false",
                "time-dependent": "false",
                XML_LANG: LANGUAGE,
            },
        )
    except ValueError as error:
        raise ContentUnsound("A text holds a character that no file can carry.") from error
    _indent(item, "\n")
    return etree.tostring(item, xml_declaration=True, encoding="UTF-8") + b"\n"


def as_content(question: Question) -> ItemContent | None:
    """The question as the single-choice item that exams deliver, or None where it is another kind.

    It is one where all text is plain, one option is right and there is no partial credit.
    """
    answer = question.answer
    if not isinstance(answer, Choices) or answer.multiple or answer.partial:
        return None
    situation = tuple(text for text in question.situation if isinstance(text, str))
    choices = tuple(
        Choice(option.identifier, option.text, option.feedback)
        for option in answer.options
        if isinstance(option.text, str) and isinstance(option.feedback, str)
    )
    if (
        len(situation) < len(question.situation)
        or len(choices) < len(answer.options)
        or not isinstance(question.prompt, str)
    ):
        return None
    return ItemContent(
        title=question.title,
        situation=situation,
        question=question.prompt,
        choices=choices,
        key=answer.keys[0],
        shuffle=answer.shuffle,
        remember=question.remember,
    )


def _qti(name: str, *parts: Part) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)


def _parts(question: Question) -> Iterator[etree._Element]:
    match question.answer:
        case Choices() as answer:
            yield _declare_choices(RESPONSE, answer)
            yield _score()
            yield _qti(
                "qti-outcome-declaration",
                {
                    "identifier": "FEEDBACK",
                    "cardinality": "multiple" if answer.multiple else "single",
                    "base-type": "identifier",
                },
            )
            yield _body(question, choice_interaction(question.prompt, answer))
            yield processing(
                set_outcome(mapped(RESPONSE)) if answer.partial else if_correct(RESPONSE),
                set_outcome(variable(RESPONSE), "FEEDBACK"),
            )
            yield from _feedbacks(question, answer)
        case ShortText() | Numeric() as answer:
            yield _declare_typed(RESPONSE, answer)
            yield _score()
            yield _body(question, line(question.prompt, entry(RESPONSE, answer)))
            yield processing(first_fit(RESPONSE, answer))
        case Matching() as answer:
            pairs = [f"{left} {right}" for left, right in answer.pairs]
            mapping = _mapping((pair, Decimal(1)) for pair in pairs)
            yield _declare(RESPONSE, "multiple", "directedPair", pairs, mapping)
            yield _score()
            yield _body(question, match_interaction(question.prompt, answer))
            yield processing(set_outcome(divided(mapped(RESPONSE), len(pairs))))
        case Ordering() as answer:
            order = [option.identifier for option in answer.options]
            yield _declare(RESPONSE, "ordered", "identifier", order)
            yield _score()
            yield _body(question, order_interaction(question.prompt, answer))
            yield processing(if_correct(RESPONSE))
        case Gaps() as answer:
            yield from _gap_parts(question, answer)
        case ExtendedText() as answer:
            yield _declare(RESPONSE, "single", "string", [])
            score = _score()
            score.set("external-scored", "human")
            yield score
            attributes = {"response-identifier": RESPONSE}
            if answer.lines:
                attributes["expected-lines"] = str(answer.lines)
            prompt = with_text("qti-prompt", question.prompt)
            yield _body(question, _qti("qti-extended-text-interaction", prompt, attributes))
        case FileUpload():
            yield from _upload_parts(question)
        case Calculated() as answer:
            yield from _calculated_parts(question, answer)


def _declare(
    identifier: str,
    cardinality: str,
    base_type: str,
    values: Iterable[str],
    *mapping: etree._Element,
) -> etree._Element:
    correct = [_qti("qti-value", value) for value in values]
    return _qti(
        "qti-response-declaration",
        *([_qti("qti-correct-response", *correct)] if correct else []),
        *mapping,
        {"identifier": identifier, "cardinality": cardinality, "base-type": base_type},
    )


def _declare_choices(identifier: str, answer: Choices) -> etree._Element:
    shares = [(option.identifier, option.credit) for option in answer.options if option.credit]
    return _declare(
        identifier,
        "multiple" if answer.multiple else "single",
        "identifier",
        answer.keys,
        *([_mapping(shares, **{"upper-bound": "1"})] if answer.partial else []),
    )


def _declare_typed(identifier: str, answer: ShortText | Numeric) -> etree._Element:
    if isinstance(answer, ShortText):
        best = next(accepted for accepted in answer.accepted if accepted.credit == 1)
        return _declare(identifier, "single", "string", [best.text])
    number = next(accepted for accepted in answer.accepted if accepted.credit == 1)
    return _declare(identifier, "single", "float", [decimal_text(number.value)])


def _mapping(shares: Iterable[tuple[str, Decimal]], **bounds: str) -> etree._Element:
    return _qti(
        "qti-mapping",
        *(
            _qti("qti-map-entry", {"map-key": key, "mapped-value": decimal_text(share)})
            for key, share in shares
        ),
        {"default-value": "0", "lower-bound": "0"} | bounds,
    )


def _score() -> etree._Element:
    return _qti(
        "qti-outcome-declaration",
        _qti("qti-default-value", _qti("qti-value", "0")),
        {
            "identifier": "SCORE",
            "cardinality": "single",
            "base-type": "float",
            "normal-maximum": "1",
        },
    )


def _body(question: Question, *last: etree._Element) -> etree._Element:
    return _qti("qti-item-body", *(block(text) for text in question.situation), *last)


def _upload_parts(question: Question) -> Iterator[etree._Element]:
    response = {"identifier": RESPONSE, "cardinality": "single", "base-type": "file"}
    yield _qti("qti-response-declaration", response)
    score = _score()
    score.set("external-scored", "human")
    yield score
    prompt = with_text("qti-prompt", question.prompt)
    named = {"response-identifier": RESPONSE}
    yield _body(question, _qti("qti-upload-interaction", prompt, named))


def _calculated_parts(question: Question, answer: Calculated) -> Iterator[etree._Element]:
    yield _declare(RESPONSE, "single", "float", [])
    yield _score()
    yield from declared_variables(answer)
    yield variant_choice(answer)
    body = _body(question, line(question.prompt, entry(RESPONSE)))
    fill_gaps(body, printed_variables(answer))
    yield body
    yield processing(if_near(RESPONSE, answer.tolerance, percent=answer.percent))


def _gap_parts(question: Question, answer: Gaps) -> Iterator[etree._Element]:
    interactions, rules = [], []
    for number, gap in enumerate(answer.gaps):
        identifier = f"{RESPONSE}_{number + 1}"
        match gap.answer:
            case Choices() as choices:
                yield _declare_choices(identifier, choices)
                interactions.append(inline_choice(identifier, choices))
            case ShortText() | Numeric() as typed:
                yield _declare_typed(identifier, typed)
                interactions.append(entry(identifier, typed))
        rules.append(first_fit(identifier, gap.answer, gap.weight))
    yield _score()
    blocks = [block(text) for text in question.situation]
    blocks.append(with_text("p" if isinstance(question.prompt, str) else "div", question.prompt))
    for one in blocks:
        fill_gaps(one, interactions)
    yield _qti("qti-item-body", *blocks)
    total = sum(gap.weight for gap in answer.gaps)
    if total > 1:
        rules.append(set_outcome(divided(variable("SCORE"), total)))
    yield processing(*rules)


def _feedbacks(question: Question, answer: Choices) -> Iterator[etree._Element]:
    for option in answer.options:
        blocks: list[etree._Element] = []
        if option.feedback:
            blocks.append(with_text("div", option.feedback))
        if question.remember and option.identifier in answer.keys:
            blocks.append(_qti("p", question.remember, {"class": "remember"}))
        if blocks:
            yield _qti(
                "qti-modal-feedback",
                _qti("qti-content-body", *blocks),
                {
                    "outcome-identifier": "FEEDBACK",
                    "identifier": option.identifier,
                    "show-hide": "show",
                },
            )


def _indent(element: etree._Element, margin: str) -> None:
    """Lay out the elements of QTI one a line; texts with their markup stay as they are."""
    if not len(element) or element.tag in _MIXED or "}qti-" not in str(element.tag):
        return
    inner = margin + "  "
    element.text = inner
    for child in element:
        _indent(child, inner)
        child.tail = inner
    element[-1].tail = margin
