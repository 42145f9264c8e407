from itertools import product

import pytest

from exam_engine.delivery.states import MOVES, STATES, TERMINAL, AttemptState, after

VERBS = ("start", "pause", "resume", "submit", "expire", "terminate", "withdraw", "reopen")
ALLOWED = {
    "created": {"start": "running", "withdraw": "withdrawn"},
    "running": {
        "pause": "paused",
        "submit": "submitted",
        "expire": "expired",
        "terminate": "terminated",
    },
    "paused": {"resume": "running", "terminate": "terminated"},
    "submitted": {},
    "expired": {},
    "terminated": {},
    "withdrawn": {},
}


@pytest.mark.parametrize(("state", "verb"), list(product(STATES, VERBS)))
def test_each_state_allows_exactly_the_verbs_of_the_design(state: AttemptState, verb: str) -> None:
    assert after(state, verb) == ALLOWED[state].get(verb)


def test_no_verb_exists_that_this_test_does_not_know() -> None:
    assert {verb for _, verb in MOVES} <= set(VERBS)


def test_what_has_ended_stays_ended() -> None:
    assert {state.value for state in TERMINAL} == {
        state for state, verbs in ALLOWED.items() if not verbs
    }
