"""Two categories with asymptotes: 3PL and 4PL.

    P(theta) = c + (u - c) expit(a theta + d)

Parameters of an item: a, d, logit c and, in the 4PL, logit u.
Sources: Birnbaum (1968); Barton & Lord (1981).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from psychometrics.models.logistic import log_expit
from psychometrics.models.model import FloatArray, Metric, Model, PersonDerivatives

SATURATED = 690.0  # beyond it derivatives move no more, and exp(-z) still is a number to divide by


class Asymptotes(Model):
    """The 3PL (u = 1), or the 4PL when ``upper``."""

    def __init__(self, name: str, *, upper: bool) -> None:
        self.name = name
        self.upper = upper

    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", "d", "logit_c", "logit_u") if self.upper else ("a", "d", "logit_c")

    def n_categories(self, n_parameters: int) -> int:
        return 2

    def takes(self, n_categories: int) -> bool:
        return n_categories == 2

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        z, c, u = self._parts(parameters, theta)
        if not self.upper:
            # log(1 - P) = log(1 - c) + log(1 - expit(z)) keeps its digits where P is 1 - 1e-300
            wrong = log_expit(-parameters[:, 2, None]) + log_expit(-z)
            right = log_expit(z)
            some = c[:, 0] > 0.0
            right[some] = np.log(c[some] + (1.0 - c[some]) * np.exp(right[some]))
            return np.stack([wrong, right], axis=1)
        high, low = np.exp(log_expit(z)), np.exp(log_expit(-z))
        with np.errstate(invalid="ignore", divide="ignore"):
            wrong = np.log((1.0 - c) * low + (1.0 - u) * high)
            result = np.stack([wrong, np.log(c * low + u * high)], axis=1)
        result[(u <= c)[:, 0]] = np.nan
        return np.asarray(result)

    def gradient(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> FloatArray:
        z, c, u = self._parts(parameters, theta)
        high, low = _expits(z)
        by_z = (u - c) * high * low
        changes = [by_z * theta, by_z, low * c * (1.0 - c)]
        if self.upper:
            changes.append(high * u * (1.0 - u))
        change = np.stack(changes, axis=1)
        right = c * low + u * high
        wrong = (1.0 - c) * low + (1.0 - u) * high
        return np.stack([-change / wrong[:, None], change / right[:, None]], axis=2)

    def theta_derivatives(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        z, c, u = self._parts(parameters, theta)
        a = parameters[:, :1]
        high, low = _expits(z)
        change = a * (u - c) * high * low
        bend = a * change * (low - high)
        right = c * low + u * high
        wrong = (1.0 - c) * low + (1.0 - u) * high
        first = np.stack([-change / wrong, change / right], axis=1)
        second = np.stack([-bend / wrong, bend / right], axis=1) - first**2
        return first, second

    def person_derivatives(
        self, parameters: FloatArray, codes: NDArray[np.int8], theta: FloatArray
    ) -> PersonDerivatives:
        # P, P' and P'' of the right answer, persons x items, tell everything
        a, d = parameters[:, 0], parameters[:, 1]
        c = _lower(parameters[:, 2])
        u = expit(parameters[:, 3]) if self.upper else 1.0
        high, low = _expits(theta[:, None] * a + d)
        right = c * low + u * high
        wrong = (1.0 - c) * low + (1.0 - u) * high
        rise = a * (u - c) * high * low
        bend = a * rise * (low - high)
        chosen = codes > 0
        by_p = np.where(chosen, 1.0 / right, -1.0 / wrong)
        weight = 1.0 / (right * wrong)
        if codes.min() < 0:
            by_p *= codes >= 0
            weight *= codes >= 0
        first = rise * by_p
        weight *= rise
        return PersonDerivatives(
            first.sum(axis=1),
            (bend * by_p).sum(axis=1) - np.einsum("nj,nj->n", first, first),
            np.einsum("nj,nj->n", weight, rise),
            np.einsum("nj,nj->n", weight, bend),
        )

    def to_irt(self, parameters: FloatArray) -> Metric:
        a = parameters[:, 0]
        u = expit(parameters[:, 3]) if self.upper else np.ones(len(a))
        return Metric(a, -parameters[:, 1:2] / a[:, None], expit(parameters[:, 2]), u)

    def from_irt(self, metric: Metric) -> FloatArray:
        columns = [metric.a, -metric.a * metric.b[:, 0], logit(metric.c)]
        if self.upper:
            columns.append(logit(metric.u))
        return np.column_stack(columns)

    def _parts(
        self, parameters: FloatArray, theta: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """z (J, Q) and the asymptotes c and u, each (J, 1)."""
        z = parameters[:, :1] * theta + parameters[:, 1:2]
        c = _lower(parameters[:, 2:3])
        u = expit(parameters[:, 3:4]) if self.upper else np.ones_like(c)
        return z, c, u


def _expits(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """expit(z) and expit(-z), neither 0."""
    within = np.clip(z, -SATURATED, SATURATED)
    return np.exp(log_expit(within)), np.exp(log_expit(-within))


def _lower(logit_c: FloatArray) -> FloatArray:
    """c, kept below 1, so that a wrong answer has some probability."""
    return np.asarray(expit(np.minimum(logit_c, 36.0)))
