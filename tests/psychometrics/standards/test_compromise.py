"""Beuk's and Hofstee's compromises against a search along the line."""

import numpy as np
import pytest

from psychometrics.errors import (
    BadOption,
    BadRatings,
    BadResponses,
    NotEnoughData,
    NotIdentified,
    PsychometricsError,
)
from psychometrics.standards import beuk, hofstee

RNG = np.random.default_rng(8)
SCORES = RNG.binomial(50, RNG.beta(9, 5, 400))
CUTS = np.array([32.0, 35, 30, 36, 33, 34])
RATES = np.array([0.7, 0.62, 0.8, 0.66, 0.75, 0.6])


def passing(cut: float) -> float:
    """Share at or above a cut, straight between whole scores."""
    low = int(np.floor(cut))
    shares = [float(np.mean(score <= SCORES)) for score in (low, low + 1)]
    return shares[0] + (cut - low) * (shares[1] - shares[0])


def search(line, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """The cut at which line and curve are closest, on a fine grid."""
    grid = np.linspace(low, high, 4_001)
    return float(grid[np.argmin([abs(passing(cut) - line(cut)) for cut in grid])])


def test_beuk_is_where_line_and_curve_meet() -> None:
    found = beuk(SCORES, CUTS, RATES, highest=50)
    slope = RATES.std(ddof=1) / CUTS.std(ddof=1)
    expected = search(lambda cut: RATES.mean() + slope * (cut - CUTS.mean()), 20, 45)
    assert found.cut == pytest.approx(expected, abs=0.008)
    assert found.pass_rate == pytest.approx(passing(found.cut))
    on_line = found.wanted_pass_rate + found.slope * (found.cut - found.wanted_cut)
    assert found.pass_rate == pytest.approx(on_line)
    assert found.slope == pytest.approx(slope)


def test_beuk_gives_way_where_judges_agree_least() -> None:
    wanted = passing(33.0) - 0.2
    sure_of_cut = beuk(SCORES, [32.9, 33, 33.1], wanted + np.array([-0.1, 0, 0.1]), highest=50)
    sure_of_rate = beuk(SCORES, [28, 33, 38], wanted + np.array([-0.001, 0, 0.001]), highest=50)
    assert sure_of_cut.cut == pytest.approx(33, abs=0.3)
    assert sure_of_rate.pass_rate == pytest.approx(wanted, abs=0.01)
    upright = beuk(SCORES, [33, 33], [0.3, 0.4], highest=50)
    assert upright.cut == 33
    assert np.isinf(upright.slope)


HOFSTEE = (
    np.array([28.0, 30, 29, 27, 30]),
    np.array([36.0, 38, 37, 35, 36]),
    np.array([0.05, 0.1, 0.08, 0.1, 0.05]),
    np.array([0.4, 0.5, 0.45, 0.6, 0.5]),
)


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_hofstee_is_where_line_and_curve_meet(statistic: str) -> None:
    found = hofstee(SCORES, *HOFSTEE, highest=50, statistic=statistic)  # type: ignore[arg-type]
    low, high, few, many = (getattr(np, statistic)(part) for part in HOFSTEE)

    def line(cut: float) -> float:
        return float(1 - (many + (few - many) * (cut - low) / (high - low)))

    assert found.cut == pytest.approx(search(line, low, high), abs=0.008)
    assert found.pass_rate == pytest.approx(line(found.cut))
    assert found.flags == ()


def test_the_error_is_the_jackknife_over_judges() -> None:
    for method, parts in ((beuk, (CUTS, RATES)), (hofstee, HOFSTEE)):
        whole = method(SCORES, *parts, highest=50)  # type: ignore[operator]
        n_judges = len(parts[0])
        without = np.array(
            [
                method(SCORES, *(np.delete(part, judge) for part in parts), highest=50).cut  # type: ignore[operator]
                for judge in range(n_judges)
            ]
        )
        error = np.sqrt((n_judges - 1) / n_judges * ((without - without.mean()) ** 2).sum())
        assert whole.standard_error == pytest.approx(error)


@pytest.mark.parametrize(("rates", "end"), [((0.0, 0.001), 28.8), ((0.98, 0.99), 36.4)])
def test_where_nothing_is_acceptable_the_nearer_end_is_given_and_said(
    rates: tuple[float, float], end: float
) -> None:
    few, many = (np.full(5, rate) for rate in rates)
    found = hofstee(SCORES, *HOFSTEE[:2], few, many, highest=50)
    assert found.cut == pytest.approx(end)
    assert [flag.code for flag in found.flags] == ["no_intersection"]
    assert ("more" if end < 30 else "fewer") in found.flags[0].sentence


def test_scores_in_steps_are_only_a_scale() -> None:
    plain = beuk(SCORES, CUTS, RATES, highest=50)
    scaled = beuk(200 + 10 * SCORES, 200 + 10 * CUTS, RATES, lowest=200, highest=700, step=10)
    assert scaled.cut == pytest.approx(200 + 10 * plain.cut)
    assert scaled.standard_error == pytest.approx(10 * plain.standard_error)


def test_no_error_without_enough_judges_and_it_is_said() -> None:
    found = beuk(SCORES, CUTS[:2], RATES[:2], highest=50)
    assert np.isnan(found.standard_error)
    assert [flag.code for flag in found.flags] == ["few_judges", "no_error"]


def beuk_of(**changed: object) -> object:
    given = {"scores": SCORES, "cuts": CUTS, "pass_rates": RATES, "highest": 50}
    return beuk(**(given | changed))  # type: ignore[arg-type]


REFUSED: dict[str, tuple[dict[str, object], type[PsychometricsError], str]] = {
    "a score too high": ({"highest": 30}, BadResponses, "row 0 has a score of"),
    "a score between": ({"scores": [10.5]}, BadResponses, "in steps of 1"),
    "a score missing": ({"scores": [np.nan]}, BadResponses, "row 0"),
    "no candidates": ({"scores": []}, NotEnoughData, "scores of candidates"),
    "a cut off the scale": ({"cuts": [*CUTS[:5], 51]}, BadRatings, "judge 5 gives a cut of 51"),
    "a cut missing": ({"cuts": [*CUTS[:5], np.nan]}, BadRatings, "judge 5"),
    "per cent": ({"pass_rates": 100 * RATES}, BadRatings, "pass rate of 70"),
    "one judge": ({"cuts": [30], "pass_rates": [0.5]}, NotEnoughData, "two judges"),
    "other judges": ({"cuts": CUTS[:4]}, BadRatings, "4 judges and of 6"),
    "all agreed": ({"cuts": [30] * 6, "pass_rates": [0.6] * 6}, NotIdentified, "agree wholly"),
    "no range": ({"lowest": 50}, BadOption, "no scores from"),
    "a crooked range": ({"step": 7}, BadOption, "cannot be reached"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_compromise_is_refused(case: str) -> None:
    changed, error, words = REFUSED[case]
    with pytest.raises(error, match=words):
        beuk_of(**changed)


def test_a_range_upside_down_is_refused() -> None:
    low, high, few, many = HOFSTEE
    with pytest.raises(BadRatings, match="judge 0's lowest cut, 36, exceeds the highest, 28"):
        hofstee(SCORES, high, low, few, many, highest=50)
    with pytest.raises(BadRatings, match="lowest fail rate"):
        hofstee(SCORES, low, high, many, few, highest=50)
    with pytest.raises(BadOption, match="neither mean nor median"):
        hofstee(SCORES, *HOFSTEE, highest=50, statistic="mode")  # type: ignore[arg-type]
