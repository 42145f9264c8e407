"""What a calibration returns, all of it frozen."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from psychometrics.models import FloatArray, Items
from psychometrics.quadrature import Quadrature

FlagCode = Literal[
    "all_same",
    "anchor_absent",
    "at_bound",
    "duplicate_item",
    "few_responses",
    "flat_slope",
    "information_not_positive",
    "large_difficulty",
    "negative_slope",
    "no_responses",
    "not_converged",
    "small_sample",
    "small_variance",
    "steep_slope",
]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person should know before the figures are used.

    Attributes
    ----------
    code : str
        Stable, for machines; see `FlagCode`.
    sentence : str
        For people.
    item : int or None
        The column it is about.
    rows : tuple of int
        The persons it is about.
    """

    code: FlagCode
    sentence: str
    item: int | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What shows that a fit is what it says, and lets it be done again.

    Attributes
    ----------
    objective : str
        What was maximised.
    value : float
        Its value at the estimate.
    largest_gradient : float
        Largest absolute component of its gradient there, by the slopes, intercepts, logit
        asymptotes, means and log variances.
    at : str
        The parameter of that component.
    converged : bool
        Whether ``largest_gradient`` is below 0.001, and nothing ran out of bounds.
    cycles : int
        EM cycles, over all quadratures.
    nodes : (int, float, float)
        Number of quadrature nodes, the first and the last.
    data_hash : str
        SHA-256 of the responses as int8 (-1 for not administered), weights and group numbers.
    seed : None
        Nothing here is random.
    version : str
        Of this algorithm and of numpy.
    """

    objective: str
    value: float
    largest_gradient: float
    at: str
    converged: bool
    cycles: int
    nodes: tuple[int, float, float]
    data_hash: str
    seed: None
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Items and populations, estimated.

    Arrays over items have the length and order of the columns of the responses.  NaN stands where
    the model has no such parameter (c of a graded item, a standard error of what is fixed), where
    an item has fewer steps than others, and for items left out, which ``flags`` tell.

    Attributes
    ----------
    names, models : tuples of J str
    n : (J,) integer array
        Responses to each item.
    a, b, c, u, intercept : arrays
        P = c + (u - c) expit(a (theta - b)), intercept = -a b, logits, D = 1.  ``b`` and
        ``intercept`` are (J,) if all items have two categories, else (J, largest K - 1):
        boundaries (graded) or steps (partial credit), and the intercepts d of categories 1, ...,
        K - 1 (cumulative for partial credit).  c is 0 and u is 1 in two-category models without.
    slopes : (J, largest K - 1) array or None
        Slopes of nominal items' categories 1, ..., K - 1 relative to 0; None without such items.
    se_a, se_b, se_c, se_u, se_intercept, se_slopes
        Standard errors, shaped alike.
    group_names : tuple of str
    means, variances, se_means, se_variances : (G,) arrays
        Of theta in each group.
    log_likelihood : float
        Marginal; without the prior.
    objective : float
        With the prior, as maximised.
    largest_gradient : float
    cycles : int
    converged : bool
        ``largest_gradient`` below 0.001.
    n_persons : int
        Those with a response to an item that was calibrated, and a weight above 0.
    parameter_names : tuple of str
        Free parameters, in the estimation metric.
    estimates : (n_free,) array
    covariance : (n_free, n_free) array or None
        Of the estimates, 0 for one at the end of its range (flagged); None where no standard
        errors were asked for or can be had.
    items : Items
        Those calibrated or anchored, without those left out.
    quadrature : Quadrature
    certificate : Certificate
    flags : tuple of Flag
    """

    names: tuple[str, ...]
    models: tuple[str, ...]
    n: NDArray[np.intp]
    a: FloatArray
    b: FloatArray
    c: FloatArray
    u: FloatArray
    intercept: FloatArray
    slopes: FloatArray | None
    se_a: FloatArray
    se_b: FloatArray
    se_c: FloatArray
    se_u: FloatArray
    se_intercept: FloatArray
    se_slopes: FloatArray | None
    group_names: tuple[str, ...]
    means: FloatArray
    variances: FloatArray
    se_means: FloatArray
    se_variances: FloatArray
    log_likelihood: float
    objective: float
    largest_gradient: float
    cycles: int
    converged: bool
    n_persons: int
    parameter_names: tuple[str, ...]
    estimates: FloatArray
    covariance: FloatArray | None
    items: Items
    quadrature: Quadrature
    certificate: Certificate
    flags: tuple[Flag, ...]

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return len(self.estimates)

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 log L + 2 n_parameters."""
        return -2.0 * self.log_likelihood + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 log L + log(n_persons) n_parameters."""
        return -2.0 * self.log_likelihood + float(np.log(self.n_persons)) * self.n_parameters

    def item_flags(self) -> tuple[tuple[str, ...], ...]:
        """The codes of the flags of each item."""
        return tuple(
            tuple(flag.code for flag in self.flags if flag.item == item)
            for item in range(len(self.names))
        )
