"""Answers as Moodle has them: each with the share of the mark it earns, and feedback."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from item_bank.errors import ContentUnsound
from item_bank.formats.reading import Readings
from item_bank.qti.questions import NONE, ONE, Choices, Option, Text

_LARGEST_DENOMINATOR = 20
_CLOSE = Decimal("0.00002")


class Answer(NamedTuple):
    """``share`` is 1 for the whole mark; below 0 where choosing it costs something."""

    text: Text
    share: Decimal
    feedback: Text = ""


def share_of(percent: str) -> Decimal:
    """The share that a percentage stands for: "33.33333" is a third, not a little less.

    Raises ContentUnsound where it is no number from -100 to 100.
    """
    try:
        share = Decimal(percent.strip() or "0") / 100
        if not share.is_finite() or abs(share) > 1:
            raise InvalidOperation
    except InvalidOperation as error:
        sentence = f"{percent[:40]!r} is not a percentage from -100 to 100."
        raise ContentUnsound(sentence) from error
    for below in range(1, _LARGEST_DENOMINATOR + 1):
        above = (share * below).to_integral_value()
        if abs(share * below - above) < _CLOSE * below:
            return above / below
    return share


def letters(count: int) -> list[str]:
    """Identifiers of options: A to Z, and O27 onwards."""
    return [chr(ord("A") + place) if place < 26 else f"O{place + 1}" for place in range(count)]


def choices_of(
    readings: Readings, place: str, answers: Sequence[Answer], *, multiple: bool, shuffle: bool
) -> Choices:
    """Options with their shares. One full mark and nothing else is the ordinary single choice.

    Raises ContentUnsound where nothing earns a mark.
    """
    options = tuple(
        Option(letter, answer.text, answer.feedback, answer.share)
        for letter, answer in zip(letters(len(answers)), answers, strict=True)
    )
    earning = [option for option in options if option.credit > NONE]
    if not earning:
        raise ContentUnsound("No option is marked as right.")
    if multiple:
        sentence = "Options earn shares of the mark; the sum counts, from 0 to 1."
        readings.tally("partial_credit", place, sentence)
        keys = tuple(option.identifier for option in earning)
        return Choices(options, keys, multiple=True, partial=True, shuffle=shuffle)
    if any(option.credit < NONE for option in options):
        sentence = "Marks that are taken off for wrong options are left out."
        readings.note("penalty_dropped", place, sentence)
    full = [option.identifier for option in earning if option.credit == ONE]
    if not full:
        raise ContentUnsound("No option earns the whole mark.")
    if len(earning) == 1:
        plain = tuple(Option(one.identifier, one.text, one.feedback) for one in options)
        return Choices(plain, (full[0],), shuffle=shuffle)
    listed = ", ".join(f"{option.identifier} {float(option.credit):.0%}" for option in earning)
    readings.note("partial_credit", place, f"Several options earn marks: {listed}.")
    kept = tuple(
        Option(one.identifier, one.text, one.feedback, max(one.credit, NONE)) for one in options
    )
    return Choices(kept, (full[0],), partial=True, shuffle=shuffle)


def number_of(text: str) -> Decimal:
    """Raises ContentUnsound where the text is no number."""
    text = text.strip()
    try:
        if len(text) > 40 or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation as error:
        raise ContentUnsound(f"{text[:40]!r} is not a number.") from error
