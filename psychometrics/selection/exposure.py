"""Exposure parameters by simulation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Items
from psychometrics.selection.choice import SympsonHetter
from psychometrics.selection.constraints import Constraint
from psychometrics.selection.criteria import Criterion
from psychometrics.selection.flags import SelectionFlag
from psychometrics.selection.sessions import simulate_sessions
from psychometrics.selection.states import Estimate
from psychometrics.selection.stopping import Stopping


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """Exposure parameters, and what they do.

    Attributes
    ----------
    control : SympsonHetter
        To be given to `next_item` and `simulate_sessions`.
    exposure : (J,) array
        Share of sessions that gave each item with these parameters.
    largest : (rounds,) array
        Largest share in each round of the search.
    flags : tuple of SelectionFlag
    """

    control: SympsonHetter
    exposure: FloatArray
    largest: FloatArray
    flags: tuple[SelectionFlag, ...]


def exposure_parameters(
    items: Items,
    persons: int | ArrayLike,
    stopping: Stopping,
    target: float,
    *,
    rng: np.random.Generator,
    rounds: int = 15,
    tolerance: float | None = None,
    criterion: Criterion = "MFI",
    estimate: Estimate = "EAP",
    mean: float = 0.0,
    sd: float = 1.0,
    constraints: Sequence[Constraint] = (),
) -> Exposure:
    """Find parameters under which no item is seen by more than a share of persons.

    Parameters
    ----------
    items : Items
        The bank.
    persons : int or (n,) array_like
        Abilities of the population in logits, or how many to draw from N(0, 1); a thousand or
        more.
    stopping : Stopping
    target : float
        Largest share, above 0 and up to 1.
    rng : numpy.random.Generator
    rounds : int
        At the most.
    tolerance : float, optional
        The search ends when no item is above ``target`` by more; by default three standard errors
        of a share among so many persons.
    criterion, estimate, mean, sd, constraints
        As in `next_item`.

    Returns
    -------
    Exposure

    Raises
    ------
    BadOption
        The target is below ``stopping.most`` / J, which no choice can keep, or an option is not
        what it may be.

    Notes
    -----
    Sympson & Hetter (1985): k = target / P(selected), at most 1, from simulation to simulation.
    The ``most`` items with the largest k have 1, so that every test can be filled.
    """
    n_items = len(items)
    if not 0.0 < target <= 1.0:
        raise BadOption(f"target = {target} is no share of persons")
    if target * n_items < min(stopping.most, n_items):
        raise BadOption(
            f"{stopping.most} of {n_items} items a session make a mean exposure of "
            f"{stopping.most / n_items:.3f}: a target of {target} cannot be kept"
        )
    if rounds < 1:
        raise BadOption(f"rounds = {rounds}: 1 or more are needed")
    n = int(persons) if isinstance(persons, int) else len(np.atleast_1d(persons))
    if tolerance is None:
        tolerance = 3.0 * float(np.sqrt(target * (1.0 - target) / n))
    parameters = np.ones(n_items)
    largest = []
    for turn in range(rounds + 1):
        found = simulate_sessions(
            items,
            persons,
            stopping,
            rng=rng,
            criterion=criterion,
            estimate=estimate,
            mean=mean,
            sd=sd,
            constraints=constraints,
            exposure=SympsonHetter.of(parameters),
        )
        largest.append(float(found.exposure.max()))
        if largest[-1] <= target + tolerance or turn == rounds:
            break
        parameters = np.minimum(target / np.maximum(found.selected, target), 1.0)
        parameters[np.argsort(-parameters, kind="stable")[: stopping.most]] = 1.0
    flags: tuple[SelectionFlag, ...] = ()
    if largest[-1] > target + tolerance:
        flags = (
            SelectionFlag(
                "over_exposed",
                f"After {len(largest)} rounds the item most seen is given to "
                f"{100 * largest[-1]:.1f} % of persons; the target is {100 * target:.1f} %.",
            ),
        )
    return Exposure(SympsonHetter.of(parameters), found.exposure, np.array(largest), flags)
