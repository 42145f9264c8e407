"""What would come of a file, decided without a database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from item_bank.errors import ImportDecided, ImportUndecided
from item_bank.formats.comma_separated import read_csv
from item_bank.formats.reading import KnownFacts
from item_bank.framework import bundled_edition
from item_bank.imports import detection
from item_bank.imports.choices import Choices, OnChange, skipped
from item_bank.imports.comparing import Held, stem_of
from item_bank.imports.detection import ImportFormat
from item_bank.imports.planning import Bank, Outcome, Plan, plan
from item_bank.imports.reports import (
    Finding,
    Severity,
    from_json,
    grouped,
    refused_questions,
    to_json,
)
from item_bank.imports.states import (
    KEPT_FOR,
    SILENT_FOR,
    ImportState,
    ImportVerb,
    decide,
    is_silent,
)
from item_bank.items import CognitiveLevel, ItemKind
from item_bank.lifecycle import ItemState
from item_bank.qti import questions
from item_bank.qti.choice import content_hash
from item_bank.qti.writing import write_question
from tests.item_bank.examples import NOW, TODAY
from tests.item_bank.imports.files import a_row, a_table, some_rows

EDITION = bundled_edition()
EMPTY = Bank(EDITION, {}, {})


def planned(*rows: dict[str, str], bank: Bank = EMPTY, area: str | None = None) -> Plan:
    return plan(
        read_csv(a_table(*rows)), bank, area=area, today=TODAY, told=lambda doing, done, of: None
    )


def held_as(row: dict[str, str], **changes: Any) -> Bank:
    """A bank with the item of a row, differing as told."""
    (item,) = read_csv(a_table(row)).items
    facts = {
        "skill_area": row["skill_area"],
        "cognitive_level": CognitiveLevel.APPLY,
        "source": row["source"],
    }
    state = changes.pop("state", ItemState.DRAFT)
    held = Held(
        item_id=UUID(int=1),
        version_id=UUID(int=2),
        state=state,
        number=3,
        kind=ItemKind.SINGLE_CHOICE,
        content_hash=changes.pop("content_hash", content_hash(item.xml)),
        facts=KnownFacts(**(facts | changes)),
    )
    return Bank(EDITION, {item.code: held}, {item.code: stem_of(item.xml)})


def errors(result: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.place) for one in result.findings if one.severity is Severity.ERROR]


def test_every_item_of_a_file_is_new_to_an_empty_bank() -> None:
    result = planned(*some_rows(3))
    assert [entry.outcome for entry in result.entries] == [Outcome.NEW] * 3
    assert (result.counts["new"], result.counts["refused"], result.counts["like"]) == (3, 0, 0)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, ()),
        ({"content_hash": "another"}, ("text",)),
        ({"skill_area": "II.C"}, ("skill area",)),
        ({"source": "Another"}, ("source",)),
        ({"as_of": date(2026, 1, 1)}, ()),  # the file says nothing of it
        ({"cognitive_level": CognitiveLevel.RECALL}, ()),
        ({"enemies": ("X-1",)}, ()),
        ({"content_hash": "another", "source": "Another"}, ("text", "source")),
    ],
)
def test_what_differs_from_the_bank_is_named(
    changes: dict[str, Any], differs: tuple[str, ...]
) -> None:
    (entry,) = planned(a_row(0), bank=held_as(a_row(0), **changes)).entries
    assert entry.differs == differs
    assert entry.outcome is (Outcome.CHANGED if differs else Outcome.UNCHANGED)


@pytest.mark.parametrize("state", [state for state in ItemState if state is not ItemState.DRAFT])
def test_an_item_beyond_draft_is_locked_if_it_differs_and_unchanged_if_not(
    state: ItemState,
) -> None:
    result = planned(a_row(0), bank=held_as(a_row(0), state=state, source="Another"))
    assert result.entries[0].outcome is Outcome.LOCKED
    assert errors(result) == [("item_locked", "line 2")]
    assert (result.counts["locked"], result.counts["refused"]) == (1, 0)
    result = planned(a_row(0), bank=held_as(a_row(0), state=state))
    assert (result.entries[0].outcome, errors(result)) == (Outcome.UNCHANGED, [])


def test_a_skill_area_comes_from_the_file_then_the_bank_then_the_choice() -> None:
    bare = a_row(0, skill_area="")
    assert planned(a_row(0), area="III.D").entries[0].facts.skill_area == "I.A"
    assert planned(bare, area="III.D").entries[0].facts.skill_area == "III.D"
    bank = held_as(a_row(0, skill_area="II.B"))
    assert planned(bare, bank=bank, area="III.D").entries[0].facts.skill_area == "II.B"
    assert errors(planned(bare)) == [("area_missing", "line 2")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"skill_area": "IX.Z"}, "area_unknown"),
        ({"task": "I.A.999"}, "task_unknown"),
    ],
)
def test_facts_that_cannot_be_are_refused_by_place_and_the_rest_goes_on(
    changes: dict[str, str], code: str
) -> None:
    result = planned(a_row(0, **changes), a_row(1))
    assert errors(result) == [(code, "line 2")]
    assert [entry.item.code for entry in result.entries] == ["IMP-1"]
    assert result.counts["refused"] == 1


def test_an_enemy_that_nobody_knows_is_told_and_left_out() -> None:
    result = planned(a_row(0, enemies="IMP-1, NOBODY"), a_row(1))
    assert result.entries[0].facts.enemies == ("IMP-1",)
    assert [one.code for one in result.findings if "NOBODY" in one.sentence] == ["enemy_unknown"]


def test_likeness_is_told_within_the_file_and_with_the_bank_but_not_of_enemies() -> None:
    bank = held_as(a_row(7))
    result = planned(a_row(0), a_row(0, code="TWIN"), a_row(7, code="COPY"), bank=bank)
    like = {entry.item.code: [code for code, _ in entry.like] for entry in result.entries}
    assert like == {"IMP-0": [], "TWIN": ["IMP-0"], "COPY": ["IMP-7"]}
    result = planned(a_row(0), a_row(0, code="TWIN", enemies="IMP-0"))
    assert result.counts["like"] == 0


def test_the_rules_for_items_are_checks_and_keep_nothing_out() -> None:
    result = planned(a_row(0, rationale_b=""))
    checks = [one for one in result.findings if one.severity is Severity.CHECK]
    assert ("L01", "line 2", "IMP-0") in [(one.code, one.place, one.item) for one in checks]
    assert result.counts["new"] == 1


def test_other_kinds_of_question_are_told_apart() -> None:
    typed = a_row(0, type="numeric", key="3.5", **{f"option_{x}": "" for x in "abcd"})
    kinds = [entry.kind for entry in planned(typed, a_row(1)).entries]
    assert kinds == [ItemKind.QTI, ItemKind.SINGLE_CHOICE]


def test_a_stem_is_what_is_asked_without_the_options() -> None:
    (item,) = read_csv(a_table(a_row(0))).items
    assert item.content is not None
    assert stem_of(item.xml) == item.content.stem
    options = (questions.Option("A", "no", ""), questions.Option("B", "yes", ""))
    answer = questions.Choices(options, ("B",), multiple=True)
    question = questions.Question("T", ("Before.",), "Which?", answer)
    assert stem_of(write_question("X", question)) == "Before. Which?"


def test_a_report_counts_all_and_names_as_many_as_it_may() -> None:
    many = [Finding(Severity.NOTE, "n", f"line {n}", "So.", "Do.") for n in range(9)]
    error = Finding(Severity.ERROR, "e", "line 4", "Wrong.", "Mend.", "X")
    first, second = grouped([*many, error], 5)
    assert (first.severity, first.total, second.total, len(second.found)) == ("error", 1, 9, 5)
    assert from_json(to_json(first)) == first


def test_two_faults_of_one_row_refuse_one_question() -> None:
    places = ["cell B7", "cell C7", "cell B8", "", "items/a.xml, line 3", "items/a.xml, line 9"]
    found = [Finding(Severity.ERROR, "x", place, "Wrong.", "Mend.") for place in places]
    assert refused_questions(found) == 4


def test_choices_say_what_is_left_out_and_ask_for_what_is_missing() -> None:
    rows = [("NEW", False), ("OLD", True), ("OLDER", True)]
    assert skipped(Choices(OnChange.SKIP), rows, 0) == {"OLD", "OLDER"}
    one = Choices(OnChange.SKIP, {"OLD": OnChange.NEW_VERSION, "NEW": OnChange.SKIP})
    assert skipped(one, rows, 0) == {"OLDER", "NEW"}
    with pytest.raises(ImportUndecided, match="OLD, OLDER"):
        skipped(Choices(), rows, 0)
    with pytest.raises(ImportUndecided, match="2 questions are refused"):
        skipped(Choices(OnChange.SKIP), rows, 2)
    with pytest.raises(ImportUndecided, match="GONE"):
        skipped(Choices(OnChange.SKIP, {"GONE": OnChange.SKIP}), rows, 0)
    assert skipped(Choices(OnChange.NEW_VERSION, partial=True), rows, 2) == frozenset()


def test_an_import_moves_only_as_the_table_says_and_not_after_its_day() -> None:
    assert decide(ImportState.READY, ImportVerb.ACCEPT, NOW, NOW + KEPT_FOR) == "imported"
    for state in (ImportState.READING, ImportState.IMPORTED, ImportState.DISCARDED):
        with pytest.raises(ImportDecided):
            decide(state, ImportVerb.ACCEPT, NOW, NOW)
    with pytest.raises(ImportDecided, match="over a day"):
        decide(ImportState.READY, ImportVerb.ACCEPT, NOW, NOW + KEPT_FOR * 1.01)
    assert is_silent(ImportState.READING, NOW, NOW + SILENT_FOR * 1.01)
    assert not is_silent(ImportState.READY, NOW, NOW + SILENT_FOR * 9)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", b"question,key\nx,y\n", ImportFormat.CSV),
        ("a.txt", b"::T:: Is it? {T}", ImportFormat.GIFT),
        ("a.txt", b"Which?\nA. one\nB. two\nANSWER: B\n", ImportFormat.AIKEN),
        ("a.xml", b"<?xml version='1.0'?><quiz></quiz>", ImportFormat.MOODLE),
        ("a.xml", b"<questestinterop/>", ImportFormat.CANVAS),
        ("a.xml", b"<assessmentItem xmlns='x'/>", ImportFormat.QTI),
        ("a.xml", b"\xef\xbb\xbf<qti-assessment-item xmlns='x'/>", ImportFormat.QTI),
        ("a.zip", b"PK\x03\x04rest", ImportFormat.PACKAGE),
        ("a.bin", b"\x00\x01\x02", None),
    ],
)
def test_a_format_is_told_by_what_is_in_the_file(
    name: str, data: bytes, expected: ImportFormat | None
) -> None:
    assert detection.detect(name, data) == expected


@pytest.mark.parametrize("chosen", [None, *ImportFormat])
@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"PK\x03\x04", b"<", b"<!DOCTYPE x><a/>", b"x" * 999]
)
def test_no_file_in_any_format_makes_reading_raise(
    data: bytes, chosen: ImportFormat | None
) -> None:
    reading = detection.read("a", data, chosen, EDITION)
    assert reading.items or reading.findings


def test_a_single_item_of_qti_is_read_as_the_bank_writes_it() -> None:
    (item,) = read_csv(a_table(a_row(0))).items
    read = detection.read("item.xml", item.xml, None, EDITION)
    assert [(one.code, one.xml, one.content) for one in read.items] == [
        (item.code, item.xml, item.content)
    ]
