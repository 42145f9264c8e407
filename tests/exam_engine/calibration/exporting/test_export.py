"""What goes out comes back equal."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import BinaryIO
from uuid import UUID

import numpy as np
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from exam_engine.calibration import stages
from exam_engine.calibration.exporting import names
from exam_engine.calibration.exporting.columns import responses, table_of
from exam_engine.calibration.exporting.files import write_csv, write_parquet
from exam_engine.calibration.exporting.usage import statistics
from exam_engine.calibration.exporting.whole import ItemRow, Whole
from exam_engine.calibration.frozen import OMITTED, UNNAMED, WRONG, Column, Frozen
from exam_engine.calibration.outside.preview import Missing, Wish
from exam_engine.calibration.outside.questions import Asked, Question
from exam_engine.calibration.outside.reading import read_answers
from item_bank.qti.packages.statistics import read_statistics, write_statistics

OPTIONS = (("A", "B", "C", "D"), ("yes", "no"), ("first", "second", "third"), ("A", "B"))
COLUMNS = tuple(
    Column(UUID(int=j), f"IA-{j:02}", 1, "scored", "A", options, options[j % 2])
    for j, options in enumerate(OPTIONS)
)
ON_FORM = {"F1": (0, 1, 2), "F2": (1, 3)}
"""Columns by form."""
WRITERS = {"csv": write_csv, "parquet": write_parquet}


@st.composite
def frozen_data(draw: st.DrawFn) -> Frozen:
    """Candidates of two forms in two administrations, each with some answer."""
    n = draw(st.integers(1, 12))
    forms = tuple(draw(st.sampled_from(["F1", "F2"])) for _ in range(n))
    held = tuple(draw(st.sampled_from(["North", "=South"])) for _ in range(n))
    answers = np.full((n, len(COLUMNS)), -1, np.int8)
    for i, form in enumerate(forms):
        for j in ON_FORM[form]:
            some = [-1, 0, WRONG, *range(1, len(OPTIONS[j]) + 1)]
            answers[i, j] = draw(st.sampled_from(some))
        if (answers[i] < 0).all():
            answers[i, 1] = 1
    return Frozen(COLUMNS, tuple(f"attempt-{i}" for i in range(n)), forms, held, answers)


def asked(form: str) -> Asked:
    questions = [
        Question(one.code, 1, one.options, one.key, {1: True})
        for one in (COLUMNS[j] for j in ON_FORM[form])
    ]
    others = frozenset(one.code for one in COLUMNS) - {one.code for one in questions}
    return Asked(UUID(int=1), "SMALL", form, tuple(questions), others)


def written(frozen: Frozen, write: Callable[..., None]) -> bytes:
    file = io.BytesIO()
    write(responses(frozen), file)
    return file.getvalue()


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@given(frozen_data())
@settings(max_examples=40)
def test_exported_responses_are_read_as_they_were_frozen(
    write: Callable[[object, BinaryIO], None], frozen: Frozen
) -> None:
    data = written(frozen, write)
    assert b"attempt" not in data
    for form in set(frozen.forms):
        wish = Wish(form, "again", "an export", held_on=date(2024, 1, 1), missing=Missing.NOT_SHOWN)
        found = read_answers(data, asked(form), wish, date(2026, 1, 1))
        assert found.preview.errors == 0, found.preview.findings
        here = [i for i, one in enumerate(frozen.forms) if one == form]
        names_here = sorted({frozen.administrations[i] for i in here})
        expected = [
            frozen.answers[[i for i in here if frozen.administrations[i] == name]]
            for name in names_here
        ]
        for told, answers in zip(expected, found.answers, strict=True):
            assert answers.tolist() == told[:, ON_FORM[form]].tolist()


def some_answers() -> NDArray[np.int8]:
    rng = np.random.default_rng(5)
    return np.stack([rng.integers(0, len(options) + 1, 60) for options in OPTIONS], 1).astype(
        np.int8
    )


@pytest.fixture(scope="module")
def whole() -> Whole:
    n = 60
    frozen = Frozen(COLUMNS, ("p",) * n, ("F1",) * n, ("North",) * n, some_answers())
    items = [
        ItemRow(
            column.code,
            *("scored", "A", "2PL"),
            n,
            {"a": 1 / 3, "b": -0.1 - j / 7, "c": None, "u": 1.0, "intercept": None},
            {"a": 0.1 + 1e-17, "b": 0.2, "c": None, "u": None, "intercept": None},
            {"version": 1, "p": 0.25, "point_biserial": None, "infit": 1 / 7, "rmsea": 1e-9},
            ["few_responses", "very_hard"],
            "=a reason",
        )
        for j, column in enumerate(COLUMNS)
    ]
    fit = {"rows": {COLUMNS[0].code: {"infit": 2 / 3, "flags": ["infit_high"]}}}
    ended = datetime(2026, 3, 14, 9, tzinfo=UTC)
    classical = stages.classical(frozen, lambda _: None)
    return Whole(UUID(int=9), ended, {"digits": "0" * 64}, items, frozen, classical, fit)


@pytest.mark.parametrize("name", sorted(set(names.TABLES) - {"responses"}))
def test_tables_hold_the_same_as_csv_and_as_parquet_to_the_last_bit(
    whole: Whole, name: str
) -> None:
    table = table_of(whole, name)
    text, parquet = io.BytesIO(), io.BytesIO()
    write_csv(table, text)
    write_parquet(table, parquet)
    rows = list(csv.DictReader(io.StringIO(text.getvalue().decode())))
    frame = polars.read_parquet(parquet.getvalue())
    assert list(rows[0]) == frame.columns
    assert len(rows) == frame.height > 0
    for row, other in zip(rows, frame.iter_rows(named=True), strict=True):
        for column, value in other.items():
            cell = row[column].removeprefix("'")
            if isinstance(value, bool):
                assert cell == str(int(value))
            elif isinstance(value, float):
                assert float(cell) == value
            else:
                assert cell == ("" if value is None else str(value))
    assert "nan" not in text.getvalue().decode().lower()


def test_parameters_go_out_in_full_and_what_is_undefined_is_blank(whole: Whole) -> None:
    file = io.BytesIO()
    write_csv(table_of(whole, "parameters"), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
    assert [float(row["b"]) for row in rows] == [item.parameters["b"] for item in whole.items]
    assert {row["c"] for row in rows} == {""}
    assert rows[0]["flags"] == "few_responses very_hard"
    assert rows[0]["kept_out"] == "'=a reason", "no spreadsheet takes it for a formula"


def test_usage_data_come_back_equal_through_the_bank_s_own_reader(whole: Whole) -> None:
    out = statistics(whole)
    complaints: list[object] = []
    back = read_statistics(write_statistics(out), lambda *told: complaints.append(told))
    assert complaints == []
    assert sorted(map(repr, back)) == sorted(map(repr, out))
    of_first = {one.name: one for one in out if one.targets[0].item == "IA-00"}
    assert of_first["irt-2pl-a"].value == 1 / 3
    assert of_first["irt-2pl-a"].standard_error == 0.1 + 1e-17
    assert of_first["difficulty"].value == 0.25
    assert "point-biserial" not in of_first
    shares = dict(of_first["option-share"].values)
    assert set(shares) == {"A", "B", "C", "D", OMITTED}
    assert sum(shares.values()) == pytest.approx(1.0)


def test_points_without_options_are_a_line_of_their_own_in_the_option_table() -> None:
    answers = some_answers()
    plain = Frozen(COLUMNS, ("p",) * 60, ("F1",) * 60, ("North",) * 60, answers)
    mixed = answers.copy()
    mixed[:30, 0] = np.where(answers[:30, 0] == 1, 1, WRONG)
    both = Frozen(COLUMNS, ("p",) * 60, ("F1",) * 60, ("North",) * 60, mixed)
    assert (plain.points("wrong") == both.points("wrong")).all()
    found = stages.classical(both, lambda _: None)["options"]
    told = {row["option"]: row["n"] for row in found["IA-00"]}
    assert told[UNNAMED] == int((mixed[:, 0] == WRONG).sum())
    assert UNNAMED not in {row["option"] for row in found["IA-01"]}
    assert UNNAMED not in json.dumps(stages.classical(plain, lambda _: None)["options"])
