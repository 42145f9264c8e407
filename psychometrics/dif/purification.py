"""Purification: match on the items that show no difference, until those stay the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.dif.flags import DifFlag
from psychometrics.errors import BadOption

Booleans = NDArray[np.bool_]
Found = TypeVar("Found")

MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Purified(Generic[Found]):
    """The last round.

    Attributes
    ----------
    found
        What the method found.
    anchors : (n_items,) array of bool
        The items it was matched on.
    rounds : int
        How often the anchors were changed.
    flags : tuple of DifFlag
        If the anchors did not settle.
    """

    found: Found
    anchors: Booleans
    rounds: int
    flags: tuple[DifFlag, ...]


def read_level(level: float) -> float:
    """A significance level, strictly between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise BadOption(f"a significance level of {level} is not between 0 and 1")
    return float(level)


def read_anchors(anchors: ArrayLike | None, n_items: int) -> Booleans | None:
    """Anchors as (n_items,) bool, from positions or a mask; None where none are given."""
    if anchors is None:
        return None
    given = np.asarray(anchors)
    if given.dtype == np.bool_ and given.shape == (n_items,):
        mask = given.copy()
    elif given.ndim == 1 and given.size and given.dtype.kind in "iu":
        outside = given[(given < 0) | (given >= n_items)]
        if len(outside):
            raise BadOption(
                f"anchor {outside[0]} is none of the {n_items} items, 0 to {n_items - 1}"
            )
        mask = np.zeros(n_items, dtype=bool)
        mask[given] = True
    elif given.size == 0:
        raise BadOption("there are no anchors: name at least one item to match on")
    else:
        raise BadOption(
            f"anchors are positions of items, or one True or False for each of {n_items}"
        )
    if not mask.any():
        raise BadOption("there are no anchors: name at least one item to match on")
    return mask


def purified(
    evaluate: Callable[[Booleans], tuple[Found, Booleans]],
    n_items: int,
    *,
    anchors: Booleans | None,
    purify: bool,
    fewest: int = 1,
) -> Purified[Found]:
    """Evaluate a method, anchored on the items that it does not flag itself.

    Parameters
    ----------
    evaluate : callable
        Takes the anchors, returns what it found and which items it flags.
    n_items : int
    anchors : (n_items,) array of bool or None
        Given anchors stay as they are; otherwise all items are anchors to begin with.
    purify : bool
        Whether to change the anchors.
    fewest : int
        Anchors that the method needs.

    Returns
    -------
    Purified
        Of the round in which the flagged items were those of the round before.  Where they still
        change after 10 rounds, or too few are left, the last round stands and a flag says so.

    Notes
    -----
    Candell & Drasgow (1988); Clauser, Mazor & Hambleton (1993).
    """
    used = np.ones(n_items, dtype=bool) if anchors is None else anchors
    found, flagged = evaluate(used)
    if anchors is not None or not purify:
        return Purified(found, used, 0, ())
    seen: list[bytes] = []
    for rounds in range(MOST_ROUNDS):
        if np.array_equal(~flagged, used):
            return Purified(found, used, rounds, ())
        if (~flagged).sum() < fewest:
            sentence = (
                f"{flagged.sum()} of {n_items} items are flagged, so too few are left as anchors; "
                f"those of round {rounds} stand."
            )
            return Purified(found, used, rounds, (DifFlag("too_few_anchors", sentence),))
        seen.append(flagged.tobytes())
        used = ~flagged
        found, flagged = evaluate(used)
    if np.array_equal(~flagged, used):
        return Purified(found, used, MOST_ROUNDS, ())
    circle = "go in a circle" if flagged.tobytes() in seen else "still change"
    sentence = (
        f"The anchors {circle} after {MOST_ROUNDS} rounds of purification: which items are flagged "
        "depends on the others. The last round stands; choose anchors by hand."
    )
    return Purified(found, used, MOST_ROUNDS, (DifFlag("not_purified", sentence),))
