"""Bookmark standards against closed forms and a fine grid."""

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.errors import BadItems, BadOption, BadRatings, NotEnoughData
from psychometrics.standards import bookmark, order_booklet
from tests.psychometrics.examples import spread

RASCH = Items.from_irt("Rasch", np.ones(5), [0.5, -1.0, 0.0, 2.0, -2.0])


def test_a_rasch_item_is_mastered_ln_2_above_its_difficulty() -> None:
    """Two right answers in three: b + ln(2) (Mitzel et al., 2001)."""
    booklet = order_booklet(RASCH)
    np.testing.assert_allclose(booklet.location, np.log(2) + np.array([-2, -1, 0, 0.5, 2]))
    assert booklet.item.tolist() == [4, 1, 2, 0, 3]
    assert booklet.category.tolist() == [1] * 5


@pytest.mark.parametrize("model", ["2PL", "3PL", "4PL", "GRM", "GPCM", "PCM"])
@pytest.mark.parametrize("probability", [0.5, 0.67, 0.8])
def test_pages_are_where_the_curves_cross(model: str, probability: float) -> None:
    more = {"3PL": {"c": 0.2}, "4PL": {"c": 0.1, "u": 0.95}}.get(model, {})
    items = spread(model, 7, **more)
    booklet = order_booklet(items, probability=probability)
    assert (np.diff(booklet.location) >= 0).all()
    assert len(booklet.location) == (items.n_categories - 1).sum()
    for item, k, theta in zip(booklet.item, booklet.category, booklet.location, strict=True):
        reached = items.probabilities([theta])[item, k:, 0].sum()
        assert reached == pytest.approx(probability, abs=1e-9)


def test_knowing_is_more_than_answering_right() -> None:
    items = Items.from_irt("3PL", [1.2], [0.3], [0.25])
    knows = order_booklet(items, without_guessing=True).location[0]
    assert knows == pytest.approx(0.3 + np.log(2) / 1.2)
    assert order_booklet(items).location[0] < knows


@pytest.mark.parametrize(
    ("place", "expected"),
    [("before", [-1, 0, 0]), ("at", [0, 0.5, 0.5]), ("between", [-0.5, 0.25, 0.25])],
)
def test_a_bookmark_stands_for_a_theta(place: str, expected: list[float]) -> None:
    found = bookmark(RASCH, [3, 4, 4], place=place)  # type: ignore[arg-type]
    cuts = np.array(expected) + np.log(2)
    np.testing.assert_allclose(found.rounds[0], cuts)
    assert found.cut == pytest.approx(np.median(cuts))
    error = np.sqrt(np.pi / 2) * cuts.std(ddof=1) / np.sqrt(3)
    assert found.standard_error == pytest.approx(error)
    expected_score = RASCH.expected_score([found.cut]).sum()
    assert found.raw_cut == pytest.approx(expected_score)


def test_rounds_end_in_the_last_and_means_have_their_own_error() -> None:
    found = bookmark(RASCH, [[2, 5, 4, 4, 6], [3, 4, 4, 4, 5]], statistic="mean")
    last = np.array([-1, 0, 0, 0, 0.5]) + np.log(2)
    assert found.cut == pytest.approx(last.mean())
    assert found.standard_error == pytest.approx(last.std(ddof=1) / np.sqrt(5))
    assert found.round_cuts[0] == pytest.approx(np.mean([-2, 0.5, 0, 0, 2]) + np.log(2))


def test_few_and_outlying_judges_are_told() -> None:
    assert [flag.code for flag in bookmark(RASCH, [3, 4]).flags] == ["few_judges"]
    flags = bookmark(spread("2PL", 30), [14, 15, 15, 16, 15, 30]).flags
    assert [(flag.code, flag.judge) for flag in flags] == [("outlying_judge", 5)]


def test_what_is_no_bookmark_is_refused() -> None:
    with pytest.raises(BadRatings, match="judge 1 put the bookmark of round 1 on page 1"):
        bookmark(RASCH, [3, 1])
    with pytest.raises(BadRatings, match="page from 1 to 5"):
        bookmark(RASCH, [3, 6], place="at")
    with pytest.raises(BadRatings, match=r"page 2\.5"):
        bookmark(RASCH, [2.5, 3])
    with pytest.raises(BadRatings, match="page nan"):
        bookmark(RASCH, [3, np.nan])
    with pytest.raises(NotEnoughData, match="two judges"):
        bookmark(RASCH, [3])
    with pytest.raises(BadOption, match="none of before"):
        bookmark(RASCH, [3, 4], place="after")  # type: ignore[arg-type]
    with pytest.raises(BadOption, match="neither median nor mean"):
        bookmark(RASCH, [3, 4], statistic="mode")  # type: ignore[arg-type]
    with pytest.raises(BadOption, match="not between 0 and 1"):
        order_booklet(RASCH, probability=1)
    with pytest.raises(BadItems, match=r"runs from 0\.7 to 1"):
        order_booklet(Items.from_irt("3PL", [1.0], [0.0], [0.7]))
    wrong = Items.from_irt("2PL", [-1.0], [0.0], negative_slopes=True)
    with pytest.raises(BadItems, match="no order of mastery"):
        order_booklet(wrong)
