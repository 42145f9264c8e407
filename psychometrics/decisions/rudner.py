"""Decisions on theta, whose estimates are taken as normal.

Source: Rudner (2001, 2005), Practical Assessment, Research & Evaluation 7(14) and 10(13).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.ability.tables import check_prior
from psychometrics.decisions.integration import normal_panels
from psychometrics.decisions.result import (
    Classified,
    Decisions,
    Floats,
    decisions_of,
    read_cuts,
    read_points,
)
from psychometrics.errors import BadOption
from psychometrics.models import Items


def decisions_rudner(
    items: Items,
    cuts: ArrayLike,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    theta: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    standard_error: ArrayLike | None = None,
) -> Decisions:
    """Accuracy and consistency of decisions on theta (Rudner, 2001, 2005).

    Parameters
    ----------
    items : Items
        Of the form, of any model.
    cuts : float or (C,) array_like
        In logits, ascending; at or above one passes it.
    mean, sd : float
        Of theta's normal population, in logits.
    theta : (Q,) array_like, optional
        Persons' theta, or nodes, instead of the normal population.
    weights : (Q,) array_like, optional
        Of ``theta``; all alike unless given.
    standard_error : (Q,) array_like, optional
        Of each person's ``theta``, above 0; 1 / sqrt(information) unless given.

    Returns
    -------
    Decisions
        Points are theta; cuts and their standard errors are in logits.

    Raises
    ------
    BadOption
        Cuts do not ascend; population, theta, weights or standard errors are none.

    Notes
    -----
    A person at theta is put in a class with the probability that a normal variable of mean theta
    and that standard error falls into it.  Where a form says nothing of theta the error is infinite
    and each side of a cut is as likely as the other.
    """
    at = read_cuts(cuts)
    mean, sd = check_prior(mean, sd)
    if theta is None:
        if standard_error is not None:
            raise BadOption("standard errors are given without the theta they belong to")
        sharpest = float(items.information(np.linspace(-5.0, 5.0, 81)).sum(axis=0).max())
        points, shares = normal_panels(mean, sd, at, sharpest)
    else:
        points, shares = read_points(theta, weights)
    errors = _errors(items, points) if standard_error is None else _read(standard_error, points)
    below = ndtr((at - points[:, None]) / errors[:, None])
    edges = np.hstack([np.zeros((len(points), 1)), below, np.ones((len(points), 1))])
    true = (points[:, None] >= at).sum(axis=1)
    classified = Classified(points, shares, true, np.diff(edges, axis=1))
    return decisions_of(at, _errors(items, at), classified)


def _errors(items: Items, theta: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / np.sqrt(items.information(theta).sum(axis=0)))


def _read(standard_error: ArrayLike, points: Floats) -> Floats:
    errors = np.asarray(standard_error, dtype=np.float64)
    if errors.shape != points.shape:
        raise BadOption(f"there are {errors.size} standard errors for {len(points)} thetas")
    if not (np.isfinite(errors).all() and (errors > 0).all()):
        raise BadOption("standard errors are finite and above 0")
    return errors
