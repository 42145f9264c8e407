"""Whether an attempt may start, and what its start is: pure."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from exam_engine.base import as_text
from exam_engine.delivery import clock, errors, events
from exam_engine.delivery.states import TERMINAL, AttemptState, after


class Startable(Protocol):
    """What is stored of an attempt, as far as its start needs it."""

    @property
    def attempt_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def state(self) -> str: ...
    @property
    def allowance_s(self) -> int: ...
    @property
    def window_end_at(self) -> datetime: ...
    @property
    def lease(self) -> int: ...
    @property
    def event_count(self) -> int: ...
    @property
    def chain_head(self) -> bytes: ...


class Start(NamedTuple):
    """The first deadline, the lease of the device that started, and the links of the chain."""

    state: AttemptState
    deadline_at: datetime
    lease: int
    links: tuple[events.Link, events.Link]


def started(attempt: Startable, now: datetime, *, agreement: bool) -> Start | None:
    """The start of an attempt; None where it has started already.

    Raises `AgreementMissing`, `OutsideWindow`, `AttemptClosed`.
    """
    if attempt.state in (AttemptState.RUNNING, AttemptState.PAUSED):
        return None
    if attempt.state in TERMINAL:
        raise errors.AttemptClosed("This exam is closed. It cannot be started again.")
    if not agreement:
        raise errors.AgreementMissing
    if now >= attempt.window_end_at:
        raise errors.OutsideWindow("The time in which this exam could be started is over.")
    state = after(AttemptState(attempt.state), "start")
    assert state is not None  # noqa: S101 - all other states are answered above
    deadline_at = clock.first_deadline(now, attempt.allowance_s, attempt.window_end_at)
    lease = attempt.lease + 1
    opening = events.append(
        attempt.chain_head,
        attempt.attempt_id,
        attempt.event_count + 1,
        "started",
        now,
        events.canonical({"agreement": True, "deadline_at": as_text(deadline_at)}),
        actor_id=attempt.person_id,
    )
    granting = events.append(
        opening.hash,
        attempt.attempt_id,
        opening.number + 1,
        "lease_granted",
        now,
        events.canonical({"lease": lease}),
        actor_id=attempt.person_id,
    )
    return Start(state, deadline_at, lease, (opening, granting))


def check_window(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Raises `OutsideWindow` with the reason unless opens_at <= now < closes_at."""
    if now < opens_at:
        raise errors.OutsideWindow(f"Check-in opens on {opens_at:%B %-d, %Y, %-H:%M} UTC.")
    if now >= closes_at:
        raise errors.OutsideWindow(f"This exam closed on {closes_at:%B %-d, %Y, %-H:%M} UTC.")
