"""Prior densities of item parameters, and their sum over a block of items.

A prior is a density of the quantity it is named for; its derivatives are taken on the scale that
is estimated: the slope, the intercept or b itself, and the logit of an asymptote.  The objective
adds the log density at the estimate, without a Jacobian, so Beta(5, 17) on c has its mode at
c = 4 / 20, and LogitNormal is a normal density of logit c.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

from psychometrics.errors import BadOption
from psychometrics.models import FloatArray, Model
from psychometrics.models.logistic import log_expit

LOG_ROOT_TWO_PI = 0.5 * float(np.log(2.0 * np.pi))


class Prior(Protocol):
    """A density; ``of_logit`` tells whether it is evaluated at the logit of its quantity."""

    @property
    def of_logit(self) -> bool:
        """Whether x is the logit of the quantity."""

    @property
    def typical(self) -> float:
        """A value on the estimated scale where estimation can start."""

    def derivatives(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log density and its first two derivatives at x, elementwise."""


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal density, of a slope, an intercept or b, in logits.

    Parameters
    ----------
    mean, sd : float
        ``sd`` above 0.

    Raises
    ------
    BadOption
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _positive(self, "sd", self.sd)

    @property
    def of_logit(self) -> bool:
        return False

    @property
    def typical(self) -> float:
        return self.mean

    def derivatives(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        z = (x - self.mean) / self.sd
        value = -0.5 * z**2 - np.log(self.sd) - LOG_ROOT_TWO_PI
        return value, -z / self.sd, np.full_like(x, -1.0 / self.sd**2)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Lognormal density, of a slope: log a is normal.

    Parameters
    ----------
    mean, sd : float
        Of log a; ``sd`` above 0.

    Raises
    ------
    BadOption
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _positive(self, "sd", self.sd)

    @property
    def of_logit(self) -> bool:
        return False

    @property
    def typical(self) -> float:
        return float(np.exp(self.mean - self.sd**2))

    def derivatives(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        inside = x > 0.0
        safe = np.where(inside, x, 1.0)
        z = (np.log(safe) - self.mean) / self.sd
        value = -0.5 * z**2 - np.log(safe * self.sd) - LOG_ROOT_TWO_PI
        first = -(1.0 + z / self.sd) / safe
        second = (1.0 + z / self.sd - 1.0 / self.sd**2) / safe**2
        return np.where(inside, value, -np.inf), first, second


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta density, of an asymptote c or u (Swaminathan & Gifford, 1986).

    Parameters
    ----------
    alpha, beta : float
        Above 0; the mean is alpha / (alpha + beta).

    Raises
    ------
    BadOption
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        _positive(self, "alpha", self.alpha)
        _positive(self, "beta", self.beta)

    @property
    def of_logit(self) -> bool:
        return True

    @property
    def typical(self) -> float:
        return float(logit(self.alpha / (self.alpha + self.beta)))

    def derivatives(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        up, down = self.alpha - 1.0, self.beta - 1.0
        value = up * log_expit(x) + down * log_expit(-x) - betaln(self.alpha, self.beta)
        c = expit(x)
        return value, up * (1.0 - c) - down * c, -(up + down) * c * (1.0 - c)


@dataclass(frozen=True, slots=True)
class LogitNormal:
    """Normal density of the logit of an asymptote c or u.

    Parameters
    ----------
    mean, sd : float
        Of the logit; ``sd`` above 0.

    Raises
    ------
    BadOption
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _positive(self, "sd", self.sd)

    @property
    def of_logit(self) -> bool:
        return True

    @property
    def typical(self) -> float:
        return self.mean

    def derivatives(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        return Normal(self.mean, self.sd).derivatives(x)


@dataclass(frozen=True, slots=True, eq=False)
class BlockPrior:
    """The priors of one block of items.

    Attributes
    ----------
    model : Model
    columns : mapping of parameter column to Prior
        Priors of single parameters.
    difficulty : Prior or None
        Prior of every b.
    counted : (J, P) bool array
        Parameters that are estimated and not counted already for an item that shares them.
    """

    model: Model
    columns: Mapping[int, Prior]
    difficulty: Prior | None
    counted: NDArray[np.bool_]

    @property
    def flat(self) -> bool:
        return self.difficulty is None and not self.columns

    def value(self, parameters: FloatArray) -> FloatArray:
        """Log density of each item, (J,)."""
        result = np.zeros(len(parameters))
        for column, prior in self.columns.items():
            value, _, _ = prior.derivatives(parameters[:, column])
            result += np.where(self.counted[:, column], value, 0.0)
        if self.difficulty is not None:
            value, _, _ = self.difficulty.derivatives(self.model.to_irt(parameters).b)
            result += np.where(self.counted[:, 1], value.sum(axis=1), 0.0)
        return result

    def derivatives(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (J, P), and a curvature (J, P, P) for the scoring step: the negative of the
        second derivative where that is a sum of squares, never less than 0."""
        n_items, n_parameters = parameters.shape
        gradient = np.zeros((n_items, n_parameters))
        curvature = np.zeros((n_items, n_parameters, n_parameters))
        for column, prior in self.columns.items():
            _, first, second = prior.derivatives(parameters[:, column])
            gradient[:, column] += first
            curvature[:, column, column] += np.maximum(-second, 0.0)
        if self.difficulty is not None:
            jacobian = self.model.metric_derivatives(parameters)[:, 1:-2]
            _, first, second = self.difficulty.derivatives(self.model.to_irt(parameters).b)
            counted = self.counted[:, 1, None]
            gradient += np.einsum("jm,jmp->jp", np.where(counted, first, 0.0), jacobian)
            weights = np.where(counted, np.maximum(-second, 0.0), 0.0)
            curvature += np.einsum("jm,jmp,jmr->jpr", weights, jacobian, jacobian)
        free = self.counted
        return gradient * free, curvature * (free[:, :, None] & free[:, None, :])


QUANTITIES = {
    "a": ("a", "alpha"),
    "intercept": ("d", "c", "t"),
    "c": ("logit_c",),
    "u": ("logit_u",),
}


def block_prior(
    model: Model,
    n_categories: int,
    priors: Mapping[str, Prior],
    counted: NDArray[np.bool_],
) -> BlockPrior:
    """The priors that concern a block, by parameter column."""
    columns = {}
    for column, name in enumerate(model.parameter_names(n_categories)):
        plain = name if name.startswith("logit") else name.rstrip("0123456789")
        for quantity, names in QUANTITIES.items():
            if quantity in priors and plain in names and counted[:, column].any():
                columns[column] = priors[quantity]
    difficulty = priors.get("b") if model.ordered else None
    return BlockPrior(model, columns, difficulty, counted)


def check_priors(priors: Mapping[str, Prior]) -> None:
    """Refuse priors of unknown quantities or of the wrong kind.

    Raises
    ------
    BadOption
        The sentence names the prior.
    """
    for quantity, prior in priors.items():
        if quantity not in {"a", "b", "intercept", "c", "u"}:
            raise BadOption(f"there is no prior of {quantity!r}; there are a, b, intercept, c, u")
        if prior.of_logit != (quantity in {"c", "u"}):
            raise BadOption(f"{prior} is no prior of {quantity}")
        if isinstance(prior, LogNormal) and quantity != "a":
            raise BadOption(f"{prior} is no prior of {quantity}: only slopes are positive")


def _positive(prior: object, name: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0.0):
        raise BadOption(f"{type(prior).__name__}: {name} = {value} is not positive")
