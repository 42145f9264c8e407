"""An equating's states and the only moves between them."""

from enum import StrEnum


class EquatingState(StrEnum):
    """A draft is computed and changes nothing; only the decision about it is open."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"


STATES = tuple(EquatingState)

MOVES: dict[tuple[EquatingState, str], EquatingState] = {
    (EquatingState.DRAFT, "approve"): EquatingState.APPROVED,
    (EquatingState.DRAFT, "reject"): EquatingState.REJECTED,
}


def after(state: EquatingState, verb: str) -> EquatingState | None:
    """The state that ``verb`` leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))
