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
