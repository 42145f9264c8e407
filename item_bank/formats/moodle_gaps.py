"""Texts with gaps, as Moodle has them: cloze, and words to select or to drag."""

import re

from item_bank.errors import ContentUnsound
from item_bank.formats.moodle_texts import Texts
from item_bank.formats.reading import refused
from item_bank.formats.shares import Answer, choices_of, letters, number_of, share_of
from item_bank.items import plain_text
from item_bank.qti import questions as kinds
from item_bank.qti.questions import Choices, Gap, Gaps, Option, Text, gap_mark

Found = tuple[tuple[Text, ...], Gaps]
"""The blocks of the text, with marks, and the answers."""

_NUMBERED = re.compile(r"\[\[([0-9]{1,3})\]\]")
_CLOZE = re.compile(r"\{([0-9]{0,3}):([A-Z_]+):((?:\\.|[^\\{}])*)\}", re.DOTALL)
_CHOICE = re.compile(r"(?:MULTICHOICE|MC)(?:_?[VHS]{1,2})?")
_PARTS = re.compile(r"((?:\\.|[^\\~])+)", re.DOTALL)
_ANSWER = re.compile(r"(?:%(-?[0-9.]{1,12})%|(=))?((?:\\.|[^\\#])*)(?:#(.*))?", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def read_numbered_gaps(texts: Texts) -> Found:
    """Words to choose from, in groups; ``[[2]]`` in the text is the place of the second word."""
    elements = [
        *texts.question.iterchildren("{*}selectoption"),
        *texts.question.iterchildren("{*}dragbox"),
    ]
    words = [_words(texts, texts.typed(element)) for element in elements]
    groups = [plain_text(element.findtext("{*}group") or "1") for element in elements]
    names = letters(len(words))
    gaps: list[Gap] = []

    def fill(match: re.Match[str]) -> str:
        right = int(match[1]) - 1
        if not 0 <= right < len(words):
            raise ContentUnsound(f"The gap {match[0]} has no word that belongs there.")
        options = tuple(
            Option(name, word)
            for name, word, group in zip(names, words, groups, strict=True)
            if group == groups[right]
        )
        shuffle = texts.yes("shuffleanswers", usual=False)
        gaps.append(Gap(Choices(options, (names[right],), shuffle=shuffle)))
        return gap_mark(len(gaps) - 1)

    source, text_format = texts.source("questiontext")
    blocks = texts.blocks_from(_NUMBERED.sub(fill, source), text_format)
    if texts.question.get("type") == "ddwtos":
        sentence = "Words to drag into gaps become lists to choose from."
        texts.readings.note("scoring_changed", texts.place, sentence)
    return blocks, Gaps(tuple(gaps))


def read_cloze(texts: Texts) -> Found:
    """Gaps that are written inside the text: ``{1:SHORTANSWER:=Paris~%50%Lyon#Not quite}``."""
    gaps: list[Gap] = []

    def fill(match: re.Match[str]) -> str:
        weight = int(match[1] or "1")
        gaps.append(Gap(_cloze_answer(texts, match[2], match[3]), weight))
        return gap_mark(len(gaps) - 1)

    source, text_format = texts.source("questiontext")
    return texts.blocks_from(_CLOZE.sub(fill, source), text_format), Gaps(tuple(gaps))


def _cloze_answer(
    texts: Texts, kind: str, source: str
) -> Choices | kinds.ShortText | kinds.Numeric:
    answers = []
    for part in _PARTS.findall(source):
        match = _ANSWER.fullmatch(part)
        if match is None:
            raise ContentUnsound(f"The answer {part[:40]!r} cannot be read.")
        percent, equals, text, feedback = match.groups()
        share = share_of(percent) if percent is not None else share_of("100" if equals else "0")
        answers.append(Answer(_words(texts, _plain(text)), share, feedback or ""))
    if any(answer.feedback for answer in answers):
        sentence = "Feedback is left out: that of answers in gaps."
        texts.readings.note("feedback_dropped", texts.place, sentence)
    if _CHOICE.fullmatch(kind):
        bare = [Answer(answer.text, answer.share) for answer in answers if answer.text]
        shuffle = kind.endswith("S")
        return choices_of(texts.readings, texts.place, bare, multiple=False, shuffle=shuffle)
    if kind in ("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"):
        return kinds.ShortText(
            tuple(
                kinds.AcceptedText(
                    str(answer.text),
                    max(answer.share, kinds.NONE),
                    match_case=kind.endswith("C"),
                    wildcards="*" in str(answer.text),
                )
                for answer in answers
                if answer.text != "*" or answer.share > 0
            )
        )
    if kind in ("NUMERICAL", "NM"):
        return kinds.Numeric(
            tuple(_number(answer) for answer in answers if answer.text not in ("", "*"))
        )
    sentence = f"Gaps of the type {kind[:30]} are not read."
    raise refused("type_refused", texts.place, sentence)


def _number(answer: Answer) -> kinds.AcceptedNumber:
    middle, _, off = str(answer.text).partition(":")
    value, tolerance = number_of(middle), abs(number_of(off or "0"))
    share = max(answer.share, kinds.NONE)
    return kinds.AcceptedNumber(value, value - tolerance, value + tolerance, share)


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _words(texts: Texts, source: str) -> str:
    return texts.html.words(source, texts.place)
