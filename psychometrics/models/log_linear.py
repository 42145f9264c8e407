"""Models whose category logits are linear in theta: Rasch, 2PL, PCM, GPCM, RSM, NRM.

    log P(X = k | theta) = alpha_k theta + delta_k - log sum_h exp(alpha_h theta + delta_h)

with alpha_0 = delta_0 = 0 and both linear in the item's parameters xi: alpha = xi A, delta = xi B.
A family is no more than its two matrices (P, K), and calibration needs only sufficient statistics.
"""

from abc import abstractmethod
from functools import cache

import numpy as np
from numpy.typing import NDArray

from psychometrics.models.logistic import log_expit
from psychometrics.models.model import FloatArray, Metric, Model, PersonDerivatives


class LogLinear(Model):
    """A model given by its matrices A (slopes) and B (intercepts), each (P, K)."""

    @abstractmethod
    def design(self, n_categories: int) -> tuple[FloatArray, FloatArray]:
        """The matrices A and B, each (P, K), with a first column of zeros."""

    def slopes_and_intercepts(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """alpha and delta of every category, each (J, K)."""
        slopes, intercepts = self.design(self.n_categories(parameters.shape[1]))
        return parameters @ slopes, parameters @ intercepts

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        alpha, delta = self.slopes_and_intercepts(parameters)
        if alpha.shape[1] == 2:
            z = alpha[:, 1:] * theta + delta[:, 1:]
            right = log_expit(z)
            return np.stack([right - z, right], axis=1)
        logits = alpha[:, :, None] * theta
        logits += delta[:, :, None]
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return np.asarray(logits)

    def gradient(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> FloatArray:
        if log_p is None:
            log_p = self.log_probabilities(parameters, theta)
        slopes, intercepts = self.design(self.n_categories(parameters.shape[1]))
        statistics = slopes[:, :, None] * theta + intercepts[:, :, None]
        expected = np.einsum("pkq,jkq->jpq", statistics, np.exp(log_p))
        return np.asarray(statistics - expected[:, :, None, :])

    def scoring(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray, counts: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        if log_p.shape[1] != 2:
            return super().scoring(parameters, theta, log_p, counts)
        # two categories: residuals and variances of a Bernoulli variable, and powers of theta
        slopes, intercepts = (matrix[:, 1:] for matrix in self.design(2))
        p = np.exp(log_p)
        given = counts.sum(axis=1)
        statistics = slopes * theta + intercepts
        score = (counts[:, 1] - given * p[:, 1]) @ statistics.T
        products = (statistics[:, None] * statistics).reshape(-1, len(theta))
        information = (given * p[:, 0] * p[:, 1]) @ products.T
        return score, information.reshape(len(p), len(statistics), len(statistics))

    def theta_derivatives(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        if log_p is None:
            log_p = self.log_probabilities(parameters, theta)
        alpha, _ = self.slopes_and_intercepts(parameters)
        probabilities = np.exp(log_p)
        mean = np.einsum("jk,jkq->jq", alpha, probabilities)
        first = alpha[:, :, None] - mean[:, None, :]
        variance = (probabilities * first**2).sum(axis=1)
        return first, np.broadcast_to(-variance[:, None, :], first.shape)

    def person_derivatives(
        self, parameters: FloatArray, codes: NDArray[np.int8], theta: FloatArray
    ) -> PersonDerivatives:
        alpha, delta = self.slopes_and_intercepts(parameters)
        if alpha.shape[1] != 2:
            return super().person_derivatives(parameters, codes, theta)
        # two categories: moments of a Bernoulli variable, and no choosing among categories
        a = alpha[:, 1]
        p = np.exp(log_expit(theta[:, None] * a + delta[:, 1]))
        if codes.min() < 0:
            given = codes >= 0
            chosen = (codes > 0) @ a
            variance = p * (1.0 - p) * given
            p *= given
        else:
            chosen = codes @ a
            variance = p * (1.0 - p)
        second = -(variance @ a**2)
        first = chosen - p @ a
        p *= variance
        return PersonDerivatives(first, second, -second, variance @ a**3 - 2.0 * (p @ a**3))

    def intercepts(self, parameters: FloatArray) -> FloatArray:
        return self.slopes_and_intercepts(parameters)[1][:, 1:]


class PartialCredit(LogLinear):
    """Generalized partial credit: log P(k) / P(k - 1) = a (theta - b_k).  With K = 2, the 2PL.

    Parameters of an item: the slope a and the cumulative intercepts d_k = -a (b_1 + ... + b_k).

    Sources: Birnbaum (1968); Masters (1982); Muraki (1992).

    Parameters
    ----------
    name : str
        "Rasch", "1PL", "2PL", "PCM" or "GPCM".  They share their probabilities and differ in what
        calibration restricts: see ``slope``.
    slope : {"one", "common", "free"}
        a = 1 for all items and the latent variance free; one a for all items; or an a each.
    two_categories : bool
        Whether items have exactly two categories.
    """

    def __init__(self, name: str, slope: str, *, two_categories: bool = False) -> None:
        self.name = name
        self.slope = slope
        self.two_categories = two_categories

    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        if n_categories == 2:
            return ("a", "d")
        return ("a", *(f"d{k}" for k in range(1, n_categories)))

    def n_categories(self, n_parameters: int) -> int:
        return n_parameters

    def takes(self, n_categories: int) -> bool:
        return n_categories == 2 if self.two_categories else n_categories >= 2

    def design(self, n_categories: int) -> tuple[FloatArray, FloatArray]:
        return _partial_credit_design(n_categories)

    def to_irt(self, parameters: FloatArray) -> Metric:
        return partial_credit_metric(parameters[:, 0], parameters[:, 1:])

    def from_irt(self, metric: Metric) -> FloatArray:
        d = np.cumsum(-metric.a[:, None] * metric.b, axis=1)
        return np.column_stack([metric.a, d])


@cache
def _partial_credit_design(n_categories: int) -> tuple[FloatArray, FloatArray]:
    slopes = np.zeros((n_categories, n_categories))
    slopes[0] = np.arange(n_categories)
    intercepts = np.eye(n_categories)
    intercepts[0, 0] = 0.0
    return slopes, intercepts


class RatingScale(LogLinear):
    """Rating scale: partial credit with a = 1 and steps b_jk = -(c_j + t_k - t_(k - 1)).

    Parameters of an item: slope a (1), location c, and thresholds t_1, ..., t_(K - 1), which are
    shared by all items; the first item's c is 0 in a calibration.  Source: Andrich (1978).
    """

    name = "RSM"
    slope = "one"

    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        return ("a", "c", *(f"t{k}" for k in range(1, n_categories)))

    def n_categories(self, n_parameters: int) -> int:
        return n_parameters - 1

    def design(self, n_categories: int) -> tuple[FloatArray, FloatArray]:
        scores = np.arange(n_categories)
        slopes = np.zeros((n_categories + 1, n_categories))
        slopes[0] = scores
        intercepts = np.zeros((n_categories + 1, n_categories))
        intercepts[1] = scores
        intercepts[2:, 1:] = np.eye(n_categories - 1)
        return slopes, intercepts

    def to_irt(self, parameters: FloatArray) -> Metric:
        return partial_credit_metric(parameters[:, 0], self.intercepts(parameters))

    def from_irt(self, metric: Metric) -> FloatArray:
        d = np.cumsum(-metric.a[:, None] * metric.b, axis=1)
        location = d[:, -1] / d.shape[1]
        scores = np.arange(1, d.shape[1] + 1)
        return np.column_stack([metric.a, location, d - location[:, None] * scores])


def partial_credit_metric(a: FloatArray, d: FloatArray) -> Metric:
    """Steps b from cumulative intercepts d (J, K - 1): b_k = -(d_k - d_(k - 1)) / a."""
    b = -np.diff(d, axis=1, prepend=0.0) / a[:, None]
    return two_or_more(a, b)


def two_or_more(a: FloatArray, b: FloatArray) -> Metric:
    """A metric with asymptotes 0 and 1 for two categories and none (NaN) for more."""
    two = b.shape[1] == 1
    return Metric(
        a, b, np.full(len(a), 0.0 if two else np.nan), np.full(len(a), 1.0 if two else np.nan)
    )
