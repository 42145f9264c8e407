"""Tables in files, as spreadsheets and people write them."""

import csv
import io
import sys
from pathlib import Path

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam_engine.analysis.errors import BadFile, letter
from exam_engine.analysis.sheets import parse_csv, read_sheet

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
cells = st.one_of(words, st.sampled_from(["a,b", 'say "x"', "two\nlines", "semi;colon", "t\tb"]))


@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8),
    separator=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
)
def test_what_csv_writes_is_read_back(
    rows: list[list[str]], separator: str, end: str, bom: bool
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, lineterminator=end)
    writer.writerows([["one", "two", "three"], *rows])
    content = file.getvalue().encode("utf-8-sig" if bom else "utf-8")

    sheet = parse_csv(content, "x.csv")

    assert sheet.header == ("one", "two", "three")
    kept = [(n, row) for n, row in enumerate(rows, 2) if any(c and not c.isspace() for c in row)]
    assert list(sheet.rows) == kept


@given(rows=st.integers(0, 30), blank=st.lists(st.booleans(), min_size=30, max_size=30))
def test_rows_are_numbered_as_a_spreadsheet_shows_them(rows: int, blank: list[bool]) -> None:
    lines = ["a,b", *("" if blank[i] else f"{i},x" for i in range(rows))]
    sheet = parse_csv("\n".join(lines).encode(), "x.csv")
    assert [n for n, _ in sheet.rows] == [i + 2 for i in range(rows) if not blank[i]]


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_a_spreadsheet_names_them(column: int, name: str) -> None:
    assert letter(column) == name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.csv is empty"),
        (b"\xef\xbb\xbf \n", "x.csv is empty"),
        ("a,b\n1,ü\n".encode("latin-1"), "x.csv, row 2: byte 0xfc is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "x.csv is UTF-16"),
        (b"PK\x03\x04\x00\x00\x00", "x.csv is not a text file"),
        (b"a,b,a\n1,2,3\n", "columns A and C are both named 'a'"),
        (b"a,,c\n1,2,3\n", "x.csv, row 1, column B has no name"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as refused:
        parse_csv(content, "x.csv")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("row", ["1,2", "1,2,3,4"])
def test_a_row_of_another_width_is_refused_with_its_number(row: str) -> None:
    sheet = parse_csv(f"a,b,c\n1,2,3\n{row}\n".encode(), "x.csv")
    with pytest.raises(BadFile, match=r"x\.csv, row 3 has \d cells, but the header has 3"):
        list(sheet.rows)


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert list(parse_csv(b"a,b,,\n1,2,,\n", "x.csv").rows) == [(2, ["1", "2"])]


def test_a_separator_other_than_the_comma_is_told() -> None:
    assert parse_csv(b"a;b\n1;2\n", "x.csv").notes == ("Cells are separated by semicolon.",)


def test_an_absent_file_and_a_directory_are_told(tmp_path: Path) -> None:
    for name in ("no.csv", "no.parquet"):
        with pytest.raises(BadFile, match=f"There is no file .*{name}"):
            read_sheet(str(tmp_path / name))
    with pytest.raises(BadFile, match="is a directory"):
        read_sheet(str(tmp_path))


def test_parquet_is_read_with_null_as_blank(tmp_path: Path) -> None:
    path = str(tmp_path / "x.parquet")
    frame = {"id": ["p", "q"], "whole": [1, None], "real": [1.0, float("nan")], "yes": [True, None]}
    polars.DataFrame(frame, strict=False).write_parquet(path)
    sheet = read_sheet(path)
    assert sheet.header == ("id", "whole", "real", "yes")
    assert list(sheet.rows) == [(2, ["p", "1", "1.0", "1"]), (3, ["q", "", "", ""])]


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_text("id,a\n1,1\n", "utf-8")
    with pytest.raises(BadFile, match="cannot be read as Parquet"):
        read_sheet(str(path))


def test_without_polars_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.parquet"
    polars.DataFrame({"a": [1]}).write_parquet(path)
    monkeypatch.setitem(sys.modules, "polars", None)  # as where it is not installed
    with pytest.raises(BadFile, match=r"needs polars: pip install 'exam-engine\[data\]'"):
        read_sheet(str(path))
