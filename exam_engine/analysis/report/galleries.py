"""Pictures of all items, gathered by what there is to say about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from exam_engine.analysis.plots.svg import Figure
from exam_engine.analysis.report.page import figure, flag_words, paragraph
from exam_engine.analysis.report.remarks import GROUPS, NO_REMARK, group_of

MOST_OPEN = 12


@dataclass(frozen=True, slots=True)
class Card:
    """One item of a gallery.

    Attributes
    ----------
    anchor : str
        The id that tables link to.
    code : str
    line : str
        Its figures in a line of text.
    flags : tuple of str
    figure : Figure
    remarks : tuple of str
        Sentences.
    """

    anchor: str
    code: str
    line: str
    flags: tuple[str, ...]
    figure: Figure
    remarks: tuple[str, ...] = ()


def gallery(cards: Sequence[Card]) -> str:
    """Small multiples, one fold a group of remarks; those with remarks are open if few."""
    meanings = {head: told for head, told, _ in GROUPS}
    parts = []
    for head in (*meanings, NO_REMARK):
        those = [card for card in cards if group_of(card.flags) == head]
        if not those:
            continue
        few = len(those) <= MOST_OPEN
        is_open = few if head != NO_REMARK else len(cards) <= MOST_OPEN
        told = meanings.get(head, "")
        count = f"{len(those)} item{'s' if len(those) != 1 else ''}"
        parts.append(
            f'<details class="group"{" open" if is_open else ""}><summary>{head} '
            f'<span class="note">({count})</span></summary>'
            f"{paragraph(told, 'note') if told else ''}"
            f'<div class="items">{"".join(_card(card) for card in those)}</div></details>'
        )
    return "".join(parts)


def beside(cards: Sequence[Card]) -> str:
    """Small multiples in the order given."""
    return f'<div class="items">{"".join(_card(card) for card in cards)}</div>'


def _card(card: Card) -> str:
    remarks = "".join(paragraph(remark, "note") for remark in card.remarks)
    flags = f"<div>{flag_words(card.flags)}</div>" if card.flags else ""
    return (
        f'<article class="item" id="{card.anchor}"><h3>{escape(card.code)}</h3>'
        f"{paragraph(card.line, 'note')}{flags}{figure(card.figure)}{remarks}</article>"
    )
