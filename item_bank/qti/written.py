"""Questions read back from the items that ``writing`` writes, as far as a table can hold them.

What is read is a guess until it is written again: the caller compares.
"""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from item_bank.errors import ContentUnsound
from item_bank.qti.choice import NAMESPACE, read_choice
from item_bank.qti.documents import attribute, local_name, parse, refusal, text_of
from item_bank.qti.questions import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Choices,
    ExtendedText,
    Gap,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortText,
    gap_mark,
)


def read_written(xml: bytes) -> Question:
    """The question of an item in plain text.

    Raises QtiError, with a line, or ContentUnsound where the item holds markup, partial credit or
    anything else that is not among what ``writing`` makes of plain questions.
    """
    root = parse(xml)
    interactions = [
        one for one in _every(root, "qti-item-body") if local_name(one).endswith("-interaction")
    ]
    if len(interactions) != 1:
        raise refusal(root, f"The item has {len(interactions)} interactions; a row holds one.")
    interaction = interactions[0]
    kind = local_name(interaction).removeprefix("qti-").removesuffix("-interaction")
    if kind == "choice" and interaction.get("max-choices") == "1":
        content = read_choice(xml).content
        options = tuple(Option(c.identifier, c.text, c.rationale) for c in content.choices)
        answer: Answer = Choices(options, (content.key,), shuffle=content.shuffle)
        return Question(
            content.title, content.situation, content.question, answer, content.remember
        )
    if interaction.get("response-identifier") != "RESPONSE":
        answer = Gaps((Gap(_gap_answer(root, interaction, kind)),))
        paragraphs = [_with_gap(one, interaction) for one in _every(root, "p")]
    elif kind == "text-entry":
        answer = _typed(root)
        paragraphs = [text_of(one) for one in _every(root, "p") if not len(one)]
    else:
        answer = _answer(root, interaction, kind)
        prompts = [text_of(one) for one in interaction.iterchildren(f"{{{NAMESPACE}}}qti-prompt")]
        before = root.iterfind(f"{{{NAMESPACE}}}qti-item-body/{{{NAMESPACE}}}p")
        paragraphs = [*(text_of(one) for one in before), *prompts]
    if not paragraphs:
        raise refusal(root, "The item has no text.")
    return Question(attribute(root, "title"), tuple(paragraphs[:-1]), paragraphs[-1], answer)


def _every(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements of a name, or, of the body, all that is inside it."""
    if name == "qti-item-body":
        for body in root.iterchildren(f"{{{NAMESPACE}}}{name}"):
            yield from body.iter(f"{{{NAMESPACE}}}*")
    else:
        yield from root.iterfind(f"{{{NAMESPACE}}}qti-item-body//{{{NAMESPACE}}}{name}")


def _answer(root: etree._Element, interaction: etree._Element, kind: str) -> Answer:
    shuffle = interaction.get("shuffle") == "true"
    if kind == "choice":
        options = tuple(
            Option(option.identifier, option.text, _feedback(root, option.identifier))
            for option in _options(interaction, "qti-simple-choice")
        )
        return Choices(options, tuple(_correct(root)), multiple=True, shuffle=shuffle)
    if kind == "order":
        return Ordering(_options(interaction, "qti-simple-choice"))
    if kind == "match":
        sides = [
            _options(side, "qti-simple-associable-choice")
            for side in interaction.iterchildren(f"{{{NAMESPACE}}}qti-simple-match-set")
        ]
        if len(sides) != 2:
            raise refusal(interaction, "The item does not match two sides.")
        pairs = tuple(
            (left, right) for left, _, right in (value.partition(" ") for value in _correct(root))
        )
        return Matching(sides[0], sides[1], pairs, shuffle)
    if kind == "extended-text":
        lines = interaction.get("expected-lines", "")
        return ExtendedText(int(lines) if lines.isdecimal() else None)
    raise refusal(interaction, f"A row cannot hold a {kind} interaction.")


def _gap_answer(
    root: etree._Element, interaction: etree._Element, kind: str
) -> Choices | ShortText | Numeric:
    if kind == "text-entry":
        return _typed(root)
    if kind != "inline-choice":
        raise refusal(interaction, f"A row cannot hold a {kind} interaction.")
    options = _options(interaction, "qti-inline-choice")
    shuffle = interaction.get("shuffle") == "true"
    return Choices(options, tuple(_correct(root)), shuffle=shuffle)


def _typed(root: etree._Element) -> ShortText | Numeric:
    """What is accepted is in the processing, in its order."""
    texts, numbers = [], []
    for test in root.iterfind(f"{{{NAMESPACE}}}qti-response-processing//{{{NAMESPACE}}}*"):
        name = local_name(test)
        values = [text_of(one) for one in test.iterchildren(f"{{{NAMESPACE}}}qti-base-value")]
        if name == "qti-string-match" and values:
            texts.append(AcceptedText(values[0], match_case=test.get("case-sensitive") == "true"))
        elif name in ("qti-equal", "qti-gte", "qti-lte") and values:
            numbers.append(Decimal(values[0]))
        elif name == "qti-pattern-match":
            raise refusal(test, "A row cannot hold an answer with wildcards.")
    if texts:
        return ShortText(tuple(texts))
    if not numbers:
        raise refusal(root, "The item accepts nothing.")
    low, high = min(numbers), max(numbers)
    value = next((Decimal(one) for one in _correct(root)), low)
    return Numeric((AcceptedNumber(value, low, high),))


def _options(parent: etree._Element, name: str) -> tuple[Option, ...]:
    return tuple(
        Option(attribute(one, "identifier"), text_of(one))
        for one in parent.iterchildren(f"{{{NAMESPACE}}}{name}")
    )


def _correct(root: etree._Element) -> list[str]:
    path = ("qti-response-declaration", "qti-correct-response", "qti-value")
    found = root.iterfind("/".join(f"{{{NAMESPACE}}}{step}" for step in path))
    return [text_of(one) for one in found]


def _feedback(root: etree._Element, identifier: str) -> str:
    for one in root.iterchildren(f"{{{NAMESPACE}}}qti-modal-feedback"):
        if one.get("identifier") == identifier:
            return " ".join(text_of(block) for body in one for block in body)
    return ""


def _with_gap(paragraph: etree._Element, interaction: etree._Element) -> str:
    if interaction.getparent() is not paragraph:
        return text_of(paragraph)
    if len(paragraph) != 1:
        raise ContentUnsound("The paragraph with the gap holds markup.")
    return f"{paragraph.text or ''}{gap_mark(0)}{interaction.tail or ''}"
