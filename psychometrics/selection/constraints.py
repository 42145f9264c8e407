"""Hooks that narrow a choice: content balance, strata of slopes, or any callable alike."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems, BadOption
from psychometrics.models import FloatArray, Items

Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]


class Constraint(Protocol):
    """Which items may come next, by what has been given.

    Called with one session or many, so that a live session and a simulation are ruled alike.
    """

    def __call__(self, given: Indices, available: Mask) -> Mask:
        """Items allowed, (n, J), for sessions that were given items (n, t), in order.

        ``available`` (n, J) are those that are left after earlier constraints.
        """


@dataclass(frozen=True, slots=True, eq=False)
class ContentBalance:
    """The next item is of the area that lacks most (Kingsbury & Zara, 1989).

    That is the largest difference of target and present share among the areas with items left;
    of equal ones, the first.

    Attributes
    ----------
    area : (J,) integer array
        Of each item, from 0.
    targets : (A,) array
        Share of each area in a test; they are scaled to sum 1.
    """

    area: Indices
    targets: FloatArray

    @classmethod
    def of(cls, area: ArrayLike, targets: ArrayLike) -> Self:
        """The same from anything like arrays.

        Raises
        ------
        BadOption
            If an area has no target, or targets are negative or all 0.
        """
        labels, shares = np.asarray(area), np.asarray(targets, dtype=np.float64)
        if (
            shares.ndim != 1
            or not (np.isfinite(shares) & (shares >= 0.0)).all()
            or not shares.any()
        ):
            raise BadOption("targets are shares of 0 or more, one an area, not all 0")
        if labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise BadOption("area is one whole number an item")
        beyond = np.flatnonzero((labels < 0) | (labels >= len(shares)))
        if len(beyond):
            raise BadOption(
                f"item {beyond[0]} is of area {labels[beyond[0]]}, but targets are for areas 0 to "
                f"{len(shares) - 1}"
            )
        return cls(labels.astype(np.intp), shares / shares.sum())

    def __call__(self, given: Indices, available: Mask) -> Mask:
        member = self.area == np.arange(len(self.targets))[:, None]
        open_areas = (available @ member.T) & (self.targets > 0.0)
        count = (self.area[given][:, :, None] == np.arange(len(self.targets))).sum(axis=1)
        lacks = self.targets - count / max(given.shape[1], 1)
        # shares that are equal on paper differ in their last digit
        wanted = np.where(open_areas, np.round(lacks, 9), -np.inf).argmax(axis=1)
        return np.asarray(member[wanted])


@dataclass(frozen=True, slots=True, eq=False)
class AStratified:
    """Flat items first, steep ones last (Chang & Ying, 1999); for the criterion "bOpt".

    Attributes
    ----------
    stratum : (J,) integer array
        Of each item, 0 being the flattest.
    lengths : (S,) integer array
        Items to give of each stratum; the last one goes on after that.
    """

    stratum: Indices
    lengths: Indices

    @classmethod
    def of(cls, items: Items, n_strata: int, length: int, *, blocked: bool = False) -> Self:
        """Strata of equal size, for a test of ``length`` items.

        Parameters
        ----------
        items : Items
        n_strata : int
        length : int
            Of the test; strata give as equal numbers as can be, later ones more.
        blocked : bool
            Stratify within blocks of like difficulty (Chang, Qian & Ying, 2001), so that strata
            are as difficult as each other.

        Raises
        ------
        BadOption
            If there are not as many items, or not as many to give, as strata.
        BadItems
            If an item has no slope (nominal models).
        """
        a, b = items.a, items.metric.b
        if not np.isfinite(a).all():
            name = items.names[int(np.flatnonzero(~np.isfinite(a))[0])]
            raise BadItems(f"item {name!r} has no slope to be stratified by")
        if not 1 <= n_strata <= min(len(items), length):
            raise BadOption(
                f"{len(items)} items and a length of {length} make no {n_strata} strata"
            )
        rank = np.empty(len(items), dtype=np.intp)
        if blocked:
            order = np.argsort(np.nanmean(b, axis=1), kind="stable")
            for start in range(0, len(items), n_strata):
                block = order[start : start + n_strata]
                rank[block[np.argsort(a[block], kind="stable")]] = np.arange(len(block))
            stratum = rank
        else:
            rank[np.argsort(a, kind="stable")] = np.arange(len(items))
            stratum = rank * n_strata // len(items)
        bounds = np.arange(n_strata + 1) * length // n_strata
        return cls(stratum, np.diff(bounds).astype(np.intp))

    def __call__(self, given: Indices, available: Mask) -> Mask:
        stage = np.searchsorted(np.cumsum(self.lengths), given.shape[1], side="right")
        allowed = self.stratum == min(int(stage), len(self.lengths) - 1)
        return np.broadcast_to(allowed, available.shape)


def narrowed(
    available: Mask, given: Indices, constraints: tuple[Constraint, ...]
) -> tuple[Mask, NDArray[np.bool_]]:
    """Items that may be chosen, (n, J), and sessions for which a constraint had to be dropped."""
    dropped = np.zeros(len(available), dtype=bool)
    for constraint in constraints:
        allowed = np.asarray(constraint(given, available), dtype=bool)
        if allowed.shape != available.shape:
            raise BadOption(
                f"a constraint gave shape {allowed.shape} for {available.shape[0]} sessions and "
                f"{available.shape[1]} items"
            )
        both = available & allowed
        nothing = ~both.any(axis=1)
        if nothing.any():
            dropped |= nothing
            both[nothing] = available[nothing]
        available = both
    return available, dropped
