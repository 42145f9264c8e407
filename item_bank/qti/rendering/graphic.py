"""The interactions in an image as fields: each works from the list beside the image alone."""

from item_bank.qti.interactions import (
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
    HotspotInteraction,
    Picture,
    PositionObjectInteraction,
    SelectPointInteraction,
)
from item_bank.qti.rendering.choosing import ask, order_hint, ranks, tick, words_of
from item_bank.qti.rendering.naming import AnswerUnclear, Fields, field_name, given, how_many
from item_bank.qti.rendering.page import Page, attribute, text
from item_bank.qti.rendering.pairing import (
    bank_entry,
    pair_rows,
    place_menu,
    read_places,
    row_count,
)
from item_bank.qti.rendering.pictures import framed, size_of, words_of_area
from item_bank.qti.values import Json

MOST_POINTS = 10
"""Points that can be marked where the writer sets no limit."""
MOST_IN_AREA = 6
"""Choices that an area takes where the writer sets no limit."""


def _areas(hotspots: tuple[Hotspot, ...]) -> dict[str, str]:
    """What each area is called."""
    return {
        hotspot.identifier: words_of_area(hotspot, number)
        for number, hotspot in enumerate(hotspots, 1)
    }


def render_hotspots(interaction: HotspotInteraction, page: Page) -> str:
    chosen = page.answered(interaction)
    kind = tick(interaction.max_choices)
    name = attribute(field_name(interaction))
    rows = "".join(
        f'<div class="option"><label><input type="{kind}" name="{name}"'
        f' value="{attribute(identifier)}"{" checked" if identifier in chosen else ""}>'
        f"<span>{text(words)}</span></label></div>"
        for identifier, words in _areas(interaction.hotspots).items()
    )
    inside = (
        f"{framed(interaction.image, page, interaction.hotspots)}"
        f'<div class="options beside">{rows}</div>'
    )
    hint = ask(interaction.min_choices, interaction.max_choices)
    return page.frame(interaction, "hotspot", inside, hint, most=interaction.max_choices)


def render_graphic_order(interaction: GraphicOrderInteraction, page: Page) -> str:
    words = _areas(interaction.hotspots)
    shown = {identifier: text(name) for identifier, name in words.items()}
    most = interaction.max_choices or len(words)
    return page.frame(
        interaction,
        "graphic-order",
        framed(interaction.image, page, interaction.hotspots)
        + ranks(interaction, page, shown, words, most),
        order_hint(interaction.min_choices, interaction.max_choices, len(words)),
        most=most,
    )


def render_graphic_associate(interaction: GraphicAssociateInteraction, page: Page) -> str:
    words = _areas(interaction.hotspots)
    bank = "".join(
        bank_entry(hotspot, words[hotspot.identifier], text(words[hotspot.identifier]))
        for hotspot in interaction.hotspots
    )
    count = row_count(interaction.max_associations, interaction.hotspots)
    inside = (
        framed(interaction.image, page, interaction.hotspots)
        + f'<ul class="bank" data-bank>{bank}</ul>'
        + pair_rows(interaction, page, words, count)
    )
    hint = how_many("Make", interaction.min_associations, interaction.max_associations, "pairs")
    return page.frame(
        interaction,
        "graphic-associate",
        inside,
        page.hint(interaction, hint, "Make pairs of areas."),
        most=interaction.max_associations,
    )


def render_graphic_gap_match(interaction: GraphicGapMatchInteraction, page: Page) -> str:
    words = words_of(interaction.choices)
    areas = _areas(interaction.hotspots)
    bank = "".join(
        bank_entry(choice, words[choice.identifier], page.content(choice.content))
        for choice in interaction.choices
    )
    rows = []
    for hotspot in interaction.hotspots:
        label = areas[hotspot.identifier]
        count = min(hotspot.match_max or len(interaction.choices), MOST_IN_AREA)
        menu = place_menu(interaction, page, hotspot, label, interaction.choices, words, count)
        rows.append(
            f'<li data-place="{attribute(hotspot.identifier)}" data-words="{attribute(label)}">'
            f'<span class="shown">{text(label)}</span> {menu}</li>'
        )
    inside = (
        f'<ul class="bank" data-bank>{bank}</ul>'
        + framed(interaction.image, page, interaction.hotspots)
        + f'<ul class="places">{"".join(rows)}</ul>'
    )
    hint = how_many("Place", interaction.min_associations, interaction.max_associations)
    return page.frame(
        interaction,
        "graphic-gap-match",
        inside,
        page.hint(interaction, hint, "Place the choices on the picture."),
        most=interaction.max_associations,
    )


def read_graphic_gaps(interaction: GraphicGapMatchInteraction, fields: Fields) -> Json:
    return read_places(interaction, [one.identifier for one in interaction.hotspots], fields)


# ---- points


def render_select_point(interaction: SelectPointInteraction, page: Page) -> str:
    hint = how_many("Mark", interaction.min_choices, interaction.max_choices, "points")
    return page.frame(
        interaction,
        "select-point",
        framed(interaction.image, page)
        + _points(interaction, page, interaction.image, "Point", interaction.max_choices),
        page.hint(interaction, hint, "Mark a point in the picture."),
        most=interaction.max_choices or MOST_POINTS,
        noun="Point",
    )


def render_position_object(interaction: PositionObjectInteraction, page: Page) -> str:
    moved = interaction.moved
    address = page.served(moved.source)
    hint = how_many("Place", interaction.min_choices, interaction.max_choices, "objects")
    what = moved.alternative or "the object"
    return page.frame(
        interaction,
        "position-object",
        f'<p class="source">{page.image(moved.source, what)}</p>'
        + framed(interaction.stage, page)
        + _points(interaction, page, interaction.stage, "Object", interaction.max_choices),
        page.hint(interaction, hint, f"Place in the picture: {what}."),
        most=interaction.max_choices or MOST_POINTS,
        noun="Object",
        moved=address,
        moved_width=moved.width or None,
        moved_height=moved.height or None,
        center=" ".join(map(str, interaction.center)),
    )


def _points(
    interaction: SelectPointInteraction | PositionObjectInteraction,
    page: Page,
    picture: Picture,
    noun: str,
    most: int,
) -> str:
    """Two numbers for each point, in pixels of the image from its upper left corner."""
    width, height = size_of(picture)
    answered = [point.split() for point in page.answered(interaction)]
    rows = []
    for number in range(1, (most or MOST_POINTS) + 1):
        point = answered[number - 1] if number <= len(answered) else []
        fields = []
        for place, (axis, words, limit) in enumerate(
            (("x", "across", picture.width and width), ("y", "down", picture.height and height))
        ):
            value = point[place] if place < len(point) else ""
            limited = f' max="{limit}"' if limit else ""
            fields.append(
                f'<label>{words} <input type="number" min="0"{limited} step="1"'
                f' name="{attribute(field_name(interaction, str(number), axis))}"'
                f' aria-label="{noun} {number}, {words}" value="{attribute(value)}"></label>'
            )
        rows.append(f'<li><span class="shown">{noun} {number}</span> {" ".join(fields)}</li>')
    return f'<ol class="points" data-native>{"".join(rows)}</ol>'


def read_points(
    interaction: SelectPointInteraction | PositionObjectInteraction, fields: Fields
) -> Json:
    """Raises AnswerUnclear for half a point."""
    points = []
    for number in range(1, (interaction.max_choices or MOST_POINTS) + 1):
        x, y = (given(fields, field_name(interaction, str(number), axis)) for axis in ("x", "y"))
        if bool(x) != bool(y):
            raise AnswerUnclear(f"Point {number} has one number only. Give both, or none.")
        if x:
            points.append(f"{x[0]} {y[0]}")
    return points or None
