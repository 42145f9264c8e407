"""What a panel is told of candidates, from answers that count and some that do not any more."""

from uuid import UUID

import numpy as np

from exam_engine.calibration.frozen import Column, Frozen
from exam_engine.results.marking import Counting
from exam_engine.standards.candidates import candidates_of

COLUMNS = tuple(
    Column(UUID(int=j), code, 1, "scored", "IA", ("X", "Y"), "Y") for j, code in enumerate("ABC")
)
FROZEN = Frozen(
    COLUMNS,
    ("p1", "p2"),
    ("F", "F"),
    ("Spring", "Spring"),
    np.array([[2, 2, 1], [2, 0, 1]], np.int8),
)
PLACES = {"A": 1, "B": 2, "C": 4}


def test_where_all_count_the_score_is_the_number_right() -> None:
    found = candidates_of(FROZEN, PLACES, Counting((1, 2, 4)), 0)
    assert found.scores.tolist() == [2.0, 1.0]
    assert found.right == {1: 1.0, 2: 0.5, 4: 0.0}


def test_where_some_do_not_the_share_of_right_answers_stays() -> None:
    """Five were scored: D is everybody's now and E nobody's, so 3 and 2 of 4 are 3.75 and 2.5."""
    places = {**PLACES, "D": 3, "E": 5}
    found = candidates_of(FROZEN, places, Counting((1, 2, 4), credited=1), 2)
    assert found.scores.tolist() == [3.75, 2.5]
    assert found.right == {1: 1.0, 2: 0.5, 4: 0.0}
    assert found.simulated == 2
