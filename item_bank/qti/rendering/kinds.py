"""The register: how each interaction is written, and how its fields are read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from item_bank.qti.contents import Contents, Part
from item_bank.qti.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    DrawingInteraction,
    EndAttemptInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    Hottext,
    HottextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    MediaInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from item_bank.qti.items import CandidateItem
from item_bank.qti.reading import names
from item_bank.qti.rendering import choosing, devices, graphic, pairing, writing
from item_bank.qti.rendering.markup import headings_of
from item_bank.qti.rendering.naming import AnswerUnclear, Fault, Fields, FormRead
from item_bank.qti.rendering.page import Manner, Page, attribute
from item_bank.qti.values import Json

RIGHT_TO_LEFT = names("ar arc ckb dv fa he iw ji ku ps sd syr ug ur yi")


class Rendering(NamedTuple):
    write: Callable[[Any, Page], str]
    read: Callable[[Any, Fields], Json]


RENDERINGS: Mapping[type[Interaction], Rendering] = MappingProxyType(
    {
        ChoiceInteraction: Rendering(choosing.render_choice, choosing.read_chosen),
        InlineChoiceInteraction: Rendering(choosing.render_inline_choice, choosing.read_chosen),
        TextEntryInteraction: Rendering(writing.render_text_entry, writing.read_text_entry),
        ExtendedTextInteraction: Rendering(
            writing.render_extended_text, writing.read_extended_text
        ),
        OrderInteraction: Rendering(choosing.render_order, choosing.read_ranks),
        AssociateInteraction: Rendering(pairing.render_associate, pairing.read_pairs),
        MatchInteraction: Rendering(pairing.render_match, pairing.read_matches),
        GapMatchInteraction: Rendering(pairing.render_gap_match, pairing.read_gaps),
        HottextInteraction: Rendering(choosing.render_hottexts, choosing.read_chosen),
        HotspotInteraction: Rendering(graphic.render_hotspots, choosing.read_chosen),
        SelectPointInteraction: Rendering(graphic.render_select_point, graphic.read_points),
        GraphicOrderInteraction: Rendering(graphic.render_graphic_order, choosing.read_ranks),
        GraphicAssociateInteraction: Rendering(
            graphic.render_graphic_associate, pairing.read_pairs
        ),
        GraphicGapMatchInteraction: Rendering(
            graphic.render_graphic_gap_match, graphic.read_graphic_gaps
        ),
        PositionObjectInteraction: Rendering(graphic.render_position_object, graphic.read_points),
        SliderInteraction: Rendering(devices.render_slider, devices.read_slider),
        MediaInteraction: Rendering(devices.render_media, devices.read_plays),
        UploadInteraction: Rendering(devices.render_upload, devices.read_file),
        DrawingInteraction: Rendering(devices.render_drawing, devices.read_file),
        EndAttemptInteraction: Rendering(devices.render_end_attempt, devices.read_pressed),
    }
)

_WITHIN: Mapping[type[Part], Callable[[Any, Page], str]] = MappingProxyType(
    {Hottext: choosing.render_hottext, Gap: pairing.render_gap}
)


def _write_part(page: Page, part: Part) -> str:
    kind = type(part)
    if kind in _WITHIN:
        return _WITHIN[kind](part, page)
    if isinstance(part, Interaction):
        return RENDERINGS[type(part)].write(part, page)
    return ""


def render_item(
    view: CandidateItem,
    responses: Mapping[str, Json] = MappingProxyType({}),
    manner: Manner | None = None,
) -> str:
    """The item as HTML for a form; ``responses`` are what was answered before, as JSON.

    Raises KeyError for an interaction without a rendering; the tests let none be forgotten.
    """
    return _rendered(view.body, view, responses, manner or Manner())


def render_contents(contents: Contents, language: str, manner: Manner | None = None) -> str:
    """Markup that stands by itself, such as feedback after the answer."""
    return _rendered(contents, CandidateItem(language, contents), {}, manner or Manner())


def _rendered(
    contents: Contents, view: CandidateItem, responses: Mapping[str, Json], manner: Manner
) -> str:
    page = Page(
        manner, responses, _numbers(view), _write_part, headings_of(contents, manner.heading)
    )
    language = f' lang="{attribute(view.language)}"' if view.language else ""
    direction = "auto"
    if view.language:
        direction = "rtl" if view.language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
    return f'<div class="item"{language} dir="{direction}">{page.content(contents)}</div>'


def _numbers(view: CandidateItem) -> dict[str, int]:
    return {
        response: number
        for number, response in enumerate(
            dict.fromkeys(interaction.response for interaction in view.interactions), 1
        )
    }


def read_form(view: CandidateItem, fields: Fields, prefix: str = "item") -> FormRead:
    """The responses that a form's fields hold, and what cannot be meant.

    Values are texts as ``Item.read_responses`` takes them; whether they are possible is asked
    there and of the interactions.
    """
    responses: dict[str, Json] = {}
    faults = []
    numbers = _numbers(view)
    for interaction in view.interactions:
        name = interaction.response
        try:
            found = RENDERINGS[type(interaction)].read(interaction, fields)
        except AnswerUnclear as unclear:
            faults.append(Fault(f"{prefix}-{numbers[name]}", name, str(unclear)))
            found = None
        if found is not None or name not in responses:
            responses[name] = found
    return FormRead(responses, tuple(faults))
