"""Conditional maximum likelihood: items calibrated without a distribution of ability.

`calibrate_conditionally` fits Rasch, partial credit and rating scale items; `andersen_test` and
`wald_tests` ask whether they hold from group to group; `raw_score_table` turns raw scores into
abilities.
"""

from psychometrics.conditional.estimation import (
    ConditionalCalibration,
    ConditionalModel,
    calibrate_conditionally,
)
from psychometrics.conditional.invariance import (
    AndersenTest,
    WaldTests,
    andersen_test,
    wald_tests,
)
from psychometrics.conditional.persons import RawScoreTable, raw_score_table

__all__ = [
    "AndersenTest",
    "ConditionalCalibration",
    "ConditionalModel",
    "RawScoreTable",
    "WaldTests",
    "andersen_test",
    "calibrate_conditionally",
    "raw_score_table",
    "wald_tests",
]
