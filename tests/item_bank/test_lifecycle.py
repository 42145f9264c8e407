from itertools import product

import pytest

from item_bank.errors import MoveRefused, OwnApproval, ReasonMissing
from item_bank.lifecycle import EDITABLE, ON_FORMS, ItemState, ItemVerb, allowed_verbs, decide
from tests.item_bank.examples import MANAGER, REVIEWER, WRITER

# Written out by hand: the life of an item as the design tells it.
ALLOWED = {
    "draft": {"submit": "in_review"},
    "in_review": {"approve": "approved", "return": "draft"},
    "approved": {"pretest": "pretest", "return": "draft"},
    "pretest": {"promote": "operational", "retire": "retired", "return": "draft"},
    "operational": {"retire": "retired", "return": "draft"},
    "retired": {},
}


@pytest.mark.parametrize(("state", "verb"), list(product(ItemState, ItemVerb)))
def test_a_step_is_taken_if_it_is_in_the_table_and_refused_if_not(
    state: ItemState, verb: ItemVerb
) -> None:
    target = ALLOWED[state.value].get(verb.value)
    if target is None:
        with pytest.raises(MoveRefused):
            decide(state, verb, MANAGER, {WRITER}, "a reason")
    else:
        assert decide(state, verb, MANAGER, {WRITER}, "a reason").value == target


@pytest.mark.parametrize("state", ItemState)
def test_the_steps_offered_are_those_that_are_taken(state: ItemState) -> None:
    assert {verb.value for verb in allowed_verbs(state)} == set(ALLOWED[state.value])


def test_nobody_approves_their_own_item() -> None:
    with pytest.raises(OwnApproval):
        decide(ItemState.IN_REVIEW, ItemVerb.APPROVE, WRITER, {WRITER, REVIEWER})


def test_writers_may_take_the_other_steps_of_their_items() -> None:
    decide(ItemState.DRAFT, ItemVerb.SUBMIT, WRITER, {WRITER})
    decide(ItemState.IN_REVIEW, ItemVerb.RETURN, WRITER, {WRITER}, "I saw a mistake.")


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_going_back_to_draft_needs_a_reason(reason: str | None) -> None:
    with pytest.raises(ReasonMissing):
        decide(ItemState.APPROVED, ItemVerb.RETURN, MANAGER, set(), reason)


def test_only_drafts_change_and_only_pretest_and_operational_items_go_on_forms() -> None:
    assert {"draft"} == EDITABLE
    assert {"pretest", "operational"} == ON_FORMS
