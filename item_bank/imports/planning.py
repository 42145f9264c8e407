"""What would come of importing a file: each item compared with what the bank holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from item_bank.checks import NEAR_DUPLICATE, check_item
from item_bank.errors import ContentUnsound, QtiError
from item_bank.formats.reading import Reading, ReadItem
from item_bank.framework import Edition
from item_bank.imports.comparing import Held, differences, needs_version, stem_of
from item_bank.imports.reports import (
    Finding,
    Severity,
    of_check,
    of_reader,
    refused_questions,
)
from item_bank.items import CognitiveLevel, ItemFacts, ItemKind
from item_bank.lifecycle import EDITABLE
from item_bank.qti import Severity as QtiSeverity
from item_bank.qti import check_item as check_qti
from item_bank.qti.choice import content_hash
from item_bank.similarity import likenesses

T = TypeVar("T")
Told = Callable[[str, int, int], None]
"""Is told what is being done, how many items are done, and of how many."""

TELL_EVERY = 200
MOST_LIKE = 3
"""Near-duplicates that are named for one item."""


class Outcome(StrEnum):
    """``changed``: the bank holds the item with other content, in draft; ``locked``: in a state in
    which its content does not change.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the file that could be imported. ``facts`` are the file's, else the bank's.

    ``differs`` names what is not as the bank holds it. ``like`` are codes of near-duplicates, each
    with the index of likeness, 0 to 1.
    """

    item: ReadItem
    kind: ItemKind
    content_hash: str
    facts: ItemFacts
    outcome: Outcome
    held: Held | None
    differs: tuple[str, ...] = ()
    like: tuple[tuple[str, float], ...] = ()

    @property
    def makes_version(self) -> bool:
        """Whether a new version comes of it where it is taken."""
        changed = self.outcome is Outcome.CHANGED and needs_version(self.differs)
        return changed or self.outcome is Outcome.NEW


@dataclass(frozen=True, slots=True)
class Plan:
    """Entries in the order of the file; ``counts`` by outcome and severity, and ``refused``."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bank:
    """What an import is compared with: all items by code, and what each asks, as words."""

    edition: Edition
    held: Mapping[str, Held]
    stems: Mapping[str, str]


def plan(reading: Reading, bank: Bank, *, area: str | None, today: date, told: Told) -> Plan:
    """``area`` is the skill area of items for which neither the file nor the bank names one."""
    findings = [of_reader(finding) for finding in reading.findings]
    comparing = _Comparing(bank, reading.items, area, today)
    entries = []
    for done, item in enumerate(reading.items):
        if done % TELL_EVERY == 0:
            told("Comparing with the bank", done, len(reading.items))
        entry, found = comparing.entry(item)
        findings += found
        if entry is not None:
            entries.append(entry)
    told("Looking for near-duplicates", 0, 1)
    alike = _alike(entries, bank)
    findings += [finding for entry in alike for finding in _like_findings(entry)]
    counts = {str(outcome): 0 for outcome in Outcome}
    for entry in alike:
        counts[entry.outcome] += 1
    counts["refused"] = refused_questions(findings) - counts[Outcome.LOCKED]
    counts["like"] = sum(bool(entry.like) for entry in alike)
    for severity in Severity:
        counts[f"{severity}s"] = sum(finding.severity is severity for finding in findings)
    return Plan(tuple(alike), tuple(findings), counts)


class _Refused(Exception):
    def __init__(self, code: str, sentence: str, mend: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.mend = mend


class _Comparing:
    def __init__(
        self, bank: Bank, items: tuple[ReadItem, ...], area: str | None, today: date
    ) -> None:
        self._bank = bank
        self._codes = {item.code for item in items} | bank.held.keys()
        # Two items are enemies whichever of them says so.
        self._named_by: dict[str, set[str]] = {}
        for item in items:
            for enemy in item.facts.enemies:
                self._named_by.setdefault(enemy, set()).add(item.code)
        self._area = area
        self._today = today
        self._tasks = {
            one.code: {task.code for task in bank.edition.children(one.code)}
            for one in bank.edition.skill_areas
        }

    def entry(self, item: ReadItem) -> tuple[Entry | None, list[Finding]]:
        """None where the item is refused; the findings say why."""
        held = self._bank.held.get(item.code)
        found: list[Finding] = []
        try:
            facts = self._facts(item, held, found)
            hashed = self._hash(item)
        except _Refused as error:
            refusal = Finding(
                Severity.ERROR, error.code, item.place, str(error), error.mend, item.code
            )
            return None, [*found, refusal]
        kind = ItemKind.SINGLE_CHOICE if item.content else ItemKind.QTI
        outcome = Outcome.NEW
        differs: tuple[str, ...] = ()
        if held is not None:
            differs = differences(hashed, facts, bool(item.facts.enemies), held)
            outcome = Outcome.CHANGED if differs else Outcome.UNCHANGED
            if differs and held.state not in EDITABLE:
                outcome = Outcome.LOCKED
                sentence = (
                    f"{item.code} is {held.state.replace('_', ' ')} and differs in its"
                    f" {', '.join(differs)}. It stays as it is."
                )
                mend = "Return it to draft to change it, or give the question another code."
                found.append(
                    Finding(Severity.ERROR, "item_locked", item.place, sentence, mend, item.code)
                )
        if item.content and outcome in (Outcome.NEW, Outcome.CHANGED):
            checks = check_item(item.content, facts, self._bank.edition, self._today)
            found += [of_check(check, item.place) for check in checks]
        return Entry(item, kind, hashed, facts, outcome, held, differs), found

    def _facts(self, item: ReadItem, held: Held | None, found: list[Finding]) -> ItemFacts:
        """What the file says, else what the bank holds, else what was chosen for the whole file."""
        given = item.facts
        known = held.facts if held else None
        area = given.skill_area or (known and known.skill_area) or self._area
        if not area:
            raise _Refused(
                "area_missing",
                f"{item.code} has no skill area.",
                "Choose one for the whole file, or add the column skill_area.",
            )
        if area not in self._tasks:
            raise _Refused(
                "area_unknown",
                f"{area[:60]!r} is no skill area of the framework.",
                f"Use one of {', '.join(self._tasks)}.",
            )
        task = given.task
        if task is None and known and known.skill_area == area:
            task = known.task
        if task is not None and task not in self._tasks[area]:
            raise _Refused(
                "task_unknown",
                f"{task[:60]!r} is no task of {area}.",
                "Use the code of a task of the skill area, or leave the cell empty.",
            )
        unknown = [code for code in given.enemies if code not in self._codes]
        for code in unknown:
            sentence = f"Its enemy {code[:64]} is neither in the bank nor in the file."
            mend = "Correct the code, or add the enemy later."
            found.append(
                Finding(Severity.WARNING, "enemy_unknown", item.place, sentence, mend, item.code)
            )
        enemies: tuple[str, ...] = ()
        if given.enemies:
            named = {*given.enemies, *self._named_by.get(item.code, ())}
            enemies = tuple(sorted(named & self._codes))
        try:
            return ItemFacts(
                code=item.code,
                skill_area=area,
                task=task,
                cognitive_level=given.cognitive_level
                or (known and known.cognitive_level)
                or CognitiveLevel.APPLY,
                estimated_difficulty=_first(
                    given.estimated_difficulty, known.estimated_difficulty if known else None
                ),
                source=given.source or (known.source if known else ""),
                as_of=_first(given.as_of, known.as_of if known else None),
                review_by=_first(given.review_by, known.review_by if known else None),
                enemies=enemies or (known.enemies if known else ()),
            )
        except ContentUnsound as error:
            raise _Refused("facts_wrong", str(error), "Correct it in the file.") from error

    def _hash(self, item: ReadItem) -> str:
        """Raises for an item that could be neither shown nor scored."""
        mend = "Correct the question in the file it comes from."
        if item.content is None:
            errors = [one for one in check_qti(item.xml) if one.severity is QtiSeverity.ERROR]
            if errors:
                raise _Refused("question_wrong", errors[0].sentence, mend)
        try:
            return content_hash(item.xml)
        except QtiError as error:
            raise _Refused("question_wrong", error.sentence, mend) from error


def _first(given: T | None, known: T | None) -> T | None:
    return known if given is None else given


def _alike(entries: list[Entry], bank: Bank) -> list[Entry]:
    stems = {}
    for entry in entries:
        if entry.outcome is Outcome.NEW or "text" in entry.differs:
            content = entry.item.content
            stems[entry.item.code] = content.stem if content else stem_of(entry.item.xml)
    known = {code: stem for code, stem in bank.stems.items() if code not in stems}
    found = likenesses(stems, known, NEAR_DUPLICATE)
    return [_with_like(entry, found.get(entry.item.code, [])) for entry in entries]


def _with_like(entry: Entry, found: list[tuple[str, float]]) -> Entry:
    """Pairs that are tagged as enemies are known to be alike."""
    like = tuple(one for one in found if one[0] not in entry.facts.enemies)[:MOST_LIKE]
    if not like:
        return entry
    return Entry(
        entry.item,
        entry.kind,
        entry.content_hash,
        entry.facts,
        entry.outcome,
        entry.held,
        entry.differs,
        like,
    )


def _like_findings(entry: Entry) -> Iterator[Finding]:
    if not entry.like:
        return
    others = ", ".join(f"{code} (index {index:.2f})" for code, index in entry.like)
    yield Finding(
        Severity.WARNING,
        "near_duplicate",
        entry.item.place,
        f"It asks much the same as {others}.",
        "Compare them: leave this one out, or name the two as enemies.",
        entry.item.code,
    )
