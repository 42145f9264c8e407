"""Properties of the readers: whatever the bytes are, the answer is sentences."""

import csv
import io

import polars
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exam_engine.calibration.outside.sheets import PARQUET, ZIP
from tests.exam_engine.calibration.outside.forms import NOT_SHOWN, QUESTIONS, answers, read, told
from tests.exam_engine.calibration.outside.test_reading import LONG, parquet, workbook

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(["candidate", "item", "response", "score", "form", "date", "IA-01@2"])
VALUES = st.sampled_from(["c1", "IA-01", "ia-02", "A", "yes", "1", "0", "-", "F1", "2024-01-01"])
CELLS = NAMES | VALUES | st.sampled_from(["", " ", '"', ";", ",", "\x00", "é"])
WORKBOOK, TABLE = workbook(LONG), parquet(LONG)


def check(data: bytes) -> None:
    """Either answers that fit the form, or at least one error with a sentence."""
    found = read(data)
    if found.preview.errors:
        assert found.answers == ()
        assert all(sentence for _, _, sentence in told(found))
    else:
        assert [one.shape for one in found.answers] == [
            (told.candidates, len(QUESTIONS)) for told in found.preview.data_sets
        ]


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_give_sentences(data: bytes) -> None:
    check(data)


@QUICK
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6), st.sampled_from(",;\t|"))
def test_any_table_gives_answers_or_sentences(rows: list[list[str]], separator: str) -> None:
    check("\n".join(separator.join(row) for row in rows).encode())


@QUICK
@given(st.sampled_from([WORKBOOK, TABLE]), st.integers(4, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_or_table_gives_sentences(data: bytes, at: int, other: bytes) -> None:
    check(data[:at] + other + data[at + len(other) :])
    check(data[: at * 3])
    assert data.startswith((ZIP, PARQUET))


GIVEN = st.lists(
    st.tuples(*(st.sampled_from(["", "-", *one.options]) for one in QUESTIONS)),
    min_size=1,
    max_size=8,
).filter(lambda rows: any(any(row) for row in rows))


@QUICK
@given(GIVEN, st.booleans())
def test_wide_and_long_say_the_same(given_rows: list[tuple[str, ...]], as_parquet: bool) -> None:
    codes = [one.code for one in QUESTIONS]
    wide = [["candidate", *codes], *([f"c{n}", *row] for n, row in enumerate(given_rows))]
    long = [["candidate", "item", "response"]]
    long += [
        [f"c{n}", code, cell]
        for n, row in enumerate(given_rows)
        for code, cell in zip(codes, row, strict=True)
        if cell
    ]
    expected = [
        [-1 if not cell else 0 if cell == "-" else one.options.index(cell) + 1
         for one, cell in zip(QUESTIONS, row, strict=True)]
        for row in given_rows
        if any(row)
    ]  # fmt: skip
    for rows in (wide, long):
        if as_parquet:
            file = io.BytesIO()
            columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
            polars.DataFrame(columns).write_parquet(file)
            data = file.getvalue()
        else:
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            data = text.getvalue().encode()
        assert answers(data, missing=NOT_SHOWN) == expected
