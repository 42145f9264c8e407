"""Response files, wide and long, right and wrong."""

import csv
import io
from pathlib import Path

import numpy as np
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from exam_engine.analysis.errors import BadFile
from exam_engine.analysis.responses import Responses, Roles, from_sheet, read_responses
from exam_engine.analysis.sheets import parse_csv

matrices = hnp.arrays(
    np.int8, st.tuples(st.integers(1, 9), st.integers(1, 6)), elements=st.integers(-1, 99)
)


def read(text: str, labels: bool = False, **roles: str | tuple[str, ...]) -> Responses:
    return from_sheet(parse_csv(text.encode(), "r.csv"), Roles(**roles), labels=labels)  # type: ignore[arg-type]


def wide(codes: NDArray[np.int8], separator: str = ",") -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["person", *(f"I{j}" for j in range(codes.shape[1]))])
    for i, row in enumerate(codes.tolist()):
        writer.writerow([f"P{i}", *("" if code < 0 else code for code in row)])
    return file.getvalue()


@given(codes=matrices, separator=st.sampled_from(",;\t"))
def test_a_wide_file_is_its_matrix(codes: NDArray[np.int8], separator: str) -> None:
    found = read(wide(codes, separator))
    assert found.codes.tolist() == codes.tolist()
    assert found.persons == tuple(f"P{i}" for i in range(len(codes)))
    assert found.items == tuple(f"I{j}" for j in range(codes.shape[1]))


@given(codes=matrices, shuffled=st.randoms(use_true_random=False))
def test_a_long_file_says_the_same_in_any_order(codes: NDArray[np.int8], shuffled: object) -> None:
    cells = [(i, j, code) for (i, j), code in np.ndenumerate(codes)]
    shuffled.shuffle(cells)  # type: ignore[attr-defined]
    lines = [f"P{i},I{j},{'' if code < 0 else code}" for i, j, code in cells]
    found = read("\n".join(["candidate,item,response", *lines]))
    order = [found.persons.index(f"P{i}") for i in range(len(codes))]
    columns = [found.items.index(f"I{j}") for j in range(codes.shape[1])]
    assert found.codes[np.ix_(order, columns)].tolist() == codes.tolist()


def test_numbers_as_programs_write_them_are_categories() -> None:
    assert read("id,a,b,c\np, 1 ,1.0,01\n").codes.tolist() == [[1, 1, 1]]


def test_group_weight_and_ignored_columns_are_no_items() -> None:
    found = read(
        "name,id,g,w,a\nAna,p,x,2,1\nBo,q,y,0.5,0\n", group="g", weight="w", ignore=("name",)
    )
    assert found.items == ("a",)
    assert found.groups == ("x", "y")
    assert found.weights is not None
    assert found.weights.tolist() == [2.0, 0.5]


def test_without_a_person_column_persons_are_numbered_and_it_is_told() -> None:
    found = read("a,b\n1,0\n0,1\n")
    assert found.persons == ("1", "2")
    assert "persons are numbered" in found.notes[-1]


def test_the_row_names_of_r_are_persons() -> None:
    assert read('"","a","b"\n"1",1,0\n').persons == ("1",)


def test_option_labels_are_kept_as_they_stand() -> None:
    found = read("id,a,b\np,C,\nq,A,C\n", labels=True)
    assert [[found.labels[c] if c >= 0 else "" for c in row] for row in found.codes] == [
        ["C", ""],
        ["A", "C"],
    ]


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    path = str(tmp_path / "r.parquet")
    frame = polars.DataFrame({"person": ["p", "q"], "a": [1, None], "b": [0, 2]})
    frame.write_parquet(path)
    found = read_responses(path, Roles())
    assert found.codes.tolist() == read("person,a,b\np,1,0\nq,,2\n").codes.tolist()


WIDE = "person,g,I01,I02\np,x,1,0\nq,x,0,{}\n"


@pytest.mark.parametrize("word", ["NaN", "nan", "NA", "N/A", "inf", "-Inf", "null", "None", "."])
def test_a_word_for_missing_is_refused_with_its_place(word: str) -> None:
    with pytest.raises(BadFile) as refused:
        read(WIDE.format(word), group="g")
    assert str(refused.value) == (
        f'r.csv, row 3, column D (I02) holds "{word}". Leave the cell blank where the item was '
        "not administered."
    )


@pytest.mark.parametrize(
    ("text", "roles", "sentence"),
    [
        (WIDE.format("-1"), {"group": "g"}, "r.csv, row 3, column D (I02) holds -1."),
        (
            WIDE.format("0.5"),
            {"group": "g"},
            "row 3, column D (I02) holds 0.5. A response is a whole",
        ),
        (WIDE.format("100"), {"group": "g"}, "row 3, column D (I02) holds 100."),
        (WIDE.format("1"), {}, 'r.csv, row 2, column B (g) holds "x".'),
        ("id,name,a\np,Ana Pereira,1\n", {}, "If it is no item: --ignore name"),
        ("id,a\n", {}, "r.csv has a header and no rows"),
        ("id\np\n", {}, "r.csv has no item columns"),
        ("id,a\np,1\nq,0\np,1\n", {}, "person 'p' is in row 2 and in row 4"),
        ("id,a\n,1\n", {}, "row 2, column A (id) is blank. Give every person an id."),
        ("id,g,a\np,,1\n", {"group": "g"}, "row 2, column B (g) is blank. Write the group"),
        ("id,w,a\np,-1,1\n", {"weight": "w"}, 'row 2, column B (w) holds "-1". A weight'),
        ("id,w,a\np,many,1\n", {"weight": "w"}, 'row 2, column B (w) holds "many".'),
        ("id,a\np,1\n", {"group": "g"}, "r.csv has no column 'g'. Its columns are id, a."),
        ("id,a\np,1\n", {"ignore": ("b",)}, "r.csv has no column 'b'."),
        ("item,response\na,1\n", {}, "has no person column. Name it with --person."),
        (
            "person,item,response\np,a,1\np,a,0\n",
            {},
            "row 3: person 'p' answered item 'a' in row 2",
        ),
        ("person,item,response\np,,1\n", {}, "row 2, column B (item) is blank."),
        ("person,item,response\np,a,NA\n", {}, 'row 2, column C (response) holds "NA".'),
        (
            "person,item,response,g\np,a,1,x\np,b,1,y\n",
            {"group": "g"},
            "row 3, column D (g) says 'y', but row 2 says 'x' of the same person.",
        ),
    ],
)
def test_bad_input_is_refused_with_file_row_and_column(
    text: str, roles: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read(text, **roles)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("r.csv")


@given(
    codes=matrices,
    junk=st.sampled_from(["NaN", "x", "-3", "1.5", "1e9", "1_0", "٣x"]),
    data=st.data(),
)
def test_one_bad_cell_is_always_found(
    codes: NDArray[np.int8], junk: str, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(codes) - 1))
    column = data.draw(st.integers(0, codes.shape[1] - 1))
    lines = [line.split(",") for line in wide(codes).splitlines()]
    lines[row + 1][column + 1] = junk
    with pytest.raises(BadFile, match=rf"r\.csv, row {row + 2}, column .* \(I{column}\) holds"):
        read("\n".join(",".join(line) for line in lines))
