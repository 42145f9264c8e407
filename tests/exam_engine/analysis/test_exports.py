"""Nothing that is no number leaves, and files appear together or not at all."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam_engine.analysis.documents import with_reasons
from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.exports import csv_text, json_text
from exam_engine.analysis.folders import check_folder, write_folder

NAMES = frozenset({"report.json", "items.csv"})
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.floats(width=32)
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
)


@given(document=st.dictionaries(st.text("abcdef"), values, max_size=4))
def test_json_has_null_for_what_is_no_number_and_says_why(document: dict[str, Any]) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    told = json.loads(json_text(with_reasons(document)), parse_constant=refuse)
    count = sum(
        1 for value in _leaves(document) if isinstance(value, float) and not math.isfinite(value)
    )
    assert len(told["undefined"]) <= count
    assert bool(told["undefined"]) == (count > 0)
    assert all(told["undefined"].values())


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


@given(number=st.floats(min_value=-1e300, max_value=1e300) | st.just(math.inf) | st.just(math.nan))
def test_csv_has_blank_for_what_is_no_number(number: float) -> None:
    text = csv_text(["x"], [{"x": number}, {"x": np.float64(number)}])
    _, *cells = csv.reader(io.StringIO(text))
    for row in cells:
        if math.isfinite(number):
            assert float(row[0]) == pytest.approx(number, rel=1e-9)
        else:
            assert row in ([], [""])


def test_a_new_directory_is_made_with_all_files(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_folder(str(folder), {"items.csv": "x\n", "report.json": "{}\n"})
    assert {path.name for path in folder.iterdir()} == NAMES


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    class Broken(dict[str, str]):
        def items(self) -> Any:
            yield "items.csv", "x\n"
            raise KeyboardInterrupt

    folder = tmp_path / "a" / "b"
    with pytest.raises(KeyboardInterrupt):
        write_folder(str(folder), Broken({"items.csv": "x", "report.json": "y"}))
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_leaves_old_files_whole(tmp_path: Path) -> None:
    write_folder(str(tmp_path), {"items.csv": "old\n", "report.json": "old\n"})
    with pytest.raises(UnicodeEncodeError):
        write_folder(str(tmp_path), {"items.csv": "new\n", "report.json": "\ud800"})
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {
        "items.csv": "old\n",
        "report.json": "old\n",
    }


def test_a_directory_of_others_is_refused_without_force(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("mine", "utf-8")
    with pytest.raises(BadFile, match=r"thesis\.odt\. Name another directory, or add --force"):
        check_folder(str(tmp_path), "me", NAMES, force=False)
    check_folder(str(tmp_path), "me", NAMES, force=True)


def test_own_results_may_be_replaced_but_not_those_of_another_command(tmp_path: Path) -> None:
    write_folder(str(tmp_path), {"report.json": '{"made_by": "me"}'})
    check_folder(str(tmp_path), "me", NAMES, force=False)
    with pytest.raises(BadFile, match="did not write"):
        check_folder(str(tmp_path), "another", NAMES, force=False)


def test_a_users_own_items_file_is_not_taken_for_a_result(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("mine", "utf-8")
    with pytest.raises(BadFile, match=r"did not write: items\.csv"):
        check_folder(str(tmp_path), "me", NAMES, force=False)


def test_a_file_where_the_directory_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("", "utf-8")
    with pytest.raises(BadFile, match=r"is a file\. Name a directory"):
        check_folder(str(tmp_path / "x"), "me", NAMES, force=False)
    with pytest.raises(BadFile, match="cannot be a directory in it"):
        check_folder(str(tmp_path / "x" / "y"), "me", NAMES, force=False)
