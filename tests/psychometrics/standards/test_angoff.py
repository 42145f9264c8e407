"""Angoff panels against published mean squares, sums written out, and simulated panels."""

import numpy as np
import pytest

from psychometrics import Items
from psychometrics.errors import (
    BadItems,
    BadOption,
    BadRatings,
    NotEnoughData,
    NotLinked,
    PsychometricsError,
)
from psychometrics.standards import angoff, judge_consistency
from psychometrics.standards.angoff import AngoffRound
from tests.psychometrics.examples import spread

# Shrout & Fleiss (1979), Psychological Bulletin 86(2), Table 2: six targets by four judges
SHROUT_FLEISS = (
    np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    ).T
    / 10
)


def panel(seed: int, n_judges: int = 8, n_items: int = 30) -> np.ndarray:
    """Ratings of items of known difficulty by judges of random severity."""
    rng = np.random.default_rng(seed)
    items = rng.uniform(0.35, 0.85, n_items)
    noise = rng.normal(0, 0.08, (n_judges, n_items))
    return np.asarray((items + rng.normal(0, 0.05, (n_judges, 1)) + noise).clip(0, 1))


def last(ratings: np.ndarray, **more: object) -> AngoffRound:
    return angoff(ratings, **more).rounds[-1]  # type: ignore[arg-type]


def test_the_agreement_of_shrout_and_fleiss() -> None:
    """Their Tables 3 and 4: mean squares 11.24, 32.49, 1.02; ICC(2,1) = .29, ICC(2,4) = .62."""
    variance = last(SHROUT_FLEISS).variance
    assert variance.single == pytest.approx(0.29, abs=0.005)
    assert variance.panel == pytest.approx(0.62, abs=0.005)
    assert variance.residual * 100 == pytest.approx(1.02, abs=0.005)
    assert variance.items * 100 == pytest.approx((11.24 - 1.02) / 4, abs=0.005)
    assert variance.judges * 100 == pytest.approx((32.49 - 1.02) / 6, abs=0.005)


def test_the_cut_is_the_mean_of_the_judges_sums() -> None:
    ratings = panel(1)
    found = last(ratings)
    sums = [sum(row) for row in ratings.tolist()]
    np.testing.assert_allclose(found.judge_cuts, sums)
    assert found.cut == pytest.approx(sum(sums) / 8)
    assert found.share == pytest.approx(found.cut / 30)
    spread_ = sum((x - found.cut) ** 2 for x in sums) / 7
    assert found.standard_error == pytest.approx((spread_ / 8) ** 0.5)
    for judge in range(8):
        others = np.delete(ratings, judge, axis=0).mean(axis=0)
        expected = np.corrcoef(ratings[judge], others)[0, 1]
        assert found.judge_agreement[judge] == pytest.approx(expected)


def test_the_error_over_judges_is_that_of_the_components() -> None:
    """Brennan & Lockwood (1980): the spread of judges' means, taken apart."""
    found = last(panel(2))
    v = found.variance
    assert v.judges > 0
    assert found.standard_error == pytest.approx(30 * np.sqrt(v.judges / 8 + v.residual / 240))
    both = v.judges / 8 + v.residual / 240 + v.items / 30
    assert found.standard_error_items == pytest.approx(30 * np.sqrt(both))


def test_points_weigh_the_items() -> None:
    ratings = panel(3, n_items=4)
    found = last(ratings, points=[1, 2, 3, 1])
    assert found.cut == pytest.approx((ratings.mean(axis=0) * [1, 2, 3, 1]).sum())
    assert found.share == pytest.approx(found.cut / 7)


def test_rounds_tell_what_moved() -> None:
    first = panel(4)
    second = first + 0.5 * (first.mean(axis=0) - first)
    second[:, 10:] = first[:, 10:]
    found = angoff([first, second])
    assert found.cut == found.rounds[1].cut
    assert found.cut_change[0] == pytest.approx(found.rounds[1].cut - found.rounds[0].cut)
    spreads = [one.judge_cuts.std(ddof=1) for one in found.rounds]
    assert found.spread_change[0] == pytest.approx(spreads[1] - spreads[0])
    assert found.ratings_changed[0] == pytest.approx(1 / 3)


def test_missing_ratings_are_the_item_plus_the_judge() -> None:
    """Where ratings are exactly item plus judge, leaving some out changes nothing."""
    items, judges = np.linspace(0.3, 0.7, 12), np.array([-0.1, 0.0, 0.05, 0.1, -0.05])
    full = items + judges[:, None]
    given = full.copy()
    given[0, :5], given[3, 7:9] = np.nan, np.nan
    found = last(given)
    np.testing.assert_allclose(found.judge_cuts, full.sum(axis=1))
    assert [(flag.code, flag.judge) for flag in found.flags] == [
        ("incomplete", 0),
        ("incomplete", 3),
    ]


def test_a_judge_far_from_the_others_and_one_who_never_varies_are_named() -> None:
    ratings = panel(5)
    ratings[2] = 0.99
    found = last(ratings)
    told = {(flag.code, flag.judge) for flag in found.flags}
    assert told == {("outlying_judge", 2), ("constant_judge", 2)}
    assert np.isnan(found.judge_agreement).tolist() == [judge == 2 for judge in range(8)]


def test_ratings_all_alike_have_a_cut_and_no_agreement() -> None:
    found = last(np.full((5, 10), 0.6))
    assert (found.cut, found.standard_error) == (pytest.approx(6), 0)
    assert np.isnan(found.variance.panel)
    assert "no_variance" in [flag.code for flag in found.flags]


def coverage(replications: int) -> None:
    """Intervals of the judges' error hold the cut of all judges, these items, 19 times in 20."""
    held = 0
    for seed in range(replications):
        rng = np.random.default_rng(seed)
        items = rng.uniform(0.4, 0.7, 25)
        ratings = items + rng.normal(0, 0.05, (10, 1)) + rng.normal(0, 0.04, (10, 25))
        found = last(ratings)
        held += abs(found.cut - items.sum()) < 2.262 * found.standard_error  # t, 9 degrees
    assert abs(held / replications - 0.95) <= 3.5 * np.sqrt(0.95 * 0.05 / replications)


def test_the_standard_error_is_honest() -> None:
    coverage(20)


@pytest.mark.evidence
def test_the_standard_error_is_honest_over_200_panels() -> None:
    coverage(200)


def _with(row: int, column: int | slice, value: float) -> np.ndarray:
    ratings = panel(6, 4, 6)
    ratings[row, column] = value
    return ratings


APART = np.full((4, 6), np.nan)
APART[:2, :3] = APART[2:, 3:] = 0.5

REFUSED: dict[str, tuple[object, type[PsychometricsError], str]] = {
    "above 1": (_with(1, 2, 1.2), BadRatings, "judge 1 rates item 2 1.2"),
    "per cent": (_with(1, 2, 65), BadRatings, "give shares, not percentages"),
    "below 0": (_with(0, 0, -0.1), BadRatings, "judge 0 rates item 0"),
    "infinite": (_with(0, 0, np.inf), BadRatings, "judge 0"),
    "a judge who rates nothing": (_with(3, slice(None), np.nan), BadRatings, "judge 3 rated noth"),
    "an item nobody rates": (
        np.where(np.arange(6) == 4, np.nan, panel(6, 4, 6)),
        BadRatings,
        "item 4 was rated by no",
    ),
    "one judge": (panel(6, 1, 6), NotEnoughData, "two judges"),
    "one item": (panel(6, 4, 1), NotEnoughData, "two items"),
    "a list": ([0.5, 0.6], BadRatings, "neither judges by items"),
    "nothing": (np.empty((0, 5)), BadRatings, "neither judges by items"),
    "judges apart": (APART, NotLinked, "rated no item in common"),
    "a round": ([panel(6, 4, 6), _with(3, slice(None), np.nan)], BadRatings, "round 2: judge 3"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_ratings_that_cannot_be_are_refused(case: str) -> None:
    ratings, error, words = REFUSED[case]
    with pytest.raises(error, match=words):
        angoff(ratings)  # type: ignore[arg-type]


@pytest.mark.parametrize(("points", "words"), [([1, 2], "points for 2"), ([0] * 6, "above 0")])
def test_points_that_cannot_be_are_refused(points: list[int], words: str) -> None:
    with pytest.raises(BadOption, match=words):
        angoff(panel(6, 4, 6), points=points)


# ---- within judges


def test_a_judge_who_knows_the_items_is_consistent() -> None:
    items = spread("3PL", 20, c=0.2)
    exact = items.expected_score([0.4])[:, 0]
    backwards = exact[::-1]
    found = judge_consistency([exact, backwards], items)
    assert found.theta[0] == pytest.approx(0.4, abs=1e-6)
    assert found.error[0] == pytest.approx(0, abs=1e-7)
    assert found.consistency[0] == pytest.approx(1)
    assert found.correlation[0] == pytest.approx(1)
    # van der Linden (1982), written out
    p = items.expected_score(found.theta[1])[:, 0]
    error = sum(abs(r - q) for r, q in zip(backwards, p, strict=True)) / 20
    most = sum(max(q, 1 - q) for q in p) / 20
    assert found.error[1] == pytest.approx(error)
    assert found.consistency[1] == pytest.approx((most - error) / most)
    assert found.correlation[1] < 0


def test_a_judge_is_compared_on_the_items_rated() -> None:
    items = spread("2PL", 10)
    ratings = np.tile(items.expected_score([0.0])[:, 0], (2, 1))
    ratings[1, :4] = np.nan
    found = judge_consistency(ratings, items)
    np.testing.assert_allclose(found.theta, 0, atol=1e-8)
    np.testing.assert_allclose(found.consistency, 1)


def test_ratings_below_guessing_describe_nobody_and_it_is_said() -> None:
    items = spread("3PL", 10, c=0.25)
    found = judge_consistency([np.full(10, 0.1), np.full(10, 0.6)], items)
    assert [(flag.code, flag.judge) for flag in found.flags] == [
        ("theta_undefined", 0),
        ("constant_judge", 1),
    ]
    assert np.isnan(found.theta).tolist() == [True, False]
    assert np.isfinite(found.consistency[1])


def test_items_that_judges_cannot_be_held_against_are_refused() -> None:
    ratings = np.full((2, 3), 0.5)
    with pytest.raises(BadOption, match="10 items for ratings of 3"):
        judge_consistency(ratings, spread("2PL", 10))
    with pytest.raises(BadItems, match="not scored right or wrong"):
        judge_consistency(ratings, spread("GRM", 3))
    wrong = Items.from_irt("2PL", [1.0, -1.0, 1.0], [0.0, 0.0, 1.0], negative_slopes=True)
    with pytest.raises(BadItems, match="'I2'"):
        judge_consistency(ratings, wrong)
