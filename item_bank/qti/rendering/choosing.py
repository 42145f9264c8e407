"""Choice, inline choice, hot text and order as fields."""

from collections.abc import Mapping, Sequence

from item_bank.qti.interactions import (
    Choice,
    ChoiceInteraction,
    Hottext,
    HottextInteraction,
    InlineChoiceInteraction,
    Interaction,
    OrderInteraction,
)
from item_bank.qti.rendering.markup import plain_words
from item_bank.qti.rendering.naming import AnswerUnclear, Fields, field_name, given, how_many
from item_bank.qti.rendering.page import Page, attribute, option
from item_bank.qti.values import Json


def read_chosen(interaction: Interaction, fields: Fields) -> Json:
    """Whatever was chosen under the one name; a list where it may be several."""
    chosen = given(fields, field_name(interaction))
    if not chosen:
        return None
    return chosen if len(chosen) > 1 else chosen[0]


def tick(most: int) -> str:
    """The kind of control: one of several, or several."""
    return "radio" if most == 1 else "checkbox"


def ask(least: int, most: int) -> str:
    return how_many("Choose", least, most) or ("" if most == 1 else "Choose all that apply.")


def render_choice(interaction: ChoiceInteraction, page: Page) -> str:
    chosen = set(page.answered(interaction))
    kind = tick(interaction.max_choices)
    name = attribute(field_name(interaction))
    rows = []
    for choice in page.order(interaction, interaction.choices, interaction.shuffle):
        mark = " checked" if choice.identifier in chosen else ""
        rows.append(
            f'<div class="option"><label><input type="{kind}" name="{name}"'
            f' value="{attribute(choice.identifier)}"{mark}>'
            f'<span dir="auto">{page.content(choice.content)}</span></label></div>'
        )
    inside = (
        f'<div class="options{"" if interaction.vertical else " across"}">{"".join(rows)}</div>'
    )
    hint = ask(interaction.min_choices, interaction.max_choices)
    return page.frame(interaction, "choice", inside, hint, most=interaction.max_choices)


def render_inline_choice(interaction: InlineChoiceInteraction, page: Page) -> str:
    chosen = set(page.answered(interaction))
    entries = [option("", "Choose…")]
    for number, choice in enumerate(
        page.order(interaction, interaction.choices, interaction.shuffle), 1
    ):
        words = plain_words(choice.content) or f"Choice {number}"
        entries.append(option(choice.identifier, words, chosen=choice.identifier in chosen))
    label = plain_words(interaction.prompt) or page.name_of(interaction)
    return (
        f'<select class="inline" id="{page.id_of(interaction)}" aria-label="{attribute(label)}"'
        f' name="{attribute(field_name(interaction))}">{"".join(entries)}</select>'
    )


def render_hottexts(interaction: HottextInteraction, page: Page) -> str:
    page.within = interaction
    inside = f'<div class="passage">{page.content(interaction.content)}</div>'
    page.within = None
    hint = ask(interaction.min_choices, interaction.max_choices)
    hint = f"Choose in the text. {hint}" if hint else "Choose in the text."
    return page.frame(interaction, "hottext", inside, hint, most=interaction.max_choices)


def render_hottext(part: Hottext, page: Page) -> str:
    interaction = page.within
    if not isinstance(interaction, HottextInteraction):
        return page.content(part.content)
    mark = " checked" if part.identifier in page.answered(interaction) else ""
    return (
        f'<label class="stretch"><input type="{tick(interaction.max_choices)}"'
        f' name="{attribute(field_name(interaction))}" value="{attribute(part.identifier)}"{mark}>'
        f"<span>{page.content(part.content)}</span></label>"
    )


# ---- order


def render_order(interaction: OrderInteraction, page: Page) -> str:
    choices = page.order(interaction, interaction.choices, interaction.shuffle)
    shown = {choice.identifier: page.content(choice.content) for choice in choices}
    most = interaction.max_choices or len(choices)
    return page.frame(
        interaction,
        "order",
        ranks(interaction, page, shown, words_of(choices), most),
        order_hint(interaction.min_choices, interaction.max_choices, len(choices)),
        most=most,
    )


def words_of(choices: Sequence[Choice]) -> dict[str, str]:
    """What each choice is called in menus and messages."""
    return {
        choice.identifier: plain_words(choice.content) or f"Choice {number}"
        for number, choice in enumerate(choices, 1)
    }


def order_hint(least: int, most: int, count: int) -> str:
    if not least and (not most or most >= count):
        return "Put all of them in order. 1 is the first."
    return f"{how_many('Put', least, most) or 'Put 1'}".rstrip(".") + " in order. 1 is the first."


def ranks(
    interaction: Interaction,
    page: Page,
    shown: Mapping[str, str],
    words: Mapping[str, str],
    most: int,
) -> str:
    """A list of choices, each with a menu for its place."""
    answered = page.answered(interaction)
    rows = []
    for number, (identifier, content) in enumerate(shown.items(), 1):
        own = page.id_of(interaction, number)
        place = answered.index(identifier) + 1 if identifier in answered else 0
        entries = option("", "–") + "".join(
            option(str(each), str(each), chosen=each == place) for each in range(1, most + 1)
        )
        name = attribute(words[identifier])
        rows.append(
            f'<li data-choice="{attribute(identifier)}" data-words="{name}">'
            f'<select id="{own}" name="{attribute(field_name(interaction, identifier))}"'
            f' aria-label="Place of: {name}">{entries}</select>'
            f'<span class="shown" dir="auto">{content}</span></li>'
        )
    return f'<ul class="ranks" data-native>{"".join(rows)}</ul>'


def read_ranks(interaction: Interaction, fields: Fields) -> Json:
    """The choices by their places. Raises AnswerUnclear for two choices with one place."""
    placed: dict[int, str] = {}
    for identifier in sorted(interaction.identifiers):
        for place in given(fields, field_name(interaction, identifier)):
            if not (place.isascii() and place.isdigit() and len(place) < 4):
                raise AnswerUnclear("Give places as numbers, like 1.")
            if int(place) in placed:
                raise AnswerUnclear(f"Two of them have the place {int(place)}. Give each its own.")
            placed[int(place)] = identifier
    return [placed[place] for place in sorted(placed)] or None
