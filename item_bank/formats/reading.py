"""What reading a file gives: items as QTI 3, and findings for all that is amiss or left behind."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date

from item_bank.errors import ContentUnsound
from item_bank.formats.findings import Finding, Severity, found
from item_bank.items import IDENTIFIER, LONGEST_TITLE, CognitiveLevel, ItemContent, plain_text
from item_bank.qti.choice import write_choice
from item_bank.qti.questions import Markup, Question, Text, split_at_gaps
from item_bank.qti.writing import as_content, write_question

MAX_FILE_BYTES = 64_000_000
MAX_ITEMS = 20_000
"""Of one file."""

_DERIVED = "derived"
_TAG = re.compile(r"<[^>]*>")
_FORMULA = re.compile(r'<math\b[^>]*\balttext="([^"]*)"[^>]*>.*?</math>', re.DOTALL)
TITLE_CHARACTERS = 80
"""A title that is made from the question's text is cut at a word before this."""


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What the file says of an item, as in ``ItemFacts``; None or empty where it says nothing.

    Whether the framework has the skill area and the task, and the bank the enemies, is not checked.
    """

    skill_area: str | None = None
    task: str | None = None
    cognitive_level: CognitiveLevel | None = None
    estimated_difficulty: float | None = None
    source: str = ""
    as_of: date | None = None
    review_by: date | None = None
    enemies: tuple[str, ...] = ()


NOTHING_KNOWN = KnownFacts()


@dataclass(frozen=True, slots=True)
class Media:
    """A file that an item shows. ``path`` is how its XML names it; it begins with the SHA-256 of
    what is in it where ``data`` came along, and otherwise is the path inside the package.
    """

    path: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class ReadItem:
    """``code_given`` is false where the file names none: the code is then derived from the content,
    so that reading the same question again gives the same code.

    ``content`` is there for single choice in plain text, the kind that exams deliver; ``xml`` is
    then what ``write_choice`` makes of it.
    """

    code: str
    code_given: bool
    title: str
    xml: bytes
    content: ItemContent | None
    facts: KnownFacts
    place: str
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Items in the order of the file; findings too. No reader raises: a file that cannot be read
    has no items and says why.
    """

    items: tuple[ReadItem, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)


class Refused(Exception):
    """Ends the reading of one question, or of the file; it never leaves a reader."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


def refused(code: str, place: str, sentence: str, mend: str = "") -> Refused:
    return Refused(found(code, place, sentence, mend))


def unreadable(finding: Finding) -> Reading:
    return Reading((), (finding,))


class Readings:
    """Items and findings while a file is being read."""

    def __init__(self) -> None:
        self._items: list[ReadItem] = []
        self._findings: list[Finding] = []
        self._places: dict[str, str] = {}
        self._tallies: dict[tuple[str, str], tuple[int, str]] = {}

    def note(self, code: str, place: str, sentence: str, mend: str = "") -> None:
        """A finding of any severity: its code decides."""
        self._findings.append(found(code, place, sentence, mend))

    def include(self, finding: Finding) -> None:
        self._findings.append(finding)

    def tally(self, code: str, place: str, sentence: str) -> None:
        """One finding for all places where the same is found: the first place and their number."""
        count, first = self._tallies.get((code, sentence), (0, place))
        self._tallies[code, sentence] = count + 1, first

    def add(
        self,
        question: Question,
        place: str,
        *,
        code: str | None = None,
        facts: KnownFacts = NOTHING_KNOWN,
        media: tuple[Media, ...] = (),
        since: int | None = None,
    ) -> None:
        """Take a question in; what is unsound about it becomes a finding.

        ``since`` is the number of findings before this question's: those after are marked with its
        code. A code that QTI does not allow as an identifier is changed, and a finding says so.
        """
        if len(self._items) >= MAX_ITEMS:
            raise refused("file_too_many", place, f"The file has over {MAX_ITEMS} questions.")
        try:
            name = self._identifier(code, place) if code else _DERIVED
            content = as_content(question)
            xml = write_choice(name, content) if content else write_question(name, question)
            if not code:
                name, xml = _derive(xml)
        except ContentUnsound as error:
            self.note("question_wrong", place, str(error))
            return
        if name in self._places:
            if code:
                sentence = f"The code {name} stands at {self._places[name]} already."
                self.note("code_repeated", place, sentence)
            else:
                sentence = f"The same question stands at {self._places[name]} already."
                self.note("question_repeated", place, f"{sentence} It is read once.")
            return
        self._places[name] = place
        self._items.append(
            ReadItem(name, bool(code), question.title, xml, content, facts, place, media)
        )
        if since is not None:
            self._findings[since:] = [replace(one, item=name) for one in self._findings[since:]]

    @property
    def count(self) -> int:
        """The number of findings so far."""
        return len(self._findings)

    def done(self) -> Reading:
        tallied = [
            found(code, place, sentence if count == 1 else f"{sentence} ({count} places)")
            for (code, sentence), (count, place) in self._tallies.items()
        ]
        findings = (*self._findings, *tallied)
        if not self._items and not findings:
            findings = (found("questions_missing", "", "The file holds no question."),)
        return Reading(tuple(self._items), findings)

    def _identifier(self, code: str, place: str) -> str:
        if IDENTIFIER.fullmatch(code):
            return code
        name = re.sub(r"[^A-Za-z0-9_.\-]+", "-", plain_text(code)).strip("-")[:48]
        # Two codes that differ in what is replaced stay two.
        name = f"{name or 'item'}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"
        if not IDENTIFIER.fullmatch(name):
            name = f"Q-{name}"
        self.note("code_changed", place, f"The code {code[:60]!r} is not allowed; it is {name}.")
        return name


def _derive(xml: bytes) -> tuple[str, bytes]:
    """A code made from the content, and the item under it."""
    code = f"Q-{hashlib.sha256(xml).hexdigest()[:12]}"
    # The first attribute of that value in the file is the item's own identifier.
    return code, xml.replace(
        f'identifier="{_DERIVED}"'.encode(), f'identifier="{code}"'.encode(), 1
    )


def title_from(text: Text) -> str:
    """A title made from the question's text, cut at a word."""
    words = text if isinstance(text, str) else _TAG.sub(" ", _FORMULA.sub(r" \1 ", text.xhtml))
    words = plain_text("_____".join(split_at_gaps(words)[::2]))
    if isinstance(text, Markup):
        for name, character in (
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", '"'),
            ("&amp;", "&"),
        ):
            words = words.replace(name, character)
    if len(words) <= TITLE_CHARACTERS:
        return words or "Untitled"
    return words[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " ..."


def fitting_title(title: str) -> str:
    """A given title in one line, cut where it is too long for an item."""
    return plain_text(title)[:LONGEST_TITLE].strip(" ")


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """Each line of a plain text that is not blank."""
    return tuple(line for part in re.split(r"[\r\n]+", text) if (line := plain_text(part)))
