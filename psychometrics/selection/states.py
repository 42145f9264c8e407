"""What is known of sessions: the posterior of theta after the answers so far."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray
from psychometrics.selection.pool import Pool

Estimate = Literal["EAP", "MAP"]
ESTIMATES = ("EAP", "MAP")

ABOUT = np.arange(-3, 4)  # the mode is that of the polynomial through these nodes
COEFFICIENTS = np.linalg.inv(np.vander(ABOUT.astype(np.float64), increasing=True))
POWERS = np.arange(len(ABOUT))
NEWTON_STEPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """Sessions that have been given the same number of items.

    Attributes
    ----------
    given, answers : (n, t) integer arrays
        Items in the order given, and the categories of the answers.
    log_posterior : (n, Q) array
        On the pool's nodes, not scaled.
    theta, standard_error : (n,) arrays
        Of the provisional estimate, in logits.
    """

    given: NDArray[np.intp]
    answers: NDArray[np.intp]
    log_posterior: FloatArray
    theta: FloatArray
    standard_error: FloatArray

    def rows(self, which: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "States":
        """Some of the sessions."""
        return States(
            self.given[which],
            self.answers[which],
            self.log_posterior[which],
            self.theta[which],
            self.standard_error[which],
        )


def state_after(
    pool: Pool,
    given: NDArray[np.intp],
    answers: NDArray[np.intp],
    estimate: Estimate,
    log_posterior: FloatArray | None = None,
) -> States:
    """Sessions after these answers; from the posterior before the last answer where it is there."""
    if log_posterior is None:
        log_posterior = pool.log_prior + pool.log_p[given, answers].sum(axis=1)
    else:
        log_posterior = log_posterior + pool.log_p[given[:, -1], answers[:, -1]]
    theta, error = estimates(pool.nodes, log_posterior, estimate)
    return States(given, answers, log_posterior, theta, error)


def estimates(
    nodes: FloatArray, log_posterior: FloatArray, estimate: Estimate
) -> tuple[FloatArray, FloatArray]:
    """Mean or mode of posteriors (n, Q), and its standard error, each (n,)."""
    if estimate == "MAP":
        return modes(nodes, log_posterior)
    posterior = scaled(log_posterior)
    theta = posterior @ nodes
    square = posterior @ nodes**2
    return theta, np.sqrt(np.maximum(square - theta**2, 0.0))


def scaled(logs: FloatArray) -> FloatArray:
    """exp of each row, scaled to sum 1."""
    weights: FloatArray = logs - logs.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def modes(nodes: FloatArray, curves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where curves (n, Q) on the nodes are highest, and 1 / sqrt of their bend there, each (n,).

    On the polynomial of degree 6 through the nodes about the highest.
    """
    step = float(nodes[1] - nodes[0])
    highest = curves.argmax(axis=1)
    middle = np.clip(highest, -ABOUT[0], len(nodes) - 1 - ABOUT[-1])
    window = curves[np.arange(len(curves))[:, None], middle[:, None] + ABOUT]
    # from the middle's height, so that no digits are lost
    polynomial = (window - window[:, 3:4]) @ COEFFICIENTS.T
    first = polynomial[:, 1:] * POWERS[1:]
    second = first[:, 1:] * POWERS[1:-1]
    start = (highest - middle).astype(np.float64)
    x = start
    for _ in range(NEWTON_STEPS):
        slope, bend = _value(first, x), _value(second, x)
        move = np.divide(slope, bend, out=np.zeros_like(slope), where=bend < 0.0)
        x = np.clip(x - move, np.maximum(start - 1.0, ABOUT[0]), np.minimum(start + 1.0, ABOUT[-1]))
    bend = np.maximum(-_value(second, x), 1e-300)
    return nodes[middle] + x * step, step / np.sqrt(bend)


def _value(polynomials: FloatArray, x: FloatArray) -> FloatArray:
    """Values at x (n,) of polynomials (n, powers ascending)."""
    value = polynomials[:, -1]
    for column in range(polynomials.shape[1] - 2, -1, -1):
        value = value * x + polynomials[:, column]
    return value
