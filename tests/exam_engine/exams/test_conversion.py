import json
import math
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam_engine.exams.conversion import Conversion, ConversionUnsound, provisional
from psychometrics.scales import conversion_table


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, Conversion]:
    raw_max = draw(st.integers(2, 200))
    raw_cut = draw(st.integers(1, raw_max - 1))
    cut = draw(st.integers(1, 800))
    return raw_cut, cut, provisional(raw_max, raw_cut, 0, 800, cut)


def test_599_point_9_never_prints_as_600() -> None:
    table = Conversion("t", (0.0, 599.9, 600.0), 0, 800, 600)
    assert [table.reported(raw) for raw in range(3)] == [0, 599, 600]
    assert [table.passes(raw) for raw in range(3)] == [False, False, True]


@given(tables())
def test_what_is_printed_and_what_is_decided_never_disagree(
    made: tuple[int, int, Conversion],
) -> None:
    _, cut, table = made
    for raw in range(len(table.scaled)):
        assert (table.reported(raw) >= cut) == table.passes(raw)


@given(tables())
def test_exactly_the_raw_cut_and_above_pass(made: tuple[int, int, Conversion]) -> None:
    raw_cut, _, table = made
    assert [table.passes(raw) for raw in range(len(table.scaled))] == [
        raw >= raw_cut for raw in range(len(table.scaled))
    ]


@given(tables())
def test_the_table_rises_from_the_bottom_to_the_top_of_the_scale(
    made: tuple[int, int, Conversion],
) -> None:
    raw_cut, cut, table = made
    assert table.scaled[0] == 0
    assert table.scaled[raw_cut] == cut
    assert table.scaled[-1] == 800
    assert all(a <= b for a, b in pairwise(table.scaled))


@given(st.integers(0, 8 * 800))
def test_rounding_is_half_up(eighths: int) -> None:
    table = Conversion("t", (eighths / 8,), 0, 800, 0)
    assert table.reported(0) == (eighths + 4) // 8


@given(tables())
def test_a_table_survives_its_storage_exactly(made: tuple[int, int, Conversion]) -> None:
    table = made[2]
    assert Conversion.from_json(json.loads(json.dumps(table.to_json()))) == table


@pytest.mark.parametrize(
    "scaled",
    [(), (0.0, math.nan), (0.0, math.inf), (1.0, 0.5), (-1.0, 600.0), (0.0, 801.0)],
)
def test_a_table_that_cannot_be_is_refused(scaled: tuple[float, ...]) -> None:
    with pytest.raises(ConversionUnsound):
        Conversion("t", scaled, 0, 800, 600)


@given(tables())
def test_the_table_is_the_two_lines_of_its_description_to_the_last_digit(
    made: tuple[int, int, Conversion],
) -> None:
    raw_cut, cut, table = made
    raw_max = len(table.scaled) - 1
    assert table.scaled == tuple(
        0 + (cut - 0) * raw / raw_cut
        if raw < raw_cut
        else cut + (800 - cut) * (raw - raw_cut) / (raw_max - raw_cut)
        for raw in range(raw_max + 1)
    )
    assert {type(value) for value in table.scaled} == {float}


@given(
    st.lists(st.floats(0, 5), min_size=2, max_size=30),
    st.floats(0.001, 0.999),
    st.integers(1, 800),
)
def test_a_stored_table_decides_and_prints_as_the_one_it_was_made_of(
    steps: list[float], place: float, cut: int
) -> None:
    values = [sum(steps[:n]) for n in range(len(steps) + 1)]
    cut_value = place * values[-1]
    if not 1e-6 < cut_value < values[-1] - 1e-6:
        return
    made = conversion_table(values, cut_value, low=0, high=800, cut=cut)
    table = Conversion("t", tuple(made.scaled.tolist()), made.low, made.high, made.cut)
    assert [table.passes(raw) for raw in made.raw] == made.passes.tolist()
    assert [table.reported(raw) for raw in made.raw] == made.reported.tolist()


@pytest.mark.parametrize("cut", [0, -1, 801])
def test_the_passing_score_lies_on_the_scale(cut: int) -> None:
    with pytest.raises(ConversionUnsound):
        provisional(10, 5, 0, 800, cut)


def test_reading_a_table_loads_no_scientific_library() -> None:
    code = (
        "import sys; from exam_engine.exams.conversion import Conversion;"
        "Conversion('t', (0.0, 600.0), 0, 800, 600).reported(1);"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'psychometrics')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("raw_cut", [0, 10, -1, 11])
def test_the_raw_cut_lies_inside_the_form(raw_cut: int) -> None:
    with pytest.raises(ConversionUnsound):
        provisional(10, raw_cut, 0, 800, 600)
