"""An attempt's states and the only moves between them."""

from enum import StrEnum


class AttemptState(StrEnum):
    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"


STATES = tuple(AttemptState)

MOVES: dict[tuple[AttemptState, str], AttemptState] = {
    (AttemptState.CREATED, "start"): AttemptState.RUNNING,
    (AttemptState.CREATED, "withdraw"): AttemptState.WITHDRAWN,
    (AttemptState.RUNNING, "pause"): AttemptState.PAUSED,
    (AttemptState.PAUSED, "resume"): AttemptState.RUNNING,
    (AttemptState.RUNNING, "submit"): AttemptState.SUBMITTED,
    (AttemptState.RUNNING, "expire"): AttemptState.EXPIRED,
    (AttemptState.RUNNING, "terminate"): AttemptState.TERMINATED,
    (AttemptState.PAUSED, "terminate"): AttemptState.TERMINATED,
}

TERMINAL = frozenset(STATES) - {state for state, _ in MOVES}


def after(state: AttemptState, verb: str) -> AttemptState | None:
    """The state that ``verb`` leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))
