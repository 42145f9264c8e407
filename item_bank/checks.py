"""What software can see wrong in an item, and in a bank, before a person reads it.

``item_rules`` has the rules for one item; here are the cues that only a whole bank shows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from item_bank.framework import Edition
from item_bank.item_rules import ITEM_RULES, Case, Level, is_negative
from item_bank.items import ItemContent, ItemFacts
from item_bank.similarity import near_duplicates
from item_bank.wording import words

BankItem = tuple[ItemContent, ItemFacts]

NEAR_DUPLICATE = 0.15
"""Jaccard index of the stems' five-word runs. Unrelated stems stay under 0.05."""

MOST_NEGATIVE = 0.02
KEY_SHARE = (0.22, 0.28)
LONGEST_RUN = 3
KEY_LONGEST_SHARE = (0.10, 0.30)
ENOUGH_TO_BALANCE = 40
ENOUGH_FOR_SHARES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """``rule`` is the checklist's number ("L05"); ``text`` is the passage that is meant.

    ``code_of_item`` is empty where the bank as a whole is meant.
    """

    code_of_item: str
    rule: str
    level: Level
    sentence: str
    text: str = ""


def check_item(
    content: ItemContent, facts: ItemFacts, edition: Edition, today: date
) -> tuple[Finding, ...]:
    """What the rules for one item find, in the order of the rules."""
    case = Case(content, facts, edition, today)
    return tuple(
        Finding(facts.code, rule, remark.level, remark.sentence, remark.text)
        for rule, check in ITEM_RULES
        for remark in check(case)
    )


def check_bank(items: Sequence[BankItem], edition: Edition, today: date) -> tuple[Finding, ...]:
    """What is found in each item, in order of their codes, and then in the bank as a whole."""
    ordered = sorted(items, key=lambda item: item[1].code)
    found = [
        finding
        for content, facts in ordered
        for finding in check_item(content, facts, edition, today)
    ]
    found += _many_negatives(ordered)
    found += _near_duplicates(ordered)
    found += _key_balance("The bank", ordered)
    for area, of_area in groupby(
        sorted(ordered, key=lambda item: item[1].skill_area), lambda item: item[1].skill_area
    ):
        listed = list(of_area)
        found += _key_balance(area, listed)
        found += _key_runs(listed)
    found += _key_longest(ordered)
    return tuple(found)


def _warning(rule: str, sentence: str, text: str = "", code: str = "") -> Finding:
    return Finding(code, rule, Level.WARNING, sentence, text)


def _many_negatives(items: Sequence[BankItem]) -> Iterator[Finding]:
    negative = [facts.code for content, facts in items if is_negative(content.question)]
    # One negative lead-in is allowed however small the bank is.
    if len(negative) > max(1, MOST_NEGATIVE * len(items)):
        sentence = f"{len(negative)} of {len(items)} lead-ins are negative; 2 in 100 is the most."
        yield Finding("", "L07", Level.ERROR, sentence, ", ".join(negative))


def _near_duplicates(items: Sequence[BankItem]) -> Iterator[Finding]:
    """Pairs with like stems; pairs that are tagged as enemies are known."""
    enemies = {frozenset((facts.code, enemy)) for _, facts in items for enemy in facts.enemies}
    stems = {facts.code: content.stem for content, facts in items}
    for first, second, index in near_duplicates(stems, NEAR_DUPLICATE):
        if frozenset((first, second)) not in enemies:
            sentence = f"The stem is much like that of {second} (index {index:.2f})."
            yield _warning("L14", sentence, stems[second], first)


def _key_balance(where: str, items: Sequence[BankItem]) -> Iterator[Finding]:
    if len(items) < ENOUGH_TO_BALANCE:
        return
    low, high = KEY_SHARE
    keys = Counter(content.key for content, _ in items)
    for choice in sorted({choice.identifier for content, _ in items for choice in content.choices}):
        share = keys[choice] / len(items)
        if not low <= share <= high:
            yield _warning("L17", f"{where}: {choice} is the key of {share:.0%} of the items.")


def _key_runs(items: Sequence[BankItem]) -> Iterator[Finding]:
    for key, run in groupby(items, lambda item: item[0].key):
        codes = [facts.code for _, facts in run]
        if len(codes) > LONGEST_RUN:
            sentence = f"{len(codes)} items in a row have the key {key}."
            yield _warning("L17", sentence, ", ".join(codes), codes[0])


def _key_longest(items: Sequence[BankItem]) -> Iterator[Finding]:
    if len(items) < ENOUGH_FOR_SHARES:
        return
    low, high = KEY_LONGEST_SHARE
    share = sum(key_is_longest(content) for content, _ in items) / len(items)
    if not low <= share <= high:
        sentence = f"The key is the longest option in {share:.0%} of the items;"
        yield _warning("L18", f"{sentence} {low:.0%} to {high:.0%} gives nothing away.")


def key_is_longest(content: ItemContent) -> bool:
    """Whether the key has more words than every distractor."""
    longest = max(len(words(choice.text)) for choice in content.distractors)
    return len(words(content.key_choice.text)) > longest
