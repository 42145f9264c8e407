"""Conversion tables: the cut stays where it is, and rounding decides nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.errors import BadItems, BadOption, NotMonotone, PsychometricsError
from psychometrics.models import Items
from psychometrics.scales import conversion_table, theta_at, true_score
from tests.psychometrics.examples import spread


def slow(values: list[float], cut_value: float, low: int, high: int, cut: int) -> list[float]:
    """Two lines that meet at the cut, one score at a time."""
    found = []
    for value in values:
        if value < cut_value:
            found.append(low + (cut - low) * (value - values[0]) / (cut_value - values[0]))
        else:
            found.append(cut + (high - cut) * (value - cut_value) / (values[-1] - cut_value))
    return found


def test_two_lines_meet_at_the_cut() -> None:
    table = conversion_table(np.arange(101), 66.3)
    np.testing.assert_allclose(table.scaled, slow(list(range(101)), 66.3, 0, 800, 600))
    assert (table.scaled[0], table.scaled[-1], table.raw_cut) == (0, 800, 67)
    assert table.passes.tolist() == [raw >= 67 for raw in range(101)]
    assert table.flags == ()


def test_one_line_is_truncated_at_the_ends_and_says_so() -> None:
    table = conversion_table(np.arange(51), 30, slope=25)
    np.testing.assert_allclose(table.scaled, np.clip(600 + 25 * (np.arange(51) - 30.0), 0, 800))
    assert [flag.code for flag in table.flags] == ["truncated", "flat"]
    assert "6 raw scores lie below 0 and 12 above 800" in table.flags[0].sentence


@given(
    st.lists(st.floats(0, 5), min_size=3, max_size=60),
    st.floats(0.001, 0.999),
    st.sampled_from([None, 0.1, 7.0, 300.0]),
    st.tuples(st.integers(-100, 100), st.integers(1, 500), st.integers(1, 500)),
)
def test_no_table_contradicts_its_decisions(
    steps: list[float], place: float, slope: float | None, scale: tuple[int, int, int]
) -> None:
    values = np.cumsum(steps)
    cut_value = values[0] + place * (values[-1] - values[0])
    if not values[0] < cut_value - 1e-9 < values[-1] - 1e-9:
        return
    low, cut, high = scale[0], scale[0] + scale[1], scale[0] + scale[1] + scale[2]
    table = conversion_table(values, cut_value, low=low, cut=cut, high=high, slope=slope)
    np.testing.assert_array_equal(table.passes, table.scaled >= cut)
    np.testing.assert_array_equal(table.passes, table.reported >= cut)
    np.testing.assert_array_equal(table.passes, table.raw >= table.raw_cut)
    assert (np.diff(table.scaled) >= 0).all()
    assert (np.diff(table.reported) >= 0).all()
    assert low <= table.scaled[0]
    assert table.scaled[-1] <= high
    assert np.abs(table.reported - table.scaled).max() <= 1
    assert np.isfinite(table.scaled).all()


def test_a_score_just_below_the_cut_fails_and_never_prints_as_a_pass() -> None:
    values = np.array([0.0, 1.0, 2.0 - 1e-6, 2.0, 3.0])
    table = conversion_table(values, 2.0)
    assert table.scaled[2] == pytest.approx(600, abs=1e-3)
    assert (table.passes[2], table.reported[2]) == (False, 599)
    assert (table.passes[3], table.reported[3], table.scaled[3]) == (True, 600, 600)


def test_arithmetic_fails_nobody() -> None:
    table = conversion_table([0.0, 0.1 + 0.1 + 0.1 - 1e-16, 0.9], 0.1 * 3)
    assert table.passes.tolist() == [False, True, True]
    assert table.reported[1] == 600


def test_the_cut_is_fixed_on_every_form() -> None:
    """Forms of other difficulty: other raw cuts, the same scaled score at the same theta."""
    theta_cut = 0.3
    for items in (spread("2PL", 40), spread("3PL", 50, c=0.2), spread("GPCM", 12)):
        at = float(true_score(items, [theta_cut])[0])
        highest = int((items.n_categories - 1).sum())
        table = conversion_table(np.arange(highest + 1), at)
        assert table.raw_cut == math.ceil(at)
        assert np.interp(at, table.raw, table.scaled) == pytest.approx(600, abs=15)
        assert table.scaled[table.raw_cut - 1] < 600 <= table.scaled[table.raw_cut]


def test_only_the_highest_score_passes() -> None:
    table = conversion_table(np.arange(11), 10)
    assert table.passes.sum() == 1
    assert table.reported[-1] == 600


REFUSED = {
    "a fall": ({"values": [0, 2, 1, 3]}, NotMonotone, "raw score 2 has the value 1, less than"),
    "a hole": ({"values": [0, np.nan, 3]}, BadOption, "raw score 1"),
    "one score": ({"values": [1]}, BadOption, "two raw scores"),
    "a cut off the scale": ({"cut": 900}, BadOption, "900 lies outside a scale from 0 to 800"),
    "a cut at the end": ({"cut": 0}, BadOption, "lies outside"),
    "nobody passes": ({"cut_value": 3.5}, BadOption, "no raw score reaches"),
    "everyone passes": ({"cut_value": 0}, BadOption, "every raw score passes"),
    "no standard": ({"cut_value": np.nan}, BadOption, "not finite"),
    "a slope down": ({"slope": -1}, BadOption, "does not rise"),
    "no tolerance": ({"tolerance": -1}, BadOption, "tolerance"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_conversion_is_refused(case: str) -> None:
    changed, error, words = REFUSED[case]
    assert issubclass(error, PsychometricsError)
    with pytest.raises(error, match=words):
        conversion_table(**({"values": [0, 1, 2, 3], "cut_value": 2.0} | changed))


@pytest.mark.parametrize("model", ["2PL", "3PL", "GRM", "GPCM"])
def test_theta_at_a_true_score_is_where_it_came_from(model: str) -> None:
    items = spread(model, 12, **({"c": 0.2} if model == "3PL" else {}))
    theta = np.array([-4.0, -0.7, 0.0, 2.5])
    np.testing.assert_allclose(theta_at(items, true_score(items, theta)), theta, atol=1e-9)


def test_a_true_score_far_out_is_found() -> None:
    flat = Items.from_irt("2PL", [0.05, 0.05], [300.0, -300.0])
    for theta in (-400.0, 350.0):
        assert theta_at(flat, true_score(flat, [theta])[0])[0] == pytest.approx(theta, abs=1e-4)


def test_a_score_that_is_no_true_score_is_refused() -> None:
    with pytest.raises(BadOption, match="a score of 1 belongs to no theta: true scores"):
        theta_at(spread("3PL", 10, c=0.25), [5, 1])
    with pytest.raises(BadOption, match="belongs to no theta"):
        theta_at(spread("2PL", 10), np.nan)
    wrong = Items.from_irt("2PL", [1.0, -1.0], [0.0, 0.0], negative_slopes=True)
    with pytest.raises(BadItems, match="see item 'I2'"):
        theta_at(wrong, 1.0)
