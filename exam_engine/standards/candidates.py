"""From frozen answers to what a panel is told of earlier candidates.  Loads numpy."""

from collections.abc import Mapping

import numpy as np

from exam_engine.calibration.frozen import Frozen
from exam_engine.results.marking import Counting
from exam_engine.standards.report import Candidates


def candidates_of(
    frozen: Frozen, positions: Mapping[str, int], counts: Counting, simulated: int
) -> Candidates:
    """``positions`` of the scored questions by code; others do not count.

    No answer is wrong, as in the score; where not all questions count any more, neither do they
    here, and scores are of as many questions as there were: their share of right answers stays.
    """
    columns = [j for j, column in enumerate(frozen.columns) if column.code in positions]
    points = frozen.points("wrong")[:, columns]
    shown = points >= 0
    n_shown = shown.sum(axis=0)
    n_right = (points == 1).sum(axis=0)
    right = {
        positions[frozen.columns[column].code]: float(n_right[k] / n_shown[k])
        for k, column in enumerate(columns)
        if n_shown[k]
    }
    own = (points == 1).sum(axis=1).astype(np.float64)
    full = len(counts.own) + counts.credited
    return Candidates((own + counts.credited) * len(positions) / full, right, simulated)
