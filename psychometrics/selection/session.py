"""One session read and checked: the bank's tables and the state after its answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from psychometrics.ability.tables import check_prior
from psychometrics.errors import BadItems, BadOption, BadResponses
from psychometrics.models import Items
from psychometrics.quadrature import Quadrature
from psychometrics.selection.pool import Pool, pooled
from psychometrics.selection.states import ESTIMATES, Estimate, States, state_after

Positions = Sequence[int] | NDArray[np.intp]


def read_pool(
    items: Items, estimate: Estimate, mean: float, sd: float, quadrature: Quadrature | None
) -> Pool:
    """The tables of a bank, options checked."""
    if estimate not in ESTIMATES:
        raise BadOption(f"estimate = {estimate!r} is none of {', '.join(ESTIMATES)}")
    if not len(items):
        raise BadItems("the bank has no items")
    if quadrature is not None and len(quadrature.nodes) < 7:
        raise BadOption(f"a choice needs 7 nodes or more, not {len(quadrature.nodes)}")
    return pooled(items, *check_prior(mean, sd), quadrature)


def read_session(
    items: Items,
    given: Positions,
    answers: Positions,
    estimate: Estimate,
    mean: float,
    sd: float,
    quadrature: Quadrature | None,
) -> tuple[Pool, States]:
    """The tables, and the state of one session."""
    pool = read_pool(items, estimate, mean, sd, quadrature)
    positions = _whole(given, "given")
    codes = _whole(answers, "answers")
    if len(positions) != len(codes):
        raise BadResponses(f"{len(positions)} items were given, but there are {len(codes)} answers")
    check_positions(positions, len(items), "given")
    if len(set(positions.tolist())) < len(positions):
        twice = next(one for one in positions.tolist() if (positions == one).sum() > 1)
        raise BadResponses(f"item {twice} ({items.names[twice]!r}) was given twice")
    bad = np.flatnonzero((codes < 0) | (codes >= items.n_categories[positions]))
    if len(bad):
        item = int(positions[bad[0]])
        raise BadResponses(
            f"item {item} ({items.names[item]!r}) holds {codes[bad[0]]}, but has categories 0 to "
            f"{items.n_categories[item] - 1}"
        )
    return pool, state_after(pool, positions[None, :], codes[None, :], estimate)


def check_positions(positions: NDArray[np.intp], n_items: int, name: str) -> None:
    """That these are items of the bank."""
    beyond = positions[(positions < 0) | (positions >= n_items)]
    if len(beyond):
        raise BadOption(f"{name} holds {beyond[0]}, but the bank has items 0 to {n_items - 1}")


def _whole(numbers: Positions, name: str) -> NDArray[np.intp]:
    found = np.asarray(numbers)
    if found.size == 0:
        return np.empty(0, dtype=np.intp)
    if found.ndim != 1 or found.dtype.kind not in "iub":
        raise BadResponses(f"{name} is a list of whole numbers, one for each item given")
    return found.astype(np.intp)
