"""How right and how repeatable pass and fail decisions are, and how sharp a form is at the cut.

======================  ==========================================================================
scores of reliability   `decisions_livingston_lewis`; `effective_test` with the steps between
raw scores, IRT         `decisions_lee`
theta, IRT              `decisions_rudner`
errors of measurement   `conditional_errors`: of theta, raw and reported scores at any ability
======================  ==========================================================================

All give `Decisions`: accuracy, consistency and kappa of all cuts together, of each, and at each
point of the true measure.
"""

from psychometrics.decisions.beta_binomial import TrueScores
from psychometrics.decisions.conditional_errors import ConditionalErrors, conditional_errors
from psychometrics.decisions.lee import decisions_lee
from psychometrics.decisions.livingston_lewis import (
    EffectiveTest,
    decisions_livingston_lewis,
    effective_test,
)
from psychometrics.decisions.result import (
    Agreement,
    Conditional,
    CutDecisions,
    DecisionFlag,
    Decisions,
)
from psychometrics.decisions.rudner import decisions_rudner

__all__ = [
    "Agreement",
    "Conditional",
    "ConditionalErrors",
    "CutDecisions",
    "DecisionFlag",
    "Decisions",
    "EffectiveTest",
    "TrueScores",
    "conditional_errors",
    "decisions_lee",
    "decisions_livingston_lewis",
    "decisions_rudner",
    "effective_test",
]
