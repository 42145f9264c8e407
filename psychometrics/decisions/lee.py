"""Decisions on the raw score under an item response model.

Source: Lee (2010), Journal of Educational Measurement 47(1).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.ability import score_probabilities
from psychometrics.ability.tables import check_prior
from psychometrics.decisions.integration import normal_panels
from psychometrics.decisions.result import (
    Classified,
    DecisionFlag,
    Decisions,
    decisions_of,
    read_cuts,
    read_points,
)
from psychometrics.errors import BadItems, BadOption
from psychometrics.models import Items
from psychometrics.scales import theta_at, true_score

Floats = NDArray[np.float64]

POINTS_A_BLOCK = 4096


def decisions_lee(
    items: Items,
    cuts: ArrayLike,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    theta: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Decisions:
    """Accuracy and consistency of decisions on the raw score (Lee, 2010).

    Parameters
    ----------
    items : Items
        Of the form, of any model; categories count as points.
    cuts : float or (C,) array_like
        Raw scores; at or above one passes it.  Above 0, at most the highest score, ascending; not
        necessarily whole.
    mean, sd : float
        Of theta's normal population, in logits.
    theta : (Q,) array_like, optional
        Persons' theta, or nodes, instead of the normal population.
    weights : (Q,) array_like, optional
        Of ``theta``; all alike unless given.

    Returns
    -------
    Decisions
        Points are theta; cuts and their standard errors are raw scores.

    Raises
    ------
    BadOption
        A cut lies outside the form's scores, cuts do not ascend, or population, theta or weights
        are none.

    Notes
    -----
    A person belongs to the class of the true score, and is put in that of a score distributed as
    by Lord & Wingersky (1984).  The error at a cut is the standard deviation of raw scores at
    the theta of which the cut is the true score; where there is none (below what guessing gives), a
    flag says so and the error is that of a binomial score.
    """
    at = read_cuts(cuts)
    highest = int((items.n_categories - 1).sum())
    if at[0] <= 0 or at[-1] > highest:
        beyond = at[0] if at[0] <= 0 else at[-1]
        raise BadOption(f"a cut of {beyond:g} lies outside the raw scores from 1 to {highest}")
    mean, sd = check_prior(mean, sd)
    theta_cuts = _theta_at_each(items, at)
    if theta is None:
        sharpest = float(items.information(np.linspace(-5.0, 5.0, 81)).sum(axis=0).max())
        points, shares = normal_panels(mean, sd, theta_cuts[np.isfinite(theta_cuts)], sharpest)
    else:
        points, shares = read_points(theta, weights)
    lowest = np.ceil(at - 1e-9).astype(np.intp)  # the first whole score that passes
    observed = np.vstack(
        [
            _classes(items, points[start : start + POINTS_A_BLOCK], lowest)
            for start in range(0, len(points), POINTS_A_BLOCK)
        ]
    )
    # 1e-9: a theta at which the true score is the cut but for rounding is at the cut
    true = (true_score(items, points)[:, None] >= at - 1e-9).sum(axis=1)
    errors, flags = _errors_at(items, at, theta_cuts, highest)
    return decisions_of(at, errors, Classified(points, shares, true, observed), flags)


def _classes(items: Items, theta: Floats, lowest: NDArray[np.intp]) -> Floats:
    """Probability of each class, (Q, C + 1)."""
    return np.asarray(np.add.reduceat(score_probabilities(items, theta), [0, *lowest]).T)


def _theta_at_each(items: Items, cuts: Floats) -> Floats:
    """Theta of each cut, NaN where it is no true score."""
    found = []
    for cut in cuts:
        try:
            found.append(float(theta_at(items, cut)[0]))
        except (BadItems, BadOption):
            found.append(np.nan)
    return np.array(found)


def _errors_at(
    items: Items, cuts: Floats, theta: Floats, highest: int
) -> tuple[Floats, tuple[DecisionFlag, ...]]:
    errors = np.sqrt(cuts * (highest - cuts) / highest)
    there = np.isfinite(theta)
    if there.any():
        chances = score_probabilities(items, theta[there])
        scores = np.arange(len(chances))[:, None]
        middle = (scores * chances).sum(axis=0)
        errors[there] = np.sqrt(((scores - middle) ** 2 * chances).sum(axis=0))
    flags = tuple(
        DecisionFlag(
            "theta_of_cut_undefined",
            f"The cut {cut:g} is the true score of no theta, or of several: its standard error is "
            "that of a binomial score.",
        )
        for cut in cuts[~there]
    )
    return errors, flags
