"""What an item is, what a candidate sees of it, and how a response is scored.

All text is plain: one line, no markup. A paragraph of the situation is one string.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from item_bank.errors import ContentUnsound, OrderUnsound

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
"""What QTI allows for the identifier of an item or a choice, in ASCII; also an item's code."""

LONGEST_TITLE = 300
"""In characters."""

# XML 1.0 can carry no other characters, not even escaped.
_NOT_IN_XML = re.compile("[^\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_XML_SPACE = re.compile(r"[ \t\r\n]+")


class CognitiveLevel(StrEnum):
    RECALL = "recall"
    APPLY = "apply"
    ANALYSE = "analyse"


class ItemKind(StrEnum):
    """What an item version holds: single choice in plain text (an ``ItemContent``), the kind that
    exams deliver, or any other item of QTI 3.
    """

    SINGLE_CHOICE = "single_choice"
    QTI = "qti"


KINDS_ON_FORMS = frozenset({ItemKind.SINGLE_CHOICE})
"""The kinds that delivery can show and score, so the only ones that go on forms."""


def plain_text(text: str) -> str:
    """Text as content wants it: runs of blanks, tabs and line ends become one space; ends trimmed.

    Other space characters, such as the no-break space, are the writer's and stay.
    """
    return _XML_SPACE.sub(" ", text).strip(" ")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option. The rationale says why it is best, or why it tempts and what it gets wrong."""

    identifier: str
    text: str
    rationale: str


@dataclass(frozen=True, slots=True)
class ItemContent:
    """A single-choice item, whole: it holds the key, so it never leaves for a candidate's browser.

    ``situation`` is paragraphs, none for a bare question. ``key`` is the identifier of the best
    choice. ``remember`` is the sentence that carries beyond the case, shown after practice.
    Raises ContentUnsound where the parts do not fit: fewer than two choices, an identifier used
    twice or not allowed, a key that is no choice, text that is missing or not plain.
    """

    title: str
    situation: tuple[str, ...]
    question: str
    choices: tuple[Choice, ...]
    key: str
    shuffle: bool = True
    remember: str = ""

    def __post_init__(self) -> None:
        identifiers = [choice.identifier for choice in self.choices]
        if len(identifiers) < 2:
            raise ContentUnsound("An item has two choices or more.")
        if len(set(identifiers)) < len(identifiers):
            raise ContentUnsound("Two choices have the same identifier.")
        for identifier in identifiers:
            if not IDENTIFIER.fullmatch(identifier):
                raise ContentUnsound(f"A choice cannot have the identifier {identifier!r}.")
        if self.key not in identifiers:
            raise ContentUnsound(f"The key {self.key!r} is none of the choices.")
        needed = (self.title, self.question, *self.situation, *(c.text for c in self.choices))
        if not all(needed):
            raise ContentUnsound("Title, question, paragraphs and choices have text.")
        if len(self.title) > LONGEST_TITLE:
            raise ContentUnsound(f"The title has over {LONGEST_TITLE} characters.")
        for text in self.texts():
            if text != plain_text(text) or _NOT_IN_XML.search(text):
                raise ContentUnsound(f"This text is not plain text in one line: {text[:60]!r}.")

    def texts(self) -> Iterator[str]:
        """Every text of the item, rationales included."""
        yield self.title
        yield from self.situation
        yield self.question
        for choice in self.choices:
            yield choice.text
            yield choice.rationale
        yield self.remember

    @property
    def stem(self) -> str:
        """Situation and question as one text."""
        return " ".join((*self.situation, self.question))

    @property
    def key_choice(self) -> Choice:
        return next(choice for choice in self.choices if choice.identifier == self.key)

    @property
    def distractors(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.choices if choice.identifier != self.key)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known about an item besides its content.

    ``skill_area`` and ``task`` are codes of framework nodes ("I.A", "I.A.1"). The estimated
    difficulty is the writer's guess of the share of just-qualified candidates who choose the key,
    0 to 1; it is never fed to calibration as data. ``as_of`` is the day the item's facts were true,
    ``review_by`` the last day before somebody looks again. ``enemies`` are codes of items that may
    not stand on the same form.
    """

    code: str
    skill_area: str
    task: str | None = None
    cognitive_level: CognitiveLevel = CognitiveLevel.APPLY
    estimated_difficulty: float | None = None
    source: str = ""
    as_of: date | None = None
    review_by: date | None = None
    enemies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.code):
            raise ContentUnsound(f"An item cannot have the code {self.code!r}.")
        if self.source != plain_text(self.source) or _NOT_IN_XML.search(self.source):
            raise ContentUnsound("The source is not plain text in one line.")
        difficulty = self.estimated_difficulty
        if difficulty is not None and not 0 < difficulty < 1:
            raise ContentUnsound(f"The estimated difficulty {difficulty} is not between 0 and 1.")
        if self.code in self.enemies:
            raise ContentUnsound(f"{self.code} cannot be its own enemy.")


class CandidateChoice(NamedTuple):
    identifier: str
    text: str


@dataclass(frozen=True, slots=True)
class CandidateItem:
    """All that a candidate may see. It has no field for a key, a rationale or the title: the title
    names the decision and so may hint at the answer.
    """

    paragraphs: tuple[str, ...]
    question: str
    choices: tuple[CandidateChoice, ...]


def present(content: ItemContent, order: Sequence[str] | None = None) -> CandidateItem:
    """The candidate's view, with the choices in ``order`` (identifiers; None: as written).

    Raises OrderUnsound unless ``order`` names each choice once.
    """
    texts = {choice.identifier: choice.text for choice in content.choices}
    if order is None:
        order = tuple(texts)
    if sorted(order) != sorted(texts):
        raise OrderUnsound(f"The order {list(order)} does not name each choice once.")
    return CandidateItem(
        paragraphs=content.situation,
        question=content.question,
        choices=tuple(CandidateChoice(identifier, texts[identifier]) for identifier in order),
    )


def score_choice(content: ItemContent, response: str | None) -> int:
    """1 for the key, 0 for all else: another choice, a blank, an identifier that is no choice.

    It is the ``qti-match`` of the item's own response processing, which knows no other outcome.
    """
    return int(response == content.key)
