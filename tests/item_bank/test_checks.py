"""Each rule of the checklist: what it must see, and what it must leave alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from item_bank.checks import BankItem, check_bank, check_item, key_is_longest
from item_bank.framework import bundled_edition
from item_bank.items import Choice, CognitiveLevel, ItemContent, ItemFacts
from tests.item_bank.examples import TODAY, a_content, choices, some_facts

EDITION = bundled_edition()


def found(content: ItemContent, facts: ItemFacts | None = None) -> set[tuple[str, str]]:
    """Rules and levels of what is found."""
    findings = check_item(content, facts or some_facts(), EDITION, TODAY)
    return {(finding.rule, finding.level.value) for finding in findings}


def with_choice(identifier: str, **changes: Any) -> ItemContent:
    """The example with one choice changed."""
    content = a_content()
    return replace(
        content,
        choices=tuple(
            replace(c, **changes) if c.identifier == identifier else c for c in content.choices
        ),
    )


def rewritten(*texts: str, **changes: Any) -> ItemContent:
    """The example with other choices."""
    return a_content(choices=choices(*texts), **changes)


def test_nothing_is_found_in_a_sound_item() -> None:
    assert check_item(a_content(), some_facts(), EDITION, TODAY) == ()


def test_a_finding_names_the_item_the_rule_and_the_passage() -> None:
    (finding,) = check_item(with_choice("A", rationale=""), some_facts(), EDITION, TODAY)
    assert (finding.code_of_item, finding.rule, finding.level) == ("T-01", "L01", "error")
    assert finding.sentence == "Option A has no rationale."
    assert finding.text == "A price list for new machines from two suppliers."


FOUR = (
    "Ask the vendor to extend the present contract by a year.",
    "Move the records of staff to the county's own servers.",
    "Hold a drill with the principals before the term ends.",
    "Publish a summary of the outage on the public website.",
)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (a_content(choices=a_content().choices[:3]), ("L01", "error")),
        (a_content(question="The CTO should bring to that meeting"), ("L03", "error")),
        (a_content(question="What comes first? And then?"), ("L03", "error")),
        (a_content(question="What should ____ bring to the meeting?"), ("L03", "error")),
        (a_content(situation=("Short.",)), ("L04", "warning")),
        (a_content(situation=("word " * 119 + "end.",)), ("L04", "warning")),
        (with_choice("A", text="Too short."), ("L04", "warning")),
        (with_choice("A", text="word " * 25 + "end."), ("L04", "warning")),
        (with_choice("A", text="It is a price list of all that was in the rooms of the building"
                               " and of what was not."), ("L05", "warning")),
        (with_choice("B", text="A proposed order of recovery with a reason for each, and a day."),
         ("L05", "warning")),
        (with_choice("D", text="Neither, since none of the above would restart the lessons."),
         ("L06", "error")),
        (with_choice("D", text="Both of these, namely A and C, in that order of time."),
         ("L06", "error")),
        (with_choice("D", text="The steps named 1 and 3 only, before lessons start again."),
         ("L06", "error")),
        (a_content(question="What should the CTO not bring to that meeting?"), ("L07", "warning")),
        (a_content(question="Which matter is least urgent for that meeting?"), ("L07", "warning")),
        (with_choice("C", text="A written account that always blames the building."),
         ("L08", "warning")),
        (with_choice("B", text="A proposed order of recovery that may hold."), ("L09", "warning")),
        (with_choice("B", text="A written plan of what puts the servers back for cabinet."),
         ("L10", "warning")),
        (rewritten("Asking the vendor to extend the contract.", *FOUR[1:]), ("L11", "warning")),
        (rewritten("To ask the vendor to extend the contract.", *FOUR[1:]), ("L11", "warning")),
        (rewritten("Asking the vendor for more.", "Moving all the staff records.",
                   "Publishing a new summary.", "Hold a drill for principals."),
         ("L11", "warning")),
        (rewritten(*(f"The district should {text.lower()}" for text in FOUR)), ("L12", "warning")),
        (rewritten(FOUR[0], FOUR[1], FOUR[2], FOUR[0].upper()), ("L13", "error")),
        (rewritten(FOUR[0], FOUR[1],
                   "Hold one drill with principals and nurses before spring term ends.",
                   "Hold one drill with principals and nurses before spring term starts."),
         ("L13", "warning")),
        (with_choice("A", rationale="It comes after option B is settled."), ("L15", "error")),
        (a_content(remember="Here answer C is too late."), ("L15", "error")),
        (rewritten("30 days", "10 days", "45 days", "60 days", shuffle=False), ("L16", "warning")),
        (rewritten("10 days", "30 days", "45 days", "60 days"), ("L16", "warning")),
        (a_content(situation=("word " * 33 + "end.",)), ("L19", "warning")),
        (a_content(situation=("Organizational interoperability considerations notwithstanding,"
                              " institutional infrastructure modernization necessitates"
                              " interdepartmental collaboration immediately.",),
                   question="Which organizational representative communicates modernization"
                            " priorities to administrators?"), ("L19", "warning")),
        (a_content(remember="Ask Microsoft before the fire."), ("L22", "error")),
        (a_content(remember="Put it into Canvas before the fire."), ("L22", "error")),
        (a_content(remember="Chicago Public Schools did so."), ("L22", "error")),
        (a_content(remember="Ask the guys in the back."), ("L23", "warning")),
    ],
)  # fmt: skip
def test_a_fault_is_found(content: ItemContent, finding: tuple[str, str]) -> None:
    assert finding in found(content)


@pytest.mark.parametrize(
    "content",
    [
        a_content(question="At least one step must come first; which should it be?"),
        a_content(question="Which role fits the rule of least privilege?"),
        a_content(question="Which cause of the false alarm should be tested first?"),
        with_choice("B", text="A proposed order of recovery for May and June."),
        with_choice("C", text="A read-only account of what failed in there."),
        rewritten("Bring a list.", *FOUR[1:]),
        rewritten("During the drill, ask the vendor.", *FOUR[1:]),
        rewritten("Buy 30 laptops now.", "Ask 4 principals today.", "Move 10 staff members.",
                  "Wait 2 more days."),
        rewritten("10 days", "30 days", "45 days", "60 days", shuffle=False),
        rewritten("Power, then phones, then payroll, then mail.",
                  "Phones, then power, then payroll, then mail.",
                  "Mail, then power, then phones, then payroll.",
                  "Payroll, then mail, then phones, then power."),
        a_content(remember="Clever plans and zoom lenses do not rank what comes back first."),
        a_content(remember="Clever as it is, an apple a day does not rank what comes first."),
        a_content(remember="Any option, choice or answer has a cost."),
    ],
)  # fmt: skip
def test_a_false_alarm_is_not_raised(content: ItemContent) -> None:
    quiet = found(content) - {("L04", "warning"), ("L05", "warning"), ("L08", "warning")}
    assert quiet == set()


def test_an_absolute_word_in_each_option_is_no_cue() -> None:
    content = rewritten(*(text.replace(".", " in all cases.") for text in FOUR))
    assert "L08" not in {rule for rule, _ in found(content)}


def test_the_side_of_an_absolute_word_is_listed() -> None:
    content = with_choice("C", text="A written account that always blames the building.")
    findings = check_item(content, some_facts(), EDITION, TODAY)
    assert [f.text for f in findings if f.rule == "L08"] == ["distractor C: always"]


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"skill_area": "IV.A", "task": None}, "error"),
        ({"task": "I.A.1"}, "error"),
        ({"task": None}, "error"),
        ({"estimated_difficulty": None}, "error"),
        ({"estimated_difficulty": 0.44}, "error"),
        ({"estimated_difficulty": 0.91}, "error"),
        ({"source": ""}, "error"),
        ({"as_of": None}, "error"),
        ({"review_by": None}, "error"),
    ],
)
def test_facts_that_are_missing_or_out_of_range_are_errors(changes: dict, level: str) -> None:
    assert ("L02", level) in found(a_content(), some_facts(**changes))


@pytest.mark.parametrize("difficulty", [0.45, 0.90])
def test_the_ends_of_the_range_of_difficulty_are_allowed(difficulty: float) -> None:
    assert found(a_content(), some_facts(estimated_difficulty=difficulty)) == set()


def test_a_recall_item_may_be_shorter() -> None:
    short = a_content(situation=("Each of the eighteen words of this stem counts once.",))
    recall = some_facts(cognitive_level=CognitiveLevel.RECALL)
    assert ("L04", "warning") in found(short)
    assert ("L04", "warning") not in found(short, recall)


def test_an_item_whose_review_is_due_is_an_error_the_day_after() -> None:
    assert found(a_content(), some_facts(review_by=TODAY)) == set()
    assert ("L24", "error") in found(a_content(), some_facts(review_by=date(2026, 11, 20)))


def test_a_dated_fact_without_its_date_is_a_warning() -> None:
    dated = a_content(remember="Since 2024 the limit is $15,000.")
    assert ("L24", "warning") in found(dated, some_facts(as_of=None))
    assert ("L24", "warning") not in found(dated)
    assert ("L24", "warning") not in found(a_content(), some_facts(as_of=None))


def a_bank(keys: str, **changes: Any) -> list[BankItem]:
    """Items with these keys, in order, whose texts have nothing in common."""
    bank = []
    for number, key in enumerate(keys):
        content = a_content(
            situation=(" ".join(f"w{number}x{i}" for i in range(30)) + ".",), key=key, **changes
        )
        bank.append((content, some_facts(code=f"T-{number:03}")))
    return bank


def in_bank(bank: list[BankItem], rule: str) -> list[str]:
    findings = check_bank(bank, EDITION, TODAY)
    return [f"{f.code_of_item}: {f.sentence}" for f in findings if f.rule == rule]


def test_a_bank_names_the_faults_of_its_items_in_order_of_their_codes() -> None:
    bank = [(content, replace(facts, source="")) for content, facts in a_bank("ABCD")]
    assert in_bank(bank[::-1], "L02") == [f"T-00{i}: The source is missing." for i in range(4)]


def test_balanced_keys_are_left_alone_and_unbalanced_ones_named() -> None:
    assert in_bank(a_bank("ABCD" * 10), "L17") == []
    assert in_bank(a_bank("ABAD" * 10), "L17") == [
        ": The bank: A is the key of 50% of the items.",
        ": The bank: C is the key of 0% of the items.",
        ": I.B: A is the key of 50% of the items.",
        ": I.B: C is the key of 0% of the items.",
    ]
    assert in_bank(a_bank("ABAD" * 9), "L17") == []


def test_a_run_of_more_than_three_equal_keys_is_named() -> None:
    assert in_bank(a_bank("ABBBCD"), "L17") == []
    assert in_bank(a_bank("ABBBBCD"), "L17") == ["T-001: 4 items in a row have the key B."]


def test_a_run_does_not_go_on_from_one_area_to_the_next() -> None:
    bank = a_bank("BBBB")
    split = [*bank[:2], *((c, replace(f, skill_area="I.A", task="I.A.1")) for c, f in bank[2:])]
    assert in_bank(split, "L17") == []


def test_like_stems_are_named_unless_they_are_enemies() -> None:
    first, second = a_bank("AB")
    twin = (replace(first[0], key="B"), second[1])
    assert in_bank([first, second], "L14") == []
    assert in_bank([first, twin], "L14") == [
        "T-000: The stem is much like that of T-001 (index 1.00)."
    ]
    foe = (twin[0], replace(twin[1], enemies=("T-000",)))
    assert in_bank([first, foe], "L14") == []


def test_more_than_two_negative_lead_ins_in_a_hundred_are_an_error() -> None:
    negative = "Which step is NOT part of the plan?"
    two = a_bank("AB", question=negative) + a_bank("ABCD" * 25)[2:]
    three = a_bank("ABC", question=negative) + a_bank("ABCD" * 25)[3:]
    assert in_bank(two, "L07") == []
    assert in_bank(three, "L07") == [": 3 of 100 lead-ins are negative; 2 in 100 is the most."]


def test_a_key_that_is_often_or_seldom_the_longest_option_is_a_cue() -> None:
    longest = (
        Choice("A", "One two three four five.", "Why."),
        Choice("B", "One two three six.", "Why."),
        Choice("C", "One two three seven.", "Why."),
        Choice("D", "One two three eight.", "Why."),
    )
    assert len(in_bank(a_bank("ABCD" * 5, choices=longest), "L18")) == 0
    assert "50%" in in_bank(a_bank("AB" * 10, choices=longest), "L18")[0]
    assert "0%" in in_bank(a_bank("BCD" * 7, choices=longest), "L18")[0]


def test_a_key_as_long_as_another_option_is_not_the_longest() -> None:
    assert key_is_longest(rewritten("a b c d", "a b c", "a b", "a b", key="A"))
    assert not key_is_longest(rewritten("a b c d", "a b c d", "a b", "a b", key="A"))
