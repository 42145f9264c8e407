"""A result's states and the only moves between them."""

from enum import StrEnum


class ResultState(StrEnum):
    PROVISIONAL = "provisional"
    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


MOVES: dict[tuple[ResultState, str], ResultState] = {
    (ResultState.PROVISIONAL, "hold"): ResultState.HELD,
    (ResultState.PROVISIONAL, "release"): ResultState.RELEASED,
    (ResultState.HELD, "hold"): ResultState.HELD,
    (ResultState.HELD, "lift"): ResultState.HELD,
    (ResultState.HELD, "release"): ResultState.RELEASED,
    (ResultState.RELEASED, "withdraw"): ResultState.WITHDRAWN,
}


def after(state: ResultState, verb: str) -> ResultState | None:
    """The state that ``verb`` leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))
