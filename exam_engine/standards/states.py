"""A panel's states and the only moves between them."""

from enum import StrEnum

PRACTICE_ROUND = 0
"""Counts for nothing."""


class PanelState(StrEnum):
    """``open`` and ``closed`` are of the panel's present round."""

    DRAFT = "draft"
    PRACTICE = "practice"
    OPEN = "open"
    CLOSED = "closed"
    RECOMMENDED = "recommended"
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    ABANDONED = "abandoned"


STATES = tuple(PanelState)

MOVES: dict[tuple[PanelState, str], PanelState] = {
    (PanelState.DRAFT, "begin"): PanelState.PRACTICE,
    (PanelState.PRACTICE, "open"): PanelState.OPEN,
    (PanelState.OPEN, "close"): PanelState.CLOSED,
    (PanelState.CLOSED, "open"): PanelState.OPEN,
    (PanelState.CLOSED, "recommend"): PanelState.RECOMMENDED,
    (PanelState.RECOMMENDED, "propose"): PanelState.PROPOSED,
    (PanelState.PROPOSED, "withdraw"): PanelState.RECOMMENDED,
    (PanelState.PROPOSED, "confirm"): PanelState.ADOPTED,
    (PanelState.DRAFT, "abandon"): PanelState.ABANDONED,
    (PanelState.PRACTICE, "abandon"): PanelState.ABANDONED,
    (PanelState.OPEN, "abandon"): PanelState.ABANDONED,
    (PanelState.CLOSED, "abandon"): PanelState.ABANDONED,
    (PanelState.RECOMMENDED, "abandon"): PanelState.ABANDONED,
    (PanelState.PROPOSED, "abandon"): PanelState.ABANDONED,
}

RATING = frozenset({PanelState.PRACTICE, PanelState.OPEN})
"""Judges may rate, and change what they rated."""

OVER = frozenset({PanelState.ADOPTED, PanelState.ABANDONED})


def after(state: PanelState, verb: str) -> PanelState | None:
    """The state that ``verb`` leads to, or None where it is not allowed.

    "open" from ``closed`` begins the next round; how many there are is the panel's own.
    """
    return MOVES.get((state, verb))
