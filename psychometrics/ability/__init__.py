"""Ability: theta of persons under items whose parameters are known.

`score` (one person or a million), `sum_score_table` (theta from the raw score alone) and
`plausible_values` (draws from posteriors).
"""

from psychometrics.ability.plausible import plausible_values
from psychometrics.ability.scoring import Abilities, Method, score
from psychometrics.ability.sum_scores import SumScoreTable, score_probabilities, sum_score_table

__all__ = [
    "Abilities",
    "Method",
    "SumScoreTable",
    "plausible_values",
    "score",
    "score_probabilities",
    "sum_score_table",
]
