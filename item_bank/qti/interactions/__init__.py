"""Where candidates answer: one class an interaction type, all of them safe for a candidate's eyes.

``KINDS`` is the register by QTI 3 name: a name QTI has is there or in ``REFUSED`` with the reason.
``PARTS`` reads whatever of QTI stands within a body.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from item_bank.qti.contents import ContentReader, Part, ReadPart
from item_bank.qti.interactions.choosing import (
    ChoiceInteraction,
    Hottext,
    HottextInteraction,
    InlineChoiceInteraction,
    OrderInteraction,
    parts_within,
    read_hottext,
)
from item_bank.qti.interactions.graphic import (
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
)
from item_bank.qti.interactions.images import Area, Picture, read_area
from item_bank.qti.interactions.other import (
    REFUSED,
    DrawingInteraction,
    EndAttemptInteraction,
    MediaInteraction,
    SliderInteraction,
    UploadInteraction,
)
from item_bank.qti.interactions.pairing import (
    AssociateInteraction,
    Gap,
    GapMatchInteraction,
    MatchInteraction,
    read_gap,
)
from item_bank.qti.interactions.parts import (
    Choice,
    Hotspot,
    Interaction,
    PairedChoice,
)
from item_bank.qti.interactions.texts import ExtendedTextInteraction, TextEntryInteraction
from item_bank.qti.reading import NAMESPACE

__all__ = [
    "KINDS",
    "PARTS",
    "REFUSED",
    "Area",
    "AssociateInteraction",
    "Choice",
    "ChoiceInteraction",
    "DrawingInteraction",
    "EndAttemptInteraction",
    "ExtendedTextInteraction",
    "Gap",
    "GapMatchInteraction",
    "GraphicAssociateInteraction",
    "GraphicGapMatchInteraction",
    "GraphicOrderInteraction",
    "Hotspot",
    "HotspotInteraction",
    "Hottext",
    "HottextInteraction",
    "InlineChoiceInteraction",
    "Interaction",
    "MatchInteraction",
    "MediaInteraction",
    "OrderInteraction",
    "PairedChoice",
    "Picture",
    "PositionObjectInteraction",
    "SelectPointInteraction",
    "SliderInteraction",
    "TextEntryInteraction",
    "UploadInteraction",
    "parts_within",
    "read_area",
]

KINDS: Mapping[str, type[Interaction]] = MappingProxyType(
    {
        kind.element: kind
        for kind in (
            ChoiceInteraction,
            InlineChoiceInteraction,
            TextEntryInteraction,
            ExtendedTextInteraction,
            OrderInteraction,
            AssociateInteraction,
            MatchInteraction,
            GapMatchInteraction,
            HottextInteraction,
            HotspotInteraction,
            SelectPointInteraction,
            GraphicOrderInteraction,
            GraphicAssociateInteraction,
            GraphicGapMatchInteraction,
            PositionObjectInteraction,
            SliderInteraction,
            MediaInteraction,
            UploadInteraction,
            DrawingInteraction,
            EndAttemptInteraction,
        )
    }
)


class Refused(Part):
    """Stands where an interaction is that is not read; the item has an error and is not used."""

    __slots__ = ()


def _refuse(element: etree._Element, reader: ContentReader) -> Part:
    name = etree.QName(element).localname
    reader.findings.error(element, "interaction_refused", f"{name} is refused: {REFUSED[name]}.")
    return Refused()


def _read_stage(element: etree._Element, reader: ContentReader) -> Part:
    name = f"{{{NAMESPACE}}}{PositionObjectInteraction.element}"
    found = element.findall(name)
    if len(found) != 1:
        sentence = f"A stage with {len(found)} interactions is not read; one belongs there."
        reader.findings.error(element, "stage_unsound", sentence)
        return Refused()
    return PositionObjectInteraction.read(found[0], reader)


PARTS: Mapping[str, ReadPart] = MappingProxyType(
    {name: kind.read for name, kind in KINDS.items()}
    | dict.fromkeys(REFUSED, _refuse)
    | {
        "qti-position-object-stage": _read_stage,
        "qti-gap": read_gap,
        "qti-hottext": read_hottext,
    }
)
