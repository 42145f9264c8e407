"""Raw scores of one form as raw scores of another.

======================  ==========================================================================
by item parameters      `equate_true_score`, `equate_observed_score` (items on one scale by a
                        `psychometrics.linking.Link`)
random groups           `equate_mean`, `equate_linear`, `equate_equipercentile`; `presmooth`
common items            `equate_tucker`, `equate_levine`
tiny samples            `equate_identity`, `equate_circle_arc`
======================  ==========================================================================

Each gives a `Conversion`: for every score of the from-form its equivalent on the to-form, not
rounded.
"""

from psychometrics.equating.common_items import equate_levine, equate_tucker
from psychometrics.equating.conversion import Conversion, EquatingFlag
from psychometrics.equating.observed_score import equate_observed_score
from psychometrics.equating.presmoothing import Presmoothed, presmooth
from psychometrics.equating.random_groups import (
    equate_equipercentile,
    equate_linear,
    equate_mean,
)
from psychometrics.equating.small_samples import equate_circle_arc, equate_identity
from psychometrics.equating.true_score import equate_true_score

__all__ = [
    "Conversion",
    "EquatingFlag",
    "Presmoothed",
    "equate_circle_arc",
    "equate_equipercentile",
    "equate_identity",
    "equate_levine",
    "equate_linear",
    "equate_mean",
    "equate_observed_score",
    "equate_true_score",
    "equate_tucker",
    "presmooth",
]
