"""Slider, media, upload, drawing and the button that ends an attempt; what is refused, and why."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from lxml import etree

from item_bank.qti.contents import ContentReader, Contents
from item_bank.qti.interactions.images import Picture, read_picture
from item_bank.qti.interactions.parts import (
    SINGLE,
    Interaction,
    listed,
    shared,
    types,
)
from item_bank.qti.reading import NAMESPACE
from item_bank.qti.values import BaseType, Type, Value

REFUSED = {
    "qti-custom-interaction": "its meaning is known only to the system that made it",
    "qti-portable-custom-interaction": "it brings program code that would run in the browser",
}
"""Interactions that are not read: QTI's names, and why as the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderInteraction(Interaction):
    """``step`` 0 is without steps, for numbers with decimals only."""

    element: ClassVar[str] = "qti-slider-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.INTEGER, BaseType.FLOAT)

    lower: float
    upper: float
    step: int
    step_label: bool
    vertical: bool
    reverse: bool

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        lower = reader.needed_number(element, "lower-bound")
        upper = reader.needed_number(element, "upper-bound")
        if lower >= upper:
            sentence = f"The slider goes from {lower:g} to {upper:g}."
            reader.findings.error(element, "limits_unsound", sentence)
        orientation = reader.word(element, "orientation", ("vertical", "horizontal"), "horizontal")
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            lower=lower,
            upper=upper,
            step=reader.integer(element, "step", 0),
            step_label=reader.boolean(element, "step-label"),
            vertical=orientation == "vertical",
            reverse=reader.boolean(element, "reverse"),
        )

    def impossible(self, value: Value) -> str | None:
        for number in listed(value):
            if not isinstance(number, int | float) or not self.lower <= number <= self.upper:
                return f"{str(number)[:60]} is not from {self.lower:g} to {self.upper:g}."
            steps = (number - self.lower) / self.step if self.step else 0
            if abs(steps - round(steps)) > 1e-9:
                return f"{number:g} is between two steps."
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInteraction(Interaction):
    """A sound or film (``media``: an audio, video or object element); the response counts plays.

    ``max_plays`` 0 is no limit.
    """

    element: ClassVar[str] = "qti-media-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.INTEGER)

    media: Contents
    autostart: bool
    loop: bool
    min_plays: int
    max_plays: int

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        names = ("audio", "video", "object", "img")
        if not any(element.find(f".//{{{NAMESPACE}}}{name}") is not None for name in names):
            sentence = "The media interaction has no audio, video or object."
            reader.findings.error(element, "media_missing", sentence)
        fields: Any = shared(element, reader)
        return cls(
            **fields,
            media=reader.contents(element, without=frozenset({"qti-prompt"})),
            autostart=reader.boolean(element, "autostart"),
            loop=reader.boolean(element, "loop"),
            min_plays=reader.integer(element, "min-plays", 0),
            max_plays=reader.integer(element, "max-plays", 0),
        )

    def impossible(self, value: Value) -> str | None:
        for plays in listed(value):
            if not isinstance(plays, int) or plays < 0:
                return f"{str(plays)[:60]} is no count of plays."
            if self.max_plays and plays > self.max_plays:
                return f"It was played {plays} times; {self.max_plays} may be."
        return None

    def incomplete(self, value: Value) -> str | None:
        plays = next(iter(listed(value)), 0)
        if isinstance(plays, int) and plays < self.min_plays:
            return f"It was played {plays} of at least {self.min_plays} times."
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadInteraction(Interaction):
    """Handing in a file; ``media_types`` are those accepted, none given: any."""

    element: ClassVar[str] = "qti-upload-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.FILE)

    media_types: tuple[str, ...]

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        fields: Any = shared(element, reader)
        return cls(**fields, media_types=tuple(element.get("type", "").replace(",", " ").split()))

    def impossible(self, value: Value) -> str | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingInteraction(Interaction):
    """Changing an image; the response is a file with the image drawn."""

    element: ClassVar[str] = "qti-drawing-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.FILE)

    image: Picture

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        fields: Any = shared(element, reader)
        return cls(**fields, image=read_picture(element, reader))

    def impossible(self, value: Value) -> str | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAttemptInteraction(Interaction):
    """A button with the words ``title``; true is the response when it was pressed."""

    element: ClassVar[str] = "qti-end-attempt-interaction"
    answers: ClassVar[frozenset[Type]] = types([SINGLE], BaseType.BOOLEAN)

    title: str
    counts_attempt: bool

    @classmethod
    def read(cls, element: etree._Element, reader: ContentReader) -> Self:
        fields: Any = shared(element, reader)
        title = element.get("title", "").strip()
        if not title:
            sentence = "The button that ends the attempt has no title."
            reader.findings.error(element, "attribute_missing", sentence)
        return cls(
            **fields,
            title=title,
            counts_attempt=reader.boolean(element, "count-attempt", default=True),
        )

    def impossible(self, value: Value) -> str | None:
        return None
