"""GIFT, the text format of Moodle: all of its question types, weights, feedback and escapes.

Source: https://docs.moodle.org/en/GIFT_format.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from item_bank.errors import ContentUnsound
from item_bank.formats.encodings import decode
from item_bank.formats.markup import HtmlReader, looks_like_html, split_prompt
from item_bank.formats.reading import (
    Reading,
    Readings,
    Refused,
    fitting_title,
    refused,
    title_from,
)
from item_bank.formats.shares import Answer, choices_of, number_of, share_of
from item_bank.items import plain_text
from item_bank.qti import questions as kinds
from item_bank.qti.questions import Markup, Option, Question, Text, gap_mark

# Escaped characters, while the text is taken apart, are characters that no text may hold.
_ESCAPED = dict(zip("~=#{}:\\n", map(chr, range(0xFDD0, 0xFDD8)), strict=True))
_RESTORED = str.maketrans(
    {held: "\n" if plain == "n" else plain for plain, held in _ESCAPED.items()}
)
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_HELD = re.compile("[\ufdd0-\ufdef\ue000\ue001]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_ID = re.compile(r"\[id:([^\]]{1,100})\]")
_TAG = re.compile(r"\[tag:([^\]]{1,100})\]")
_ANSWER = re.compile(r"([=~])([^=~]*)")
_WEIGHT = re.compile(r"\s*%([^%]*)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*", re.IGNORECASE)
BLANK = "_____"


class _Block(NamedTuple):
    """The lines of one question; ``line`` is the first one's number."""

    line: int
    text: str
    code: str | None


class _Written(NamedTuple):
    sign: str
    weight: str | None
    text: str
    feedback: str


def read_gift(data: bytes) -> Reading:
    readings = Readings()
    try:
        text, guesses = decode(data)
        for guess in guesses:
            readings.include(guess)
        for block in _blocks(readings, text):
            place = f"line {block.line}"
            since = readings.count
            try:
                question = _Question(readings, place, block.text).read()
                if question:
                    readings.add(question, place, code=block.code, since=since)
            except ContentUnsound as error:
                readings.note("question_wrong", place, str(error))
            except Refused as error:
                if error.finding.code == "file_too_many":
                    raise
                readings.include(error.finding)
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def _blocks(readings: Readings, text: str) -> Iterator[_Block]:
    """Questions are parted by blank lines; comments and categories stand on lines of their own."""
    lines: list[str] = []
    begun = 0
    code: str | None = None
    for number, line in enumerate([*re.split(r"\r\n|\r|\n", text), ""], 1):
        bare = line.strip()
        place = f"line {number}"
        if bare.startswith("//"):
            named = _ID.search(bare)
            code = named[1].strip() if named else code
            if _TAG.search(bare):
                readings.tally("tags_dropped", place, "Tags are left out.")
            if not named and not _TAG.search(bare):
                readings.tally("comment_dropped", place, "Comments are left out.")
        elif not lines and bare.upper().startswith("$CATEGORY:"):
            readings.tally("category_dropped", place, "Categories are left out.")
        elif bare:
            begun = begun if lines else number
            lines.append(bare)
        elif lines:
            yield _Block(begun, "\n".join(lines), code)
            lines, code = [], None


class _Question:
    def __init__(self, readings: Readings, place: str, text: str) -> None:
        self._readings = readings
        self._place = place
        self._html = HtmlReader(readings, lambda name: None)
        self._format = ""
        if _HELD.search(text):
            raise refused("syntax", place, "The text holds characters that stand for nothing.")
        self._source = _ESCAPE.sub(lambda match: _ESCAPED[match[1]], text)

    def read(self) -> Question | None:
        """None for a text that asks nothing; raises Refused or ContentUnsound."""
        source = self._source
        titled = _TITLE.match(source)
        title = fitting_title(titled[1].translate(_RESTORED)) if titled else ""
        source = source[titled.end() :] if titled else source
        marked = _FORMAT.match(source)
        if marked:
            self._format = marked[1].lower()
            source = source[marked.end() :]
        before, opened, rest = source.partition("{")
        inside, closed, after = rest.partition("}")
        if not opened:
            if "}" in source:
                raise refused("syntax", self._place, "A brace is closed that was never opened.")
            sentence = "A text without braces asks nothing and is left out."
            self._readings.note("not_a_question", self._place, sentence)
            return None
        if not closed:
            raise refused("syntax", self._place, "A brace is opened and never closed.")
        if "{" in inside or "{" in after or "}" in after:
            sentence = "A question has one pair of braces; others are written \\{ and \\}."
            raise refused("syntax", self._place, sentence)
        answers, general = self._general_feedback(inside)
        answer = self._answer(answers)
        return self._question(title, before, after, answer, general)

    def _question(
        self, title: str, before: str, after: str, answer: kinds.Answer, general: str
    ) -> Question:
        if after.strip():
            single = not isinstance(answer, kinds.Choices) or not (
                answer.multiple or self._is_truth(answer)
            )
            if single and isinstance(answer, kinds.Choices | kinds.ShortText | kinds.Numeric):
                before = f"{before}{gap_mark(0)}{after}"
                answer = kinds.Gaps((kinds.Gap(self._bare(answer)),))
            else:
                before = f"{before}{BLANK}{after}"
        situation, prompt = split_prompt(self._blocks(before))
        if not prompt:
            raise ContentUnsound("The question has no text.")
        remember = ""
        if general:
            single_choice = isinstance(answer, kinds.Choices) and not answer.multiple
            if single_choice:
                remember = general
                sentence = "The general feedback is shown with the right answer."
                self._readings.tally("general_feedback_moved", self._place, sentence)
            else:
                self._dropped_feedback("general")
        return Question(title or title_from(prompt), situation, prompt, answer, remember)

    def _is_truth(self, answer: kinds.Choices) -> bool:
        return [option.text for option in answer.options] == ["True", "False"]

    def _bare(
        self, answer: kinds.Choices | kinds.ShortText | kinds.Numeric
    ) -> kinds.Choices | kinds.ShortText | kinds.Numeric:
        """Choices as a list inside the text, which has no feedback and no markup."""
        if not isinstance(answer, kinds.Choices):
            return answer
        if any(option.feedback for option in answer.options):
            self._dropped_feedback("the options'")
        options = tuple(
            Option(one.identifier, self._words(one.text), credit=one.credit)
            for one in answer.options
        )
        return kinds.Choices(options, answer.keys, partial=answer.partial, shuffle=answer.shuffle)

    def _words(self, text: Text) -> str:
        if isinstance(text, Markup):
            return self._html.words(text.xhtml, self._place)
        return text

    def _dropped_feedback(self, whose: str) -> None:
        sentence = f"Feedback is left out: {whose}."
        self._readings.note("feedback_dropped", self._place, sentence)

    def _general_feedback(self, inside: str) -> tuple[str, str]:
        answers, marked, general = inside.partition("####")
        return answers, self._words(self._text(general)) if marked else ""

    def _answer(self, inside: str) -> kinds.Answer:
        bare = inside.strip()
        if not bare:
            return kinds.ExtendedText()
        if bare.startswith("#"):
            return self._numeric(bare[1:])
        truth = _TRUTH.fullmatch(bare.partition("#")[0])
        if truth:
            return self._truth(truth[1].upper().startswith("T"), bare)
        written = self._written(bare)
        if any(one.sign == "~" for one in written):
            answers = [
                Answer(self._text(one.text), self._share(one), self._text(one.feedback))
                for one in written
            ]
            multiple = not any(one.sign == "=" for one in written)
            return choices_of(self._readings, self._place, answers, multiple=multiple, shuffle=True)
        if any("->" in one.text for one in written):
            return self._matching(written)
        return self._short(written)

    def _written(self, inside: str) -> list[_Written]:
        if inside[0] not in "=~":
            sentence = "Inside the braces stands a text before the first = or ~."
            raise refused("syntax", self._place, sentence)
        found = []
        for sign, body in _ANSWER.findall(inside):
            weight = _WEIGHT.match(body)
            text, _, feedback = body[weight.end() if weight else 0 :].partition("#")
            if not text.strip() and not feedback.strip():
                raise refused("syntax", self._place, "An answer inside the braces is empty.")
            found.append(_Written(sign, weight[1] if weight else None, text, feedback))
        return found

    def _share(self, written: _Written) -> Decimal:
        if written.weight is not None:
            return share_of(written.weight)
        return Decimal(1 if written.sign == "=" else 0)

    def _truth(self, is_true: bool, inside: str) -> kinds.Choices:
        _, *feedback = inside.split("#")
        wrong, right = ([self._text(text) for text in feedback] + ["", ""])[:2]
        options = (
            Option("A", "True", right if is_true else wrong),
            Option("B", "False", wrong if is_true else right),
        )
        return kinds.Choices(options, ("A" if is_true else "B",), shuffle=False)

    def _short(self, written: list[_Written]) -> kinds.ShortText:
        accepted = []
        for one in written:
            text = plain_text(one.text.translate(_RESTORED))
            share = self._share(one)
            # A lone asterisk is Moodle's way to give feedback to all the rest.
            if text != "*" or share > 0:
                accepted.append(
                    kinds.AcceptedText(text, max(share, kinds.NONE), wildcards="*" in text)
                )
        self._note_typed(written)
        return kinds.ShortText(tuple(accepted))

    def _note_typed(self, written: list[_Written]) -> None:
        if any(one.feedback.strip() for one in written):
            self._dropped_feedback("that of typed answers")
        if any(0 < self._share(one) < 1 for one in written):
            sentence = "Some answers earn a share of the mark."
            self._readings.tally("partial_credit", self._place, sentence)

    def _numeric(self, inside: str) -> kinds.Numeric:
        inside = inside.strip()
        if not inside.startswith(("=", "~")):
            inside = f"={inside}"
        written = self._written(inside)
        accepted = []
        for one in written:
            # "~" or "=*" with feedback alone is for all the rest.
            if one.text.strip() in ("", "*"):
                continue
            low, value, high = self._range(one.text.translate(_RESTORED))
            share = max(self._share(one), kinds.NONE)
            accepted.append(kinds.AcceptedNumber(value, low, high, share))
        self._note_typed(written)
        return kinds.Numeric(tuple(accepted))

    def _range(self, text: str) -> tuple[Decimal, Decimal, Decimal]:
        first, dots, last = text.partition("..")
        if dots:
            low, high = number_of(first), number_of(last)
            return low, (low + high) / 2, high
        middle, _, off = text.partition(":")
        value, tolerance = number_of(middle), abs(number_of(off or "0"))
        return value - tolerance, value, value + tolerance

    def _matching(self, written: list[_Written]) -> kinds.Matching:
        left: list[Option] = []
        right: dict[Text, str] = {}
        pairs: list[tuple[str, str]] = []
        for one in written:
            entry, arrow, partner = one.text.partition("->")
            if not arrow or not partner.strip():
                sentence = "A pair of a matching question has no '->' or nothing after it."
                raise refused("syntax", self._place, sentence)
            identifier = right.setdefault(self._text(partner), f"R{len(right) + 1}")
            if entry.strip():
                left.append(Option(f"L{len(left) + 1}", self._text(entry)))
                pairs.append((left[-1].identifier, identifier))
        if any(one.feedback.strip() for one in written):
            self._dropped_feedback("that of pairs")
        partners = tuple(Option(identifier, text) for text, identifier in right.items())
        return kinds.Matching(tuple(left), partners, tuple(pairs))

    def _text(self, source: str) -> Text:
        """A text of its own: an answer, a feedback."""
        marked = _FORMAT.match(source)
        text = source[marked.end() if marked else 0 :].translate(_RESTORED)
        if self._is_html(text, marked[1].lower() if marked else self._format):
            return self._html.text(text, self._place)
        return self._html.plain(text, self._place)

    def _blocks(self, source: str) -> tuple[Text, ...]:
        """The question's text: a line end that is written \\n parts paragraphs, others do not."""
        text = source.replace("\n", " ").translate(_RESTORED)
        if self._is_html(text, self._format):
            return self._html.blocks(text, self._place)
        return self._html.plain_blocks(text, self._place)

    def _is_html(self, text: str, marked: str) -> bool:
        if marked == "markdown":
            sentence = "Markdown is kept as it was typed."
            self._readings.tally("markup_changed", self._place, sentence)
        return marked == "html" or (marked in ("", "moodle") and looks_like_html(text))
