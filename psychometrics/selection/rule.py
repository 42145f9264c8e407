"""How an item is chosen: one rule for a live session and for a simulation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray
from psychometrics.selection.choice import Chance, Generators, SympsonHetter, chosen_from
from psychometrics.selection.constraints import Constraint, narrowed
from psychometrics.selection.criteria import (
    CRITERIA,
    NEVER_NEGATIVE,
    Criterion,
    desirable,
    values_of,
)
from psychometrics.selection.pool import Pool
from psychometrics.selection.states import Estimate, States

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Items chosen for n sessions.

    Attributes
    ----------
    items : (n,) integer array
    aside : list of (session, item)
        Set aside by exposure control.
    dropped, exhausted : (n,) arrays of bool
        Where a constraint was dropped; where everything was set aside.
    """

    items: NDArray[np.intp]
    aside: list[tuple[int, int]]
    dropped: Mask
    exhausted: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What `next_item` and `simulate_sessions` were asked for.

    Attributes
    ----------
    criterion : str
    estimate : str
    constraints : tuple of Constraint
    chance : Chance or None
    exposure : SympsonHetter or None
    """

    criterion: Criterion
    estimate: Estimate
    constraints: tuple[Constraint, ...]
    chance: Chance | None
    exposure: SympsonHetter | None

    @property
    def is_random(self) -> bool:
        return self.chance is not None or self.exposure is not None

    def check(self, n_items: int) -> None:
        """That options go together.

        Raises
        ------
        BadOption
            If they do not.
        """
        if self.criterion not in CRITERIA:
            raise BadOption(f"criterion = {self.criterion!r} is none of {', '.join(CRITERIA)}")
        chance, exposure = self.chance, self.exposure
        if chance is not None and chance.needs_information and self.criterion not in NEVER_NEGATIVE:
            raise BadOption(
                f"{type(chance).__name__} weighs information, which {self.criterion} is not"
            )
        if exposure is not None and exposure.parameters.shape != (n_items,):
            raise BadOption(
                f"there are {exposure.parameters.size} exposure parameters for {n_items} items"
            )

    def choose(
        self, states: States, values: FloatArray, available: Mask, rngs: Generators
    ) -> Chosen:
        """An item for each session of those ``available`` (n, J), at least one for each.

        ``values`` are used up.
        """
        allowed, dropped = narrowed(available, states.given, self.constraints)
        wanted = desirable(values, self.criterion)
        np.copyto(wanted, -np.inf, where=~allowed)
        chosen, aside, exhausted = chosen_from(
            wanted, states.given.shape[1], self.chance, self.exposure, rngs
        )
        return Chosen(chosen, aside, dropped, exhausted)

    def values(self, pool: Pool, states: States) -> FloatArray:
        """The criterion of every item, (n, J)."""
        return values_of(pool, states, self.criterion, self.estimate)
