"""Making pairs: associate, match and gap match."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeAlias

from lxml import etree

from item_bank.qti.contents import ContentReader, Contents, Part
from item_bank.qti.documents import local_name
from item_bank.qti.interactions.choosing import parts_within
from item_bank.qti.interactions.parts import (
    SEVERAL,
    Hotspot,
    Interaction,
    PairedChoice,
    limits,
    listed,
    parts_of,
    repeated,
    shared,
    too_few,
    too_many,
    types,
)
from item_bank.qti.reading import NAMESPACE, children
from item_bank.qti.values import BaseType, Scalar, Type, Value

Pairable: TypeAlias = "PairedChoice | Hotspot | Gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateInteraction(Interaction):
    """Any two choices make a pair; which is first does not matter."""

    element: ClassVar[str] = "qti-associate-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.PAIR)

    choices: tuple[PairedChoice, ...]
    shuffle: bool
    min_associations: int
    max_associations: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "associations", default_most=1)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            choices=_choices(element, reader),
            shuffle=reader.boolean(element, "shuffle"),
            min_associations=least,
            max_associations=most,
        )

    def impossible(self, value: Value) -> str | None:
        return impossible_pairs(
            listed(value), self.choices, self.choices, self.max_associations, directed=False
        )

    def incomplete(self, value: Value) -> str | None:
        return incomplete_pairs(listed(value), self.choices, self.min_associations)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchInteraction(Interaction):
    """A pair is one of ``sources`` with one of ``targets``, in this order."""

    element: ClassVar[str] = "qti-match-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.DIRECTED_PAIR)

    sources: tuple[PairedChoice, ...]
    targets: tuple[PairedChoice, ...]
    shuffle: bool
    min_associations: int
    max_associations: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        sets = children(element, "qti-simple-match-set")
        if len(sets) != 2:
            sentence = f"{local_name(element)} has {len(sets)} sets of choices; two belong there."
            reader.findings.error(element, "choices_missing", sentence)
            sets = [*sets, element, element][:2]
        least, most = limits(element, reader, "associations", default_most=1)
        sources, targets = (_choices(one, reader) for one in sets)
        if {one.identifier for one in sources} & {one.identifier for one in targets}:
            sentence = "Both sets of choices have an identifier in common."
            reader.findings.error(element, "identifier_twice", sentence)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            sources=sources,
            targets=targets,
            shuffle=reader.boolean(element, "shuffle"),
            min_associations=least,
            max_associations=most,
        )

    def impossible(self, value: Value) -> str | None:
        return impossible_pairs(
            listed(value), self.sources, self.targets, self.max_associations, directed=True
        )

    def incomplete(self, value: Value) -> str | None:
        both = (*self.sources, *self.targets)
        return incomplete_pairs(listed(value), both, self.min_associations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Part):
    """A place within text that takes one choice."""

    identifier: str
    required: bool = False
    match_group: tuple[str, ...] = ()
    match_max: int = 1
    match_min: int = 0


def read_gap(element: etree._Element, reader: ContentReader) -> Gap:
    required = reader.boolean(element, "required")
    return Gap(
        identifier=reader.identifier(element),
        required=required,
        match_group=tuple(element.get("match-group", "").split()),
        match_min=int(required),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMatchInteraction(Interaction):
    """Choices go into the gaps within ``content``; a pair is a choice and a gap, in this order."""

    element: ClassVar[str] = "qti-gap-match-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.DIRECTED_PAIR)

    choices: tuple[PairedChoice, ...]
    content: Contents
    shuffle: bool
    min_associations: int
    max_associations: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        gaps = list(element.iter(f"{{{NAMESPACE}}}qti-gap"))
        if not gaps:
            sentence = f"{local_name(element)} has no qti-gap."
            reader.findings.error(element, "choices_missing", sentence)
        reader.unique((gap.get("identifier", "").strip(), gap) for gap in gaps)
        least, most = limits(element, reader, "associations", default_most=0)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            choices=gap_choices(element, reader),
            content=reader.contents(
                element, without=frozenset({"qti-prompt", "qti-gap-text", "qti-gap-img"})
            ),
            shuffle=reader.boolean(element, "shuffle"),
            min_associations=least,
            max_associations=most,
        )

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(part for part in parts_within(self.content) if isinstance(part, Gap))

    @property
    def identifiers(self) -> frozenset[str]:
        both: tuple[Pairable, ...] = (*self.choices, *self.gaps)
        return frozenset(one.identifier for one in both)

    def impossible(self, value: Value) -> str | None:
        return impossible_pairs(
            listed(value), self.choices, self.gaps, self.max_associations, directed=True
        )

    def incomplete(self, value: Value) -> str | None:
        return incomplete_pairs(listed(value), (*self.choices, *self.gaps), self.min_associations)


def _choices(element: etree._Element, reader: ContentReader) -> tuple[PairedChoice, ...]:
    found = parts_of(element, reader, "qti-simple-associable-choice")
    return tuple(PairedChoice.read(part, reader) for part in found)


def gap_choices(element: etree._Element, reader: ContentReader) -> tuple[PairedChoice, ...]:
    """Texts and images that go into gaps; an image is content like any other."""
    found = parts_of(element, reader, "qti-gap-text", "qti-gap-img")
    return tuple(PairedChoice.read(part, reader) for part in found)


def impossible_pairs(
    values: Sequence[Scalar],
    firsts: Sequence[Pairable],
    seconds: Sequence[Pairable],
    most: int,
    *,
    directed: bool,
) -> str | None:
    """Why these pairs cannot have been made: unknown, twice, groups, or over a ``match_max``."""
    known_firsts = {one.identifier: one for one in firsts}
    known_seconds = {one.identifier: one for one in seconds}
    counts: Counter[object] = Counter()
    for pair in values:
        if not isinstance(pair, tuple):
            return f"{str(pair)[:60]!r} is no pair."
        first, second = str(pair[0]), str(pair[1])
        if first not in known_firsts or second not in known_seconds:
            return f"'{first} {second}' is none of the possible pairs."
        one, other = known_firsts[first], known_seconds[second]
        if not (_allows(one, other) and _allows(other, one)):
            return f"{first} and {second} do not go together."
        counts.update({first, second} if directed else [first, second])
    every = known_firsts | known_seconds
    return repeated(values) or too_many(values, most) or _paired_too_often(counts, every)


def _allows(one: Pairable, other: Pairable) -> bool:
    """Groups name identifiers (QTI 2.0) or groups that both have (2.1 on)."""
    if not one.match_group:
        return True
    if other.identifier in one.match_group:
        return True
    return bool(set(one.match_group) & set(other.match_group))


def _paired_too_often(counts: Counter[object], every: Mapping[str, Pairable]) -> str | None:
    for identifier, times in counts.items():
        most = every[str(identifier)].match_max
        if most and times > most:
            return f"{identifier} is used {times} times; {most} may be."
    return None


def incomplete_pairs(values: Sequence[Scalar], every: Sequence[Pairable], least: int) -> str | None:
    """What pairs are missing, by ``least`` in all and by each ``match_min``."""
    counts = Counter(part for pair in values if isinstance(pair, tuple) for part in pair)
    for one in every:
        if counts[one.identifier] < one.match_min:
            return f"{one.identifier} is used {counts[one.identifier]} of {one.match_min} times."
    return too_few(values, least)
