"""Abilities that go with raw scores once items are calibrated conditionally."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from psychometrics.conditional.estimation import ConditionalCalibration
from psychometrics.models import Items

Floats = NDArray[np.float64]

FAR = 60.0  # logits beyond the outermost threshold; no finite estimate lies there


@dataclass(frozen=True, slots=True)
class RawScoreTable:
    """Ability for each raw score on all calibrated items; arrays have shape (n_scores,).

    Attributes
    ----------
    score : array of int
        0, 1, ..., full score.
    ml, se_ml : array
        Maximum likelihood, in logits: -inf and inf, with infinite error, for the scores 0 and
        full, which are likelier the further out the ability.
    wle, se_wle : array
        Warm's weighted likelihood, finite for every score; error 1 / sqrt(information there).
    """

    score: NDArray[np.int64]
    ml: Floats
    se_ml: Floats
    wle: Floats
    se_wle: Floats


def raw_score_table(calibration: ConditionalCalibration) -> RawScoreTable:
    """Abilities for raw scores, given the calibrated items (Warm, 1989, for the WLE).

    Parameters
    ----------
    calibration : ConditionalCalibration
        Items it left out do not count towards the raw score.

    Returns
    -------
    RawScoreTable

    Notes
    -----
    Persons who were given only some of the items are scored by `psychometrics.score` with
    `ConditionalCalibration.items`.
    """
    items = calibration.items()
    score = np.arange(int((items.n_categories - 1).sum()) + 1)
    steps = calibration.thresholds[~np.isnan(calibration.thresholds)]
    ends = float(steps.min()) - FAR, float(steps.max()) + FAR

    def unexplained(theta: Floats, raw: Floats) -> Floats:
        return raw - _moments(items, theta)[0]

    def unexplained_and_bias(theta: Floats, raw: Floats) -> Floats:
        mean, variance, third = _moments(items, theta)
        return np.asarray(raw - mean + third / (2 * variance))

    ml = np.full(len(score), np.inf)
    ml[0] = -np.inf
    between = score[1:-1].astype(float)
    ml[1:-1] = find_root(unexplained, ends, args=(between,)).x
    wle = np.asarray(find_root(unexplained_and_bias, ends, args=(score * 1.0,)).x)
    se_ml = np.full(len(score), np.inf)
    se_ml[1:-1] = 1 / np.sqrt(_moments(items, ml[1:-1])[1])
    return RawScoreTable(score, ml, se_ml, wle, 1 / np.sqrt(_moments(items, wle)[1]))


def _moments(items: Items, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment of the raw score at each theta."""
    probabilities = items.probabilities(theta)
    scores = np.arange(probabilities.shape[1], dtype=float)
    means = np.einsum("jkq,k->jq", probabilities, scores)
    deviations = scores[:, None] - means[:, None, :]
    variance = (probabilities * deviations**2).sum(axis=(0, 1))
    third = (probabilities * deviations**3).sum(axis=(0, 1))
    return means.sum(axis=0), variance, third
