"""The next item of one live session."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import BadOption, NotEnoughData
from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature
from psychometrics.selection.choice import Chance, SympsonHetter
from psychometrics.selection.constraints import Constraint
from psychometrics.selection.criteria import Criterion
from psychometrics.selection.flags import SelectionFlag
from psychometrics.selection.pool import Pool
from psychometrics.selection.rule import Rule
from psychometrics.selection.session import Positions, check_positions, read_session
from psychometrics.selection.states import Estimate, States

DROPPED = SelectionFlag(
    "constraint_dropped", "A constraint left no item, and was not applied to this choice."
)
ASIDE = SelectionFlag(
    "everything_set_aside", "Exposure control set every item aside; the best of them is given."
)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What to give next.

    Attributes
    ----------
    item : int
        Its position in the bank.
    theta, standard_error : float
        The provisional estimate, in logits; the error is NaN for a theta that was given.
    set_aside : tuple of int
        Items that exposure control set aside in this choice; leave them out of later ones.
    flags : tuple of SelectionFlag
    exact : ExactValues
        What ``value`` and ``values`` are computed from when they are asked for.
    """

    item: int
    theta: float
    standard_error: float
    set_aside: tuple[int, ...]
    flags: tuple[SelectionFlag, ...]
    exact: "ExactValues" = field(repr=False)

    @property
    def value(self) -> float:
        """Of the criterion."""
        return float(self.exact.of(np.array([self.item]))[0])

    @property
    def values(self) -> FloatArray:
        """The criterion of every item of the bank, (J,), whether it may be chosen or not."""
        return self.exact.of_all()


@dataclass(frozen=True, slots=True, eq=False)
class ExactValues:
    """The criterion of items, computed when asked for: most callers want none.

    Attributes
    ----------
    rule : Rule
    pool : Pool
    state : States
    """

    rule: Rule
    pool: Pool
    state: States

    def of_all(self) -> FloatArray:
        """Of every item, (J,)."""
        return np.asarray(self.rule.values(self.pool, self.state)[0])

    def of(self, items: NDArray[np.intp]) -> FloatArray:
        """Of some items, in their order."""
        return np.asarray(self.rule.values(self.pool.part(items), self.state)[0])


def next_item(
    items: Items,
    given: Positions = (),
    answers: Positions = (),
    *,
    criterion: Criterion = "MFI",
    theta: float | None = None,
    estimate: Estimate = "EAP",
    mean: float = 0.0,
    sd: float = 1.0,
    unavailable: Positions = (),
    constraints: Sequence[Constraint] = (),
    chance: Chance | None = None,
    exposure: SympsonHetter | None = None,
    rng: np.random.Generator | None = None,
    quadrature: Quadrature | None = None,
) -> Choice:
    """Choose the next item of a session; the same as in `simulate_sessions`.

    Parameters
    ----------
    items : Items
        The bank, of any models.  Keep the same object: its tables are remembered.
    given, answers : sequence of int
        Positions of the items given, and the categories of the answers, in order.
    criterion : {"MFI", "MEI", "KL", "KLP", "MEPV", "MLWI", "MPWI", "bOpt"}
        Fisher information at theta (Lord, 1980); expected observed information and posterior
        variance after the answer (van der Linden, 1998); Kullback-Leibler information over the
        likelihood or posterior (Chang & Ying, 1996); information over the likelihood (Veerkamp &
        Berger, 1997) or posterior; the nearest difficulty.
    theta : float, optional
        An estimate of your own in logits, beyond the nodes counted as their end.
    estimate : {"EAP", "MAP"}
        The provisional estimate otherwise: mean or mode of the posterior.
    mean, sd : float
        Of theta's normal prior, in logits.
    unavailable : sequence of int
        Items that may not be chosen: enemies, or those set aside before.
    constraints : sequence of Constraint
        In this order; one that leaves nothing is dropped, with a flag.
    chance : Randomesque, Progressive or Proportional, optional
    exposure : SympsonHetter, optional
    rng : numpy.random.Generator, optional
        The session's own, needed for the last two.
    quadrature : Quadrature, optional
        Nodes, 7 or more; by default 6 standard deviations on both sides, fine enough for what is
        between nodes to be right to five digits.

    Returns
    -------
    Choice

    Raises
    ------
    BadResponses
        An answer is no category of its item, or an item was given twice.
    BadItems
        The bank is empty, or its items have not what the criterion asks for.
    NotEnoughData
        No item is left.
    BadOption
        An option is not what it may be.

    Notes
    -----
    Likelihood and posterior are scaled to sum 1 over the nodes, by trapezoids.  Of items whose
    values agree to nine digits, the first of the bank is chosen.
    """
    rule = Rule(criterion, estimate, tuple(constraints), chance, exposure)
    rule.check(len(items))
    if rule.is_random and rng is None:
        raise BadOption("a choice by chance needs rng")
    pool, state = read_session(items, given, answers, estimate, mean, sd, quadrature)
    if theta is not None:
        if not np.isfinite(theta):
            raise BadOption(f"theta = {theta} is not a number of logits")
        state = States(
            state.given,
            state.answers,
            state.log_posterior,
            np.array([theta], dtype=np.float64),
            np.array([np.nan]),
        )
    closed = np.asarray(unavailable, dtype=np.intp)
    check_positions(closed, len(items), "unavailable")
    available = np.ones((1, len(items)), dtype=bool)
    available[0, state.given[0]] = False
    available[0, closed] = False
    if not available.any():
        raise NotEnoughData(f"no item is left: {state.given.shape[1]} of {len(items)} were given")
    found = rule.choose(pool, state, available, [] if rng is None else [rng])
    item = int(found.items[0])
    return Choice(
        item,
        float(state.theta[0]),
        float(state.standard_error[0]),
        tuple(one for _, one in found.aside if one != item),
        (*((DROPPED,) if found.dropped[0] else ()), *((ASIDE,) if found.exhausted[0] else ())),
        ExactValues(rule, pool, state),
    )
