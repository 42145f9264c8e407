"""Logistic regressions of right answers on a score, for all items at once, from tables of counts.

What an item's regression needs of the persons is how many of each group and score got it right,
so a step of Newton's method costs strata times items, however many persons there are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from psychometrics.dif.matching import Tables
from psychometrics.models.logistic import log_expit

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MOST_STEPS = 60
MOST_HALVINGS = 30
GAIN = 1e-13  # relative, of the log-likelihood: Newton has nothing more to add
RUNAWAY = 30.0  # standardised coefficients beyond it mean that there is no maximum


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Maximum likelihood fits, one an item.

    Attributes
    ----------
    coefficients : (n_items, n_terms) array
        Logits; a point of score for the score's.
    log_likelihood : (n_items,) array
    maximal : (n_items,) array of bool
        False where the likelihood has no maximum (answers separated by score or group) or
        nobody answered.
    """

    coefficients: Floats
    log_likelihood: Floats
    maximal: Booleans


def regress(tables: Tables, *, terms: int) -> Regression:
    """Fit the first ``terms`` of: 1, score, group, score times group (0 for the reference).

    Parameters
    ----------
    tables : Tables
    terms : 1 to 4

    Returns
    -------
    Regression
        Newton's method, each item's steps halved until its likelihood does not fall; scores are
        standardised meanwhile.
    """
    n_items = tables.score.shape[1]
    right, given = (
        np.concatenate(list(table)).T for table in (tables.right, tables.given)
    )  # (n_items, 2 strata)
    score = np.concatenate([tables.score, tables.score]).T
    group = np.repeat([0.0, 1.0], tables.score.shape[0])
    number = np.maximum(given.sum(axis=1), 1.0)
    middle = (given * score).sum(axis=1) / number
    spread = np.sqrt((given * (score - middle[:, None]) ** 2).sum(axis=1) / number)
    spread = np.where(spread > 0, spread, 1.0)
    z = (score - middle[:, None]) / spread[:, None]
    columns = [np.ones_like(z), z, np.broadcast_to(group, z.shape), z * group]
    design = np.stack(columns[:terms], axis=2)

    at = np.zeros((n_items, terms))
    value = _log_likelihood(design, right, given, at)
    going = number > 0
    singular = np.zeros(n_items, dtype=bool)
    for _ in range(MOST_STEPS):
        step, bad = _newton(design[going], right[going], given[going], at[going])
        singular[np.flatnonzero(going)[bad]] = True
        moved, reached = _not_falling(
            design[going], right[going], given[going], at[going], step, value[going]
        )
        gained = reached - value[going] > GAIN * np.abs(value[going])
        at[going], value[going] = moved, reached
        gained &= np.abs(moved).max(axis=1) < RUNAWAY
        going[np.flatnonzero(going)] = gained
        if not going.any():
            break
    runaway = np.abs(at).max(axis=1) >= RUNAWAY
    both = (right.sum(axis=1) > 0) & (right.sum(axis=1) < given.sum(axis=1))
    return Regression(
        coefficients=_in_points(at, middle, spread),
        log_likelihood=value,
        maximal=both & ~singular & ~runaway & ~going,
    )


def _log_likelihood(design: Floats, right: Floats, given: Floats, at: Floats) -> Floats:
    logits = np.einsum("jst,jt->js", design, at)
    total = right * log_expit(logits) + (given - right) * log_expit(-logits)
    return np.asarray(total.sum(axis=1))


def _newton(design: Floats, right: Floats, given: Floats, at: Floats) -> tuple[Floats, Booleans]:
    """Newton's step of each item, and where the information is singular."""
    p = expit(np.einsum("jst,jt->js", design, at))
    gradient = np.einsum("jst,js->jt", design, right - given * p)
    weighted = design * (given * p * (1 - p))[:, :, None]
    information = np.matmul(weighted.transpose(0, 2, 1), design)
    scale = np.sqrt(np.maximum(np.einsum("jtt->jt", information), 1e-300))
    correlations = information / scale[:, :, None] / scale[:, None, :]
    bad = np.linalg.eigvalsh(correlations)[:, 0] < 1e-10
    correlations[bad] = np.eye(at.shape[1])
    step = np.linalg.solve(correlations, (gradient / scale)[:, :, None])[:, :, 0] / scale
    return np.where(bad[:, None], 0.0, step), bad


def _not_falling(
    design: Floats, right: Floats, given: Floats, at: Floats, step: Floats, value: Floats
) -> tuple[Floats, Floats]:
    factor = np.ones(len(at))
    for _ in range(MOST_HALVINGS):
        moved = at + factor[:, None] * step
        reached = _log_likelihood(design, right, given, moved)
        falls = reached < value
        if not falls.any():
            return moved, reached
        factor[falls] /= 2
    moved = np.where(falls[:, None], at, moved)
    return moved, np.where(falls, value, reached)


def _in_points(at: Floats, middle: Floats, spread: Floats) -> Floats:
    """Coefficients of the score itself, from those of the standardised score."""
    points = at.copy()
    for constant, slope in ((0, 1), (2, 3)):
        if slope < at.shape[1]:
            points[:, slope] = at[:, slope] / spread
            points[:, constant] = at[:, constant] - points[:, slope] * middle
    return points
