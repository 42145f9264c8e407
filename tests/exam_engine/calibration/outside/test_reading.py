"""Files of answers: what is read of them, and what is said of those that are not right."""

from datetime import date, datetime
from io import BytesIO

import polars
import pytest
from openpyxl import Workbook

from exam_engine.calibration.frozen import WRONG
from exam_engine.calibration.outside.preview import DataSet, ItemCount
from tests.exam_engine.calibration.outside.forms import (
    NOT_SHOWN,
    answers,
    read,
    table,
    told,
)

LONG = [
    ["candidate", "item", "response"],
    ["c1", "IA-01", "B"],
    ["c1", "IA-02", "A"],
    ["c1", "IB-01", "no"],
    ["c2", "IA-01", "D"],
    ["c2", "IA-02", ""],
    ["c2", "IB-01", "YES"],
]
WIDE = [
    ["candidate", "IA-01", "IA-02", "IB-01"],
    ["c1", "B", "A", "no"],
    ["c2", "D", "", "YES"],
]
EXPECTED = [[2, 1, 2], [4, 0, 1]]


def workbook(rows: list[list[str]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def parquet(rows: list[list[str]]) -> bytes:
    file = BytesIO()
    columns = {name: [row[j] or None for row in rows[1:]] for j, name in enumerate(rows[0])}
    polars.DataFrame(columns).write_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize("rows", [LONG, WIDE], ids=["long", "wide"])
@pytest.mark.parametrize(
    "write",
    [
        table,
        lambda rows: table(rows, ";"),
        lambda rows: table(rows, "\t"),
        lambda rows: b"sep=;\r\n" + table(rows, ";").replace(b"\n", b"\r\n"),
        lambda rows: table(rows).replace(b"\n", b"\r"),
        lambda rows: table(rows).decode().encode("utf-16"),
        lambda rows: b"\xef\xbb\xbf" + table(rows),
        workbook,
        parquet,
    ],
    ids=["csv", "semicolon", "tab", "sep", "mac", "utf-16", "bom", "xlsx", "parquet"],
)
def test_the_same_answers_are_read_from_every_kind_of_file(rows: list[list[str]], write) -> None:  # type: ignore[no-untyped-def]
    assert answers(write(rows)) == EXPECTED


def test_the_preview_counts_what_would_be_stored() -> None:
    preview = read(table(LONG)).preview
    assert (preview.layout, preview.holds, preview.rows, preview.errors) == (
        *("long", "responses"),
        *(6, 0),
    )
    assert preview.data_sets == [
        DataSet("Spring 2024", date(2024, 3, 14), 2, 5, 1, 0, round(3 / 6, 6))
    ]
    assert preview.items == [
        ItemCount("IA-01", 1, 2, 0, 1),
        ItemCount("IA-02", 2, 2, 1, 1),
        ItemCount("IB-01", 1, 2, 0, 1),
    ]


def test_letters_stand_for_options_only_where_no_option_is_a_letter() -> None:
    assert answers("candidate,IA-01,IB-01\nc1,d,B\n") == [[4, -1, 2]]


def test_what_is_missing_means_what_was_chosen() -> None:
    partial = "candidate,item,response\nc1,IA-01,B\nc2,IA-01,A\nc2,IA-02,\n"
    assert answers(partial) == [[2, 0, -1], [1, 0, -1]]
    assert answers(partial, missing=NOT_SHOWN) == [[2, -1, -1], [1, 0, -1]]
    wide = "candidate,IA-01,IA-02\nc1,B,\nc2,-,A\n"
    assert answers(wide) == [[2, 0, -1], [0, 1, -1]]
    assert answers(wide, missing=NOT_SHOWN) == [[2, -1, -1], [0, 1, -1]]


@pytest.mark.parametrize(
    "text",
    [
        "candidate,item,score\nc1,IA-01,1\nc1,IA-02,0\nc1,IB-01,\n",
        "candidate,IA-01,IA-02,IB-01\nc1,1,0,-\n",
    ],
    ids=["long", "wide"],
)
def test_scores_keep_the_key_and_say_that_a_wrong_option_is_not_known(text: str) -> None:
    assert answers(text) == [[2, WRONG, 0]]
    assert read(text).preview.holds == "scores"


def test_a_score_beside_a_response_tells_of_another_key() -> None:
    found = read("candidate,item,response,score\nc1,IA-01,B,1\nc1,IA-02,B,1\nc2,IA-02,A,0\n")
    assert found.preview.errors == 0
    assert [one for one in told(found) if one[0] == "scored_otherwise"] == [
        ("scored_otherwise", "", f"IA-02: the file scores {x} otherwise; the bank's key is A.")
        for x in "AB"
    ]


def test_administrations_become_data_sets_with_their_first_days() -> None:
    found = read(
        "candidate,form,administration,date,item,response\n"
        "c1,F1,North,2024-05-02,IA-01,A\nc1,f1,North,2024-05-01,IA-02,A\n"
        "c1,F1,South,2024-06-01T09:30:00,IA-01,B\nc9,F2,South,2024-06-01,IA-01,B\n",
        held_on=None,
    )
    assert found.preview.errors == 0
    assert [(one.title, one.held_on, one.candidates) for one in found.preview.data_sets] == [
        ("Spring 2024, North", date(2024, 5, 1), 1),
        ("Spring 2024, South", date(2024, 6, 1), 1),
    ]
    assert ("form_other", "", "Rows of other forms than F1 are left out: F2 (1).") in told(found)


def test_everything_that_is_wrong_is_told_at_once_by_line_and_column() -> None:
    found = read(
        "candidate,item,version,response,date,email\n"
        "c1,IA-01,1,B,2024-03-14,a@example.org\n"
        "c1,IA-01,1,B,2024-03-14,a@example.org\n"
        ",IA-01,1,B,2024-03-14,\n"
        "c2,,1,B,2024-03-14,\n"
        "c2,IC-07,1,B,2024-03-14,\n"
        "c2,ZZ-99,1,B,2024-03-14,\n"
        "c2,IA-02,1,B,2024-03-14,\n"
        "c2,IA-02,9,B,2024-03-14,\n"
        "c2,IA-01,1,E,14/03/2024,\n"
        'c2,"IA-01,1,B,2024-03-14,\n'
        "c2;IA-02;2;B;2024-03-14;\n"
        "c2,IA-02,B\n"
        "c3,IA-01,1,A,2031-03-14,\n"
    )
    assert found.answers == ()
    assert set(told(found)) == {
        ("columns_unread", "line 1", "Not read: email."),
        (
            "row_malformed",
            "line 11",
            "A quote opens and is not closed in its line.",
        ),
        (
            "separators_mixed",
            "line 12",
            "The row is separated by semicolons, the header by commas.",
        ),
        ("row_width", "line 13", "The row has 3 cells and the header 6."),
        (
            "answer_repeated",
            "line 3, column B (item)",
            "This candidate's answer to IA-01 is in line 2 already.",
        ),
        ("item_missing", "line 5, column B (item)", "The row names no item."),
        ("item_elsewhere", "line 6, column B (item)", "IC-07 is not on form F1."),
        ("item_unknown", "line 7, column B (item)", 'The bank has no item "ZZ-99".'),
        (
            "item_version",
            "line 8, column B (item)",
            "IA-02 is version 1 here; form F1 has version 2, and they differ.",
        ),
        ("item_version", "line 9, column B (item)", 'The bank has no version "9" of IA-02.'),
        (
            "date_wrong",
            "line 10, column E (date)",
            'The cell holds "14/03/2024", which is no date.',
        ),
        ("date_wrong", "line 14, column E (date)", "2031-03-14 has not come yet."),
        ("candidate_missing", "line 4, column A (candidate)", "The row names no candidate."),
        (
            "option_unknown",
            "line 10, column D (response)",
            'The cell holds "E"; the options of IA-01 are A, B, C, D.',
        ),
    }


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "file_empty", ""),
        (b"\n\n", "file_empty", ""),
        (b"candidate,item,response\n", "file_no_rows", ""),
        (b"%PDF-1.7", "encoding_refused", ""),
        (b"PK\x03\x04 and no more", "workbook_refused", ""),
        (b"PAR1 and no more", "parquet_refused", ""),
        (b"item,response\nIA-01,A\n", "column_missing", "line 1"),
        (b"a,b,c\n1,2,3\n", "column_missing", "line 1"),
        (
            b"candidate,item,,response\nc1,IA-01,x,A\n",
            "column_unnamed",
            "line 1, column C (no name)",
        ),
        (b"id,IA-01,ia-01\nc1,A,B\n", "column_repeated", "line 1, column C (ia-01)"),
        (b"id,IA-01,IA-01@1\nc1,A,B\n", "column_repeated", "line 1, column C (IA-01@1)"),
        (b"id,IA-02@1\nc1,A\n", "item_version", "line 1, column B (IA-02@1)"),
        (b"id,IA-01,IC-07\nc1,A,B\n", "item_elsewhere", "line 1, column C (IC-07)"),
        (b"id,IA-01\nc1,A\nc1,B\n", "candidate_repeated", "line 3, column A (id)"),
        (b"id,item,score\nc1,IA-01,0.5\n", "score_unknown", "line 2, column C (score)"),
        (b"id,form,IA-01\nc1,F9,A\n", "form_unknown", ""),
        (b"id,IA-01,name\nc1,Z,J\xe9r\xf4me\n", "encoding_guessed", "line 2"),
        (b"id,IA-01\nc1,\xc3\xa9\xed\xa0\x80\n", "encoding_refused", "line 2"),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_and_why(data: bytes, code: str, place: str) -> None:
    found = read(data)
    assert found.answers == ()
    assert found.preview.errors
    assert (code, place) in [one[:2] for one in told(found)]


def test_a_title_that_the_form_has_is_told_before_anybody_accepts() -> None:
    assert told(read(table(WIDE), title="Old"))[0][0] == "title_taken"
    assert told(read(table(WIDE), held_on=None))[0][0] == "date_missing"


def test_a_workbook_says_rows_cells_and_merged_ranges() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["id", "IA-01", "date"], ["c1", "Q", datetime(2024, 3, 1)], ["c2", None, None]):  # noqa: DTZ001
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    book.create_sheet("notes")
    file = BytesIO()
    book.save(file)
    assert {one[:2] for one in told(read(file.getvalue()))} == {
        ("cells_merged", "cell B2"),
        ("option_unknown", "row 2, column B (IA-01)"),
        ("sheet_unread", ""),
    }


def test_nothing_that_names_a_candidate_leaves_the_reading() -> None:
    name = "Ana-Maria-Quintero"
    rows = [["candidate", "email", "item", "response"], [name, f"{name}@x.org", "IA-01", "Q"]]
    found = read(table([*rows, [name, "", "IA-01", "A"]]))
    assert found.preview.errors == 2
    assert name not in repr(found)


def test_five_hundred_places_are_named_and_all_are_counted() -> None:
    rows = [[f"c{n}", "Q"] for n in range(700)]
    (group,) = read(table([["candidate", "IA-01"], *rows])).preview.findings
    assert (group["total"], len(group["found"])) == (700, 500)
