"""The rules for one item, each a function from a case to what it remarks.

They are those of the item writers' checklist, by its numbers. Rules that guess (L08 to L11, L19)
prefer silence to a false alarm.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Final, NamedTuple

from item_bank.framework import Edition
from item_bank.items import Choice, CognitiveLevel, ItemContent, ItemFacts
from item_bank.wording import content_stems, grade_level, sentences, words


class Level(StrEnum):
    """An error stops an item; a warning is for a reviewer to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Case:
    content: ItemContent
    facts: ItemFacts
    edition: Edition
    today: date


class Remark(NamedTuple):
    """``text`` is the passage that is meant."""

    level: Level
    sentence: str
    text: str = ""


Remarks = Iterator[Remark]


def _error(sentence: str, text: str = "") -> Remark:
    return Remark(Level.ERROR, sentence, text)


def _warning(sentence: str, text: str = "") -> Remark:
    return Remark(Level.WARNING, sentence, text)


DIFFICULTY = (0.45, 0.90)
STEM_WORDS = (25, 120)
RECALL_STEM_WORDS = (15, 120)
CHOICE_WORDS = (3, 25)
LONGEST_TO_SHORTEST = 1.8
KEY_TO_DISTRACTORS = 1.25
LONGEST_SENTENCE = 32
HIGHEST_GRADE = 13


def _count_of_choices(case: Case) -> Remarks:
    choices = case.content.choices
    if len(choices) != 4:
        yield _error(f"There are {len(choices)} options, not four.")
    for choice in choices:
        if not choice.rationale:
            yield _error(f"Option {choice.identifier} has no rationale.", choice.text)


def _tags(case: Case) -> Remarks:
    facts = case.facts
    if facts.skill_area not in {area.code for area in case.edition.skill_areas}:
        yield _error(f"{facts.skill_area} is no skill area of the framework.")
    elif facts.task is None:
        yield _error("The task is missing.")
    elif facts.task not in {task.code for task in case.edition.children(facts.skill_area)}:
        yield _error(f"{facts.task} is no task of {facts.skill_area}.")
    low, high = DIFFICULTY
    if facts.estimated_difficulty is None:
        yield _error("The estimated difficulty is missing.")
    elif not low <= facts.estimated_difficulty <= high:
        sentence = f"The estimated difficulty is outside {low:.2f} to {high:.2f}."
        yield _error(sentence, f"{facts.estimated_difficulty}")
    for name, value in (
        ("source", facts.source),
        ("'as of' date", facts.as_of),
        ("'review by' date", facts.review_by),
    ):
        if not value:
            yield _error(f"The {name} is missing.")


def _question(case: Case) -> Remarks:
    question = case.content.question
    if not question.endswith("?"):
        yield _error("The stem does not end with a question.", question[-40:])
    if question.count("?") > 1:
        yield _error("The lead-in asks more than one question.", question)
    if "__" in case.content.stem:
        yield _error("The stem has a blank to fill in.", case.content.stem)


def _lengths(case: Case) -> Remarks:
    content = case.content
    recall = case.facts.cognitive_level is CognitiveLevel.RECALL
    low, high = RECALL_STEM_WORDS if recall else STEM_WORDS
    count = len(words(content.stem))
    if not low <= count <= high:
        yield _warning(f"The stem has {count} words; {low} to {high} are wanted.")
    low, high = CHOICE_WORDS
    for choice in content.choices:
        count = len(words(choice.text))
        if not low <= count <= high:
            yield _warning(f"An option has {count} words; {low} to {high} are wanted.", choice.text)


def _even_lengths(case: Case) -> Remarks:
    counts = [len(words(choice.text)) for choice in case.content.choices]
    ratio = max(counts) / max(min(counts), 1)
    if ratio > LONGEST_TO_SHORTEST:
        yield _warning(f"The longest option has {ratio:.1f} times the words of the shortest.")
    distractors = [len(words(choice.text)) for choice in case.content.distractors]
    key = case.content.key_choice
    ratio = len(words(key.text)) / max(sum(distractors) / len(distractors), 1)
    if ratio > KEY_TO_DISTRACTORS:
        yield _warning(f"The key has {ratio:.2f} times the words of the distractors.", key.text)


_FORBIDDEN = re.compile(r"(?i:\b(?:all|none|both) of the above\b)|\b[A-D] (?:and|or) [A-D]\b")
_K_TYPE = re.compile(r"\b[1-4] and [1-4] only\b", re.IGNORECASE)


def _forbidden_options(case: Case) -> Remarks:
    for choice in case.content.choices:
        if _FORBIDDEN.search(choice.text) or _K_TYPE.search(choice.text):
            yield _error("An option refers to other options.", choice.text)


_NEGATIVE = re.compile(
    r"\b(?:not(?! only)|except|(?<!\b[Aa]t )least(?![ -]privilege)|incorrect"
    r"|false(?! (?:alarm|positive)))\b"
)


def is_negative(question: str) -> bool:
    """Whether a lead-in asks for what does not hold, in capitals or not."""
    return _NEGATIVE.search(question.lower()) is not None


def _negative_lead_in(case: Case) -> Remarks:
    found = _NEGATIVE.search(case.content.question)
    if found:
        yield _warning("The lead-in is negative and the word is not in capitals.", found[0])


_ABSOLUTES = re.compile(
    r"(?<![\w-])(?:always|never|only|all|every|none|must|cannot|completely)(?![\w-])", re.IGNORECASE
)


def _absolutes(case: Case) -> Remarks:
    found = {
        choice.identifier: match[0]
        for choice in case.content.choices
        if (match := _ABSOLUTES.search(choice.text))
    }
    if 0 < len(found) < len(case.content.choices):
        listed = ", ".join(
            f"{'key' if name == case.content.key else 'distractor'} {name}: {word}"
            for name, word in found.items()
        )
        yield _warning("Some options hold an absolute word and others do not.", listed)


# Lower case only, so that the month of May is none.
_VAGUE = re.compile(r"\b(?:usually|often|may|might|generally|sometimes|appropriate)\b")


def _vague_key(case: Case) -> Remarks:
    found = _VAGUE.search(case.content.key_choice.text)
    if found and not any(_VAGUE.search(choice.text) for choice in case.content.distractors):
        yield _warning("A vague word stands in the key only.", found[0])


def _clang(case: Case) -> Remarks:
    in_distractors = [content_stems(choice.text) for choice in case.content.distractors]
    shared = content_stems(case.content.stem) & content_stems(case.content.key_choice.text)
    echoes = shared.difference(*in_distractors)
    if len(echoes) >= 2:
        yield _warning(
            "Words of the stem come back in the key and in no distractor.",
            ", ".join(sorted(echoes)),
        )


_GERUND = re.compile(
    r"(?!(?:(?:any|every|no|some)?thing|bring|ceiling|during|evening|king|morning|ring|spring|sing"
    r"|string|swing|wing)$)\w+ing"
)
_INFINITIVE = re.compile("to")


def _parallel_start(case: Case) -> Remarks:
    """Gerunds and infinitives are told by their form; other kinds of words are not guessed at."""
    choices = case.content.choices
    for name, form in (("an -ing form", _GERUND), ("'to'", _INFINITIVE)):
        have = [c for c in choices if form.fullmatch(next(iter(words(c.text)), "").lower())]
        lack = [c for c in choices if c not in have]
        if len(have) == 1 and len(lack) > 1:
            yield _warning(f"One option alone begins with {name}.", have[0].text)
        if len(lack) == 1 and len(have) > 1:
            yield _warning(f"All options but one begin with {name}.", lack[0].text)


def _same_opening(case: Case) -> Remarks:
    openings = {tuple(w.lower() for w in words(c.text)[:3]) for c in case.content.choices}
    if len(openings) == 1 and len(opening := openings.pop()) == 3:
        yield _warning("All options open with the same words.", " ".join(opening))


def _duplicate_options(case: Case) -> Remarks:
    """Options built alike throughout (orders of the same parts, balanced pairs) are by design."""
    alike: list[tuple[Choice, Choice]] = []
    spoken = [
        (choice, [word.lower() for word in words(choice.text)]) for choice in case.content.choices
    ]
    for (first, one), (second, two) in combinations(spoken, 2):
        if one == two:
            yield _error("Two options say the same.", first.text)
        elif len(set(one) & set(two)) / max(len(set(one) | set(two)), 1) > 0.8:
            alike.append((first, second))
    if len({choice for pair in alike for choice in pair}) < len(case.content.choices):
        for first, second in alike:
            yield _warning("Two options differ in a word or two.", f"{first.text} / {second.text}")


_LETTER = re.compile(r"\b(?i:option|choice|answer)s? [A-D]\b")


def _letters(case: Case) -> Remarks:
    for text in case.content.texts():
        found = _LETTER.search(text)
        if found:
            yield _error("A text names an option by its letter.", found[0])


_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def _ordered_numbers(case: Case) -> Remarks:
    """Only where the options are numbers, not where they happen to hold some."""
    texts = [choice.text for choice in case.content.choices]
    found = [_NUMBER.findall(text) for text in texts]
    rests = {_NUMBER.sub("#", text).casefold() for text in texts}
    if len(rests) > 1 or any(len(numbers) != 1 for numbers in found):
        return
    values = [float(numbers[0].replace(",", "")) for numbers in found]
    if values != sorted(values):
        yield _warning("The options are numbers and not in rising order.", " / ".join(texts))
    elif case.content.shuffle:
        yield _warning("The options are numbers in order, and the item is shuffled.")


def _reading_level(case: Case) -> Remarks:
    stem = case.content.stem
    grade = grade_level(stem)
    if grade > HIGHEST_GRADE:
        yield _warning(f"The stem reads at grade {grade:.0f}; {HIGHEST_GRADE} is the most.")
    for sentence in sentences(stem):
        count = len(words(sentence))
        if count > LONGEST_SENTENCE:
            yield _warning(f"A sentence has {count} words.", sentence)


@cache
def _watchlist(name: str) -> re.Pattern[str]:
    lists = json.loads(files("item_bank").joinpath("data/watchlists.json").read_text("utf-8"))
    entries = "|".join(re.escape(entry) for entry in sorted(lists[name], key=len, reverse=True))
    # A brand that is also a word counts inside a sentence only, where the capital tells.
    before = r"(?<=[a-z,] )" if name == "brands_that_are_words" else r"(?<!\w)"
    flags = re.IGNORECASE if name == "sensitive" else 0
    return re.compile(f"{before}(?:{entries})(?!\\w)", flags)


def _names(case: Case) -> Remarks:
    for text in case.content.texts():
        for name in ("brands", "brands_that_are_words", "districts"):
            for found in _watchlist(name).findall(text):
                yield _error("A text names a product, a vendor or a real district.", found)


def _sensitive_words(case: Case) -> Remarks:
    for text in case.content.texts():
        for found in _watchlist("sensitive").findall(text):
            yield _warning("A word may hurt or exclude.", found)


_DATED = re.compile(r"\b(?:19|20)\d\d\b|\$\d|\d%|\bCFR\b|\b[Vv]ersion \d")


def _dates(case: Case) -> Remarks:
    facts = case.facts
    if facts.as_of is None:
        dated = (found for text in case.content.texts() if (found := _DATED.search(text)))
        for found in dated:
            yield _warning("A fact that can age has no 'as of' date.", found[0])
    if facts.review_by is not None and facts.review_by < case.today:
        yield _error("The day to review it by is past.", facts.review_by.isoformat())


ITEM_RULES: Final[tuple[tuple[str, Callable[[Case], Remarks]], ...]] = (
    ("L01", _count_of_choices),
    ("L02", _tags),
    ("L03", _question),
    ("L04", _lengths),
    ("L05", _even_lengths),
    ("L06", _forbidden_options),
    ("L07", _negative_lead_in),
    ("L08", _absolutes),
    ("L09", _vague_key),
    ("L10", _clang),
    ("L11", _parallel_start),
    ("L12", _same_opening),
    ("L13", _duplicate_options),
    ("L15", _letters),
    ("L16", _ordered_numbers),
    ("L19", _reading_level),
    ("L22", _names),
    ("L23", _sensitive_words),
    ("L24", _dates),
)
