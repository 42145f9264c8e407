"""A beta distribution of true proportions behind binomial scores, fitted by moments.

Source: Lord (1965), Psychometrika 30(3); Hanson (1991), ACT Research Report 91-5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, expit

from psychometrics.decisions.integration import panels
from psychometrics.errors import NotIdentified

Floats = NDArray[np.float64]

TAIL = 1e-13  # of the distribution, left out at each end


@dataclass(frozen=True, slots=True)
class TrueScores:
    """Beta distribution of true proportions on an interval.

    Attributes
    ----------
    alpha, beta : float
        Shapes, above 0.
    low, high : float
        Ends of the interval, from 0 to 1.
    """

    alpha: float
    beta: float
    low: float
    high: float

    def integral(self, jumps: Floats, n_trials: int) -> tuple[Floats, Floats]:
        """Nodes and weights (they sum to 1) that binomial probabilities are averaged on.

        The nodes are laid out in the logit of the place in the interval: there the density falls
        off at both ends, however small the shapes are.
        """
        width = self.high - self.low
        inside = (jumps > self.low) & (jumps < self.high)
        place = (jumps[inside] - self.low) / width
        # the smaller of the two sides carries the digits
        start, end = (
            betaincinv(self.alpha, self.beta, TAIL),
            betaincinv(self.beta, self.alpha, TAIL),
        )
        least = np.finfo(float).tiny
        low = float(np.log(max(start, least)) - np.log1p(-min(start, 1 - 1e-16)))
        high = float(np.log1p(-min(end, 1 - 1e-16)) - np.log(max(end, least)))
        # a binomial proportion resolves 2 / sqrt(n) logits, the density about 1 / sqrt(shapes)
        widest = min(1.0, 4.0 / np.sqrt(n_trials), 2.0 / np.sqrt(self.alpha + self.beta))
        z, weights = panels(low, high, np.log(place) - np.log1p(-place), widest)
        log_density = (
            -self.alpha * np.logaddexp(0.0, -z)
            - self.beta * np.logaddexp(0.0, z)
            - betaln(self.alpha, self.beta)
        )
        weights = weights * np.exp(log_density)
        return self.low + width * expit(z), weights / weights.sum()


def true_moments(scores: Floats, n_trials: int) -> Floats:
    """First four moments of true proportions from factorial moments of scores 0 to ``n_trials``."""
    factors = np.arange(4)
    falling = np.cumprod(scores[:, None] - factors, axis=1).mean(axis=0)
    return np.asarray(falling / np.cumprod(n_trials - factors.astype(float)))


def fit_true_scores(scores: Floats, n_trials: int) -> tuple[TrueScores, bool]:
    """The distribution with the moments of the true scores, and whether four could be matched.

    Two are matched, on the interval from 0 to 1, where four have no solution within it.

    Raises
    ------
    NotIdentified
        The true proportions have no variance that a distribution on 0 to 1 can have.
    """
    if n_trials >= 4:
        four = _four_parameters(true_moments(scores, n_trials))
        if four is not None:
            return four, True
    mean = float(scores.mean()) / n_trials
    second = float((scores * (scores - 1)).mean()) / (n_trials * (n_trials - 1))
    variance = second - mean**2
    if not 0 < variance < mean * (1 - mean):
        raise NotIdentified(
            "the scores do not vary as binomial scores of differing persons would: no "
            "distribution of true scores fits them"
        )
    total = mean * (1 - mean) / variance - 1
    return TrueScores(mean * total, (1 - mean) * total, 0.0, 1.0), False


def _four_parameters(moments: Floats) -> TrueScores | None:
    """Pearson's type I with these four raw moments, None where there is none within 0 to 1."""
    m1, m2, m3, m4 = moments.tolist()
    variance = m2 - m1**2
    if variance <= 0:
        return None
    skew = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    kurtosis = (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / variance**2
    below = 6 + 3 * skew**2 - 2 * kurtosis
    if below <= 0:
        return None
    r = 6 * (kurtosis - skew**2 - 1) / below
    if r <= 0:
        return None
    root = np.sqrt((r + 2) ** 2 * skew**2 + 16 * (r + 1))
    lean = (r + 2) * skew / root
    alpha, beta = r / 2 * (1 - lean), r / 2 * (1 + lean)
    span = np.sqrt(variance) * root / 2
    low = m1 - span * alpha / r
    if not (alpha > 0 and beta > 0 and low >= 0 and low + span <= 1):
        return None
    return TrueScores(float(alpha), float(beta), float(low), float(low + span))
