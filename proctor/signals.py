"""What a browser may report, and how much concern each kind deserves at first sight.

Severity is 0 to 1 as in LTI Assessment Control.  A signal is evidence for a person to weigh, it
never decides anything: losing the focus is a notification more often than it is a cheat.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS: dict[str, tuple[str, float]] = {
    "focus_lost": ("left the exam window", 0.4),
    "focus_returned": ("came back to the exam window", 0.0),
    "hidden": ("exam window was hidden", 0.4),
    "shown": ("exam window is visible again", 0.0),
    "offline": ("line was lost", 0.1),
    "online": ("line came back", 0.0),
    "second_tab": ("opened the exam in a second window", 0.3),
    "taken_over": ("went on with another device", 0.5),
    "storage_blocked": ("browser cannot keep answers offline", 0.2),
}


@dataclass(frozen=True, slots=True)
class Noticed:
    kind: str
    severity: float
    noticed_at: datetime
    duration_ms: int | None


def read(kind: str, ago_ms: int, duration_ms: int | None, now: datetime) -> Noticed | None:
    """A signal as it will be stored; None for a kind that we do not know.

    ``ago_ms`` comes from the browser's own clock and is as true as the browser is.
    """
    if kind not in KINDS:
        return None
    return Noticed(kind, KINDS[kind][1], now - timedelta(milliseconds=ago_ms), duration_ms)


def words(kind: str) -> str:
    """How a proctor reads it."""
    return KINDS[kind][0] if kind in KINDS else kind
