from dataclasses import fields

import pytest

from item_bank.errors import ContentUnsound, OrderUnsound
from item_bank.items import CandidateItem, Choice, ItemFacts, plain_text, present, score_choice
from tests.item_bank.examples import a_content, choices, some_facts


def test_the_candidates_view_shows_situation_question_and_choices_in_the_order_asked() -> None:
    content = a_content(situation=("One.", "Two."), choices=choices("p", "q", "r"), key="B")
    view = present(content, ["C", "A", "B"])
    assert view.paragraphs == ("One.", "Two.")
    assert view.question == content.question
    assert view.choices == (("C", "r"), ("A", "p"), ("B", "q"))


def test_without_an_order_the_choices_stand_as_written() -> None:
    assert [c.identifier for c in present(a_content()).choices] == ["A", "B", "C", "D"]


def test_the_candidates_view_has_no_field_for_key_rationale_or_title() -> None:
    assert {field.name for field in fields(CandidateItem)} == {"paragraphs", "question", "choices"}


def test_nothing_of_the_key_the_rationales_or_the_title_is_in_the_candidates_view() -> None:
    content = a_content(
        title="canary title",
        choices=tuple(Choice(i, f"text {i}", f"canary rationale {i}") for i in "ABCD"),
        remember="canary remember",
    )
    assert "canary" not in repr(present(content))


@pytest.mark.parametrize(
    "order", [["A", "B", "C"], ["A", "B", "C", "C"], ["A", "B", "C", "D", "E"], []]
)
def test_an_order_that_does_not_name_each_choice_once_is_refused(order: list[str]) -> None:
    with pytest.raises(OrderUnsound):
        present(a_content(), order)


@pytest.mark.parametrize(
    ("response", "score"), [("B", 1), ("A", 0), ("D", 0), (None, 0), ("", 0), ("b", 0), ("Z", 0)]
)
def test_only_the_key_scores(response: str | None, score: int) -> None:
    assert score_choice(a_content(key="B"), response) == score


def test_key_and_distractors_are_told_apart() -> None:
    content = a_content(choices=choices("p", "q", "r"), key="B")
    assert content.key_choice.text == "q"
    assert [choice.text for choice in content.distractors] == ["p", "r"]


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "E"},
        {"choices": choices("the one choice"), "key": "A"},
        {"choices": (*choices("p", "q"), Choice("A", "again", "")), "key": "A"},
        {"choices": (Choice("A", "p", ""), Choice("1st", "q", "")), "key": "A"},
        {"question": ""},
        {"title": ""},
        {"title": "t" * 301},
        {"situation": ("One.", "")},
        {"choices": choices("p", ""), "key": "A"},
        {"question": "Two\nlines?"},
        {"question": "Two  blanks?"},
        {"remember": " blank before"},
        {"question": "A bell\x07?"},
        {"question": "A lone surrogate \ud800?"},
        {"choices": (Choice("A", "p", "r\x00"), Choice("B", "q", "")), "key": "A"},
    ],
)
def test_content_that_could_not_be_shown_scored_or_kept_is_refused(changes: dict) -> None:
    with pytest.raises(ContentUnsound):
        a_content(**changes)


def test_plain_text_joins_lines_and_blanks_but_leaves_a_no_break_space() -> None:
    assert plain_text("  one\r\n\ttwo   three\u00a0four ") == "one two three\u00a0four"


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "1st item"},
        {"code": ""},
        {"estimated_difficulty": 0.0},
        {"estimated_difficulty": 1.2},
        {"enemies": ("T-01",)},
        {"source": "two\nlines"},
    ],
)
def test_facts_that_cannot_be_are_refused(changes: dict) -> None:
    with pytest.raises(ContentUnsound):
        some_facts(**changes)


def test_a_drafts_facts_may_be_unknown_yet() -> None:
    facts = ItemFacts(code="T-02", skill_area="I.A")
    assert (facts.task, facts.estimated_difficulty, facts.as_of, facts.source) == (
        None,
        None,
        None,
        "",
    )
