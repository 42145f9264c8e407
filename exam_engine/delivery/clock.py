"""How long a candidate has: pure arithmetic on the facts of an attempt.

Nothing here reads the time; callers pass ``now``.  All datetimes are aware UTC.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta


def first_deadline(started_at: datetime, allowance_s: int, window_end_at: datetime) -> datetime:
    """The deadline at the start, before any adjustment: the window's end cuts the allowance."""
    return min(started_at + timedelta(seconds=allowance_s), window_end_at)


def deadline(
    started_at: datetime,
    allowance_s: int,
    window_end_at: datetime,
    adjustments_us: Iterable[int],
) -> datetime:
    """The deadline recomputed from the ledger; must equal the stored one at any time."""
    first = first_deadline(started_at, allowance_s, window_end_at)
    return first + timedelta(microseconds=sum(adjustments_us))


def remaining(
    deadline_at: datetime | None, paused_at: datetime | None, now: datetime
) -> timedelta | None:
    """Time left now, or at the pause while one is open; None before the start, never negative."""
    if deadline_at is None:
        return None
    return max(deadline_at - (paused_at or now), timedelta())


def remaining_ms(
    deadline_at: datetime | None, paused_at: datetime | None, now: datetime
) -> int | None:
    left = remaining(deadline_at, paused_at, now)
    return None if left is None else left // timedelta(milliseconds=1)


REASONS = {
    "pause": "for the pause",
    "outage_credit": "for the lost connection",
    "extension": "by the proctor",
    "correction": "as a correction",
}


def added_words(adjustments: Iterable[tuple[str, int]]) -> str:
    """What was added to a candidate's time, as (kind, microseconds), in one sentence.

    Whole minutes above two minutes, else seconds; nothing added, no words.
    """
    sums: dict[str, int] = {}
    for kind, microseconds in adjustments:
        sums[kind] = sums.get(kind, 0) + microseconds
    parts = [
        f"{_length(microseconds)} {REASONS[kind]}"
        for kind, microseconds in sums.items()
        if microseconds > 0
    ]
    return f"Added to your time: {', '.join(parts)}." if parts else ""


def _length(microseconds: int) -> str:
    seconds = round(microseconds / 1_000_000)
    number, unit = (round(seconds / 60), "minute") if seconds >= 120 else (seconds, "second")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
