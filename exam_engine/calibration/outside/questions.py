"""What a published form asks, as far as a file of answers can speak of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

VERSIONED = re.compile(r"(.+)@([0-9]{1,6})")
"""An item with the number of its version, like IA-03@2."""


@dataclass(frozen=True, slots=True)
class Question:
    """An item of the form; ``versions`` says of each number whether its content is the form's."""

    code: str
    number: int
    options: tuple[str, ...]
    key: str
    versions: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """A form: its questions in order, codes of the bank's other items, titles of its data sets."""

    form_id: UUID
    exam: str
    form: str
    questions: tuple[Question, ...]
    others: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unfound:
    """Why a name in the file is of no question of the form: a code of `findings` and a sentence."""

    code: str
    sentence: str


class Finder:
    """From names in a file to positions of the form, from 0."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._at = {one.code: j for j, one in enumerate(asked.questions)}
        self._folded = {one.code.casefold(): j for j, one in enumerate(asked.questions)}
        self._others = {one.casefold() for one in asked.others}

    def find(self, name: str, version: str = "") -> int | Unfound:
        """``name`` is a code, or a code with @ and a version; ``version`` what a column says."""
        if (split := VERSIONED.fullmatch(name)) is not None:
            name, version = split[1], version or split[2]
        at = self._at.get(name, self._folded.get(name.casefold()))
        if at is None:
            return self._unfound(name)
        return self._of_version(at, version) if version else at

    def _unfound(self, name: str) -> Unfound:
        if name.casefold() in self._others:
            return Unfound("item_elsewhere", f"{name} is not on form {self._asked.form}.")
        return Unfound("item_unknown", f'The bank has no item "{short(name)}".')

    def _of_version(self, at: int, version: str) -> int | Unfound:
        one = self._asked.questions[at]
        # a spreadsheet may have made a number of it
        digits = version.removesuffix(".0")
        same = one.versions.get(int(digits)) if digits.isdecimal() and len(digits) < 7 else None
        if same is None:
            said = f'The bank has no version "{short(version)}" of {one.code}.'
            return Unfound("item_version", said)
        if not same:
            said = f"{one.code} is version {digits} here; form {self._asked.form} has version"
            return Unfound("item_version", f"{said} {one.number}, and they differ.")
        return at


def short(text: str) -> str:
    """As much of a cell as a sentence can hold."""
    return text if len(text) <= 30 else text[:30] + "…"
