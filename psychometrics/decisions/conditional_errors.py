"""Standard errors of measurement at given abilities: of theta, the raw and the reported score.

Source: Kolen, Hanson & Brennan (1992), Journal of Educational Measurement 29(4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.ability import score_probabilities
from psychometrics.errors import BadOption
from psychometrics.models import Items

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalErrors:
    """Standard errors at each theta; arrays have shape (Q,).

    Attributes
    ----------
    theta : array
        Logits.
    theta_error : array
        1 / sqrt(information), in logits; infinite where the form says nothing.
    expected, raw_error : array
        Mean and standard deviation of the raw score, in points.
    scaled_expected, scaled_error : array or None
        The same of the reported score, unrounded; None without a conversion.
    """

    theta: Floats
    theta_error: Floats
    expected: Floats
    raw_error: Floats
    scaled_expected: Floats | None
    scaled_error: Floats | None


def conditional_errors(
    items: Items, theta: ArrayLike, *, scaled: ArrayLike | None = None
) -> ConditionalErrors:
    """Errors of measurement at given abilities, at the cut for one (Kolen et al., 1992).

    Parameters
    ----------
    items : Items
        Of the form, of any model; categories count as points.
    theta : (Q,) array_like
        Logits.
    scaled : (S,) array_like, optional
        Reported score of each raw score, as in `ConversionTable.scaled`.

    Returns
    -------
    ConditionalErrors

    Raises
    ------
    BadOption
        Theta is not finite, or there is not one scaled score for each raw score.
    """
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    if points.ndim != 1 or not np.isfinite(points).all():
        raise BadOption("theta holds finite numbers, in one dimension")
    chances = score_probabilities(items, points)
    expected, raw_error = _moments(np.arange(len(chances), dtype=np.float64), chances)
    with np.errstate(divide="ignore"):
        theta_error = 1.0 / np.sqrt(items.information(points).sum(axis=0))
    reported: tuple[Floats | None, Floats | None] = (None, None)
    if scaled is not None:
        table = np.asarray(scaled, dtype=np.float64)
        if table.shape != (len(chances),) or not np.isfinite(table).all():
            raise BadOption(
                f"a conversion for this form has {len(chances)} finite scaled scores, not "
                f"{np.isfinite(table).sum()}"
            )
        reported = _moments(table, chances)
    return ConditionalErrors(points, theta_error, expected, raw_error, *reported)


def _moments(values: Floats, chances: Floats) -> tuple[Floats, Floats]:
    mean = values @ chances
    return mean, np.sqrt(((values[:, None] - mean) ** 2 * chances).sum(axis=0))
