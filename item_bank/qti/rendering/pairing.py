"""Associate, match and gap match as fields."""

from collections.abc import Mapping, Sequence

from item_bank.qti.interactions import (
    AssociateInteraction,
    Gap,
    GapMatchInteraction,
    Hotspot,
    Interaction,
    MatchInteraction,
    PairedChoice,
)
from item_bank.qti.rendering.choosing import words_of
from item_bank.qti.rendering.naming import AnswerUnclear, Fields, field_name, given, how_many
from item_bank.qti.rendering.page import Page, attribute, option, text
from item_bank.qti.values import Json

MOST_ROWS = 20
"""Pairs that a form without a script takes, where the writer sets no limit."""


def fits(one: PairedChoice | Hotspot | Gap, other: PairedChoice | Hotspot | Gap) -> bool:
    """Whether the writer lets the two go together: no groups, a common one, or by name."""
    return _allows(one, other) and _allows(other, one)


def _allows(one: PairedChoice | Hotspot | Gap, other: PairedChoice | Hotspot | Gap) -> bool:
    groups = set(one.match_group)
    return not groups or other.identifier in groups or bool(groups & set(other.match_group))


# ---- associate


def render_associate(interaction: AssociateInteraction, page: Page) -> str:
    choices = page.order(interaction, interaction.choices, interaction.shuffle)
    words = words_of(choices)
    bank = "".join(
        bank_entry(choice, words[choice.identifier], page.content(choice.content))
        for choice in choices
    )
    count = row_count(interaction.max_associations, choices)
    inside = f'<ul class="bank" data-bank>{bank}</ul>' + pair_rows(interaction, page, words, count)
    hint = how_many("Make", interaction.min_associations, interaction.max_associations, "pairs")
    return page.frame(
        interaction,
        "associate",
        inside,
        page.hint(interaction, hint, "Make pairs."),
        most=interaction.max_associations,
    )


def bank_entry(choice: PairedChoice | Hotspot, words: str, content: str) -> str:
    return (
        f'<li data-choice="{attribute(choice.identifier)}" data-words="{attribute(words)}"'
        f' data-uses="{choice.match_max}"><span class="shown" dir="auto">{content}</span></li>'
    )


def row_count(most: int, choices: Sequence[PairedChoice | Hotspot]) -> int:
    """Pairs there can be at most: by the writer's limit, else by how often choices are used."""
    if most:
        return most
    if all(choice.match_max for choice in choices):
        return max(1, min(sum(choice.match_max for choice in choices) // 2, MOST_ROWS))
    return max(1, min(len(choices) * (len(choices) - 1) // 2, MOST_ROWS))


def pair_rows(interaction: Interaction, page: Page, words: Mapping[str, str], count: int) -> str:
    """Rows of two menus each."""
    answered = [pair.split() for pair in page.answered(interaction)]
    rows = []
    for number in range(1, count + 1):
        pair = answered[number - 1] if number <= len(answered) else []
        menus = []
        for place, which in enumerate(("first", "second")):
            chosen = pair[place] if place < len(pair) else ""
            entries = option("", "–") + "".join(
                option(each, name, chosen=each == chosen) for each, name in words.items()
            )
            label = f"Pair {number}, {which}"
            menus.append(
                f'<select id="{page.id_of(interaction, number, which)}"'
                f' name="{attribute(field_name(interaction, str(number), which))}"'
                f' aria-label="{label}">{entries}</select>'
            )
        rows.append(f"<li>{menus[0]} <span>and</span> {menus[1]}</li>")
    return f'<ol class="pairs" data-native>{"".join(rows)}</ol>'


def read_pairs(interaction: Interaction, fields: Fields) -> Json:
    """Raises AnswerUnclear for half a pair."""
    start = field_name(interaction, "")
    numbers = sorted(
        {
            int(number)
            for name in fields
            if name.startswith(start)
            for number in [name.removeprefix(start).partition(":")[0]]
            if number.isascii() and number.isdigit() and len(number) < 5
        }
    )
    pairs = []
    for number in numbers:
        first, second = (
            given(fields, field_name(interaction, str(number), which))
            for which in ("first", "second")
        )
        if bool(first) != bool(second):
            raise AnswerUnclear(f"Pair {number} has one part only. Choose the other, or none.")
        if first:
            pairs.append(f"{first[0]} {second[0]}")
    return pairs or None


# ---- match


def render_match(interaction: MatchInteraction, page: Page) -> str:
    """A table to tick; each box is named by its row and its column."""
    answered = set(page.answered(interaction))
    sources = page.order(interaction, interaction.sources, interaction.shuffle)
    targets = page.order(interaction, interaction.targets, interaction.shuffle)
    words = words_of(sources) | words_of(targets)
    name = attribute(field_name(interaction))
    heads = [
        f'<th scope="col" data-target="{attribute(target.identifier)}"'
        f' data-uses="{target.match_max}">'
        f'<span dir="auto">{page.content(target.content)}</span></th>'
        for target in targets
    ]
    rows = []
    for source in sources:
        cells = []
        for target in targets:
            if not fits(source, target):
                cells.append('<td><span class="none">–</span></td>')
                continue
            pair = f"{source.identifier} {target.identifier}"
            label = f"{words[source.identifier]}: {words[target.identifier]}"
            cells.append(
                f'<td><label><input type="checkbox" name="{name}" value="{attribute(pair)}"'
                f' aria-label="{attribute(label)}"{" checked" if pair in answered else ""}>'
                f'<span class="column" aria-hidden="true">{text(words[target.identifier])}</span>'
                "</label></td>"
            )
        rows.append(
            f'<tr data-source="{attribute(source.identifier)}" data-uses="{source.match_max}">'
            f'<th scope="row" dir="auto">{page.content(source.content)}</th>{"".join(cells)}</tr>'
        )
    inside = (
        f'<table class="match"><thead><tr><td></td>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    return page.frame(
        interaction, "match", inside, _match_hint(interaction), most=interaction.max_associations
    )


def _match_hint(interaction: MatchInteraction) -> str:
    if {source.match_max for source in interaction.sources} == {1}:
        return "Choose one in each row."
    hint = how_many("Choose", interaction.min_associations, interaction.max_associations)
    return hint or "Choose all that go together."


def read_matches(interaction: MatchInteraction, fields: Fields) -> Json:
    return list(given(fields, field_name(interaction))) or None


# ---- gap match


def render_gap_match(interaction: GapMatchInteraction, page: Page) -> str:
    choices = page.order(interaction, interaction.choices, interaction.shuffle)
    words = words_of(choices)
    bank = "".join(
        bank_entry(choice, words[choice.identifier], page.content(choice.content))
        for choice in choices
    )
    page.within = interaction
    passage = page.content(interaction.content)
    page.within = None
    inside = f'<ul class="bank" data-bank>{bank}</ul><div class="passage">{passage}</div>'
    return page.frame(
        interaction,
        "gap-match",
        inside,
        page.hint(interaction, _gap_hint(interaction), "Fill the gaps."),
        most=interaction.max_associations,
    )


def _gap_hint(interaction: GapMatchInteraction) -> str:
    filled = how_many("Fill", interaction.min_associations, interaction.max_associations, "gaps")
    several = any(choice.match_max != 1 for choice in interaction.choices)
    parts = [filled, "Some choices go into several gaps." if several else ""]
    return " ".join(part for part in parts if part)


def render_gap(part: Gap, page: Page) -> str:
    interaction = page.within
    if not isinstance(interaction, GapMatchInteraction):
        return ""
    number = [gap.identifier for gap in interaction.gaps].index(part.identifier) + 1
    choices = page.order(interaction, interaction.choices, interaction.shuffle)
    menu = place_menu(interaction, page, part, f"Gap {number}", choices, words_of(choices), 1)
    return (
        f'<span class="gap" data-place="{attribute(part.identifier)}" data-words="Gap {number}">'
        f"{menu}</span>"
    )


def place_menu(
    interaction: Interaction,
    page: Page,
    place: Gap | Hotspot,
    label: str,
    choices: Sequence[PairedChoice],
    words: Mapping[str, str],
    count: int,
) -> str:
    """``count`` menus of the choices that fit; the pair is the choice and this place."""
    here = [
        pair.split()[0]
        for pair in page.answered(interaction)
        if pair.split()[1:] == [place.identifier]
    ]
    menus = []
    for number in range(count):
        chosen = here[number] if number < len(here) else ""
        entries = option("", "–") + "".join(
            option(each.identifier, words[each.identifier], chosen=each.identifier == chosen)
            for each in choices
            if fits(each, place)
        )
        name = label if count == 1 else f"{label}, {number + 1}"
        menus.append(
            f'<select name="{attribute(field_name(interaction, place.identifier))}"'
            f' aria-label="{attribute(name)}">{entries}</select>'
        )
    return f"<span data-native>{' '.join(menus)}</span>"


def read_places(interaction: Interaction, places: Sequence[str], fields: Fields) -> Json:
    pairs = [
        f"{choice} {place}"
        for place in places
        for choice in given(fields, field_name(interaction, place))
    ]
    return pairs or None


def read_gaps(interaction: GapMatchInteraction, fields: Fields) -> Json:
    return read_places(interaction, [gap.identifier for gap in interaction.gaps], fields)
