"""Forensics: are the scores the persons' own?  Figures that call for a look, never a verdict.

======================  ==========================================================================
pairs                   `omega` and `gbt` (copying or similarity), `m4`; `similar_pairs`, all pairs
                        of an event in blocks
times                   `fit_response_times`, `time_residuals`; `rapid_guessing`
persons                 `preknowledge` of compromised items, `score_gains`, `misfitting_persons`
many tests              `control_false_positives`: Benjamini-Hochberg, Holm
======================  ==========================================================================

Item parameters and abilities are taken as known.  Every result is adjusted for the number of tests
and says in `flags` what it could not test.

In the order of reading: `answers` and `generalized_binomial` (what the first row stands on),
`pair_tests`, then the others.
"""

from psychometrics.forensics.control import Controlled, control_false_positives
from psychometrics.forensics.event import SimilarPairs, similar_pairs
from psychometrics.forensics.flags import ForensicFlag
from psychometrics.forensics.m4 import M4, m4
from psychometrics.forensics.pair_tests import PairTests, gbt, omega
from psychometrics.forensics.persons import PersonFlags, misfitting_persons, score_gains
from psychometrics.forensics.preknowledge import Preknowledge, preknowledge
from psychometrics.forensics.rapid_guessing import RapidGuessing, rapid_guessing
from psychometrics.forensics.response_times import (
    TimeFit,
    TimeResiduals,
    fit_response_times,
    time_residuals,
)

__all__ = [
    "M4",
    "Controlled",
    "ForensicFlag",
    "PairTests",
    "PersonFlags",
    "Preknowledge",
    "RapidGuessing",
    "SimilarPairs",
    "TimeFit",
    "TimeResiduals",
    "control_false_positives",
    "fit_response_times",
    "gbt",
    "m4",
    "misfitting_persons",
    "omega",
    "preknowledge",
    "rapid_guessing",
    "score_gains",
    "similar_pairs",
    "time_residuals",
]
