"""Words, sentences and how hard they read: what the checks count."""

import re
from functools import lru_cache
from importlib.resources import files

_WORD = re.compile(r"[^\W_]+(?:[.,:/'’&\-][^\W_]+)*%?")
# A full stop ends a sentence only before a blank and a capital, and not after an initial or "U.S.".
_SENTENCE_END = re.compile(
    r"(?<=[.?!])(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)\s+(?=[\"“$A-Z0-9])"
)
_VOWELS = re.compile(r"[aeiouy]+")
_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ers",
    "ed",
    "er",
    "es",
    "ly",
    "s",
    "y",
    "e",
)

STOP_WORDS = frozenset(
    files("item_bank").joinpath("data/stop_words.txt").read_text("utf-8").split()
)
"""Words too common in a school's setting for their repetition to give an answer away."""


@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """Words and numbers in order: "sign-in", "3,400" and "45%" are one each.

    The rules for one item ask for the words of the same few texts again and again.
    """
    return tuple(_WORD.findall(text))


def sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text) if part]


@lru_cache(maxsize=20_000)
def word_stem(word: str) -> str:
    """A word without its commonest ending, in lower case, so that "restoring" meets "restored"."""
    stem = word.lower()
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= 4:
            return stem[: -len(ending)]
    return stem


def content_stems(text: str) -> frozenset[str]:
    """Stems of the words of more than four letters that carry content."""
    lower = (word.lower() for word in words(text))
    found = (word[:-2] if word.endswith(("'s", "’s")) else word for word in lower)
    return frozenset(word_stem(word) for word in found if len(word) > 4 and word not in STOP_WORDS)


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """An estimate for English by groups of vowels; 1 at least."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(_VOWELS.findall(letters))
    if letters.endswith("e") and not letters.endswith(("le", "ee")) and count > 1:
        count -= 1
    if letters.endswith("ed") and not letters.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(count, 1)


def grade_level(text: str) -> float:
    """The Flesch-Kincaid grade: the year of American schooling that a text asks for.

    Kincaid, Fishburne, Rogers & Chissom (1975), Research Branch Report 8-75.
    """
    tokens = words(text)
    if not tokens:
        return 0.0
    per_sentence = len(tokens) / len(sentences(text))
    per_word = sum(syllables(token) for token in tokens) / len(tokens)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
