"""Item analysis against the textbook formulas written out slowly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import norm

from psychometrics.classical import analyse_items
from psychometrics.errors import BadResponses, NotEnoughData
from tests.psychometrics.figures import OWN, read_matrix

matrices = arrays(
    np.int8, st.tuples(st.integers(1, 12), st.integers(1, 6)), elements=st.integers(-1, 3)
)


@pytest.mark.parametrize("name", ["twopl", "grm", "mixed"])
def test_correlations_are_those_of_the_rest_score(name: str) -> None:
    responses = read_matrix(OWN / "data" / f"{name}.csv")
    analysis = analyse_items(responses)
    for item, score in enumerate(responses.T):
        rest = np.delete(responses, item, axis=1).sum(axis=1)
        assert analysis.point_biserial[item] == pytest.approx(np.corrcoef(score, rest)[0, 1])
        assert analysis.difficulty[item] == pytest.approx(score.mean() / score.max())
        assert analysis.standard_deviation[item] == pytest.approx(score.std())
    assert analysis.flags == ((),) * responses.shape[1]


def test_the_biserial_of_a_right_wrong_item_is_the_textbook_one() -> None:
    responses = read_matrix(OWN / "data" / "twopl.csv")
    analysis = analyse_items(responses)
    p = responses.mean(axis=0)
    factor = np.sqrt(p * (1 - p)) / norm.pdf(norm.ppf(p))
    np.testing.assert_allclose(analysis.biserial, analysis.point_biserial * factor)


def test_the_biserial_recovers_the_correlation_of_the_variable_behind_the_item() -> None:
    rng = np.random.default_rng(5)
    skill = rng.standard_normal(20_000)
    behind = 0.6 * skill + 0.8 * rng.standard_normal(20_000)
    rest = np.clip(np.round(20 + 8 * skill), 0, 40)
    cuts = np.array([-1.0, 0.2, 1.1])
    for item in (behind > 0.7, (behind[:, None] > cuts).sum(axis=1)):
        analysis = analyse_items(np.column_stack([item, rest]))
        assert analysis.biserial[0] == pytest.approx(0.6, abs=0.01)
        assert analysis.point_biserial[0] < analysis.biserial[0]


def test_forms_of_different_length_compare_by_share_of_points() -> None:
    """The second form is the first with its items doubled: the shares of persons are the same."""
    rng = np.random.default_rng(1)
    short = (rng.random((200, 4)) < 0.6).astype(float)
    missing = np.full((200, 3), np.nan)
    both = np.vstack([np.hstack([short, missing]), np.hstack([short, short[:, 1:]])])
    doubled = analyse_items(both)
    single = analyse_items(short)
    assert doubled.point_biserial[0] == pytest.approx(single.point_biserial[0])
    assert doubled.n.tolist() == [400] * 4 + [200] * 3


def test_a_wrong_key_is_told() -> None:
    responses = read_matrix(OWN / "data" / "twopl.csv")
    responses[:, 4] = 1 - responses[:, 4]
    analysis = analyse_items(responses)
    assert [item for item, flags in enumerate(analysis.flags) if "check its key" in str(flags)] == [
        4
    ]


@given(matrices)
def test_no_number_is_missing_without_a_sentence(matrix: NDArray[np.int8]) -> None:
    analysis = analyse_items(matrix, missing=-1)
    for item, flags in enumerate(analysis.flags):
        numbers = [
            analysis.difficulty[item],
            analysis.standard_deviation[item],
            analysis.point_biserial[item],
            analysis.biserial[item],
        ]
        assert np.isfinite(numbers).all() or flags


@given(matrices, st.randoms(use_true_random=False))
def test_the_order_of_persons_and_items_does_not_matter(matrix: NDArray[np.int8], random) -> None:  # type: ignore[no-untyped-def]
    rows = random.sample(range(matrix.shape[0]), matrix.shape[0])
    columns = random.sample(range(matrix.shape[1]), matrix.shape[1])
    before = analyse_items(matrix, missing=-1)
    after = analyse_items(matrix[np.ix_(rows, columns)], missing=-1)
    np.testing.assert_allclose(after.point_biserial, before.point_biserial[columns], atol=1e-12)
    np.testing.assert_allclose(after.difficulty, before.difficulty[columns])


def test_a_stated_maximum_scales_the_difficulty_and_is_the_limit() -> None:
    assert analyse_items([[1, 0], [2, 1]], maximum=[4, 1]).difficulty.tolist() == [0.375, 0.5]
    with pytest.raises(BadResponses, match="row 1, column 0 holds 2"):
        analyse_items([[1, 0], [2, 1]], maximum=1)


@pytest.mark.parametrize(
    ("responses", "sentence"),
    [
        (np.ones((4, 3)), "everyone scored the same on it"),
        (np.array([[0.0, 1.0], [1.0, 1.0]]), "on the other items"),
        (np.array([[0.0], [1.0]]), "fewer than two persons"),
        (np.array([[np.nan, 1.0], [np.nan, 0.0]]), "No one was given"),
    ],
)
def test_what_has_no_variance_is_undefined_and_says_why(
    responses: NDArray[np.float64], sentence: str
) -> None:
    analysis = analyse_items(responses)
    assert np.isnan(analysis.point_biserial[0])
    assert sentence in analysis.flags[0][0]


def test_an_empty_matrix_is_refused() -> None:
    with pytest.raises(NotEnoughData, match="0 persons by 5 items"):
        analyse_items(np.zeros((0, 5)))
