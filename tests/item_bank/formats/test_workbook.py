import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.columns import TEMPLATE
from item_bank.formats.comma_separated import read_csv
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from item_bank.formats.workbook import read_workbook
from item_bank.formats.workbook_parts import MAX_COLUMNS, MAX_ROWS
from tests.item_bank.formats.expected import codes, located, only, score

HEADER = ("code", "question", "option_a", "option_b", "key", "estimated_difficulty", "as_of")


def saved(workbook: Workbook) -> bytes:
    data = BytesIO()
    workbook.save(data)
    return data.getvalue()


def book(*rows: Sequence[object], change: Callable[[Worksheet], None] | None = None) -> bytes:
    """A workbook whose first row is the header and which ``change`` has had its way with."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    return saved(workbook)


def packed(data: bytes, **members: str | bytes | None) -> bytes:
    """The workbook with members put in, or left out where None; ``__`` is a slash."""
    named = {name.replace("__", "/").replace("_xml", ".xml"): m for name, m in members.items()}
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            if info.filename not in named:
                made.writestr(info, source.read(info))
        for name, content in named.items():
            if content is not None:
                made.writestr(name, content)
    return target.getvalue()


GOOD = ("X", "Q?", "a", "b", "A", 0.7, date(2026, 11, 1))


def test_a_row_reads_like_the_same_row_in_csv() -> None:
    item = only(read_workbook(book(GOOD)))
    text = ",".join(HEADER) + "\nX,Q?,a,b,A,0.7,2026-11-01\n"
    assert (item.xml, item.facts) == (
        only(read_csv(text.encode())).xml,
        only(read_csv(text.encode())).facts,
    )
    assert item.place == "row 2"


def test_the_templates_hold_an_item_that_reads_back_without_a_remark() -> None:
    of_csv, of_workbook = read_csv(csv_template()), read_workbook(workbook_template())
    assert only(of_csv).xml == only(of_workbook).xml
    assert only(of_csv).facts == only(of_workbook).facts
    assert only(of_csv).code == {c.name: c.example for c in TEMPLATE}["code"]
    assert of_csv.findings == of_workbook.findings == ()


def test_the_template_is_the_same_bytes_each_time() -> None:
    assert workbook_template() == workbook_template()


def test_numbers_and_booleans_are_read_as_excel_keeps_them() -> None:
    row = ("X", "Q?", 12, 1.5, "B", 0.5, datetime(2026, 11, 1, 13))  # noqa: DTZ001
    item = only(read_workbook(book(row)))
    assert item.content is not None
    assert [choice.text for choice in item.content.choices] == ["12", "1.5"]
    assert item.facts.as_of == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("C", date(2026, 2, 1), "date_mangled"),
        ("C", time(3, 0), "date_mangled"),
        ("C", 1234567890123456789, "number_mangled"),
        ("C", "=B2", "formula_empty"),
        ("G", 45000, "cell_wrong"),
        ("G", "1 May", "cell_wrong"),
        ("F", 1.7, "cell_wrong"),
        ("E", "Z", "cell_wrong"),
    ],
)
def test_a_wrong_cell_is_named_and_the_other_rows_are_read(
    column: str, cell: object, code: str
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet[f"{column}2"].number_format = "General"
        sheet[f"{column}2"] = cell

    reading = read_workbook(book(GOOD, ("Y", *GOOD[1:]), change=change))
    assert only(reading).code == "Y"
    assert located(reading) == [(code, f"cell {column}2")]


def test_a_number_in_a_format_of_its_own_is_a_warning() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"] = 0.7
        sheet["C2"].number_format = "0%"

    reading = read_workbook(book(GOOD, change=change))
    assert only(reading).code == "X"
    assert located(reading) == [("number_guessed", "cell C2")]
    assert reading.findings[0].item == "X"


def sheet_xml(*rows: str) -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(rows)
        + "</sheetData></worksheet>"
    )


def texts(row: int, *cells: str) -> str:
    made = (
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for place, cell in enumerate(cells)
    )
    return f'<row r="{row}">{"".join(made)}'


def with_sheet(*rows: str) -> bytes:
    return packed(book(), xl__worksheets__sheet1_xml=sheet_xml(*rows))


def test_the_value_that_was_saved_with_a_formula_is_read_with_a_warning() -> None:
    row = texts(2, "X", "Q?") + '<c r="C2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
    row += '<c r="D2"><f>1+1</f><v>2</v></c><c r="E2" t="inlineStr"><is><t>A</t></is></c></row>'
    reading = read_workbook(with_sheet(texts(1, *HEADER) + "</row>", row))
    content = only(reading).content
    assert content is not None
    assert [choice.text for choice in content.choices] == ["ab", "2"]
    assert located(reading) == [("formula_value", "cell C2"), ("formula_value", "cell D2")]


def test_an_error_value_is_named() -> None:
    row = texts(2, "X", "Q?", "a", "b", "A") + '<c r="F2" t="e"><v>#N/A</v></c></row>'
    reading = read_workbook(with_sheet(texts(1, *HEADER) + "</row>", row))
    assert reading.items == ()
    assert located(reading) == [("cell_error", "cell F2")]


@pytest.mark.parametrize("cell", [f"A{MAX_ROWS + 1}", "A1048576", "XFD1", "XFD1048576", "A9999999"])
def test_a_cell_far_out_is_refused_before_room_is_made_for_it(cell: str) -> None:
    row = f'<row r="{cell.lstrip("AFXD")}"><c r="{cell}"><v>1</v></c></row>'
    reading = read_workbook(with_sheet(texts(1, *HEADER) + "</row>", row))
    assert located(reading) == [("file_too_many", f"cell {cell}")]


def test_cells_without_an_address_are_counted() -> None:
    cells = "<c><v>1</v></c>" * (MAX_COLUMNS + 1)
    reading = read_workbook(with_sheet(f"<row>{cells}</row>"))
    assert codes(reading) == ["file_too_many"]


def test_cells_far_out_that_only_have_a_colour_are_nothing() -> None:
    row = texts(2, "X", "Q?", "a", "b", "A") + "</row>"
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert only(read_workbook(with_sheet(texts(1, *HEADER) + "</row>", row, far))).code == "X"


def test_merged_cells_are_named_and_their_rows_left_out() -> None:
    data = book(
        GOOD, ("Y", *GOOD[1:]), ("Z", *GOOD[1:]), change=lambda sheet: sheet.merge_cells("B2:B3")
    )
    reading = read_workbook(data)
    assert only(reading).code == "Z"
    assert located(reading) == [("cells_merged", "cell B2")]


def test_the_first_sheet_that_can_be_seen_is_read_and_others_are_named() -> None:
    workbook = Workbook()
    hidden = workbook.active
    assert isinstance(hidden, Worksheet)
    hidden.sheet_state = "hidden"
    seen = workbook.create_sheet("Seen")
    seen.append(HEADER)
    seen.append(GOOD)
    workbook.create_sheet("Later")
    reading = read_workbook(saved(workbook))
    assert only(reading).code == "X"
    assert codes(reading) == ["sheet_unread", "sheet_unread"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "workbook_refused"),
        (b"PK\x03\x04 and no more", "workbook_refused"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook_refused"),
        (book(GOOD)[:-40], "workbook_refused"),
        (saved(Workbook()), "file_empty"),
        (packed(book(GOOD), xl__workbook_xml=None), "workbook_refused"),
        (packed(book(GOOD), xl__worksheets__sheet1_xml="<worksheet"), "workbook_refused"),
        (
            packed(
                book(GOOD),
                xl__worksheets__sheet1_xml='<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>',
            ),
            "workbook_refused",
        ),
        (
            packed(
                book(GOOD),
                xl__worksheets__sheet1_xml="<!DOCTYPE a><worksheet/>".encode("utf-16"),
            ),
            "workbook_refused",
        ),
    ],
)
def test_a_file_that_is_no_sound_workbook_is_refused(data: bytes, code: str) -> None:
    reading = read_workbook(data)
    assert reading.items == ()
    assert codes(reading) == [code]


def test_macros_are_refused() -> None:
    target = BytesIO(book(GOOD))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    reading = read_workbook(target.getvalue())
    assert codes(reading) == ["workbook_refused"]
    assert "macros" in reading.findings[0].sentence


def test_links_to_other_workbooks_are_not_followed() -> None:
    data = packed(book(GOOD), xl__externalLinks__externalLink1_xml="<externalLink/>")
    reading = read_workbook(data)
    assert only(reading).code == "X"
    assert codes(reading) == ["link_dropped"]


def test_a_member_that_unpacks_to_more_than_it_says_is_refused() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet9.xml", b" " * 3_000_000)
    data = bytearray(target.getvalue())
    # The sizes that the central directory and the file's own header declare.
    directory = data.find(b"PK\x01\x02")
    for at in (directory + 24, 22):
        data[at : at + 4] = (100).to_bytes(4, "little")
    assert codes(read_workbook(bytes(data))) == ["workbook_refused"]


def test_a_workbook_that_says_it_unpacks_to_too_much_is_refused() -> None:
    target = BytesIO(book(GOOD))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(16):
            archive.writestr(f"xl/media/{number}.xml", b"\0" * 10_000_000)
    assert codes(read_workbook(target.getvalue())) == ["file_too_large"]


def test_a_number_as_the_key_needs_no_quotes() -> None:
    data = book(("X", "Two and two?", None, None, 4), change=_numeric)
    assert [score(only(read_workbook(data)), given) for given in (4, 5)] == [1, 0]


def _numeric(sheet: Worksheet) -> None:
    sheet["H1"] = "type"
    sheet["H2"] = "numeric"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_packed_as_excel_never_does_is_refused_damaged_or_not(method: int) -> None:
    """Other methods fail in ways of their own: damaged LZMA raises what no zip error is."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x>" + "words of all kinds, " * 40 + "</x>")
    whole = packed.getvalue()
    for place in range(40, 160):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        for data in (whole, bytes(damaged)):
            reading = read_workbook(data)
            assert [one.code for one in reading.errors] == ["workbook_refused"]
