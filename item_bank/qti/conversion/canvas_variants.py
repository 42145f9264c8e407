"""Calculated questions of Canvas: their formula stays behind, the sets of numbers that Canvas drew
with it come along, each with its answer.
"""

import re
from decimal import Decimal

from lxml import etree

from item_bank.formats.reading import Readings, refused
from item_bank.formats.shares import number_of
from item_bank.items import plain_text
from item_bank.qti.questions import MOST_VARIANTS, Calculated, Variant, gap_mark

_VARIABLE = re.compile(r"\[([^\[\]\s]{1,200})\]")
_SCIENTIFIC = re.compile(r"([+-]?[0-9.]{1,30})\s*\*\s*10\^\s*([+-]?[0-9]{1,3})")


def read_variants(
    item: etree._Element, source: str, readings: Readings, place: str
) -> tuple[Calculated, str]:
    """The answer, and ``source`` with marks where its variables stand.

    Raises Refused for a question without sets of numbers, ContentUnsound for one that is unsound.
    """
    sets = list(item.iterfind(".//{*}calculated/{*}var_sets/{*}var_set"))
    if not sets:
        sentence = "A calculated question has no sets of numbers, and its formula is not run here."
        raise refused("type_refused", place, sentence)
    names = [var.get("name", "") for var in sets[0].iterchildren("{*}var")]
    variants, scientific = [], False
    for one in sets[:MOST_VARIANTS]:
        values = {
            var.get("name", ""): plain_text(var.text or "") for var in one.iterchildren("{*}var")
        }
        for text in values.values():
            number_of(text)
        answer = plain_text(one.findtext("{*}answer") or "")
        scientific = scientific or _SCIENTIFIC.fullmatch(answer) is not None
        texts = tuple(values[name] for name in names if name in values)
        variants.append(Variant(texts, _answer(answer)))
    sentence = f"The formula is left out; the question draws one of {len(variants)} sets of numbers"
    readings.note("formula_dropped", place, f"{sentence} that came with it.")
    if len(sets) > MOST_VARIANTS:
        sentence = f"Of {len(sets)} sets of numbers the first {MOST_VARIANTS} are read."
        readings.note("formula_dropped", place, sentence)
    if scientific:
        sentence = "The answer counts as a number, not as it is written."
        readings.note("scoring_changed", place, sentence)
    tolerance = plain_text(item.findtext(".//{*}calculated/{*}answer_tolerance") or "0")
    places: list[int] = []

    def mark(match: re.Match[str]) -> str:
        if match[1] not in names:
            return match[0]
        places.append(names.index(match[1]))
        return gap_mark(len(places) - 1)

    marked = _VARIABLE.sub(mark, source)
    off = abs(number_of(tolerance.rstrip("% ") or "0"))
    return Calculated(tuple(variants), tuple(places), off, tolerance.endswith("%")), marked


def _answer(text: str) -> Decimal:
    scientific = _SCIENTIFIC.fullmatch(text)
    return number_of(f"{scientific[1]}e{scientific[2]}" if scientific else text)
