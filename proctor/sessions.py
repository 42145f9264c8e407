"""A proctoring session's states and the only moves between them."""

from enum import StrEnum

from proctor.errors import SessionMoveRefused


class SessionState(StrEnum):
    WAITING = "waiting"
    CHECKED_IN = "checked_in"
    ADMITTED = "admitted"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    CLOSED = "closed"


STATES = tuple(SessionState)

MOVES: dict[tuple[SessionState, str], SessionState] = {
    (SessionState.WAITING, "check_in"): SessionState.CHECKED_IN,
    (SessionState.CHECKED_IN, "admit"): SessionState.ADMITTED,
    (SessionState.ADMITTED, "begin"): SessionState.LIVE,
    (SessionState.LIVE, "interrupt"): SessionState.INTERRUPTED,
    (SessionState.INTERRUPTED, "continue"): SessionState.LIVE,
    **{(state, "close"): SessionState.CLOSED for state in STATES if state != "closed"},
}


def after(state: SessionState, verb: str) -> SessionState | None:
    """The state that ``verb`` leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))


def moved(state: str, version: int, *verbs: str) -> tuple[SessionState, int]:
    """State and version after one or more moves.  Raises `SessionMoveRefused`."""
    here = SessionState(state)
    for verb in verbs:
        there = after(here, verb)
        if there is None:
            raise SessionMoveRefused(f"A candidate who is {here.replace('_', ' ')} cannot {verb}.")
        here = there
    return here, version + len(verbs)
