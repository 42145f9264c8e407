"""One row of a table as a question. All that is wrong with a row is told at once."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

from item_bank.errors import ContentUnsound
from item_bank.formats.columns import TYPES
from item_bank.formats.reading import (
    NOTHING_KNOWN,
    KnownFacts,
    Readings,
    fitting_title,
    plain_paragraphs,
    title_from,
)
from item_bank.items import IDENTIFIER, CognitiveLevel, plain_text
from item_bank.qti.questions import (
    LARGEST_EXPONENT,
    AcceptedNumber,
    AcceptedText,
    Answer,
    Choices,
    ExtendedText,
    Gap,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortText,
    gap_mark,
)

LONGEST_CELL = 32_767
"""In characters, as in Excel."""

LONGEST_NUMBER = 40
BLANK = "[blank]"
PARTNER = "=>"

_NOT_IN_XML = re.compile("[^\t\r\n\x20-\ud7ff\ue002-\ufffd\U00010000-\U0010ffff]")
_LISTED = re.compile(r"[,;\s]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_YES = frozenset(("yes", "true", "y", "1"))
_NO = frozenset(("no", "false", "n", "0"))
_TYPE_NAMES = {name.replace("/", " "): name for name, _ in TYPES} | {
    "": "single choice",
    "truefalse": "true/false",
    "multiple response": "multiple choice",
    "essay": "long text",
}


class RowWrong(Exception):
    """The row has findings that keep it out."""


def read_row(
    readings: Readings,
    row: str,
    cells: Mapping[str, str],
    place: Callable[[str], str],
    since: int | None = None,
) -> None:
    """Take in the question of a row.

    ``row`` is the place of the whole row, ``place`` gives that of a column. ``cells`` holds, by
    column, the cells that are not blank. ``since`` is the number of findings before the row's.
    """
    since = readings.count if since is None else since
    try:
        reader = _Row(readings, row, cells, place)
        question = reader.question()
        facts = reader.facts()
        reader.finish()
    except RowWrong:
        return
    except ContentUnsound as error:
        readings.note("question_wrong", row, str(error))
        return
    readings.add(question, row, code=cells.get("code"), facts=facts, since=since)


class _Row:
    def __init__(
        self,
        readings: Readings,
        row: str,
        cells: Mapping[str, str],
        place: Callable[[str], str],
    ) -> None:
        self._readings = readings
        self._row = row
        self._cells = cells
        self._place = place
        self._used = {"code", "type"}
        self._sound = True
        for name, text in cells.items():
            if len(text) > LONGEST_CELL:
                sentence = f"The cell has {len(text):,} characters; {LONGEST_CELL:,} are allowed."
                self._wrong(name, sentence, "cell_too_long")
            elif _NOT_IN_XML.search(text):
                self._wrong(name, "The cell holds a control character or half a character.")
        if not self._sound:
            raise RowWrong
        if not IDENTIFIER.fullmatch(cells.get("code", "X")):
            sentence = (
                f"The code {cells['code'][:40]!r} is not a letter followed by letters, digits, '-',"
                " '_' or '.', 64 at most."
            )
            self._wrong("code", sentence)

    def finish(self) -> None:
        """Raises RowWrong where anything was wrong; notes cells that the type has no use for."""
        if not self._sound:
            raise RowWrong
        for name in sorted(self._cells.keys() - self._used):
            sentence = f"The column {name} is not used for a {self._kind()} question."
            self._readings.note("cell_unused", self._place(name), sentence)

    def _wrong(self, name: str, sentence: str, code: str = "cell_wrong") -> None:
        self._sound = False
        self._readings.note(code, self._place(name), sentence)

    def _cell(self, name: str) -> str:
        """The cell in one line, and used from now on."""
        self._used.add(name)
        return plain_text(self._cells.get(name, ""))

    def _needed(self, name: str, sentence: str) -> str:
        text = self._cell(name)
        if not text:
            self._wrong(name, sentence, "cell_missing")
        return text

    def _yes(self, name: str, usual: bool) -> bool:
        text = self._cell(name).lower()
        if text and text not in _YES | _NO:
            self._wrong(name, f"{text[:40]!r} is neither yes nor no.")
        return text in _YES if text else usual

    def _kind(self) -> str:
        text = re.sub(r"[\s_/\-]+", " ", self._cells.get("type", "").lower()).strip()
        return _TYPE_NAMES.get(text, "")

    def question(self) -> Question:
        """Raises RowWrong or ContentUnsound."""
        self._used |= {"question", "situation"}
        paragraphs = plain_paragraphs(self._cells.get("question", ""))
        if not paragraphs:
            self._wrong("question", "The row has no question.", "cell_missing")
        kind = self._kind()
        if not kind:
            listed = ", ".join(name for name, _ in TYPES)
            self._wrong("type", f"{self._cells['type'][:40]!r} is none of: {listed}.")
            raise RowWrong
        answer = self._answer(kind)
        if answer is None or not self._sound:
            # The facts are looked at as well, so that all is told at once.
            self.facts()
            raise RowWrong
        *before, prompt = paragraphs
        situation = (*plain_paragraphs(self._cells.get("situation", "")), *before)
        title = fitting_title(self._cell("title"))
        if isinstance(answer, Gaps):
            prompt = prompt.replace(BLANK, gap_mark(0))
            situation = tuple(text.replace(BLANK, gap_mark(0)) for text in situation)
        return Question(
            title=title or title_from(prompt),
            situation=situation,
            prompt=prompt,
            answer=answer,
            remember=self._cell("remember") if kind in ("single choice", "true/false") else "",
        )

    def _answer(self, kind: str) -> Answer | None:
        match kind:
            case "single choice" | "multiple choice":
                return self._choices(multiple=kind == "multiple choice")
            case "true/false":
                return self._true_false()
            case "short text":
                return self._short_text()
            case "numeric":
                return self._numeric()
            case "matching":
                return self._matching()
            case "ordering":
                return Ordering(self._options())
            case "missing word":
                typed = not any(name.startswith("option_") for name in self._cells)
                answer = self._short_text() if typed else self._choices(multiple=False)
                body = self._cells.get("question", "") + self._cells.get("situation", "")
                if body.count(BLANK) != 1:
                    sentence = f"{BLANK} stands {body.count(BLANK)} times in the text, not once."
                    self._wrong("question", sentence)
                return Gaps((Gap(answer),)) if answer and self._sound else None
            case _:
                return ExtendedText()

    def _options(self, rationales: bool = False) -> tuple[Option, ...]:
        options = []
        for name in sorted(name for name in self._cells if name.startswith("option_")):
            letter = name[-1]
            rationale = self._cell(f"rationale_{letter}") if rationales else ""
            options.append(Option(letter.upper(), self._cell(name), rationale))
        return tuple(options)

    def _choices(self, multiple: bool) -> Choices | None:
        options = self._options(rationales=True)
        named = self._needed("key", "The row has no key.").upper()
        keys = tuple(dict.fromkeys(_LISTED.split(named.strip(",; ")))) if named else ()
        letters = [option.identifier for option in options]
        for key in keys:
            if key not in letters:
                listed = ", ".join(letters) or "none"
                self._wrong("key", f"The key {key[:40]!r} is none of the options: {listed}.")
        if len(keys) > 1 and not multiple:
            sentence = f"There are {len(keys)} keys; a single choice has one."
            self._wrong("key", sentence)
        if len(options) < 2:
            sentence = f"The row has {len(options)} options; two are the least."
            self._wrong("option_b" if options else "option_a", sentence, "cell_missing")
        shuffle = self._yes("shuffle", True)
        if not self._sound:
            return None
        return Choices(options, keys, multiple=multiple, shuffle=shuffle)

    def _true_false(self) -> Choices | None:
        key = self._needed("key", "The row has no key.").lower()
        if key not in ("true", "false", "t", "f", ""):
            self._wrong("key", f"The key {key[:40]!r} is neither true nor false.")
        if not self._sound:
            return None
        options = tuple(
            Option(letter, text, self._cell(f"rationale_{letter.lower()}"))
            for letter, text in (("A", "True"), ("B", "False"))
        )
        return Choices(options, ("A" if key.startswith("t") else "B",), shuffle=False)

    def _short_text(self) -> ShortText | None:
        key = self._needed("key", "The row has no accepted answer.")
        match_case = self._yes("match_case", False)
        answers = [plain_text(answer) for answer in key.split("|")]
        accepted = tuple(AcceptedText(text, match_case=match_case) for text in answers if text)
        if key and not accepted:
            self._wrong("key", "The key holds no answer.")
        return ShortText(accepted) if self._sound else None

    def _numeric(self) -> Numeric | None:
        key = self._needed("key", "The row has no number as the key.")
        ends = [self._number("key", text) for text in key.split("..", 1)] if key else []
        text = self._cell("tolerance")
        tolerance = self._number("tolerance", text) if text else Decimal(0)
        if tolerance is not None and tolerance < 0:
            self._wrong("tolerance", "The tolerance is negative.")
        if not self._sound or tolerance is None or not ends or ends[0] is None or ends[-1] is None:
            return None
        low, high = ends[0] - tolerance, ends[-1] + tolerance
        return Numeric((AcceptedNumber((low + high) / 2, low, high),))

    def _number(self, name: str, text: str) -> Decimal | None:
        text = text.strip()
        if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
            sentence = f"{text[:40]!r} has a comma; a point separates the decimals."
            self._wrong(name, sentence)
        elif len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
            self._wrong(name, f"{text[:40]!r} is not a number as read here.")
        else:
            with suppress(InvalidOperation):  # an exponent beyond all bounds
                number = Decimal(text)
                if abs(number.adjusted()) <= LARGEST_EXPONENT:
                    return number
            self._wrong(name, f"{text[:40]!r} is too large or too small.")
        return None

    def _matching(self) -> Matching | None:
        left: list[Option] = []
        partners: dict[str, str] = {}
        pairs: list[tuple[str, str]] = []
        for option in self._options():
            entry, arrow, partner = (part.strip() for part in str(option.text).partition(PARTNER))
            if not arrow or not partner:
                sentence = f"The option holds no pair: entry {PARTNER} partner."
                self._wrong(f"option_{option.identifier.lower()}", sentence)
                continue
            right = partners.setdefault(partner, f"R{len(partners) + 1}")
            if entry:
                left.append(Option(f"L{len(left) + 1}", entry))
                pairs.append((left[-1].identifier, right))
        shuffle = self._yes("shuffle", True)
        if not self._sound:
            return None
        right_side = tuple(Option(identifier, text) for text, identifier in partners.items())
        return Matching(tuple(left), right_side, tuple(pairs), shuffle)

    def facts(self) -> KnownFacts:
        known = (
            self._cell("skill_area") or None,
            self._cell("task") or None,
            self._level(),
            self._difficulty(),
            self._cell("source"),
            self._day("as_of"),
            self._day("review_by"),
            self._enemies(),
        )
        return KnownFacts(*known) if any(known) else NOTHING_KNOWN

    def _level(self) -> CognitiveLevel | None:
        text = self._cell("cognitive_level").lower()
        if not text:
            return None
        try:
            return CognitiveLevel("analyse" if text == "analyze" else text)
        except ValueError:
            listed = ", ".join(CognitiveLevel)
            self._wrong("cognitive_level", f"{text[:40]!r} is none of: {listed}.")
            return None

    def _difficulty(self) -> float | None:
        text = self._cell("estimated_difficulty")
        number = self._number("estimated_difficulty", text) if text else None
        if number is None:
            return None
        if not 0 < number < 1:
            sentence = f"The estimated difficulty {text[:40]} is not between 0 and 1."
            self._wrong("estimated_difficulty", sentence)
        return float(number)

    def _day(self, name: str) -> date | None:
        text = self._cell(name)
        if not text:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            self._wrong(name, f"{text[:40]!r} is not a day written as 2026-11-01.")
            return None

    def _enemies(self) -> tuple[str, ...]:
        text = self._cell("enemies")
        codes = tuple(dict.fromkeys(code for code in _LISTED.split(text) if code))
        for code in codes:
            if not IDENTIFIER.fullmatch(code):
                self._wrong("enemies", f"{code[:40]!r} is not a code of an item.")
            if code == self._cells.get("code"):
                self._wrong("enemies", f"{code} cannot be its own enemy.")
        return codes
