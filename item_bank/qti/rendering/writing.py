"""Text entry and extended text as fields."""

from item_bank.qti.interactions import ExtendedTextInteraction, TextEntryInteraction
from item_bank.qti.rendering.markup import plain_words
from item_bank.qti.rendering.naming import Fields, field_name, given, how_many
from item_bank.qti.rendering.page import Page, attribute, text
from item_bank.qti.values import Json

USUAL_LENGTH, WIDEST = 12, 60
"""Of a field in a line of text, in characters."""
USUAL_LINES, MOST_LINES = 6, 30
LINE = 70
"""Characters of a line of a large field."""
MOST_TEXTS = 10
"""Fields where the writer sets no limit to the number of texts."""


def render_text_entry(interaction: TextEntryInteraction, page: Page) -> str:
    value = next(iter(page.answered(interaction)), "")
    label = plain_words(interaction.prompt) or page.name_of(interaction)
    size = min(interaction.expected_length or USUAL_LENGTH, WIDEST)
    title = interaction.pattern_message
    described = f' title="{attribute(title)}"' if title else ""
    placeholder = (
        f' placeholder="{attribute(interaction.placeholder)}"' if interaction.placeholder else ""
    )
    return (
        f'<input class="blank" type="text" id="{page.id_of(interaction)}" size="{size}"'
        f' name="{attribute(field_name(interaction))}" aria-label="{attribute(label)}"'
        f' value="{attribute(value)}"{described}{placeholder}'
        ' autocomplete="off" autocapitalize="off" spellcheck="false">'
    )


def read_text_entry(interaction: TextEntryInteraction, fields: Fields) -> Json:
    return next(iter(given(fields, field_name(interaction))), None)


def render_extended_text(interaction: ExtendedTextInteraction, page: Page) -> str:
    values = page.answered(interaction)
    count = min(interaction.max_strings or max(interaction.min_strings, 1), MOST_TEXTS)
    lines = interaction.expected_lines or -(-interaction.expected_length // LINE) or USUAL_LINES
    rows = min(max(lines, 2), MOST_LINES) if count == 1 else 2
    label = plain_words(interaction.prompt) or page.name_of(interaction)
    fields = []
    for number in range(count):
        value = values[number] if number < len(values) else ""
        name = label if count == 1 else f"{label}, {number + 1} of {count}"
        fields.append(
            f'<textarea rows="{rows}" name="{attribute(field_name(interaction))}"'
            f' aria-label="{attribute(name)}" autocomplete="off">\n{text(value)}</textarea>'
        )
    hint = how_many("Write", interaction.min_strings, interaction.max_strings, "answers")
    return page.frame(
        interaction,
        "essay",
        "".join(fields),
        " ".join(part for part in (interaction.pattern_message, hint) if part),
    )


def read_extended_text(interaction: ExtendedTextInteraction, fields: Fields) -> Json:
    """The texts as written, with the line breaks of a form made one character."""
    written = [
        value.replace("\r\n", "\n")
        for value in fields.get(field_name(interaction), ())
        if value.strip()
    ]
    if not written:
        return None
    return written if len(written) > 1 else written[0]
