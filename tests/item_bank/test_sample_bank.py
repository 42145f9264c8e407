"""The practice questions that come with the package."""

from collections import Counter

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from item_bank import queries
from item_bank.checks import check_bank
from item_bank.framework import bundled_edition
from item_bank.items import CognitiveLevel, present, score_choice
from item_bank.lifecycle import ON_FORMS
from item_bank.qti.choice import read_choice, write_choice
from item_bank.qti.packages import MANIFEST, Package, PackagedItem, read_package, write_package
from item_bank.service import ItemBank
from tests.item_bank.examples import NOW, SAMPLE, TODAY

# A form of 100 items: the published weights are its counts.
BLUEPRINT = {
    "I.A": 15, "I.B": 15, "I.C": 10,
    "II.A": 12, "II.B": 9, "II.C": 9,
    "III.A": 9, "III.B": 7, "III.C": 7, "III.D": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def package() -> Package:
    return read_package(SAMPLE, bundled_edition())


@pytest.fixture(scope="module")
def items(package: Package) -> tuple[PackagedItem, ...]:
    return package.items


def test_it_says_plainly_that_it_is_not_the_exam(package: Package) -> None:
    assert "They are not CoSN's exam" in package.description


def test_each_area_fills_its_part_of_the_blueprint_with_some_to_spare(
    items: tuple[PackagedItem, ...],
) -> None:
    counts = Counter(item.facts.skill_area for item in items)
    assert set(counts) == set(BLUEPRINT)
    for area, needed in BLUEPRINT.items():
        assert counts[area] >= needed + 3, area


def test_enemies_leave_enough_items_in_each_area_for_a_form(
    items: tuple[PackagedItem, ...],
) -> None:
    codes = {item.facts.code for item in items}
    chosen: set[str] = set()
    counts: Counter[str] = Counter()
    for item in items:
        assert set(item.facts.enemies) <= codes
        foes = set(item.facts.enemies) | {
            i.facts.code for i in items if item.facts.code in i.facts.enemies
        }
        if not foes & chosen:
            chosen.add(item.facts.code)
            counts[item.facts.skill_area] += 1
    for area, needed in BLUEPRINT.items():
        assert counts[area] > needed, area


def test_every_task_of_the_framework_has_a_question(items: tuple[PackagedItem, ...]) -> None:
    edition = bundled_edition()
    tasks = {task.code for area in edition.skill_areas for task in edition.children(area.code)}
    missing = tasks - {item.facts.task for item in items}
    few = {area for area in BLUEPRINT if len(edition.children(area)) > BLUEPRINT[area]}
    # Some areas have more tasks than the bank has questions for; the others are covered whole.
    assert {task.rpartition(".")[0] for task in missing} <= few


def test_no_rule_of_the_checklist_is_broken(items: tuple[PackagedItem, ...]) -> None:
    findings = check_bank([(i.content, i.facts) for i in items], bundled_edition(), TODAY)
    assert [finding for finding in findings if finding.level == "error"] == []


def test_no_letter_is_the_key_too_often_or_too_seldom(items: tuple[PackagedItem, ...]) -> None:
    keys = Counter(item.content.key for item in items)
    assert set(keys) == set("ABCD")
    for key, count in keys.items():
        assert 0.22 <= count / len(items) <= 0.28, key


def test_choosing_the_longest_option_is_no_way_to_pass(items: tuple[PackagedItem, ...]) -> None:
    right = 0
    for item in items:
        longest = max(item.content.choices, key=lambda choice: len(choice.text))
        right += score_choice(item.content, longest.identifier)
    assert right / len(items) < 0.40


def test_all_three_cognitive_levels_are_there_and_most_items_ask_for_more_than_recall(
    items: tuple[PackagedItem, ...],
) -> None:
    levels = Counter(item.facts.cognitive_level for item in items)
    assert set(levels) == set(CognitiveLevel)
    assert levels[CognitiveLevel.RECALL] <= 0.2 * len(items)


def test_every_choice_has_a_rationale_and_every_item_something_to_remember(
    items: tuple[PackagedItem, ...],
) -> None:
    for item in items:
        assert len(item.content.choices) == 4
        assert all(choice.rationale for choice in item.content.choices), item.facts.code
        assert item.content.remember, item.facts.code


def test_every_item_round_trips(items: tuple[PackagedItem, ...]) -> None:
    for item in items:
        path = SAMPLE / "items" / f"{item.facts.code}.xml"
        written = write_choice(item.facts.code, item.content)
        assert path.read_bytes() == written
        assert read_choice(written) == (item.facts.code, item.content)


def test_the_files_are_what_the_writer_makes_and_no_file_is_left_over(
    package: Package, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("sample")
    write_package(directory, package, bundled_edition())
    names = sorted(p.relative_to(SAMPLE) for p in SAMPLE.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(directory) for p in directory.rglob("*") if p.is_file())
    assert (directory / MANIFEST).read_bytes() == (SAMPLE / MANIFEST).read_bytes()


def test_no_candidate_view_holds_a_rationale_the_title_or_what_to_remember(
    items: tuple[PackagedItem, ...],
) -> None:
    for item in items:
        view = repr(present(item.content)).encode()
        for secret in (
            item.content.remember,
            *(choice.rationale for choice in item.content.choices),
            item.facts.source,
        ):
            assert repr(secret)[1:-1].encode() not in view, item.facts.code


def test_no_candidate_view_tells_the_key(items: tuple[PackagedItem, ...]) -> None:
    for item in items:
        views = {
            repr(present(type(item.content)(
                title="t",
                situation=item.content.situation,
                question=item.content.question,
                choices=item.content.choices,
                key=choice.identifier,
            )))
            for choice in item.content.choices
        }  # fmt: skip
        assert views == {repr(present(item.content))}


async def test_the_whole_bank_can_be_imported_and_listed_for_a_form(
    bank_session: AsyncSession, items: tuple[PackagedItem, ...]
) -> None:
    imported = await ItemBank(bank_session, NOW).import_sample(SAMPLE)
    assert imported.added == tuple(item.facts.code for item in items)
    listed = await queries.list_items_by_area(bank_session, None, ON_FORMS)
    for area, needed in BLUEPRINT.items():
        assert len(listed[area]) > needed
    ids = {
        listed_item.code: listed_item.version_id for area in listed.values() for listed_item in area
    }
    contents = await queries.get_contents(bank_session, list(ids.values()))
    for item in items:
        assert contents[ids[item.facts.code]] == item.content
        version = (await queries.get_versions(bank_session, [ids[item.facts.code]])).popitem()[1]
        assert (
            version.content.encode() == (SAMPLE / "items" / f"{item.facts.code}.xml").read_bytes()
        )
