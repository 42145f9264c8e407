"""Whether a judge's ratings hang together: against what the items are for one candidate.

Source: van der Linden (1982), Journal of Educational Measurement 19(4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import BadItems, BadOption
from psychometrics.models import Items
from psychometrics.scales import theta_at, true_score
from psychometrics.standards.flags import StandardFlag
from psychometrics.standards.ratings import read_ratings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JudgeConsistency:
    """Each judge against the candidate the judge's own cut describes.

    Attributes
    ----------
    theta : (J,) array
        Of the candidate whose true score is the judge's sum of ratings, in logits; with the other
        three NaN where a flag "theta_undefined" says why.
    error : (J,) array
        Mean distance of the ratings from that candidate's probabilities.
    consistency : (J,) array
        From 0, as far from the probabilities as ratings could be, to 1, the probabilities.
    correlation : (J,) array
        Of ratings and probabilities; NaN also where "constant_judge".
    flags : tuple of StandardFlag
    """

    theta: Floats
    error: Floats
    consistency: Floats
    correlation: Floats
    flags: tuple[StandardFlag, ...]


def judge_consistency(ratings: ArrayLike, items: Items) -> JudgeConsistency:
    """Consistency of judges within themselves (van der Linden, 1982).

    Parameters
    ----------
    ratings : (J, I) array_like
        From 0 to 1; NaN where a judge did not rate, which is left out.
    items : Items
        The I items rated, right or wrong.

    Returns
    -------
    JudgeConsistency

    Raises
    ------
    BadRatings, NotEnoughData
        As for `angoff`.
    BadItems
        An item has more than two categories, or rewards the less able.
    BadOption
        The items are not as many as the ratings.

    Notes
    -----
    With P the probabilities at the judge's theta, ``error`` is the mean of ``|rating - P|``, its
    largest possible value M the mean of ``max(P, 1 - P)``, and ``consistency`` is
    ``1 - error / M``.
    """
    given = read_ratings(ratings)
    if len(items) != given.shape[1]:
        raise BadOption(f"there are {len(items)} items for ratings of {given.shape[1]}")
    if (items.n_categories > 2).any():
        name = items.names[int(np.argmax(items.n_categories > 2))]
        raise BadItems(f"item {name!r} is not scored right or wrong")
    if items.negative.any():
        name = items.names[int(np.argmax(items.negative))]
        raise BadItems(f"the true score does not rise with theta: see item {name!r}")
    theta, error, consistency, correlation = np.full((4, len(given)), np.nan)
    flags = []
    for judge, row in enumerate(given):
        rated = np.flatnonzero(~np.isnan(row))
        own, ratings_given = items.select(rated), row[rated]
        try:
            theta[judge] = theta_at(own, ratings_given.sum())[0]
        except BadOption:
            low = true_score(own, [-64.0])[0]
            sentence = (
                f"Judge {judge}'s ratings sum to {ratings_given.sum():.2f} of {len(rated)} points, "
                f"which no candidate expects: the items give {low:.2f} to guessing alone."
            )
            flags.append(StandardFlag("theta_undefined", sentence, judge))
            continue
        p = own.expected_score(theta[judge])[:, 0]
        error[judge] = np.abs(ratings_given - p).mean()
        consistency[judge] = 1 - error[judge] / np.maximum(p, 1 - p).mean()
        if np.ptp(ratings_given) < 1e-12 or np.ptp(p) < 1e-12:
            sentence = f"Judge {judge}'s ratings, or the items, do not vary: no correlation."
            flags.append(StandardFlag("constant_judge", sentence, judge))
        else:
            correlation[judge] = np.corrcoef(ratings_given, p)[0, 1]
    return JudgeConsistency(theta, error, consistency, correlation, tuple(flags))
