"""Item parameters of two groups with their covariance, put on one scale."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.calibration import Calibration
from psychometrics.errors import BadItems, BadOption, NotEnoughData

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


N_FREE = {"Rasch": 1, "1PL": 1, "2PL": 2, "3PL": 3}
ESTIMATED = {1: ("d",), 2: ("a", "d"), 3: ("a", "d", "logit_c")}


@dataclass(frozen=True, slots=True, eq=False)
class ItemEstimates:
    """Items calibrated in one group; made by `from_irt` or `from_calibration`.

    Attributes
    ----------
    a, b, c : (n_items,) array
        Logits, D = 1; NaN for an item that was not calibrated.
    covariance : (n_items, n_free, n_free) array
        Of b alone (one slope for all items), of a and b, or of a, b and c.
    """

    a: Floats
    b: Floats
    c: Floats
    covariance: Floats

    @property
    def n_free(self) -> int:
        """Parameters an item has of its own: 1, 2 or 3."""
        return int(self.covariance.shape[1])

    @property
    def free(self) -> Floats:
        """(n_items, n_free) array of those parameters, in the order of the covariance."""
        columns = (self.b,) if self.n_free == 1 else (self.a, self.b, self.c)[: self.n_free]
        return np.stack(columns, axis=1)

    @classmethod
    def from_irt(
        cls, a: ArrayLike | None, b: ArrayLike, covariance: ArrayLike, c: ArrayLike | None = None
    ) -> Self:
        """Estimates from anywhere.

        Parameters
        ----------
        a : (n_items,) array_like or None
            Slopes; None for 1.
        b : (n_items,) array_like
        covariance : (n_items, n_free, n_free) array_like
            Of (b), (a, b) or (a, b, c) of each item.
        c : (n_items,) array_like, optional
            Lower asymptotes, 0 if not given; fixed unless the covariance has three rows.

        Raises
        ------
        BadItems
            Lengths differ, a slope is not above 0, a number is infinite, or a covariance is not
            positive definite; the sentence names the item.
        """
        difficulty = np.atleast_1d(np.asarray(b, dtype=np.float64))
        n_items = len(difficulty)
        slope = np.ones(n_items) if a is None else np.asarray(a, dtype=np.float64)
        lower = np.zeros(n_items) if c is None else np.asarray(c, dtype=np.float64)
        matrix = np.asarray(covariance, dtype=np.float64)
        sizes = matrix.ndim == 3 and matrix.shape[1:] in {(1, 1), (2, 2), (3, 3)}
        if {slope.shape, lower.shape} != {(n_items,)} or not sizes or len(matrix) != n_items:
            raise BadItems(
                f"a, b and c are one number for each of {n_items} items, and the covariance is "
                f"{n_items} matrices of 1, 2 or 3 rows"
            )
        made = cls(slope, difficulty, lower, matrix)
        for item in np.flatnonzero(made.there).tolist():
            if not slope[item] > 0:
                raise BadItems(f"item {item} has a slope of {slope[item]}, which is not above 0")
            if not 0 <= lower[item] < 1:
                raise BadItems(f"item {item} has a lower asymptote of {lower[item]}")
            if np.linalg.eigvalsh(matrix[item])[0] <= 0:
                raise BadItems(f"the covariance of item {item} is not positive definite")
        return made

    @classmethod
    def from_calibration(cls, fit: Calibration) -> Self:
        """Estimates of a calibration of one group, of items with two categories.

        Parameters
        ----------
        fit : Calibration
            All items of one model: Rasch, 1PL, 2PL or 3PL; with standard errors.  An item that
            was left out, or whose c stands at 0, is NaN here.

        Raises
        ------
        BadOption
            Models are mixed or others, there are several groups, or no standard errors.
        """
        models = set(fit.models)
        if len(models) > 1 or not models <= N_FREE.keys():
            named = ", ".join(sorted(models))
            raise BadOption(f"the models are {named}, but all must be Rasch, 1PL, 2PL or 3PL")
        if fit.covariance is None:
            raise BadOption("the calibration has no standard errors, which this comparison needs")
        if len(fit.group_names) > 1:
            raise BadOption("the calibration is of several groups: calibrate each on its own")
        n_free = N_FREE[models.pop()]
        at = {name: k for k, name in enumerate(fit.parameter_names)}
        covariance = np.full((len(fit.names), n_free, n_free), np.nan)
        for item, name in enumerate(fit.names):
            own = [at[key] for kind in ESTIMATED[n_free] if (key := f"{name}.{kind}") in at]
            if len(own) < n_free:
                continue
            a, b, c = fit.a[item], fit.b[item], fit.c[item]
            to_irt = np.array([[1, 0, 0], [-b / a, -1 / a, 0], [0, 0, c * (1 - c)]])
            to_irt = -np.eye(1) if n_free == 1 else to_irt[:n_free, :n_free]
            covariance[item] = to_irt @ fit.covariance[np.ix_(own, own)] @ to_irt.T
        covariance[(np.einsum("jpp->jp", covariance) <= 0).any(axis=1)] = np.nan
        if n_free == 1:  # b on the scale where the common slope is 1
            return cls(np.ones(len(fit.names)), -fit.intercept, fit.c.copy(), covariance)
        return cls(fit.a.copy(), fit.b.copy(), fit.c.copy(), covariance)

    @property
    def there(self) -> Booleans:
        """Which items have every number."""
        return np.asarray(
            np.isfinite(self.free).all(axis=1) & np.isfinite(self.covariance).all(axis=(1, 2))
        )

    def moved(self, slope: float, constant: float) -> Self:
        """On the scale theta' = slope theta + constant."""
        factors = np.array([slope]) if self.n_free == 1 else np.array([1 / slope, slope, 1.0])
        scale = factors[: self.n_free]
        return replace(
            self,
            a=self.a / slope,
            b=slope * self.b + constant,
            covariance=self.covariance * np.outer(scale, scale),
        )


def on_reference_scale(
    reference: ItemEstimates, focal: ItemEstimates, anchors: Booleans
) -> tuple[float, float]:
    """Slope and constant that give the anchors the same mean and spread of b in both groups.

    Of the mean alone where slopes are equal (Marco, 1977; Kolen & Brennan, 2004, ch. 6).
    """
    used = anchors & reference.there & focal.there
    if used.sum() < fewest_anchors(reference):
        raise NotEnoughData(
            f"{used.sum()} anchors have estimates in both groups, which is too few for one scale"
        )
    slope = 1.0
    if reference.n_free > 1:
        spread = float(focal.b[used].std())
        if not (spread > 0 and reference.b[used].std() > 0):
            raise NotEnoughData("the anchors are equally difficult, so they give no scale")
        slope = float(reference.b[used].std()) / spread
    return slope, float(reference.b[used].mean() - slope * focal.b[used].mean())


def fewest_anchors(estimates: ItemEstimates) -> int:
    """How many anchors a scale takes: one for a mean, two for a spread."""
    return 1 if estimates.n_free == 1 else 2


def check_pair(reference: ItemEstimates, focal: ItemEstimates) -> None:
    """Refuse estimates of different items or kinds, or with slopes fixed at different values."""
    if reference.covariance.shape != focal.covariance.shape:
        raise BadOption(
            f"the reference group has {len(reference.b)} items with {reference.n_free} parameters "
            f"each, the focal group {len(focal.b)} with {focal.n_free}"
        )
    if reference.n_free == 1 and not np.allclose(reference.a, focal.a, equal_nan=True):
        raise BadOption("slopes are fixed, but not at the same values in both groups")


def read_scale(
    scale: tuple[float, float] | None, reference: ItemEstimates
) -> tuple[float, float] | None:
    """Slope and constant as given, the slope above 0, and 1 where slopes are fixed."""
    if scale is None:
        return None
    slope, constant = (float(number) for number in scale)
    if not (np.isfinite(slope) and slope > 0 and np.isfinite(constant)):
        raise BadOption(f"a scale of {scale} is not a slope above 0 and a constant")
    if reference.n_free == 1 and slope != 1.0:
        raise BadOption("slopes are fixed and equal, so the scale's slope is 1")
    return slope, constant
