"""Slider, media, upload, drawing and the button that ends an attempt as fields."""

from item_bank.qti.interactions import (
    DrawingInteraction,
    EndAttemptInteraction,
    MediaInteraction,
    SliderInteraction,
    UploadInteraction,
)
from item_bank.qti.rendering.naming import Fields, field_name, given
from item_bank.qti.rendering.page import Page, attribute, text
from item_bank.qti.rendering.pictures import framed
from item_bank.qti.values import Json

FEWEST_WHOLE = 5
"""A slider without a step goes by whole numbers if its range has at least so many."""


def render_slider(interaction: SliderInteraction, page: Page) -> str:
    """A number, blank until it is answered: a slider alone always has a value."""
    lower, upper = interaction.lower, interaction.upper
    value = next(iter(page.answered(interaction)), "")
    whole = lower == int(lower) and upper == int(upper) and upper - lower >= FEWEST_WHOLE
    step = str(interaction.step or (1 if whole else "any"))
    label = f"A number from {lower:g} to {upper:g}"
    field = (
        f'<label class="number"><span>{label}</span> <input type="number" min="{lower:g}"'
        f' max="{upper:g}" step="{step}" name="{attribute(field_name(interaction))}"'
        f' value="{attribute(value)}"></label>'
    )
    return page.frame(
        interaction,
        "slider",
        field,
        vertical="yes" if interaction.vertical else None,
        reverse="yes" if interaction.reverse else None,
        labelled="yes" if interaction.step_label else None,
    )


def read_slider(interaction: SliderInteraction, fields: Fields) -> Json:
    return next(iter(given(fields, field_name(interaction))), None)


def render_media(interaction: MediaInteraction, page: Page) -> str:
    """The script counts plays; without one the response stays blank."""
    value = next(iter(page.answered(interaction)), "")
    most, least = interaction.max_plays, interaction.min_plays
    hints = []
    if least:
        hints.append(f"Play it at least {_times(least)}.")
    if most:
        hints.append(f"You can play it {_times(most)}.")
    inside = (
        f'<div class="media">{page.content(interaction.media)}</div>'
        f'<input type="hidden" name="{attribute(field_name(interaction))}"'
        f' value="{attribute(value)}">'
    )
    return page.frame(interaction, "media", inside, " ".join(hints), most=most)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def read_plays(interaction: MediaInteraction, fields: Fields) -> Json:
    return next(iter(given(fields, field_name(interaction))), None)


def render_upload(interaction: UploadInteraction, page: Page) -> str:
    accepted = ",".join(interaction.media_types)
    return page.frame(interaction, "upload", _file(interaction, page, "Your file", accepted))


def render_drawing(interaction: DrawingInteraction, page: Page) -> str:
    """Without a script a picture made elsewhere is handed in."""
    inside = framed(interaction.image, page)
    inside += _file(interaction, page, "A picture file with your drawing", "image/png,image/jpeg")
    return page.frame(interaction, "drawing", inside)


def _file(
    interaction: UploadInteraction | DrawingInteraction, page: Page, label: str, accepted: str
) -> str:
    kept = next(iter(page.answered(interaction)), "")
    note = f'<p class="hint">Handed in: {text(kept)}</p>' if kept else ""
    accept = f' accept="{attribute(accepted)}"' if accepted else ""
    return (
        f'{note}<label class="file" data-native><span>{label}</span> <input type="file"'
        f' name="{attribute(field_name(interaction))}"{accept}></label>'
    )


def read_file(interaction: UploadInteraction | DrawingInteraction, fields: Fields) -> Json:
    """The name under which the caller stored the file."""
    return next(iter(given(fields, field_name(interaction))), None)


def render_end_attempt(interaction: EndAttemptInteraction, _page: Page) -> str:
    name = attribute(field_name(interaction))
    return f'<button class="end" name="{name}" value="true">{text(interaction.title)}</button>'


def read_pressed(interaction: EndAttemptInteraction, fields: Fields) -> Json:
    return True if given(fields, field_name(interaction)) else None
