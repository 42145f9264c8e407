"""What interactions are made of, and the questions that all of them answer.

All of this may go to a candidate: keys, mappings and feedback stand elsewhere, and no class here
has a field for one.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from lxml import etree

from item_bank.qti.contents import ContentReader, Contents, Part
from item_bank.qti.documents import local_name
from item_bank.qti.interactions.images import Area, read_area
from item_bank.qti.reading import children, names
from item_bank.qti.values import BaseType, Cardinality, Scalar, Type, Value

SINGLE = Cardinality.SINGLE
SEVERAL = (Cardinality.SINGLE, Cardinality.MULTIPLE)
MOST_CHOICES = 150


class Identified(Protocol):
    @property
    def identifier(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Part, ABC):
    """One place where a candidate answers.

    ``response`` is the identifier of the response variable. ``classes`` and ``data`` are the
    writer's wishes for the presentation, from QTI's shared vocabulary. ``label`` is the writer's
    ``aria-label`` or ``label``, empty where there is none.
    """

    element: ClassVar[str]
    """The name in QTI 3."""
    answers: ClassVar[frozenset[Type]]
    """The types that the response variable may have."""

    response: str
    element_id: str = ""
    classes: tuple[str, ...] = ()
    label: str = ""
    data: tuple[tuple[str, str], ...] = ()
    prompt: Contents = ()

    @classmethod
    @abstractmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self: ...

    @abstractmethod
    def impossible(self, value: Value) -> str | None:
        """Why no candidate can have made this response here, as a sentence; None where one can.

        ``value`` has the type of the response variable.
        """

    @property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that a response can name; none where it names nothing."""
        named: list[Sequence[Identified]] = [
            getattr(self, field, ()) for field in ("choices", "sources", "targets", "hotspots")
        ]
        return frozenset(one.identifier for several in named for one in several)

    def incomplete(self, value: Value) -> str | None:
        """What is missing before the response is complete by the writer's rules, or None.

        An incomplete response is stored and scored as any other.
        """
        return None


def types(cardinalities: Iterable[Cardinality], *bases: BaseType) -> frozenset[Type]:
    return frozenset(Type(cardinality, base) for cardinality in cardinalities for base in bases)


def shared(element: etree._Element, reader: ContentReader) -> dict[str, object]:
    """The fields that every interaction has, for the constructor."""
    return {
        "response": reader.identifier(element, "response-identifier"),
        "element_id": element.get("id", ""),
        "classes": tuple(element.get("class", "").split()),
        "label": element.get("aria-label", element.get("label", "")),
        "data": tuple(
            (name, value)
            for name, value in element.items()
            if isinstance(name, str) and name.startswith("data-") and name in VOCABULARY
        ),
        "prompt": reader.prompt(element),
    }


VOCABULARY = names(
    """
    data-choices-container-width data-item-bank-location data-max-selections-message
    data-min-selections-message data-patternmask-message data-prompt
    data-first-column-header data-spoken-min data-spoken-max
    """
)
"""QTI's data attributes for presentation; others could hold anything."""


def parts_of(element: etree._Element, reader: ContentReader, *names: str) -> list[etree._Element]:
    """The choices, hotspots and so on below; errors for none, too many and equal identifiers."""
    found = children(element, *names)
    if not found:
        sentence = f"{local_name(element)} has no {names[0]}."
        reader.findings.error(element, "choices_missing", sentence)
    if len(found) > MOST_CHOICES:
        sentence = f"{local_name(element)} has over {MOST_CHOICES} choices."
        reader.findings.error(element, "choices_too_many", sentence)
        found = found[:MOST_CHOICES]
    reader.unique((part.get("identifier", "").strip(), part) for part in found)
    return [part for part in found if reader.scope.shows_template(part)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``fixed`` keeps its place when choices are shuffled."""

    identifier: str
    content: Contents
    fixed: bool = False

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        return cls(
            identifier=reader.identifier(element),
            content=reader.contents(element),
            fixed=reader.boolean(element, "fixed"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChoice(Choice):
    """A choice that is paired ``match_min`` to ``match_max`` times (0: any number of times).

    ``match_group`` names the choices it can be paired with; empty: all.
    """

    match_max: int
    match_min: int = 0
    match_group: tuple[str, ...] = ()

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        return cls(
            identifier=reader.identifier(element),
            content=reader.contents(element),
            fixed=reader.boolean(element, "fixed"),
            match_max=reader.integer(element, "match-max", 1),
            match_min=reader.integer(element, "match-min", 0),
            match_group=tuple(element.get("match-group", "").split()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotspot:
    """An area of an image to be chosen; ``label`` says in words what it is, where the writer did.

    ``match_max`` and ``match_min`` count where hotspots are paired, as for ``PairedChoice``.
    """

    identifier: str
    area: Area
    label: str = ""
    match_max: int = 0
    match_min: int = 0
    match_group: tuple[str, ...] = ()

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        return cls(
            identifier=reader.identifier(element),
            area=read_area(element, reader),
            label=element.get("aria-label", element.get("hotspot-label", "")),
            match_max=reader.integer(element, "match-max", 0),
            match_min=reader.integer(element, "match-min", 0),
            match_group=tuple(element.get("match-group", "").split()),
        )


def listed(value: Value) -> list[Scalar]:
    """The values of a single or a container as a list."""
    if value is None or isinstance(value, dict):
        return []
    return value if isinstance(value, list) else [value]


def unknown(values: Iterable[Scalar], known: Iterable[str]) -> str | None:
    """A sentence for the first identifier that is none of ``known``."""
    allowed = set(known)
    for value in values:
        if value not in allowed:
            return f"{str(value)[:60]!r} is none of the choices."
    return None


def repeated(values: Sequence[Scalar]) -> str | None:
    for value, times in Counter(values).items():
        if times > 1:
            return f"{str(value)[:60]!r} is chosen {times} times."
    return None


def too_many(values: Sequence[Scalar], most: int) -> str | None:
    """``most`` 0 is no limit, as QTI has it."""
    if most and len(values) > most:
        return f"{len(values)} are chosen; {most} may be."
    return None


def too_few(values: Sequence[Scalar], least: int) -> str | None:
    if len(values) < least:
        return f"{len(values)} of at least {least} are chosen."
    return None


def limits(
    element: etree._Element, reader: ContentReader, noun: str, default_most: int
) -> tuple[int, int]:
    """``min-<noun>`` and ``max-<noun>``; a warning where the least is above the most."""
    least = reader.integer(element, f"min-{noun}", 0)
    most = reader.integer(element, f"max-{noun}", default_most)
    if most and least > most:
        sentence = f"min-{noun} is {least}, above max-{noun}, which is {most}."
        reader.findings.warning(element, "limits_unsound", sentence)
        least = most
    return least, most
