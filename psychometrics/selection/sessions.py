"""Many sessions in lock-step: what an adaptive programme would do, before anybody sits it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.ability.tables import read_codes
from psychometrics.errors import BadOption, BadResponses
from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature
from psychometrics.selection.choice import Chance, Generators, SympsonHetter
from psychometrics.selection.constraints import Constraint
from psychometrics.selection.criteria import Criterion
from psychometrics.selection.flags import SelectionFlag
from psychometrics.selection.pool import THROUGH, Pool
from psychometrics.selection.rule import Rule
from psychometrics.selection.session import read_pool
from psychometrics.selection.states import Estimate, States, state_after
from psychometrics.selection.stopping import Stopping, StopReason

CELLS_A_BLOCK = 1 << 17  # sessions by items whose values are at hand at a time

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """What simulated sessions left.

    Attributes
    ----------
    true_theta : (n,) array
        In logits; NaN where only responses were given.
    theta, standard_error : (n,) arrays
        Final estimates, in logits.
    n_given : (n,) integer array
    given, answers : (n, longest) integer arrays
        Items in the order given and categories of the answers; -1 beyond the end.
    reason : tuple of str
        Why each ended, see `Stop`.
    decision : (n,) int8 array
        1 above the cut, -1 below, 0 undecided or not asked.
    exposure : (J,) array
        Share of sessions that gave each item.
    selected : (J,) array
        The same, with those set aside by exposure control.
    overlap : float
        Mean share of items that two sessions have in common; 0 for one session.
    flags : tuple of SelectionFlag
    """

    true_theta: FloatArray
    theta: FloatArray
    standard_error: FloatArray
    n_given: Integers
    given: Integers
    answers: Integers
    reason: tuple[StopReason, ...]
    decision: NDArray[np.int8]
    exposure: FloatArray
    selected: FloatArray
    overlap: float
    flags: tuple[SelectionFlag, ...]


def simulate_sessions(
    items: Items,
    persons: int | ArrayLike | None,
    stopping: Stopping,
    *,
    rng: np.random.Generator,
    criterion: Criterion = "MFI",
    estimate: Estimate = "EAP",
    mean: float = 0.0,
    sd: float = 1.0,
    constraints: Sequence[Constraint] = (),
    chance: Chance | None = None,
    exposure: SympsonHetter | None = None,
    responses: ArrayLike | None = None,
    quadrature: Quadrature | None = None,
) -> Sessions:
    """Simulate adaptive sessions; each item as `next_item` would choose it.

    Parameters
    ----------
    items : Items
        The bank.
    persons : int, (n,) array or None
        Abilities in logits, or how many to draw from N(0, 1); None with ``responses``.
    stopping : Stopping
    rng : numpy.random.Generator
        The only source of randomness.  The choices of session i draw from ``rng.spawn(n)[i]``.
    criterion, estimate, mean, sd, constraints, chance, exposure, quadrature
        As in `next_item`.
    responses : (n, J) array_like, optional
        Answers of everybody to everything, instead of drawn ones.

    Returns
    -------
    Sessions

    Raises
    ------
    BadOption, BadResponses, BadItems
        As in `next_item`; a person's ability is not finite.

    Notes
    -----
    Sessions are taken one item further at a time, all at once: the posteriors are one array, and
    the criterion is computed block by block.  Overlap: Way (1998).
    """
    rule = Rule(criterion, estimate, tuple(constraints), chance, exposure)
    rule.check(len(items))
    pool = read_pool(items, estimate, mean, sd, quadrature)
    true, answered = _examinees(items, persons, responses, rng)
    n, n_items, longest = len(true), len(items), min(stopping.most, len(items))
    uniform = rng.random((n, longest if answered is None else 0))
    rngs = rng.spawn(n) if rule.is_random else []
    near, weights = pool.position(np.nan_to_num(true))
    given, answers = np.full((n, longest), -1), np.full((n, longest), -1)
    final = np.empty((2, n))
    reason: list[StopReason] = ["length"] * n
    decision = np.zeros(n, dtype=np.int8)
    marks = _Marks(
        np.zeros((n, n_items), dtype=bool), np.zeros((n, n_items), dtype=bool), Counter()
    )

    live = np.arange(n)
    nothing = np.empty((n, 0), dtype=np.intp)
    states = state_after(pool, nothing, nothing, estimate)
    while True:
        reasons, decided = stopping.verdict(pool, states)
        over = np.array([one is not None for one in reasons])
        if over.any():
            who = live[over]
            final[:, who] = states.theta[over], states.standard_error[over]
            decision[who] = decided[over]
            for session in np.flatnonzero(over).tolist():
                reason[live[session]] = reasons[session] or "length"
            live, states = live[~over], states.rows(~over)
        if not len(live):
            break
        step = states.given.shape[1]
        chosen = _chosen(pool, states, rule, live, rngs, marks)
        if answered is not None:
            codes = answered[live, chosen]
        else:
            codes = _answers(pool, chosen, near[live], weights[live], uniform[live, step])
        given[live, step], answers[live, step] = chosen, codes
        states = state_after(
            pool,
            given[live, : step + 1],
            answers[live, : step + 1],
            estimate,
            states.log_posterior,
        )
    n_given = (given >= 0).sum(axis=1)
    return Sessions(
        true_theta=true,
        theta=final[0],
        standard_error=final[1],
        n_given=n_given,
        given=given,
        answers=answers,
        reason=tuple(reason),
        decision=decision,
        exposure=marks.given.mean(axis=0),
        selected=(marks.given | marks.aside).mean(axis=0),
        overlap=_overlap(marks.given, n_given),
        flags=_flags(marks.told, reason),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What was given and set aside, (n, J), and how often something was worth telling."""

    given: NDArray[np.bool_]
    aside: NDArray[np.bool_]
    told: Counter[str]


def _chosen(
    pool: Pool, states: States, rule: Rule, live: Integers, rngs: Generators, marks: _Marks
) -> Integers:
    """An item for each session, block by block, marked."""
    chosen = np.empty(len(live), dtype=np.intp)
    size = max(1, CELLS_A_BLOCK // len(pool.items))
    for start in range(0, len(live), size):
        block = slice(start, start + size)
        who = live[block]
        available = ~marks.given[who]
        if rule.exposure is not None:
            left = available & ~marks.aside[who]
            available = np.where(left.any(axis=1, keepdims=True), left, available)
        own = [rngs[session] for session in who] if rngs else []
        those = states.rows(block)
        found = rule.choose(pool, those, available, own)
        chosen[block] = found.items
        for session, item in found.aside:
            marks.aside[who[session], item] = True
        marks.told["constraint_dropped"] += int(found.dropped.sum())
        marks.told["everything_set_aside"] += int(found.exhausted.sum())
    marks.given[live, chosen] = True
    return chosen


def _examinees(
    items: Items,
    persons: int | ArrayLike | None,
    responses: ArrayLike | None,
    rng: np.random.Generator,
) -> tuple[FloatArray, Integers | None]:
    """Abilities, NaN if not known, and answers if given."""
    answered = None
    if responses is not None:
        answered = read_codes(responses, items, None).astype(np.intp)
        missing = np.argwhere(answered < 0)
        if len(missing):
            row, column = missing[0]
            raise BadResponses(f"row {row}, column {column} has no answer to draw on")
        if persons is None:
            return np.full(len(answered), np.nan), answered
    if persons is None:
        raise BadOption("who sits? persons is None, and there are no responses")
    if isinstance(persons, int | np.integer):
        if persons < 1:
            raise BadOption(f"{persons} persons cannot be drawn: at least 1 can")
        theta = rng.standard_normal(int(persons))
    else:
        theta = np.asarray(persons, dtype=np.float64)
    if theta.ndim != 1 or not len(theta) or not np.isfinite(theta).all():
        raise BadOption("abilities are one finite number for each person")
    if answered is not None and len(answered) != len(theta):
        raise BadOption(f"there are {len(theta)} persons, but {len(answered)} rows of responses")
    return theta, answered


def _answers(
    pool: Pool, chosen: Integers, first: Integers, weights: FloatArray, uniform: FloatArray
) -> Integers:
    """Categories drawn at the true theta, by where uniform numbers fall."""
    near = first[:, None] + np.arange(len(THROUGH))
    logs = (pool.log_p[chosen[:, None], :, near] * weights[:, :, None]).sum(axis=1)
    reached = np.where(pool.has[chosen], np.exp(logs), 0.0).cumsum(axis=1)
    return np.asarray((uniform[:, None] * reached[:, -1:] >= reached).sum(axis=1))


def _overlap(given: NDArray[np.bool_], n_given: Integers) -> float:
    """Items two sessions share, over the mean length."""
    n = len(given)
    if n < 2 or not n_given.any():
        return 0.0
    count = given.sum(axis=0).astype(np.float64)
    return float((count * (count - 1.0)).sum() / (n * (n - 1.0)) / n_given.mean())


def _flags(told: Counter[str], reason: Sequence[StopReason]) -> tuple[SelectionFlag, ...]:
    flags = []
    if told["constraint_dropped"]:
        flags.append(
            SelectionFlag(
                "constraint_dropped",
                f"{told['constraint_dropped']} choices had no item within a constraint, which was "
                f"not applied to them.",
            )
        )
    if told["everything_set_aside"]:
        flags.append(
            SelectionFlag(
                "everything_set_aside",
                f"In {told['everything_set_aside']} choices exposure control set every item aside; "
                f"the best was given.",
            )
        )
    out = sum(one == "pool_exhausted" for one in reason)
    if out:
        flags.append(
            SelectionFlag("pool_exhausted", f"{out} sessions ended because no item was left.")
        )
    return tuple(flags)
