"""Psychometrics: item response models from data to decisions; arrays in, frozen results out.

Everything is in logits on the logistic metric, D = 1: P = c + (u - c) expit(a (theta - b)),
intercept d = -a b.  A response matrix is persons by items; NaN is not administered.

- `models`: the item response models, and `Items`, parameters in a container
- `calibration`: `calibrate`, item parameters from responses by marginal maximum likelihood
- `conditional`: the same for Rasch models without a distribution of theta
- `ability`: `score`, theta of persons; sum-score tables, plausible values
- `classical`: items, options and reliability by the raw score
- `fit`: how well items, persons and whole calibrations fit
- `dif`: whether items are as hard for one group as for another of equal ability
- `standards`: where panels of judges, or judged candidates, set the cut
- `decisions`: how accurate and consistent pass and fail are; errors at the cut
- `scales`: raw scores to the reported scale with the cut fixed; true scores
- `linking`: two calibrations on one scale; anchors that drift
- `equating`: raw scores of one form as raw scores of another
- `forensics`: copying, similarity, response times, preknowledge, with false alarms controlled
- `selection`: adaptive tests: the next item, when to stop, sessions in lock-step
- `simulation`: `simulate`, what an examination leaves, from a seed
- `responses`, `quadrature`, `posterior`: what the others share; `errors`: what can be wrong
"""

from psychometrics.ability import plausible_values, score, sum_score_table
from psychometrics.calibration import (
    Beta,
    Calibration,
    LogitNormal,
    LogNormal,
    Normal,
    calibrate,
)
from psychometrics.models import MODELS, Items
from psychometrics.quadrature import Quadrature, equally_spaced
from psychometrics.simulation import simulate

__all__ = [
    "MODELS",
    "Beta",
    "Calibration",
    "Items",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "Quadrature",
    "calibrate",
    "equally_spaced",
    "plausible_values",
    "score",
    "simulate",
    "sum_score_table",
]
