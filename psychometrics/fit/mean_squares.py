"""Infit and outfit: mean square residuals of items and of persons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadOption
from psychometrics.fit.residuals import (
    Residuals,
    read_scored,
    read_theta,
    refuse_nominal,
    residuals,
)
from psychometrics.models import Items

Floats = NDArray[np.float64]

LEAST_VARIANCE = float(np.sqrt(1e-5))
LARGEST_SPREAD = np.sqrt(2.0)  # of a mean square; the cube root is not normal beyond it


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares with expectation 1, along one side of the matrix; arrays have its length.

    Attributes
    ----------
    n : array of int
        Responses used.
    infit, outfit : array
        Squared residuals over their variance: of the sums, and averaged one by one.  NaN where
        ``undefined`` says why.
    z_infit, z_outfit : array
        Their cube roots made standard normal (Wilson-Hilferty).
    undefined : tuple of (str or None)
    """

    n: NDArray[np.int64]
    infit: Floats
    outfit: Floats
    z_infit: Floats
    z_outfit: Floats
    undefined: tuple[str | None, ...]


def item_mean_squares(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    missing: int | None = None,
    least_variance: float = LEAST_VARIANCE,
) -> MeanSquares:
    """Infit and outfit of each item.

    Parameters
    ----------
    responses : (n_persons, n_items) array
        Categories; NaN (or the code ``missing``) for not administered.
    items : Items
        None of them nominal.
    theta : (n_persons,) array
        Abilities in logits.  A person whose ability is not finite is not used; give NaN for an
        estimate that stands at a bound, since residuals there mean nothing.
    missing : int, optional
        Code of a response not administered in an integer array.
    least_variance : float
        Score variances below it are lifted to it, so that one wild response to an item far off
        does not decide an outfit; the default, sqrt(1e-5), is that of R's mirt.  0 is none.

    Returns
    -------
    MeanSquares
        One an item.

    Raises
    ------
    BadResponses, BadOption, BadItems
        See `psychometrics.fit.residuals`.

    Notes
    -----
    Wright & Masters (1982), table 5.3a.  The z take abilities as known; estimated abilities, EAP
    above all, pull mean squares below 1.  Responses not administered do not enter.
    """
    return _of_matrix(responses, items, theta, missing, least_variance, axis=0)


def person_mean_squares(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    *,
    missing: int | None = None,
    least_variance: float = LEAST_VARIANCE,
) -> MeanSquares:
    """Infit and outfit of each person.

    Parameters
    ----------
    responses, items, theta, missing, least_variance
        As for `item_mean_squares`.

    Returns
    -------
    MeanSquares
        One a person.

    Raises
    ------
    BadResponses, BadOption, BadItems

    Notes
    -----
    Wright & Masters (1982), table 5.3a.
    """
    return _of_matrix(responses, items, theta, missing, least_variance, axis=1)


def _of_matrix(
    responses: ArrayLike,
    items: Items,
    theta: ArrayLike,
    missing: int | None,
    least_variance: float,
    *,
    axis: int,
) -> MeanSquares:
    if not (np.isfinite(least_variance) and least_variance >= 0):
        raise BadOption(f"a least variance of {least_variance} is not a number from 0")
    refuse_nominal(items)
    codes = read_scored(responses, items, missing)
    parts = residuals(codes, items, read_theta(theta, len(codes)))
    return mean_squares(parts, axis=axis, least_variance=least_variance)


def mean_squares(parts: Residuals, *, axis: int, least_variance: float) -> MeanSquares:
    """Mean squares of residuals summed along ``axis``."""
    used = parts.used & (np.maximum(parts.variance, least_variance) > 0)
    variance = np.where(used, np.maximum(parts.variance, least_variance), 1.0)
    n = used.sum(axis=axis)
    defined = n > 0
    count = np.where(defined, n, 1)
    squares = np.where(used, parts.residual**2, 0.0)
    information = np.where(used, variance, 0.0).sum(axis=axis)
    information[~defined] = 1.0
    kurtosis = np.where(used, parts.kurtosis, 0.0)
    outfit = (squares / variance).sum(axis=axis) / count
    infit = squares.sum(axis=axis) / information
    spread_outfit = (kurtosis / variance**2).sum(axis=axis) / count**2 - 1 / count
    excess = (kurtosis - np.where(used, variance**2, 0.0)).sum(axis=axis)
    why = "No response with a finite ability and some variance."
    return MeanSquares(
        n=n,
        infit=np.where(defined, infit, np.nan),
        outfit=np.where(defined, outfit, np.nan),
        z_infit=np.where(defined, _standardised(infit, excess / information**2), np.nan),
        z_outfit=np.where(defined, _standardised(outfit, spread_outfit), np.nan),
        undefined=tuple(None if good else why for good in defined),
    )


def _standardised(mean_square: Floats, variance: Floats) -> Floats:
    spread = np.clip(np.sqrt(np.maximum(variance, 0.0)), 1e-8, LARGEST_SPREAD)
    return np.asarray((np.cbrt(mean_square) - 1) * 3 / spread + spread / 3)
