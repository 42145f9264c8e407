"""Log-linear presmoothing: a polynomial for the log frequencies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from psychometrics.equating.counts import read_frequencies
from psychometrics.errors import BadOption, NotIdentified
from psychometrics.models import FloatArray

HIGHEST_DEGREE = 12
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Presmoothed:
    """A smooth distribution of scores.

    Attributes
    ----------
    frequencies : (S,) array
        Fitted persons at each score; their first ``degree`` moments are those observed.
    degree : int
    deviance : float
        Likelihood-ratio chi-square against the observed frequencies.
    df : int
        S - 1 - degree.
    aic : float
        ``deviance + 2 (degree + 1)``; the least among degrees is a usual choice.
    """

    frequencies: FloatArray
    degree: int
    deviance: float
    df: int
    aic: float


def presmooth(counts: ArrayLike, degree: int) -> Presmoothed:
    """Score frequencies by maximum likelihood, log n(x) = b_0 + b_1 x + ... + b_C x^C.

    Parameters
    ----------
    counts : (S,) array_like
        Persons at each score 0, 1, ..., S - 1.
    degree : int
        C, from 1 to 12 and below the number of scores with persons.

    Returns
    -------
    Presmoothed

    Raises
    ------
    BadResponses
        If the counts are none.
    NotEnoughData
        If fewer than two persons are counted.
    BadOption
        If the degree is outside its range.
    NotIdentified
        If the likelihood has no maximum.

    Notes
    -----
    Holland & Thayer (1987, 2000); Rosenbaum & Thayer (1987).
    """
    observed = read_frequencies(counts, "given")
    n_scores = len(observed)
    most = min(HIGHEST_DEGREE, int((observed > 0).sum()) - 1)
    if isinstance(degree, bool) or degree != int(degree) or not 1 <= degree <= most:
        raise BadOption(f"the degree is {degree}, not from 1 to {most} for these frequencies")
    basis = _orthonormal(n_scores, int(degree))
    fitted = _fitted(observed, basis)
    ratio = np.divide(observed, fitted, out=np.ones(n_scores), where=observed > 0)
    deviance = float(2.0 * (xlogy(observed, ratio) - observed + fitted).sum())
    return Presmoothed(
        fitted, int(degree), deviance, n_scores - 1 - int(degree), deviance + 2.0 * (degree + 1)
    )


def _orthonormal(n_scores: int, degree: int) -> FloatArray:
    """Polynomials on the scores up to a degree, (S, degree + 1), the first constant."""
    x = np.linspace(-1.0, 1.0, n_scores)
    return np.asarray(np.linalg.qr(np.polynomial.legendre.legvander(x, degree))[0])


def _fitted(observed: FloatArray, basis: FloatArray) -> FloatArray:
    """Newton's method for the Poisson likelihood, halving steps that lower it."""
    beta: FloatArray = np.asarray(np.linalg.lstsq(basis, np.log(observed + 0.5))[0], float)

    def likelihood(b: FloatArray) -> float:
        log_n = basis @ b
        with np.errstate(over="ignore"):
            return float(observed @ log_n - np.exp(log_n).sum())

    value = likelihood(beta)
    for _ in range(MOST_STEPS):
        fitted = np.exp(basis @ beta)
        gradient = basis.T @ (observed - fitted)
        if np.abs(gradient).max() <= 1e-9 * observed.sum():
            return fitted
        step: FloatArray = np.asarray(
            np.linalg.lstsq(basis.T @ (fitted[:, None] * basis), gradient)[0], float
        )
        size = 1.0
        while not likelihood(beta + size * step) >= value - 1e-12 * abs(value) and size > 1e-6:
            size /= 2.0
        beta = beta + size * step
        value = likelihood(beta)
    raise NotIdentified(
        "the polynomial has no maximum of the likelihood for these frequencies: take a lower degree"
    )
