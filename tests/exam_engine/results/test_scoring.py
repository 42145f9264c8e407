import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam_engine.exams.conversion import Conversion, provisional
from exam_engine.results.marking import KeyDecision, Treatment, counting
from exam_engine.results.scoring import (
    Marked,
    Standing,
    likely_range,
    number_right,
    passing_raw,
    standing,
    totals,
)

TABLE = provisional(raw_max=10, raw_cut=7, low=0, high=800, cut=600)


@given(st.lists(st.tuples(st.sampled_from("PQR"), st.integers(0, 1)), min_size=10, max_size=10))
def test_the_raw_score_counts_the_right_answers_and_nothing_else(
    rows: list[tuple[str, int]],
) -> None:
    scored = number_right([Marked(node, right) for node, right in rows], TABLE)
    assert scored.raw == sum(right for _, right in rows)
    assert scored.raw_max == 10
    for node in "PQR":
        own = [right for of, right in rows if of == node]
        assert scored.by_node.get(node, (0, 0)) == (sum(own), len(own))
    assert scored.passed == (scored.raw >= 7)


def test_pass_is_decided_on_the_value_that_is_not_rounded() -> None:
    table = Conversion("t", (0.0, 599.9, 600.0), 0, 800, 600)
    near = number_right([Marked("P", 1), Marked("P", 0)], table)
    assert (near.passed, near.reported) == (False, 599)
    over = number_right([Marked("P", 1), Marked("P", 1)], table)
    assert (over.passed, over.reported) == (True, 600)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(1, 99))
def test_near_is_within_one_standard_error_by_exact_arithmetic(
    right: int, total: int, percent: int
) -> None:
    right = min(right, total)
    share = Fraction(percent, 100)
    off = Fraction(right, total) - share
    within = off**2 - share * (1 - share) / total  # at most 0 is near
    if abs(within) < Fraction(1, 10**12):
        return  # floats may fall on either side of the line itself
    expected = Standing.NEAR if within < 0 else Standing.ABOVE if off > 0 else Standing.BELOW
    assert standing(right, total, percent / 100) is expected


def test_the_lowest_raw_score_that_passes_is_the_raw_cut() -> None:
    assert passing_raw(TABLE) == 7


def test_areas_add_up_to_their_categories() -> None:
    by_node = {"I.A": (3, 5), "I.B": (1, 4), "II.A": (2, 2)}
    parents = {"I.A": "I", "I.B": "I", "II.A": "II"}
    assert totals(by_node, parents) == {"I": (4, 9), "II": (2, 2)}


@given(st.integers(0, 10))
def test_the_likely_range_holds_the_score_and_stays_on_the_scale(raw: int) -> None:
    low, high = likely_range(raw, TABLE)
    assert 0 <= low <= round(TABLE.scaled[raw]) <= high <= 800


def test_the_likely_range_is_one_binomial_standard_error_each_way() -> None:
    # Lord (1955): raw 5 of 10 has sqrt(5 * 5 / 9) = 1.667 raw points; 600 / 7 scale points each
    error = math.sqrt(25 / 9)
    assert likely_range(5, TABLE) == (round((5 - error) * 600 / 7), round((5 + error) * 600 / 7))


@pytest.mark.parametrize("raw", [0, 10])
def test_at_the_ends_the_model_knows_no_error(raw: int) -> None:
    low, high = likely_range(raw, TABLE)
    assert low == high


TREATMENTS = st.sampled_from(Treatment)


@given(st.lists(st.tuples(TREATMENTS, st.integers(0, 1)), min_size=10, max_size=10))
def test_own_right_answers_have_the_scale_score_that_scoring_gives_them(
    questions: list[tuple[Treatment, int]],
) -> None:
    decided = {place: KeyDecision(how) for place, (how, _) in enumerate(questions, 1)}
    counts = counting(range(1, 11), decided)
    marked = [
        Marked("P", 1 if how is Treatment.EVERYBODY else right)
        for how, right in questions
        if how is not Treatment.NOT_SCORED
    ]
    own = sum(
        right for how, right in questions if how in (Treatment.KEEP, Treatment.ALSO)
    )  # an answer that was decided to be right is one already here
    if not marked:
        return
    scored = number_right(marked, TABLE)
    assert counts.scaled(TABLE)[own] == scored.scaled
    assert (own >= counts.raw_cut(TABLE)) == scored.passed


def test_without_decisions_the_form_s_table_is_as_it_was() -> None:
    counts = counting(range(1, 11), {3: KeyDecision(Treatment.KEEP)})
    assert counts.scaled(TABLE) == TABLE.scaled
    assert counts.raw_cut(TABLE) == 7
