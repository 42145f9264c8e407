"""An import's life as one table of what is allowed; all else is refused.

It begins as ``reading``. ``ready`` has a report and waits for a decision, up to a day.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from item_bank.errors import ImportDecided


class ImportState(StrEnum):
    READING = "reading"
    FAILED = "failed"
    READY = "ready"
    IMPORTED = "imported"
    DISCARDED = "discarded"


class ImportVerb(StrEnum):
    REPORT = "report"
    FAIL = "fail"
    ACCEPT = "accept"
    DISCARD = "discard"


MOVES: dict[tuple[ImportState, ImportVerb], ImportState] = {
    (ImportState.READING, ImportVerb.REPORT): ImportState.READY,
    (ImportState.READING, ImportVerb.FAIL): ImportState.FAILED,
    (ImportState.READY, ImportVerb.ACCEPT): ImportState.IMPORTED,
    (ImportState.READY, ImportVerb.DISCARD): ImportState.DISCARDED,
}

KEPT_FOR = timedelta(days=1)
"""How long what was read waits for a decision."""

SILENT_FOR = timedelta(minutes=2)
"""A reading that has told nothing for so long has been killed."""

_WORDS = {
    ImportState.READING: "This file is still being read. Wait for its report.",
    ImportState.FAILED: "This file could not be read, so nothing of it can be imported.",
    ImportState.READY: "The report of this file stands already.",
    ImportState.IMPORTED: "This file has been imported. Upload it again to see what changed since.",
    ImportState.DISCARDED: "This import was put aside. Upload the file again.",
}


def decide(
    state: ImportState, verb: ImportVerb, created_at: datetime, now: datetime
) -> ImportState:
    """The state after the move; raises ImportDecided with what is so instead."""
    if (state, verb) not in MOVES:
        raise ImportDecided(_WORDS[state])
    if verb is ImportVerb.ACCEPT and now > created_at + KEPT_FOR:
        raise ImportDecided("This file was read over a day ago. Upload it again.")
    return MOVES[state, verb]


def is_silent(state: ImportState, told_at: datetime, now: datetime) -> bool:
    """Whether whoever was reading is gone."""
    return state is ImportState.READING and now > told_at + SILENT_FOR


def broken_off(sentence: str) -> dict[str, Any]:
    """The progress of a reading that ended so."""
    return {"doing": sentence, "done": 0, "of": 0}


class Due(StrEnum):
    """What the sweeper does with an import: say that its reading broke off, or clear its rows."""

    FAIL = "fail"
    CLEAR = "clear"


def due(state: ImportState, created_at: datetime, told_at: datetime, now: datetime) -> Due | None:
    """None for one that is being read, or waits for its decision."""
    if state is ImportState.READING:
        return Due.FAIL if is_silent(state, told_at, now) else None
    is_waiting = state is ImportState.READY and now <= created_at + KEPT_FOR
    return None if is_waiting else Due.CLEAR
