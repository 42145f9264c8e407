"""What a response matrix may hold, and how what it may not is refused."""

from typing import Any

import numpy as np
import pytest

from psychometrics.errors import BadResponses, NotEnoughData
from psychometrics.responses import read_responses


@pytest.mark.parametrize(
    "given",
    [
        [[1, 0], [2, None]],
        np.array([[1, 0], [2, np.nan]]),
        np.array([[1, 0], [2, np.nan]], dtype=np.float32),
        np.array([[1, 0], [2, None]], dtype=object),
    ],
)
def test_numbers_and_gaps_become_int8(given: Any) -> None:
    codes = read_responses(given)
    assert codes.dtype == np.int8
    assert codes.tolist() == [[1, 0], [2, -1]]


def test_a_code_can_mean_not_administered() -> None:
    assert read_responses(np.array([[1, 9], [0, 1]]), missing=9).tolist() == [[1, -1], [0, 1]]
    assert read_responses(np.array([[1.0, 9], [np.nan, 1]]), missing=9).tolist() == [
        [1, -1],
        [-1, 1],
    ]
    assert read_responses(np.array([[True, False]])).tolist() == [[1, 0]]


def test_int8_is_not_copied() -> None:
    codes = np.array([[1, -1]], dtype=np.int8)
    assert read_responses(codes, missing=-1) is codes


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([[1, 0], [np.inf, 1]], "row 1, column 0 holds inf"),
        ([[1, 0], [1, -1]], "row 1, column 1 holds -1"),
        ([[1, 0.5]], "row 0, column 1 holds 0.5"),
        ([[1, 100]], "row 0, column 1 holds 100"),
        (np.array([[1, -1]], dtype=np.int8), "row 0, column 1 holds -1"),
        (np.array([[1, "NaN"]], dtype=object), "row 0, column 1 holds 'NaN'"),
        ([["1", "0"]], "row 0, column 0 holds '1'"),
        (np.array([[1, 1j]]), "row 0, column 0 holds"),
        (np.array([[1, {}]], dtype=object), "row 0, column 1 holds {}"),
        ([1, 0], "1 dimensions"),
    ],
)
def test_what_is_no_category_is_refused_with_its_place(given: Any, sentence: str) -> None:
    with pytest.raises(BadResponses, match=sentence):
        read_responses(given)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_nothing_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(NotEnoughData, match="empty"):
        read_responses(np.zeros(shape))
