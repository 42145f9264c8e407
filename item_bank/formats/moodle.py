"""Moodle XML: every question type that a QTI item can hold; the others are listed as refused.

Source: https://docs.moodle.org/en/Moodle_XML_format.
"""

import base64
import binascii
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from lxml import etree

from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats.markup import HtmlReader, finder, media_of, split_prompt
from item_bank.formats.moodle_gaps import read_cloze, read_numbered_gaps
from item_bank.formats.moodle_texts import Texts
from item_bank.formats.reading import (
    MAX_FILE_BYTES,
    Media,
    Reading,
    Readings,
    Refused,
    fitting_title,
    refused,
    title_from,
)
from item_bank.formats.shares import Answer, choices_of, letters, number_of, share_of
from item_bank.qti import questions as kinds
from item_bank.qti.documents import local_name, parse
from item_bank.qti.questions import Option, Question, Text

REFUSED_TYPES: Final = MappingProxyType(
    {
        "calculated": "its numbers are drawn anew for each candidate by a formula",
        "calculatedmulti": "its numbers are drawn anew for each candidate by a formula",
        "calculatedsimple": "its numbers are drawn anew for each candidate by a formula",
        "ddimageortext": "it is answered by dragging onto a picture",
        "ddmarker": "it is answered by dragging onto a picture",
        "random": "it stands for a question that is drawn from a category",
        "randomsamatch": "it is made of questions that are drawn from a category",
        "coderunner": "it runs programs",
        "stack": "it needs computer algebra",
        "formulas": "it runs formulas",
    }
)
"""Question types that are not read, and why."""

# What there is besides the answers, and what becomes of it where it says something.
_LEFT_OUT: Final = MappingProxyType(
    {
        "hint": ("retries_dropped", "Hints for further tries are left out."),
        "tags": ("tags_dropped", "Tags are left out."),
        "correctfeedback": ("feedback_dropped", "Feedback to right answers as such is left out."),
        "partiallycorrectfeedback": (
            "feedback_dropped",
            "Feedback to partly right answers is left out.",
        ),
        "incorrectfeedback": ("feedback_dropped", "Feedback to wrong answers as such is left out."),
        "graderinfo": ("feedback_dropped", "Notes for those who score are left out."),
        "responsetemplate": ("setting_dropped", "A text to begin from is left out."),
        "units": ("scoring_changed", "Units are left out: the number alone is scored."),
        "comment": ("comment_dropped", "Comments are left out."),
    }
)
_QUIET: Final = frozenset(
    (
        *("name", "questiontext", "generalfeedback", "answer", "subquestion", "selectoption"),
        *("dragbox", "single", "shuffleanswers", "usecase", "idnumber", "defaultgrade", "penalty"),
        *("hidden", "responsefieldlines", "responseformat", "answernumbering", "layouttype"),
        *("showstandardinstruction", "instructions", "responserequired", "unitgradingtype"),
        *("unitpenalty", "showunits", "unitsleft", "shownumcorrect", "gradingtype", "selecttype"),
        *("selectcount", "attachments", "attachmentsrequired", "maxbytes", "filetypeslist"),
        *("showgrading", "numberingstyle", "minwordlimit", "maxwordlimit", "synchronize", "image"),
    )
)


def read_moodle(data: bytes) -> Reading:
    readings = Readings()
    try:
        try:
            root = parse(data, MAX_FILE_BYTES)
        except QtiError as error:
            place = f"line {error.line}" if error.line else ""
            raise refused("xml_refused", place, error.sentence) from error
        if local_name(root) != "quiz":
            sentence = f"The root {local_name(root)[:40]} is no quiz of Moodle."
            raise refused("file_unknown", f"line {root.sourceline}", sentence)
        for element in root.iterchildren("{*}question"):
            _read_question(readings, element)
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def _read_question(readings: Readings, element: etree._Element) -> None:
    place = f"line {element.sourceline}"
    kind = element.get("type", "")
    if kind == "category":
        readings.tally("category_dropped", place, "Categories are left out.")
        return
    if kind == "description":
        readings.note("not_a_question", place, "A description asks nothing and is left out.")
        return
    since = readings.count
    try:
        reader = _Question(readings, element, place)
        question = reader.read(kind)
        if question is None:
            reason = REFUSED_TYPES.get(kind, "the type is not known here")
            sentence = f"Questions of the type {kind[:40]!r} are not read: {reason}."
            readings.note("type_refused", place, sentence)
            return
        code = reader.texts.plain("idnumber") or None
        readings.add(question, place, code=code, media=reader.texts.html.media(), since=since)
    except ContentUnsound as error:
        readings.note("question_wrong", place, str(error))
    except Refused as error:
        if error.finding.code == "file_too_many":
            raise
        readings.include(error.finding)


class _Question:
    def __init__(self, readings: Readings, element: etree._Element, place: str) -> None:
        self._readings = readings
        self._element = element
        self._place = place
        html = HtmlReader(readings, finder(self._files()))
        self.texts = Texts(readings, element, place, html)

    def read(self, kind: str) -> Question | None:
        """None where the type is not read; raises Refused or ContentUnsound."""
        readers: dict[str, Callable[[], kinds.Answer]] = {
            "multichoice": self._choices,
            "multichoiceset": self._choice_set,
            "truefalse": self._truth,
            "shortanswer": self._short,
            "numerical": self._numeric,
            "matching": self._matching,
            "essay": self._essay,
            "ordering": self._ordering,
        }
        answer: kinds.Answer
        if kind in readers:
            answer = readers[kind]()
            blocks = self.texts.blocks("questiontext")
        elif kind == "cloze":
            blocks, answer = read_cloze(self.texts)
        elif kind in ("gapselect", "ddwtos"):
            blocks, answer = read_numbered_gaps(self.texts)
        else:
            return None
        self._report_rest()
        situation, prompt = split_prompt(blocks)
        if not prompt:
            raise ContentUnsound("The question has no text.")
        title = fitting_title(self.texts.plain("name"))
        remember = self._general_feedback(answer)
        return Question(title or title_from(prompt), situation, prompt, answer, remember)

    def _files(self) -> dict[str, Media]:
        files = {}
        for one in self._element.iter("{*}file"):
            name = f"@@PLUGINFILE@@{one.get('path') or '/'}{one.get('name', '')}"
            try:
                data = base64.b64decode(one.text or "", validate=False)
            except (binascii.Error, ValueError):
                sentence = f"The file {one.get('name', '')[:40]!r} is damaged."
                self._readings.note("media_missing", self._place, sentence)
                continue
            files[name] = media_of(one.get("name", ""), data)
        return files

    def _general_feedback(self, answer: kinds.Answer) -> str:
        text = self.texts.words("generalfeedback")
        if not text:
            return ""
        if isinstance(answer, kinds.Choices) and not answer.multiple:
            sentence = "The general feedback is shown with the right answer."
            self._readings.tally("general_feedback_moved", self._place, sentence)
            return text
        sentence = "Feedback is left out: general."
        self._readings.note("feedback_dropped", self._place, sentence)
        return ""

    def _report_rest(self) -> None:
        for child in self._element:
            name = local_name(child)
            if name in _LEFT_OUT:
                if "".join(str(text) for text in child.itertext()).strip():
                    self._readings.tally(_LEFT_OUT[name][0], self._place, _LEFT_OUT[name][1])
            elif name not in _QUIET:
                sentence = f"The setting {name[:40]!r} is left out."
                self._readings.tally("setting_dropped", self._place, sentence)
        if self._number("defaultgrade", "1") != 1:
            sentence = "Marks other than 1 for a question are left out."
            self._readings.tally("weight_dropped", self._place, sentence)
        if self._number("penalty", "0") != 0:
            sentence = "Penalties for further tries are left out."
            self._readings.tally("retries_dropped", self._place, sentence)
        if self.texts.plain("hidden") == "1":
            sentence = "Questions that were hidden are read like the others."
            self._readings.tally("setting_dropped", self._place, sentence)

    def _number(self, name: str, usual: str) -> Decimal:
        return number_of(self.texts.plain(name) or usual)

    def _answers(self) -> list[Answer]:
        return [
            Answer(
                self.texts.text_of(one),
                share_of(one.get("fraction", "0")),
                self.texts.text_in(one, "feedback"),
            )
            for one in self._element.iterchildren("{*}answer")
        ]

    def _choices(self) -> kinds.Choices:
        return choices_of(
            self._readings,
            self._place,
            self._answers(),
            multiple=not self.texts.yes("single", usual=True),
            shuffle=self.texts.yes("shuffleanswers", usual=True),
        )

    def _choice_set(self) -> kinds.Choices:
        answers = self._answers()
        options = tuple(
            Option(letter, answer.text, answer.feedback)
            for letter, answer in zip(letters(len(answers)), answers, strict=True)
        )
        pairs = zip(options, answers, strict=True)
        keys = tuple(option.identifier for option, answer in pairs if answer.share > 0)
        shuffle = self.texts.yes("shuffleanswers", usual=True)
        return kinds.Choices(options, keys, multiple=True, shuffle=shuffle)

    def _truth(self) -> kinds.Choices:
        by_truth = {str(answer.text).strip().lower(): answer for answer in self._answers()}
        if set(by_truth) != {"true", "false"}:
            raise ContentUnsound("The answers are not true and false.")
        options = (
            Option("A", "True", by_truth["true"].feedback),
            Option("B", "False", by_truth["false"].feedback),
        )
        if by_truth["true"].share == by_truth["false"].share:
            raise ContentUnsound("Neither true nor false is marked as right.")
        key = "A" if by_truth["true"].share > by_truth["false"].share else "B"
        return kinds.Choices(options, (key,), shuffle=False)

    def _short(self) -> kinds.ShortText:
        match_case = self.texts.yes("usecase", usual=False)
        accepted = []
        for element in self._element.iterchildren("{*}answer"):
            text = self.texts.typed(element)
            share = share_of(element.get("fraction", "0"))
            if text != "*" or share > 0:
                accepted.append(
                    kinds.AcceptedText(text, max(share, kinds.NONE), match_case, "*" in text)
                )
        self._note_typed()
        return kinds.ShortText(tuple(accepted))

    def _numeric(self) -> kinds.Numeric:
        accepted = []
        for element in self._element.iterchildren("{*}answer"):
            text = self.texts.typed(element)
            if text == "*":
                continue
            value = number_of(text)
            off = abs(number_of(element.findtext("{*}tolerance") or "0"))
            share = max(share_of(element.get("fraction", "0")), kinds.NONE)
            accepted.append(kinds.AcceptedNumber(value, value - off, value + off, share))
        self._note_typed()
        return kinds.Numeric(tuple(accepted))

    def _note_typed(self) -> None:
        """What is lost of answers that are typed."""
        elements = list(self._element.iterchildren("{*}answer"))
        if any((element.findtext("{*}feedback/{*}text") or "").strip() for element in elements):
            sentence = "Feedback is left out: that of typed answers."
            self._readings.note("feedback_dropped", self._place, sentence)
        if any(0 < share_of(element.get("fraction", "0")) < 1 for element in elements):
            sentence = "Some answers earn a share of the mark."
            self._readings.tally("partial_credit", self._place, sentence)

    def _matching(self) -> kinds.Matching:
        left: list[Option] = []
        right: dict[Text, str] = {}
        pairs: list[tuple[str, str]] = []
        for one in self._element.iterchildren("{*}subquestion"):
            partner = self.texts.text_in(one, "answer")
            if not partner:
                raise ContentUnsound("An entry on the left has no partner.")
            identifier = right.setdefault(partner, f"R{len(right) + 1}")
            entry = self.texts.text_of(one)
            if entry:
                left.append(Option(f"L{len(left) + 1}", entry))
                pairs.append((left[-1].identifier, identifier))
        partners = tuple(Option(identifier, text) for text, identifier in right.items())
        shuffle = self.texts.yes("shuffleanswers", usual=True)
        return kinds.Matching(tuple(left), partners, tuple(pairs), shuffle)

    def _essay(self) -> kinds.ExtendedText | kinds.FileUpload:
        if self.texts.plain("responseformat") == "noinline":
            return kinds.FileUpload()
        if self.texts.plain("attachments") not in ("", "0"):
            sentence = "Files with an essay cannot be handed in."
            self._readings.note("scoring_changed", self._place, sentence)
        lines = self.texts.plain("responsefieldlines")
        return kinds.ExtendedText(int(lines) if lines.isdecimal() and len(lines) < 4 else None)

    def _ordering(self) -> kinds.Ordering:
        texts = [self.texts.text_of(one) for one in self._element.iterchildren("{*}answer")]
        options = [
            Option(letter, text) for letter, text in zip(letters(len(texts)), texts, strict=True)
        ]
        sentence = "Only the whole order earns the mark."
        self._readings.note("scoring_changed", self._place, sentence)
        return kinds.Ordering(tuple(options))
