"""Nominal responses: log P(X = k) / P(X = 0) = alpha_k theta + delta_k.  Source: Bock (1972).

Parameters of an item: alpha_1, ..., alpha_(K - 1), d_1, ..., d_(K - 1), relative to category 0.
"""

import numpy as np

from psychometrics.errors import BadItems
from psychometrics.models.log_linear import LogLinear
from psychometrics.models.model import FloatArray, Metric


class Nominal(LogLinear):
    """The nominal response model."""

    name = "NRM"
    slope = "free"
    ordered = False

    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        k = range(1, n_categories)
        return (*(f"alpha{i}" for i in k), *(f"d{i}" for i in k))

    def n_categories(self, n_parameters: int) -> int:
        return n_parameters // 2 + 1

    def design(self, n_categories: int) -> tuple[FloatArray, FloatArray]:
        ones = np.eye(n_categories)[1:]
        return np.vstack([ones, 0.0 * ones]), np.vstack([0.0 * ones, ones])

    def to_irt(self, parameters: FloatArray) -> Metric:
        none = np.full(len(parameters), np.nan)
        return Metric(none, np.full((len(none), parameters.shape[1] // 2), np.nan), none, none)

    def from_irt(self, metric: Metric) -> FloatArray:
        raise BadItems("nominal items have no (a, b) form: give their slopes and intercepts")
