"""What the sweeper makes of an import, told by its state and its times."""

from datetime import timedelta

import pytest

from item_bank.imports.states import KEPT_FOR, SILENT_FOR, Due, ImportState, due
from tests.item_bank.examples import NOW

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "age", "silence", "found"),
    [
        (ImportState.READING, timedelta(), timedelta(), None),
        (ImportState.READING, KEPT_FOR * 2, SILENT_FOR, None),
        (ImportState.READING, timedelta(), SILENT_FOR + MOMENT, Due.FAIL),
        (ImportState.READY, KEPT_FOR, SILENT_FOR * 9, None),
        (ImportState.READY, KEPT_FOR + MOMENT, timedelta(), Due.CLEAR),
        (ImportState.IMPORTED, timedelta(), timedelta(), Due.CLEAR),
        (ImportState.DISCARDED, timedelta(), timedelta(), Due.CLEAR),
        (ImportState.FAILED, timedelta(), timedelta(), Due.CLEAR),
    ],
)
def test_a_silent_reading_is_ended_and_what_nobody_takes_is_cleared(
    state: ImportState, age: timedelta, silence: timedelta, found: Due | None
) -> None:
    assert due(state, NOW - age, NOW - silence, NOW) is found


def test_no_state_is_forgotten() -> None:
    long_ago = NOW - 10 * KEPT_FOR
    assert {due(state, long_ago, long_ago, NOW) for state in ImportState} == set(Due)
