"""Graded responses: P(X >= k | theta) = expit(a theta + d_k), k = 1, ..., K - 1.

Parameters of an item: a and d_1 > d_2 > ... > d_(K - 1).  Source: Samejima (1969).

Differences of logistics are taken in logs, where nothing cancels:
expit(x) - expit(y) = expit(x) expit(-y) (1 - exp(y - x)).
"""

import numpy as np

from psychometrics.models.log_linear import two_or_more
from psychometrics.models.logistic import log_expit
from psychometrics.models.model import FloatArray, Metric, Model


class Graded(Model):
    """The graded response model."""

    name = "GRM"

    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", *(f"d{k}" for k in range(1, n_categories)))

    def n_categories(self, n_parameters: int) -> int:
        return n_parameters

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        z = self._boundaries(parameters, theta)
        result = np.zeros((len(z), z.shape[1] + 1, len(theta)))
        result[:, 1:] += log_expit(z)
        result[:, :-1] += log_expit(-z)
        gaps = -np.diff(parameters[:, 1:], axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            result[:, 1:-1] += np.log(-np.expm1(-gaps))[:, :, None]
        result[(gaps <= 0.0).any(axis=1)] = np.nan
        return result

    def gradient(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> FloatArray:
        z = self._boundaries(parameters, theta)
        n_items, n_boundaries, n_nodes = z.shape
        above = np.exp(log_expit(z))
        below = np.exp(log_expit(-z))
        by_z = np.zeros((n_items, n_boundaries + 1, n_nodes))
        by_z[:, 1:] += below
        by_z[:, :-1] -= above
        result = np.zeros((n_items, n_boundaries + 1, n_boundaries + 1, n_nodes))
        result[:, 0] = by_z * theta
        k = np.arange(n_boundaries)
        result[:, k + 1, k + 1] = below
        result[:, k + 1, k] = -above
        with np.errstate(divide="ignore", over="ignore"):
            gaps = 1.0 / np.expm1(-np.diff(parameters[:, 1:], axis=1))[:, :, None]
        inner = k[:-1] + 1
        result[:, inner, inner] += gaps
        result[:, inner + 1, inner] -= gaps
        return result

    def theta_derivatives(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        z = self._boundaries(parameters, theta)
        a = parameters[:, :1, None]
        above = np.exp(log_expit(z))
        below = np.exp(log_expit(-z))
        first = np.zeros((len(z), z.shape[1] + 1, len(theta)))
        first[:, 1:] += a * below
        first[:, :-1] -= a * above
        bend = -(a**2) * above * below
        second = np.zeros_like(first)
        second[:, 1:] += bend
        second[:, :-1] += bend
        return first, second

    def to_irt(self, parameters: FloatArray) -> Metric:
        a = parameters[:, 0]
        return two_or_more(a, -parameters[:, 1:] / a[:, None])

    def from_irt(self, metric: Metric) -> FloatArray:
        return np.column_stack([metric.a, -metric.a[:, None] * metric.b])

    def _boundaries(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """z_k = a theta + d_k, shape (J, K - 1, Q)."""
        return parameters[:, :1, None] * theta + parameters[:, 1:, None]
