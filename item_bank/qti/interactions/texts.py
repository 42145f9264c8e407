"""Typing text or a number: text entry and extended text."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from lxml import etree

from item_bank.errors import ScoringRefused
from item_bank.qti.contents import ContentReader
from item_bank.qti.interactions.parts import (
    SINGLE,
    Interaction,
    listed,
    shared,
    too_few,
    too_many,
    types,
)
from item_bank.qti.patterns import Pattern
from item_bank.qti.values import BaseType, Cardinality, Type, Value

RECORD = Type(Cardinality.RECORD, None)
_WRITTEN = (
    BaseType.STRING,
    BaseType.INTEGER,
    BaseType.FLOAT,
    BaseType.IDENTIFIER,
    BaseType.DURATION,
    BaseType.URI,
    BaseType.INT_OR_IDENTIFIER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInteraction(Interaction):
    """What text entry and extended text have in common.

    ``expected_length`` in characters, 0 where the writer gives none: a hint for the size of the
    field, never a limit. ``pattern_mask`` is an XML Schema pattern that a complete answer matches,
    ``pattern_message`` the writer's sentence for one that does not.
    """

    base: int
    expected_length: int
    pattern_mask: str
    pattern_message: str
    placeholder: str
    text_format: str

    def incomplete(self, value: Value) -> str | None:
        if not self.pattern_mask:
            return None
        pattern = Pattern.read(self.pattern_mask)
        for text in listed(value):
            try:
                is_match = pattern.matches(str(text))
            except ScoringRefused:
                is_match = False
            if not is_match:
                return self.pattern_message or "The answer does not have the form asked for."
        return None


def _text_fields(element: etree._Element, reader: ContentReader) -> dict[str, Any]:
    is_sound = reader.pattern(element, "pattern-mask") is not None
    return {
        **shared(element, reader),
        "base": reader.integer(element, "base", 10, least=2, most=36),
        "expected_length": reader.integer(element, "expected-length", 0),
        "pattern_mask": element.get("pattern-mask", "") if is_sound else "",
        "pattern_message": element.get("data-patternmask-message", ""),
        "placeholder": element.get("placeholder-text", ""),
        "text_format": reader.word(
            element, "format", ("plain", "pre-formatted", "preFormatted", "xhtml"), "plain"
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntryInteraction(TextInteraction):
    """A field within a line of text."""

    element: ClassVar[str] = "qti-text-entry-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], *_WRITTEN) | {RECORD}

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        return cls(**_text_fields(element, reader))

    def impossible(self, value: Value) -> str | None:
        # A line of text takes no line breaks; a browser's field leaves them out.
        if any("\n" in str(text) or "\r" in str(text) for text in listed(value)):
            return "A text entry is one line."
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedTextInteraction(TextInteraction):
    """One large field, or with ``max_strings`` above 1 that many."""

    element: ClassVar[str] = "qti-extended-text-interaction"
    answers: ClassVar[frozenset[Type]] = types(
        [SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED], *_WRITTEN
    ) | {RECORD}

    expected_lines: int
    min_strings: int
    max_strings: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        return cls(
            **_text_fields(element, reader),
            expected_lines=reader.integer(element, "expected-lines", 0),
            min_strings=reader.integer(element, "min-strings", 0),
            max_strings=reader.integer(element, "max-strings", 0),
        )

    def impossible(self, value: Value) -> str | None:
        return too_many(listed(value), self.max_strings)

    def incomplete(self, value: Value) -> str | None:
        # The explicit class: with slots, super() without arguments does not find its cell.
        fault = TextInteraction.incomplete(self, value)
        return fault or too_few([text for text in listed(value) if text != ""], self.min_strings)
