"""How an item is chosen: one rule for a live session and for a simulation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray
from psychometrics.selection.approximations import approximation
from psychometrics.selection.choice import (
    Chance,
    Generators,
    Indices,
    Mask,
    Rows,
    SympsonHetter,
    best,
    chosen_from,
)
from psychometrics.selection.constraints import Constraint, narrowed
from psychometrics.selection.criteria import (
    CRITERIA,
    NEVER_NEGATIVE,
    Criterion,
    desirable,
    values_of,
)
from psychometrics.selection.pool import Pool
from psychometrics.selection.shortlist import best_ranked, is_ranked
from psychometrics.selection.states import Estimate, States

Pick = Callable[[Rows, Mask, Generators], Indices]


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

    def choose(self, pool: Pool, states: States, available: Mask, rngs: Generators) -> Chosen:
        """An item for each session of those ``available`` (n, J), at least one for each."""
        allowed, dropped = narrowed(available, states.given, self.constraints)
        wanted = 1 if self.chance is None else self.chance.draws_from
        pick: Pick
        if wanted is not None and is_ranked(pool, len(states.theta), self.criterion):
            pick = partial(self._by_ranking, pool, states, wanted)
        else:
            pick = self._by_values(pool, states, wanted)
        chosen, aside, exhausted = chosen_from(pick, allowed, self.exposure, rngs)
        return Chosen(chosen, aside, dropped, exhausted)

    def _by_ranking(
        self,
        pool: Pool,
        states: States,
        wanted: int,
        rows: Rows,
        allowed: Mask,
        rngs: Generators,
    ) -> Indices:
        """By the first items of each session's interval, where no other can be among the best."""
        some = states.rows(rows)
        items, values, certain = best_ranked(pool, some.theta, allowed, wanted)
        if certain.all():
            place = self._one_of(values, some, rngs)
            return np.asarray(np.take_along_axis(items, place[:, None], axis=1)[:, 0])
        chosen = np.empty(len(items), dtype=np.intp)
        for part in (np.flatnonzero(certain), np.flatnonzero(~certain)):
            if not len(part):
                continue
            own = [rngs[session] for session in part.tolist()] if rngs else rngs
            those = some.rows(part)
            if certain[part[0]]:
                place = self._one_of(values[part], those, own)
                chosen[part] = items[part, place]
            else:
                pick = self._by_values(pool, those, wanted)
                chosen[part] = pick(slice(None), allowed[part], own)
        return chosen

    def _by_values(self, pool: Pool, states: States, wanted: int | None) -> Pick:
        """By values of the whole bank, near ones first where these are to be had."""
        near = (
            None if wanted is None else approximation(pool, states, self.criterion, self.estimate)
        )
        if near is None or wanted is None:
            values = desirable(self.values(pool, states), self.criterion)

            def pick(rows: Rows, allowed: Mask, rngs: Generators) -> Indices:
                some = values[rows] if self.exposure is None else values[rows].copy()
                np.copyto(some, -np.inf, where=~allowed)
                return self._one_of(some, states, rngs)

        else:

            def pick(rows: Rows, allowed: Mask, rngs: Generators) -> Indices:
                kept = near.shortlist(rows, allowed, wanted)
                return self._one_of_few(pool, states.rows(rows), kept, rngs)

        return pick

    def values(self, pool: Pool, states: States) -> FloatArray:
        """The criterion of every item, (n, J)."""
        return values_of(pool, states, self.criterion, self.estimate)

    def _one_of(self, values: FloatArray, states: States, rngs: Generators) -> Indices:
        """An item for each session, (n,), by values (n, J)."""
        if self.chance is None:
            return best(values)
        return self.chance.choose(values, states.given.shape[1], rngs)

    def _one_of_few(self, pool: Pool, states: States, kept: Mask, rngs: Generators) -> Indices:
        """The same among the items ``kept`` (n, J), by the criterion itself where it matters."""
        session, item = np.divmod(np.flatnonzero(kept), kept.shape[1])
        chosen = np.empty(len(kept), dtype=np.intp)
        chosen[session] = item
        undecided = np.bincount(session, minlength=len(kept)) > 1
        if self.chance is not None:
            undecided[:] = True
        rows = np.flatnonzero(undecided)
        if len(rows):
            few = np.unique(item[undecided[session]])
            values = desirable(self.values(pool.part(few), states.rows(rows)), self.criterion)
            values[~kept[np.ix_(rows, few)]] = -np.inf
            own = [rngs[row] for row in rows.tolist()] if rngs else rngs
            chosen[rows] = few[self._one_of(values, states, own)]
        return chosen
