"""Choosing from what is there: choice, inline choice, hot text, and putting in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from lxml import etree

from item_bank.qti.contents import ContentReader, Contents, Element, Part
from item_bank.qti.documents import local_name
from item_bank.qti.interactions.parts import (
    SEVERAL,
    SINGLE,
    Choice,
    Interaction,
    limits,
    listed,
    parts_of,
    repeated,
    shared,
    too_few,
    too_many,
    types,
    unknown,
)
from item_bank.qti.reading import NAMESPACE
from item_bank.qti.values import BaseType, Cardinality, Type, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceInteraction(Interaction):
    """``max_choices`` 1 is radio buttons, 0 any number. ``vertical`` unless the writer asks."""

    element: ClassVar[str] = "qti-choice-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.IDENTIFIER)

    choices: tuple[Choice, ...]
    shuffle: bool
    min_choices: int
    max_choices: int
    vertical: bool = True

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=1)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            choices=tuple(
                Choice.read(part, reader) for part in parts_of(element, reader, "qti-simple-choice")
            ),
            shuffle=reader.boolean(element, "shuffle"),
            min_choices=least,
            max_choices=most,
            vertical=_is_vertical(element, reader),
        )

    def impossible(self, value: Value) -> str | None:
        values = listed(value)
        known = (choice.identifier for choice in self.choices)
        return unknown(values, known) or repeated(values) or too_many(values, self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineChoiceInteraction(Interaction):
    """A menu within a line of text; its prompt is not shown as a paragraph but is its label."""

    element: ClassVar[str] = "qti-inline-choice-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.IDENTIFIER)

    choices: tuple[Choice, ...]
    shuffle: bool
    min_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        needed = int(reader.boolean(element, "required"))
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            choices=tuple(
                Choice.read(part, reader) for part in parts_of(element, reader, "qti-inline-choice")
            ),
            shuffle=reader.boolean(element, "shuffle"),
            min_choices=reader.integer(element, "min-choices", needed, most=1),
        )

    def impossible(self, value: Value) -> str | None:
        return unknown(listed(value), (choice.identifier for choice in self.choices))

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hottext(Part):
    """A stretch of text to be chosen."""

    identifier: str
    content: Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class HottextInteraction(Interaction):
    """``content`` holds ``Hottext`` parts somewhere within."""

    element: ClassVar[str] = "qti-hottext-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.IDENTIFIER)

    content: Contents
    min_choices: int
    max_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=1)
        marks = list(element.iter(f"{{{NAMESPACE}}}qti-hottext"))
        if not marks:
            sentence = f"{local_name(element)} has no qti-hottext."
            reader.findings.error(element, "choices_missing", sentence)
        reader.unique((mark.get("identifier", "").strip(), mark) for mark in marks)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            content=reader.contents(element, without=frozenset({"qti-prompt"})),
            min_choices=least,
            max_choices=most,
        )

    @property
    def hottexts(self) -> tuple[Hottext, ...]:
        return tuple(part for part in parts_within(self.content) if isinstance(part, Hottext))

    @property
    def identifiers(self) -> frozenset[str]:
        return frozenset(hottext.identifier for hottext in self.hottexts)

    def impossible(self, value: Value) -> str | None:
        values = listed(value)
        known = (hottext.identifier for hottext in self.hottexts)
        return unknown(values, known) or repeated(values) or too_many(values, self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


def read_hottext(element: etree._Element, reader: ContentReader) -> Hottext:
    return Hottext(identifier=reader.identifier(element), content=reader.contents(element))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInteraction(Interaction):
    """All choices are put in order; with ``max_choices`` above 0, that many of them at most."""

    element: ClassVar[str] = "qti-order-interaction"
    answers: ClassVar[frozenset[Type]] = types([Cardinality.ORDERED], BaseType.IDENTIFIER)

    choices: tuple[Choice, ...]
    shuffle: bool
    min_choices: int
    max_choices: int
    vertical: bool = True

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=0)
        choices = tuple(
            Choice.read(part, reader) for part in parts_of(element, reader, "qti-simple-choice")
        )
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            choices=choices,
            shuffle=reader.boolean(element, "shuffle"),
            min_choices=least,
            max_choices=most,
            vertical=_is_vertical(element, reader),
        )

    def impossible(self, value: Value) -> str | None:
        values = listed(value)
        known = (choice.identifier for choice in self.choices)
        return unknown(values, known) or repeated(values) or too_many(values, self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        partly = self.min_choices or self.max_choices
        return too_few(listed(value), self.min_choices if partly else len(self.choices))


def parts_within(contents: Contents) -> Iterator[Part]:
    """The QTI parts anywhere in the content, in its order, not those inside other parts."""
    for one in contents:
        if isinstance(one, Element):
            yield from parts_within(one.children)
        elif isinstance(one, Part):
            yield one


def _is_vertical(element: etree._Element, reader: ContentReader) -> bool:
    asked = reader.word(element, "orientation", ("vertical", "horizontal"), "vertical")
    return asked == "vertical" and "qti-orientation-horizontal" not in element.get("class", "")
