"""The protocol of an item response model.

A model is vectorised over its items: ``parameters`` is an array (n_items, n_parameters) in the
*estimation metric*: slope-intercept form, asymptotes as logits.  Items of one array have the same
number of categories; `psychometrics.models.Items` groups mixed formats into such arrays.

Axes are always in the order item, parameter, category, node, and letters mean the same everywhere:
``J`` items, ``P`` parameters of an item, ``K`` categories (0, ..., K - 1), ``Q`` values of theta.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Metric(NamedTuple):
    """Parameters in the IRT metric, P = c + (u - c) expit(a (theta - b)), logistic with D = 1.

    Attributes
    ----------
    a : (J,) array
        Slope per logit; NaN for nominal items, which have one slope a category.
    b : (J, K - 1) array
        Difficulties, boundaries (graded) or steps (partial credit) in logits; NaN for nominal.
    c, u : (J,) arrays
        Lower and upper asymptotes in [0, 1]; 0 and 1 where a two-category model has none, NaN
        for models of more than two categories.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    u: FloatArray


class PersonDerivatives(NamedTuple):
    """Sums over the items a person answered, each (n,).

    Attributes
    ----------
    first, second
        Derivatives of the log likelihood by theta.
    information
        Fisher's.
    skewness
        Warm's (1989) J, the sum over categories of P' P'' / P.
    """

    first: FloatArray
    second: FloatArray
    information: FloatArray
    skewness: FloatArray


class Model(ABC):
    """One family of items: a new one gives the methods marked abstract, about 50 lines.

    Attributes
    ----------
    name : str
        The name users write, e.g. "2PL".
    ordered : bool
        Whether categories are ordered scores; False only for nominal models.
    """

    name: str
    ordered: bool = True

    @abstractmethod
    def parameter_names(self, n_categories: int) -> tuple[str, ...]:
        """Names of the estimation metric's P columns, e.g. ("a", "d", "logit_c")."""

    @abstractmethod
    def n_categories(self, n_parameters: int) -> int:
        """K of an item with so many parameters, the inverse of ``len(parameter_names(K))``."""

    def takes(self, n_categories: int) -> bool:
        """Whether an item of this model may have so many categories."""
        return n_categories >= 2

    @abstractmethod
    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """log P(X = k | theta), shape (J, K, Q); finite for finite z, stable in both tails.

        NaN where the parameters are outside the model (graded intercepts not decreasing).
        """

    @abstractmethod
    def gradient(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> FloatArray:
        """Derivative of log P(X = k | theta) by each parameter, shape (J, P, K, Q).

        ``log_p`` is what `log_probabilities` gave there, where that is at hand.
        """

    def scoring(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray, counts: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Score and expected information of the parameters, (J, P) and (J, P, P).

        Of numbers of persons by item, category and node, ``counts`` (J, K, Q); ``log_p`` as in
        `gradient`.
        """
        n_items, n_parameters = parameters.shape
        derivative = self.gradient(parameters, theta, log_p).reshape(n_items, n_parameters, -1)
        expected = (counts.sum(axis=1)[:, None, :] * np.exp(log_p)).reshape(n_items, 1, -1)
        score = (derivative @ counts.reshape(n_items, -1, 1))[:, :, 0]
        return score, (derivative * expected) @ derivative.transpose(0, 2, 1)

    @abstractmethod
    def theta_derivatives(
        self, parameters: FloatArray, theta: FloatArray, log_p: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of log P(X = k | theta) by theta, each (J, K, Q).

        ``log_p`` as in `gradient`.
        """

    @abstractmethod
    def to_irt(self, parameters: FloatArray) -> Metric:
        """The same items in the IRT metric."""

    @abstractmethod
    def from_irt(self, metric: Metric) -> FloatArray:
        """The estimation metric (J, P) of items given in the IRT metric.

        Raises
        ------
        BadItems
            If this model has no such form (nominal items).
        """

    def person_derivatives(
        self, parameters: FloatArray, codes: NDArray[np.int8], theta: FloatArray
    ) -> PersonDerivatives:
        """What scoring needs of n persons' answers ``codes`` (n, J; -1 if none) at theta (n,)."""
        log_p = self.log_probabilities(parameters, theta)
        first, second = self.theta_derivatives(parameters, theta, log_p)
        p = np.exp(log_p)
        given = codes.T >= 0
        picked = np.maximum(codes.T, 0)[:, None, :].astype(np.intp)
        squares = p * first**2
        return PersonDerivatives(
            (np.take_along_axis(first, picked, axis=1)[:, 0] * given).sum(axis=0),
            (np.take_along_axis(second, picked, axis=1)[:, 0] * given).sum(axis=0),
            (squares.sum(axis=1) * given).sum(axis=0),
            ((squares * first + p * first * second).sum(axis=1) * given).sum(axis=0),
        )

    def metric_derivatives(self, parameters: FloatArray) -> FloatArray:
        """Derivatives of (a, b_1, ..., b_(K - 1), c, u) by the parameters, shape (J, K + 2, P).

        By central differences, good to nine digits; for the delta method.  0 by a parameter at
        infinity, as the logit of a guessing of 0 is.
        """
        columns = []
        for p in range(parameters.shape[1]):
            near = np.isfinite(parameters[:, p])
            step = np.zeros_like(parameters)
            step[near, p] = 1e-5 * np.maximum(1.0, np.abs(parameters[near, p]))
            up, down = (self.to_irt(parameters + s * step) for s in (1.0, -1.0))
            change = np.column_stack(up) - np.column_stack(down)
            change[near] /= 2.0 * step[near, p : p + 1]
            columns.append(change)
        return np.stack(columns, axis=2)

    def intercepts(self, parameters: FloatArray) -> FloatArray:
        """Intercepts d of categories 1, ..., K - 1, shape (J, K - 1); -a b for two categories."""
        names = self.parameter_names(self.n_categories(parameters.shape[1]))
        return parameters[:, [p for p, name in enumerate(names) if name.startswith("d")]]

    def intercept_derivatives(self, parameters: FloatArray) -> FloatArray:
        """Derivatives of `intercepts` by the parameters, shape (J, K - 1, P); they are linear."""
        at_zero = self.intercepts(np.zeros_like(parameters[:1]))
        units = np.eye(parameters.shape[1])
        columns = (self.intercepts(units) - at_zero).T
        return np.broadcast_to(columns, (len(parameters), *columns.shape))

    def expected_information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Fisher information of one response on the parameters, shape (J, Q, P, P).

        E[(d log P / d xi)(d log P / d xi)'], the expectation over categories at each theta.
        """
        gradient = self.gradient(parameters, theta)
        weighted = gradient * np.exp(self.log_probabilities(parameters, theta))[:, None]
        by_node = gradient.transpose(0, 3, 1, 2) @ weighted.transpose(0, 3, 2, 1)
        return np.asarray(by_node)

    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Fisher information of one response on theta, shape (J, Q), per squared logit.

        Samejima (1969): the sum over categories of P'(k)^2 / P(k).
        """
        log_p = self.log_probabilities(parameters, theta)
        first, _ = self.theta_derivatives(parameters, theta, log_p)
        return np.asarray((np.exp(log_p) * first**2).sum(axis=1))

    def expected_score(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """E[X | theta] with categories as scores 0, ..., K - 1, shape (J, Q)."""
        probabilities = np.exp(self.log_probabilities(parameters, theta))
        return np.asarray(np.arange(probabilities.shape[1]) @ probabilities)

    def __repr__(self) -> str:
        return f"<model {self.name}>"
