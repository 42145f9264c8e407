"""QTI 1.2 as Canvas exports it, and plain choice, order and fill-in items of QTI 1.2.

Source: the IMS QTI 1.2 information model, and files that Canvas wrote.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from lxml import etree

from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats.markup import FindMedia, HtmlReader, split_prompt
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
from item_bank.formats.shares import Answer, choices_of, letters
from item_bank.qti import questions as kinds
from item_bank.qti.conversion.canvas_scoring import Scoring
from item_bank.qti.conversion.canvas_texts import Texts
from item_bank.qti.conversion.canvas_variants import read_variants
from item_bank.qti.documents import local_name, parse
from item_bank.qti.questions import Option, Question, Text, gap_mark

REFUSED_TYPES: Final = MappingProxyType(
    {
        "hot_spot_question": "it is answered on a picture",
        "Error": "Canvas itself could not read it",
    }
)
"""Question types that are not read, and why."""

_FILE_BASE = re.compile(r"\$IMS[-_]CC[-_]FILE[-_]?BASE\$/?")
_BLANK = re.compile(r"\[([^\[\]\s]{1,200})\]")
_WITHOUT_FIELD = frozenset(("essay_question", "file_upload_question"))
_EXACT = frozenset(("", "TextEquivalence", "TextInChoices"))


def in_package(source: str) -> Media | None:
    """A picture by its path inside the package; None where the path leads elsewhere."""
    path = _FILE_BASE.sub("", unquote(source)).partition("?")[0]
    if not path or path.startswith("/") or ".." in path.split("/") or "\\" in path:
        return None
    return Media(path, None)


def read_canvas(data: bytes, find_media: FindMedia = in_package) -> Reading:
    """The items of one file whose root is ``questestinterop``."""
    readings = Readings()
    try:
        try:
            root = parse(data, MAX_FILE_BYTES)
        except QtiError as error:
            place = f"line {error.line}" if error.line else ""
            raise refused("xml_refused", place, error.sentence) from error
        if local_name(root) != "questestinterop":
            sentence = f"The root {local_name(root)[:40]} is not that of QTI 1.2."
            raise refused("file_unknown", f"line {root.sourceline}", sentence)
        _report_groups(readings, root)
        items = list(root.iter("{*}item"))
        stimuli = {item.get("ident", ""): item for item in items}
        for item in items:
            _read_item(readings, item, stimuli, find_media)
    except Refused as error:
        readings.include(error.finding)
    return readings.done()


def _report_groups(readings: Readings, root: etree._Element) -> None:
    for group in root.iter("{*}selection_ordering"):
        sentence = "Groups that questions are drawn from are left out; their questions are read."
        readings.tally("group_dropped", f"line {group.sourceline}", sentence)
    for settings in root.findall("{*}assessment/{*}qtimetadata"):
        sentence = "Settings of the quiz are left out."
        readings.tally("setting_dropped", f"line {settings.sourceline}", sentence)


def _read_item(
    readings: Readings,
    item: etree._Element,
    stimuli: dict[str, etree._Element],
    find_media: FindMedia,
) -> None:
    place = f"line {item.sourceline}"
    since = readings.count
    try:
        reader = _Item(readings, item, place, HtmlReader(readings, find_media))
        if reader.kind == "text_only_question":
            sentence = "A text that asks nothing is read with the questions that name it."
            readings.tally("not_a_question", place, sentence)
            return
        question = reader.read(stimuli)
        if question is None:
            reason = REFUSED_TYPES.get(reader.kind, "the type is not known here")
            sentence = f"Questions of the type {reader.kind[:40]!r} are not read: {reason}."
            readings.note("type_refused", place, sentence)
            return
        code = item.get("ident") or None
        readings.add(question, place, code=code, media=reader.texts.html.media(), since=since)
    except ContentUnsound as error:
        readings.note("question_wrong", place, str(error))
    except Refused as error:
        if error.finding.code == "file_too_many":
            raise
        readings.include(error.finding)


class _Item:
    def __init__(
        self, readings: Readings, item: etree._Element, place: str, html: HtmlReader
    ) -> None:
        self._readings = readings
        self._item = item
        self._place = place
        self.texts = Texts(item, place, html)
        self._scoring = Scoring(item)
        self.kind = self.texts.metadata("question_type") or self._likely_kind()

    def _likely_kind(self) -> str:
        """The type by its form, where no metadata names it."""
        lists, fields = self.texts.lists, self.texts.fields
        if len(lists) == 1 and not fields:
            cardinality = lists[0].get("rcardinality", "Single")
            return {"Multiple": "multiple_answers_question", "Ordered": "ordering_question"}.get(
                cardinality, "multiple_choice_question"
            )
        if fields and not lists:
            if not self._scoring.has_values:
                return "essay_question" if len(fields) == 1 else "unknown"
            numeric = self.texts.asks_number(fields[0]) and len(fields) == 1
            return "numerical_question" if numeric else "fields"
        return "unknown"

    def read(self, stimuli: dict[str, etree._Element]) -> Question | None:
        """None where the type is not read; raises Refused or ContentUnsound."""
        readers: dict[str, Callable[[], kinds.Answer]] = {
            "multiple_choice_question": self._choice,
            "true_false_question": self._choice,
            "multiple_answers_question": self._several,
            "short_answer_question": self._short,
            "numerical_question": self._numeric,
            "essay_question": kinds.ExtendedText,
            "file_upload_question": kinds.FileUpload,
            "matching_question": self._matching,
            "categorization_question": self._categories,
            "ordering_question": self._ordering,
        }
        answer: kinds.Answer
        marked: dict[str, str] = {}
        source: str | None = None
        if self.kind == "calculated_question":
            answer, source = read_variants(
                self._item, self.texts.source(), self._readings, self._place
            )
        elif self.kind in readers:
            answer = readers[self.kind]()
        elif self.kind in ("fill_in_multiple_blanks_question", "multiple_dropdowns_question"):
            answer, marked = self._named_gaps()
        elif self.kind == "fields":
            answer, marked = self._field_gaps()
        else:
            return None
        if len(self.texts.lists) + len(self.texts.fields) == 0 and self.kind not in _WITHOUT_FIELD:
            raise ContentUnsound("The question has nothing to answer with.")
        if source is not None:
            blocks = self.texts.html.blocks(source, self._place)
        else:
            blocks = self.texts.blocks(lambda text: _fill(text, marked), marked)
        situation, prompt = split_prompt(blocks)
        if not prompt:
            raise ContentUnsound("The question has no text.")
        title = fitting_title(self._item.get("title", ""))
        remember = self._feedback(answer)
        before = self._stimulus(stimuli)
        return Question(
            title or title_from(prompt), (*before, *situation), prompt, answer, remember
        )

    def _stimulus(self, stimuli: dict[str, etree._Element]) -> tuple[Text, ...]:
        name = self.texts.metadata("parent_stimulus_item_ident")
        if not name:
            return ()
        if name not in stimuli:
            raise ContentUnsound("The text that the question belongs to is missing.")
        return Texts(stimuli[name], self._place, self.texts.html).blocks()

    def _feedback(self, answer: kinds.Answer) -> str:
        """The general feedback, for single choice; reports what is left out."""
        points = self.texts.metadata("points_possible")
        if points and points not in ("1", "1.0"):
            sentence = "Marks other than 1 for a question are left out."
            self._readings.tally("weight_dropped", self._place, sentence)
        choice = isinstance(answer, kinds.Choices)
        left = [name for name in ("correct_fb", "general_incorrect_fb") if self._has_feedback(name)]
        if not choice and len(list(self._item.iterchildren("{*}itemfeedback"))) > len(left):
            left.append("others")
        if left:
            sentence = "Feedback other than that of options is left out."
            self._readings.tally("feedback_dropped", self._place, sentence)
        general = self.texts.feedback("general_fb")
        if general is None or not isinstance(answer, kinds.Choices) or answer.multiple:
            return ""
        sentence = "The general feedback is shown with the right answer."
        self._readings.tally("general_feedback_moved", self._place, sentence)
        return self.texts.html.words(self.texts.html_of(general), self._place)

    def _has_feedback(self, name: str) -> bool:
        return self.texts.feedback(name) is not None

    def _labels(self, group: etree._Element) -> list[tuple[str, Text]]:
        return [
            (label.get("ident", ""), self.texts.of(label))
            for label in group.iter("{*}response_label")
        ]

    def _only_list(self) -> etree._Element:
        if len(self.texts.lists) != 1:
            raise ContentUnsound("The question does not have one list of options.")
        return self.texts.lists[0]

    def _choice(self) -> kinds.Choices:
        shares = self._scoring.shares()
        answers = [
            Answer(text, shares.get(ident, kinds.NONE), self._option_feedback(ident))
            for ident, text in self._labels(self._only_list())
        ]
        shuffle = self.kind != "true_false_question" and self._shuffle()
        return choices_of(self._readings, self._place, answers, multiple=False, shuffle=shuffle)

    def _option_feedback(self, ident: str) -> Text:
        name = self._scoring.feedback_of(ident)
        found = self.texts.feedback(name) if name else None
        return "" if found is None else self.texts.of(found)

    def _shuffle(self) -> bool:
        """As the file says; where it is silent, as is usual in the bank."""
        return all(one.get("shuffle", "Yes") != "No" for one in self._item.iter("{*}render_choice"))

    def _several(self) -> kinds.Choices:
        labels = self._labels(self._only_list())
        whole = self._scoring.whole()
        shares = self._scoring.shares(together=True)
        if not whole and self.texts.metadata("scoring_algorithm") == "AllOrNothing":
            whole = {ident for ident, share in shares.items() if share > 0}
        if not whole:
            answers = [
                Answer(text, shares.get(ident, kinds.NONE), self._option_feedback(ident))
                for ident, text in labels
            ]
            shuffle = self._shuffle()
            return choices_of(self._readings, self._place, answers, multiple=True, shuffle=shuffle)
        names = letters(len(labels))
        options = tuple(
            Option(name, text, self._option_feedback(ident))
            for name, (ident, text) in zip(names, labels, strict=True)
        )
        keys = tuple(name for name, (ident, _) in zip(names, labels, strict=True) if ident in whole)
        return kinds.Choices(options, keys, multiple=True, shuffle=self._shuffle())

    def _short(self) -> kinds.ShortText:
        return kinds.ShortText(self._scoring.texts())

    def _numeric(self) -> kinds.Numeric:
        accepted, opened = self._scoring.numbers()
        if opened:
            sentence = "An end of a range that was just outside is now just inside."
            self._readings.note("scoring_changed", self._place, sentence)
        return kinds.Numeric(accepted)

    def _matching(self) -> kinds.Matching:
        left: list[Option] = []
        right: dict[str, Option] = {}
        pairs: list[tuple[str, str]] = []
        skipped = False
        for group in self.texts.lists:
            entry = self.texts.own(group)
            for ident, text in self._labels(group):
                if text and ident not in right:
                    right[ident] = Option(f"R{len(right) + 1}", text)
            partner = self._scoring.value_of(group.get("ident", ""))
            if not entry or partner not in right:
                skipped = True
                continue
            left.append(Option(f"L{len(left) + 1}", entry))
            pairs.append((left[-1].identifier, right[partner].identifier))
        if skipped:
            sentence = "Pairs without a text on both sides are left out."
            self._readings.note("scoring_changed", self._place, sentence)
        return kinds.Matching(tuple(left), tuple(right.values()), tuple(pairs), self._shuffle())

    def _categories(self) -> kinds.Matching:
        """Entries on the left, categories on the right; some entries belong to none."""
        entries: dict[str, Option] = {}
        categories: list[Option] = []
        pairs: list[tuple[str, str]] = []
        for group in self.texts.lists:
            category = Option(f"R{len(categories) + 1}", self.texts.own(group))
            categories.append(category)
            for ident, text in self._labels(group):
                if ident not in entries:
                    entries[ident] = Option(f"L{len(entries) + 1}", text)
            pairs += [
                (entries[ident].identifier, category.identifier)
                for ident in self._scoring.values_of(group.get("ident", ""))
                if ident in entries
            ]
        sentence = "Each entry in its category earns a share, not each whole category."
        self._readings.note("scoring_changed", self._place, sentence)
        left = tuple(entries.values())
        return kinds.Matching(left, tuple(categories), tuple(pairs), self._shuffle())

    def _ordering(self) -> kinds.Ordering:
        group = self._only_list()
        texts = dict(self._labels(group))
        order = self._scoring.values_of(group.get("ident", ""))
        if sorted(order) != sorted(texts):
            raise ContentUnsound("The right order does not name each entry once.")
        names = letters(len(order))
        return kinds.Ordering(
            tuple(Option(name, texts[ident]) for name, ident in zip(names, order, strict=True))
        )

    def _named_gaps(self) -> tuple[kinds.Gaps, dict[str, str]]:
        """Gaps that stand in the text as ``[name]``, and which mark each name becomes."""
        gaps: list[kinds.Gap] = []
        marks: dict[str, str] = {}
        present = set(_BLANK.findall(self.texts.source()))
        for group in self.texts.lists:
            name = group.get("ident", "").removeprefix("response_")
            if name not in present or name in marks:
                raise ContentUnsound(f"The gap [{name[:40]}] does not stand in the text once.")
            marks[name] = gap_mark(len(gaps))
            gaps.append(kinds.Gap(self._gap_answer(group)))
        return kinds.Gaps(tuple(gaps)), marks

    def _gap_answer(self, group: etree._Element) -> kinds.Choices | kinds.ShortText:
        labels = list(group.iter("{*}response_label"))
        listed = self.kind == "multiple_dropdowns_question" or any(
            label.get("answer_type") in ("dropdown", "wordbank") for label in labels
        )
        if listed:
            right = self._scoring.value_of(group.get("ident", ""))
            answers = [
                Answer(self.texts.words(label), Decimal(label.get("ident") == right))
                for label in labels
            ]
            return choices_of(
                self._readings, self._place, answers, multiple=False, shuffle=self._shuffle()
            )
        return kinds.ShortText(tuple(self._accepted(label) for label in labels))

    def _accepted(self, label: etree._Element) -> kinds.AcceptedText:
        text = self.texts.words(label)
        rule = label.get("scoring_algorithm", "")
        if rule == "TextRegex":
            sentence = "An answer is a regular expression; those are not read."
            raise refused("type_refused", self._place, sentence)
        if rule == "TextContainsAnswer" and "*" not in text:
            return kinds.AcceptedText(f"*{text}*", wildcards=True)
        if rule not in _EXACT:
            sentence = f"The answer {text[:40]!r} has to be typed exactly, not about so."
            self._readings.note("scoring_changed", self._place, sentence)
        return kinds.AcceptedText(text)

    def _field_gaps(self) -> tuple[kinds.Answer, dict[str, str]]:
        """Fields that stand between the texts."""
        fields = self.texts.fields
        if len(fields) == 1:
            return kinds.ShortText(self._scoring.texts()), {}
        gaps = tuple(
            kinds.Gap(kinds.ShortText(self._scoring.texts(field.get("ident", ""))))
            for field in fields
        )
        marks = {field.get("ident", ""): gap_mark(place) for place, field in enumerate(fields)}
        sentence = "Each gap earns a share of the mark."
        self._readings.note("scoring_changed", self._place, sentence)
        return kinds.Gaps(gaps), marks


def _fill(source: str, marks: dict[str, str]) -> str:
    """The text with the marks in place of ``[name]``, each the first time."""
    left = dict(marks)
    return _BLANK.sub(lambda match: left.pop(match[1], match[0]), source)
