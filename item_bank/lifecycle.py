"""An item's life as one table of what is allowed; all else is refused."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from item_bank.errors import MoveRefused, OwnApproval, ReasonMissing


class ItemState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PRETEST = "pretest"
    OPERATIONAL = "operational"
    RETIRED = "retired"


class ItemVerb(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    PRETEST = "pretest"
    PROMOTE = "promote"
    RETIRE = "retire"


ADD = "add"
"""How an item's record begins; no move, so it stands outside the table."""

MOVES: dict[tuple[ItemState, ItemVerb], ItemState] = {
    (ItemState.DRAFT, ItemVerb.SUBMIT): ItemState.IN_REVIEW,
    (ItemState.IN_REVIEW, ItemVerb.APPROVE): ItemState.APPROVED,
    (ItemState.APPROVED, ItemVerb.PRETEST): ItemState.PRETEST,
    (ItemState.PRETEST, ItemVerb.PROMOTE): ItemState.OPERATIONAL,
    (ItemState.OPERATIONAL, ItemVerb.RETIRE): ItemState.RETIRED,
    (ItemState.PRETEST, ItemVerb.RETIRE): ItemState.RETIRED,
    (ItemState.IN_REVIEW, ItemVerb.RETURN): ItemState.DRAFT,
    (ItemState.APPROVED, ItemVerb.RETURN): ItemState.DRAFT,
    (ItemState.PRETEST, ItemVerb.RETURN): ItemState.DRAFT,
    (ItemState.OPERATIONAL, ItemVerb.RETURN): ItemState.DRAFT,
}

EDITABLE = frozenset({ItemState.DRAFT})
ON_FORMS = frozenset({ItemState.PRETEST, ItemState.OPERATIONAL})
"""Only versions of items in these states go on a form; a published form pins its versions."""

_NEED_REASON = frozenset({ItemVerb.RETURN})


def decide(
    state: ItemState,
    verb: ItemVerb,
    by: UUID,
    writers: Collection[UUID],
    reason: str | None = None,
) -> ItemState:
    """The state after the move.

    ``writers`` are the people whose words the item holds: its author and whoever wrote a version.
    Raises MoveRefused, OwnApproval or ReasonMissing.
    """
    if (state, verb) not in MOVES:
        raise MoveRefused(f"An item in state {state} cannot take the step '{verb}'.")
    if verb is ItemVerb.APPROVE and by in writers:
        raise OwnApproval("Nobody approves their own item. Another reviewer has to.")
    if verb in _NEED_REASON and not (reason and reason.strip()):
        raise ReasonMissing("Going back to draft needs a reason.")
    return MOVES[state, verb]


def allowed_verbs(state: ItemState) -> tuple[ItemVerb, ...]:
    """The steps that the table allows from ``state``, in its order."""
    return tuple(verb for from_state, verb in MOVES if from_state is state)
