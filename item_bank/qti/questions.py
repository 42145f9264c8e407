"""The kinds of questions that other systems' files bring, before they are written as QTI 3.

A text is plain (``str``) or ``Markup``. What is credited is a share of the one mark of the item.
A value that is here can be shown and scored: whatever could not raises ContentUnsound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from item_bank.errors import ContentUnsound
from item_bank.items import IDENTIFIER, LONGEST_TITLE, plain_text

MOST_OPTIONS = 50
MOST_GAPS = 50
MOST_VARIANTS = 200
LONGEST_ANSWER = 1_000
"""In characters, of an answer that is typed."""

LARGEST_EXPONENT = 30
"""Numbers as answers stay under 10 to this power."""

ONE = Decimal(1)
NONE = Decimal(0)

_GAP = re.compile("\ue000(\\d+)\ue001")


def gap_mark(number: int) -> str:
    """The characters that stand in a text where gap ``number`` (from 0) belongs."""
    return f"\ue000{number}\ue001"


def split_at_gaps(text: str) -> list[str]:
    """Text, number of a gap, text, ..., text."""
    return _GAP.split(text)


@dataclass(frozen=True, slots=True)
class Markup:
    """A well-formed fragment of XHTML without namespaces, already reduced to what items may hold.

    As a paragraph of a situation it is exactly one block element.
    """

    xhtml: str


Text = str | Markup


@dataclass(frozen=True, slots=True)
class Option:
    """``credit`` is what choosing it earns where the question gives partial credit."""

    identifier: str
    text: Text
    feedback: Text = ""
    credit: Decimal = NONE


@dataclass(frozen=True, slots=True)
class Choices:
    """One is chosen, or several where ``multiple``.

    ``keys`` is the right response. Without ``partial`` it earns the mark and all else nothing;
    with it the credits of what was chosen are added up, within 0 and 1.
    """

    options: tuple[Option, ...]
    keys: tuple[str, ...]
    multiple: bool = False
    partial: bool = False
    shuffle: bool = True

    def __post_init__(self) -> None:
        _check_options(self.options, fewest=2)
        identifiers = {option.identifier for option in self.options}
        if not self.keys:
            raise ContentUnsound("No option is marked as right.")
        if len(self.keys) > 1 and not self.multiple:
            raise ContentUnsound("Two options are marked as right where one can be chosen.")
        for key in self.keys:
            if key not in identifiers:
                raise ContentUnsound(f"The key {key!r} is none of the options.")
        if len(set(self.keys)) < len(self.keys):
            raise ContentUnsound("The same option is named twice as right.")


@dataclass(frozen=True, slots=True)
class AcceptedText:
    """With ``wildcards`` a ``*`` stands for any run of characters."""

    text: str
    credit: Decimal = ONE
    match_case: bool = False
    wildcards: bool = False


@dataclass(frozen=True, slots=True)
class ShortText:
    """A line that is typed; the first accepted text that fits it gives its credit."""

    accepted: tuple[AcceptedText, ...]

    def __post_init__(self) -> None:
        _check_accepted([answer.credit for answer in self.accepted])
        for answer in self.accepted:
            if not answer.text or answer.text != plain_text(answer.text):
                raise ContentUnsound("An accepted answer is empty or not one line of plain text.")
            if len(answer.text) > LONGEST_ANSWER:
                raise ContentUnsound(f"An accepted answer has over {LONGEST_ANSWER} characters.")


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """All from ``low`` to ``high``, both included; ``value`` is what is shown as the answer."""

    value: Decimal
    low: Decimal
    high: Decimal
    credit: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number that is typed; the first accepted range that holds it gives its credit."""

    accepted: tuple[AcceptedNumber, ...]

    def __post_init__(self) -> None:
        _check_accepted([answer.credit for answer in self.accepted])
        for answer in self.accepted:
            for number in (answer.value, answer.low, answer.high):
                if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
                    raise ContentUnsound(f"The number {number:.10g} cannot be an answer.")
            if not answer.low <= answer.value <= answer.high:
                raise ContentUnsound("A range of numbers has its end before its start.")


@dataclass(frozen=True, slots=True)
class Matching:
    """An entry on the left belongs to one on the right, or to none; right pairs earn equal shares.

    ``pairs`` holds the identifiers (left, right). Several of ``left`` may belong to the same.
    """

    left: tuple[Option, ...]
    right: tuple[Option, ...]
    pairs: tuple[tuple[str, str], ...]
    shuffle: bool = True

    def __post_init__(self) -> None:
        _check_options(self.left, fewest=1)
        _check_options(self.right, fewest=2)
        left = {option.identifier for option in self.left}
        right = {option.identifier for option in self.right}
        if right & left:
            raise ContentUnsound("The two sides share an identifier.")
        entries = [pair[0] for pair in self.pairs]
        known = set(entries) <= left and {pair[1] for pair in self.pairs} <= right
        if not entries or len(set(entries)) < len(entries) or not known:
            raise ContentUnsound("A pair is missing, or names what is not there.")


@dataclass(frozen=True, slots=True)
class Ordering:
    """``options`` in the right order; only the whole order earns the mark."""

    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        _check_options(self.options, fewest=2)


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap; it counts ``weight`` parts of the mark. Choices here are a list to drop down."""

    answer: Choices | ShortText | Numeric
    weight: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.weight <= 1_000:
            raise ContentUnsound(f"A gap cannot count {self.weight} parts.")
        if isinstance(self.answer, Choices):
            if self.answer.multiple:
                raise ContentUnsound("In a gap one option is chosen, not several.")
            if not all(isinstance(option.text, str) for option in self.answer.options):
                raise ContentUnsound("The options of a gap are plain text.")


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps inside the text: ``gap_mark(n)`` stands once for each in situation or prompt."""

    gaps: tuple[Gap, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.gaps) <= MOST_GAPS:
            raise ContentUnsound(f"A text has 1 to {MOST_GAPS} gaps, not {len(self.gaps)}.")


@dataclass(frozen=True, slots=True)
class ExtendedText:
    """A text that a person scores. ``lines`` is how high the field is, where the file says so."""

    lines: int | None = None


@dataclass(frozen=True, slots=True)
class FileUpload:
    """A file that a person scores."""


@dataclass(frozen=True, slots=True)
class Variant:
    """``values`` are the texts of the variables, in their order."""

    values: tuple[str, ...]
    answer: Decimal


@dataclass(frozen=True, slots=True)
class Calculated:
    """A number that is typed and depends on others that vary: each candidate gets one of the
    variants.

    ``places`` says which variable, by its number from 0, stands at each ``gap_mark`` of the text.
    ``tolerance`` is what the answer may be off, in its own unit or, where ``percent``, in percent
    of it.
    """

    variants: tuple[Variant, ...]
    places: tuple[int, ...]
    tolerance: Decimal = NONE
    percent: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.variants) <= MOST_VARIANTS:
            raise ContentUnsound(f"A question has 1 to {MOST_VARIANTS} sets of numbers.")
        lengths = {len(variant.values) for variant in self.variants}
        if len(lengths) > 1 or any(place not in range(min(lengths)) for place in self.places):
            raise ContentUnsound("A set of numbers does not have all variables.")
        for number in (self.tolerance, *(variant.answer for variant in self.variants)):
            if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
                raise ContentUnsound(f"The number {number:.10g} cannot be an answer.")
        if self.tolerance < 0:
            raise ContentUnsound("What an answer may be off is less than nothing.")


Answer = (
    Choices
    | ShortText
    | Numeric
    | Matching
    | Ordering
    | Gaps
    | ExtendedText
    | FileUpload
    | Calculated
)


@dataclass(frozen=True, slots=True)
class Question:
    """``situation`` is paragraphs, ``prompt`` the task itself.

    ``remember`` is for single choice only: the sentence that is shown after practice.
    """

    title: str
    situation: tuple[Text, ...]
    prompt: Text
    answer: Answer
    remember: str = ""

    def __post_init__(self) -> None:
        if not self.title or not self.prompt or not all(self.situation):
            raise ContentUnsound("A question has a title and a text.")
        if len(self.title) > LONGEST_TITLE:
            raise ContentUnsound(f"The title has over {LONGEST_TITLE} characters.")
        for text in (self.title, *self.situation, self.prompt, self.remember):
            if isinstance(text, str) and text != plain_text(text):
                raise ContentUnsound(f"This text is not plain text in one line: {text[:60]!r}.")
        marks = [int(mark) for text in self.body() for mark in _GAP.findall(_characters(text))]
        count = 0
        if isinstance(self.answer, Gaps):
            count = len(self.answer.gaps)
        elif isinstance(self.answer, Calculated):
            count = len(self.answer.places)
        if sorted(marks) != list(range(count)):
            raise ContentUnsound("The gaps in the text are not those that have answers.")

    def body(self) -> Iterator[Text]:
        yield from self.situation
        yield self.prompt


def _characters(text: Text) -> str:
    return text if isinstance(text, str) else text.xhtml


def _check_options(options: tuple[Option, ...], fewest: int) -> None:
    if not fewest <= len(options) <= MOST_OPTIONS:
        raise ContentUnsound(f"The options are {len(options)}; {fewest} to {MOST_OPTIONS} fit.")
    identifiers = [option.identifier for option in options]
    if len(set(identifiers)) < len(identifiers):
        raise ContentUnsound("Two options have the same identifier.")
    for option in options:
        if not IDENTIFIER.fullmatch(option.identifier):
            raise ContentUnsound(f"An option cannot have the identifier {option.identifier!r}.")
        if not option.text:
            raise ContentUnsound("An option has no text.")
        for text in (option.text, option.feedback):
            if isinstance(text, str) and text != plain_text(text):
                raise ContentUnsound(f"This text is not plain text in one line: {text[:60]!r}.")


def _check_accepted(shares: list[Decimal]) -> None:
    if not 1 <= len(shares) <= MOST_OPTIONS:
        raise ContentUnsound(f"The accepted answers are {len(shares)}; 1 to {MOST_OPTIONS} fit.")
    if any(not NONE <= share <= ONE for share in shares):
        raise ContentUnsound("The credit of an accepted answer is not between 0 and 1.")
    if max(shares) < ONE:
        raise ContentUnsound("No accepted answer earns the whole mark.")
