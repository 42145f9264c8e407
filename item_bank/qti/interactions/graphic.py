"""Answering in an image: hotspot, select point, graphic order, associate and gap match, position
object."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from lxml import etree

from item_bank.qti.contents import ContentReader
from item_bank.qti.interactions.images import Picture, read_picture
from item_bank.qti.interactions.pairing import (
    Pairable,
    gap_choices,
    impossible_pairs,
    incomplete_pairs,
)
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
    unknown,
)
from item_bank.qti.reading import NAMESPACE, Attributes
from item_bank.qti.values import BaseType, Cardinality, Type, Value


def _image_fields(element: etree._Element, reader: ContentReader) -> dict[str, Any]:
    return {**shared(element, reader), "image": read_picture(element, reader)}


def _hotspots(
    element: etree._Element, reader: ContentReader, name: str = "qti-hotspot-choice"
) -> tuple[Hotspot, ...]:
    return tuple(Hotspot.read(part, reader) for part in parts_of(element, reader, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotspotInteraction(Interaction):
    """Choosing areas of an image."""

    element: ClassVar[str] = "qti-hotspot-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.IDENTIFIER)

    image: Picture
    hotspots: tuple[Hotspot, ...]
    min_choices: int
    max_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=1)
        return cls(
            **_image_fields(element, reader),
            hotspots=_hotspots(element, reader),
            min_choices=least,
            max_choices=most,
        )

    def impossible(self, value: Value) -> str | None:
        values = listed(value)
        known = (hotspot.identifier for hotspot in self.hotspots)
        return unknown(values, known) or repeated(values) or too_many(values, self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicOrderInteraction(Interaction):
    """Putting areas of an image in order."""

    element: ClassVar[str] = "qti-graphic-order-interaction"
    answers: ClassVar[frozenset[Type]] = types([Cardinality.ORDERED], BaseType.IDENTIFIER)

    image: Picture
    hotspots: tuple[Hotspot, ...]
    min_choices: int
    max_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=0)
        return cls(
            **_image_fields(element, reader),
            hotspots=_hotspots(element, reader),
            min_choices=least,
            max_choices=most,
        )

    def impossible(self, value: Value) -> str | None:
        values = listed(value)
        known = (hotspot.identifier for hotspot in self.hotspots)
        return unknown(values, known) or repeated(values) or too_many(values, self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        partly = self.min_choices or self.max_choices
        return too_few(listed(value), self.min_choices if partly else len(self.hotspots))


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicAssociateInteraction(Interaction):
    """Pairing areas of an image with one another."""

    element: ClassVar[str] = "qti-graphic-associate-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.PAIR)

    image: Picture
    hotspots: tuple[Hotspot, ...]
    min_associations: int
    max_associations: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "associations", default_most=1)
        return cls(
            **_image_fields(element, reader),
            hotspots=_hotspots(element, reader, "qti-associable-hotspot"),
            min_associations=least,
            max_associations=most,
        )

    def impossible(self, value: Value) -> str | None:
        return impossible_pairs(
            listed(value), self.hotspots, self.hotspots, self.max_associations, directed=False
        )

    def incomplete(self, value: Value) -> str | None:
        return incomplete_pairs(listed(value), self.hotspots, self.min_associations)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicGapMatchInteraction(Interaction):
    """Putting choices onto areas of an image; a pair is a choice and a hotspot, in this order."""

    element: ClassVar[str] = "qti-graphic-gap-match-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.DIRECTED_PAIR)

    image: Picture
    choices: tuple[PairedChoice, ...]
    hotspots: tuple[Hotspot, ...]
    min_associations: int
    max_associations: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "associations", default_most=0)
        return cls(
            **_image_fields(element, reader),
            choices=gap_choices(element, reader),
            hotspots=_hotspots(element, reader, "qti-associable-hotspot"),
            min_associations=least,
            max_associations=most,
        )

    def impossible(self, value: Value) -> str | None:
        return impossible_pairs(
            listed(value), self.choices, self.hotspots, self.max_associations, directed=True
        )

    def incomplete(self, value: Value) -> str | None:
        both: tuple[Pairable, ...] = (*self.choices, *self.hotspots)
        return incomplete_pairs(listed(value), both, self.min_associations)


def _outside(value: Value, image: Picture) -> str | None:
    """A point beyond the image's edges, where its size is known."""
    for point in listed(value):
        if not isinstance(point, tuple) or not all(isinstance(part, int) for part in point):
            return f"{str(point)[:60]!r} is no point."
        x, y = int(point[0]), int(point[1])
        if (
            x < 0
            or y < 0
            or (image.width and x > image.width)
            or (image.height and y > image.height)
        ):
            return f"The point {x} {y} is outside of the image."
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectPointInteraction(Interaction):
    """Marking points of an image. What areas score is a secret of the response's mapping."""

    element: ClassVar[str] = "qti-select-point-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.POINT)

    image: Picture
    min_choices: int
    max_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        least, most = limits(element, reader, "choices", default_most=1)
        return cls(**_image_fields(element, reader), min_choices=least, max_choices=most)

    def impossible(self, value: Value) -> str | None:
        return _outside(value, self.image) or too_many(listed(value), self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionObjectInteraction(Interaction):
    """Putting copies of the image ``moved`` onto ``stage``.

    A response is the points of the stage on which ``center`` (a point of the moved image) lies.
    """

    element: ClassVar[str] = "qti-position-object-interaction"
    answers: ClassVar[frozenset[Type]] = types(SEVERAL, BaseType.POINT)

    stage: Picture
    moved: Picture
    center: tuple[int, int]
    min_choices: int
    max_choices: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        stage = element.getparent()
        if stage is None or stage.tag != f"{{{NAMESPACE}}}qti-position-object-stage":
            sentence = "A position object interaction stands within a stage."
            reader.findings.error(element, "element_misplaced", sentence)
            stage = element
        moved = read_picture(element, reader)
        least, most = limits(element, reader, "choices", default_most=1)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            stage=read_picture(stage, reader),
            moved=moved,
            center=_center(element, reader, moved),
            min_choices=least,
            max_choices=most,
        )

    def impossible(self, value: Value) -> str | None:
        return _outside(value, self.stage) or too_many(listed(value), self.max_choices)

    def incomplete(self, value: Value) -> str | None:
        return too_few(listed(value), self.min_choices)


def _center(element: etree._Element, reader: Attributes, moved: Picture) -> tuple[int, int]:
    text = element.get("center-point", "").replace(",", " ").split()
    if len(text) == 2 and all(part.isdigit() and len(part) < 6 for part in text):
        return int(text[0]), int(text[1])
    if text:
        sentence = "center-point is two whole numbers with a space between them."
        reader.findings.error(element, "attribute_unsound", sentence)
    return moved.width // 2, moved.height // 2
