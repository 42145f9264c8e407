"""Differential item functioning: is an item as hard for one group as for another of equal ability?

======================  ==========================================================================
matched on the score    `mantel_haenszel` (ETS classes A, B, C; exact for small groups),
                        `breslow_day`, `logistic_dif`, `standardise`, `sibtest` (and crossing)
by item parameters      `lord`, `raju` on `ItemEstimates` of each group
by joint calibration    `likelihood_ratio` with anchors
======================  ==========================================================================

Two groups, the reference and the focal one.  All purify: they match on, scale by or anchor on the
items that are not flagged, round by round.  Group sizes that are too small are said in `flags`.

In the order of reading: `groups` and `matching` (what the first row stands on), `purification`,
then the methods.
"""

from psychometrics.dif.areas import Areas, raju
from psychometrics.dif.breslow_day import BreslowDay, breslow_day
from psychometrics.dif.estimates import ItemEstimates
from psychometrics.dif.flags import DifFlag
from psychometrics.dif.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from psychometrics.dif.logistic import LogisticDif, logistic_dif
from psychometrics.dif.lord import LordTest, lord
from psychometrics.dif.mantel_haenszel import MantelHaenszel, mantel_haenszel
from psychometrics.dif.sibtest import Sibtest, sibtest
from psychometrics.dif.standardisation import Standardised, standardise

__all__ = [
    "Areas",
    "BreslowDay",
    "DifFlag",
    "ItemEstimates",
    "LikelihoodRatio",
    "LogisticDif",
    "LordTest",
    "MantelHaenszel",
    "Sibtest",
    "Standardised",
    "breslow_day",
    "likelihood_ratio",
    "logistic_dif",
    "lord",
    "mantel_haenszel",
    "raju",
    "sibtest",
    "standardise",
]
