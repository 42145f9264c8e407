"""What a link is: its constants, how certain they are, and where that comes from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.models import FloatArray, Items

LinkFlagCode = Literal[
    "anchors_all_drift",
    "few_anchors",
    "no_spread",
    "not_converged",
    "one_slope",
    "taken_as_exact",
]


@dataclass(frozen=True, slots=True)
class LinkFlag:
    """Something a person should know before the link is used.

    Attributes
    ----------
    code : str
        Stable, for machines; see `LinkFlagCode`.
    sentence : str
        For people.
    item : str or None
        The name of the item it is about.
    """

    code: LinkFlagCode
    sentence: str
    item: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One calibration that the constants rest on.

    Attributes
    ----------
    items : Items
        The form, all of it.
    covariance : (P, P) array or None
        Of its parameters, item after item in the order of ``items.rows``; None if not given.
    sensitivity : (2, P) array
        Derivatives of A and of B by those parameters; 0 for items that are no anchors.
    """

    items: Items
    covariance: FloatArray | None
    sensitivity: FloatArray

    def carried(self, jacobian: FloatArray) -> "Source":
        """The same calibration under constants that are a function of A and B, (2, 2)."""
        return Source(self.items, self.covariance, jacobian @ self.sensitivity)


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """theta_to = A theta_from + B; so a_to = a_from / A and b_to = A b_from + B.

    Attributes
    ----------
    A, B : float
        Slope (above 0) and intercept, in logits.
    method : str
    symmetric : bool
        Whether the criterion was taken on both scales.
    anchors : tuple of str
        The items it rests on; empty for a chain.
    criterion : float or None
        The least weighted sum of squared differences between the curves; None for moments.
    sources : tuple of Source
        The forms from first to last: two for a link, one more for each further link of a chain.
    flags : tuple of LinkFlag
    """

    A: float
    B: float
    method: str
    symmetric: bool
    anchors: tuple[str, ...]
    criterion: float | None
    sources: tuple[Source, ...]
    flags: tuple[LinkFlag, ...]

    @property
    def covariance(self) -> FloatArray | None:
        """Of (A, B), (2, 2), by the delta method; None where no form came with a covariance."""
        parts = [
            s.sensitivity @ s.covariance @ s.sensitivity.T
            for s in self.sources
            if s.covariance is not None
        ]
        return np.asarray(sum(parts)) if parts else None

    @property
    def se_A(self) -> float | None:  # noqa: N802 - the literature's letter
        """Standard error of A; None where no form came with a covariance."""
        return self._error(0)

    @property
    def se_B(self) -> float | None:  # noqa: N802
        """Standard error of B in logits; None where no form came with a covariance."""
        return self._error(1)

    def _error(self, at: int) -> float | None:
        covariance = self.covariance
        return None if covariance is None else float(np.sqrt(covariance[at, at]))

    def theta(self, theta: ArrayLike) -> FloatArray:
        """Abilities of the from-scale on the to-scale, shaped alike."""
        return np.asarray(self.A * np.asarray(theta, dtype=np.float64) + self.B)

    def inverse(self) -> "Link":
        """The way back: theta_from = (theta_to - B) / A, with its own standard errors."""
        jacobian = np.array([[-1.0 / self.A**2, 0.0], [self.B / self.A**2, -1.0 / self.A]])
        return Link(
            1.0 / self.A,
            -self.B / self.A,
            self.method,
            self.symmetric,
            self.anchors,
            self.criterion,
            tuple(source.carried(jacobian) for source in reversed(self.sources)),
            self.flags,
        )
