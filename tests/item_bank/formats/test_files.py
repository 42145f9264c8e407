import pytest

from item_bank.formats.files import Format, format_of, read_file
from item_bank.formats.findings import CODES
from item_bank.formats.spreadsheet_template import csv_template, workbook_template
from tests.item_bank.formats.expected import codes


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", csv_template(), Format.CSV),
        ("export", csv_template(), Format.CSV),
        ("a.txt", csv_template(), Format.CSV),
        ("a.xlsx", workbook_template(), Format.XLSX),
        ("a.csv", workbook_template(), Format.XLSX),
        ("a.gift", b"Q{T}", Format.GIFT),
        ("a.txt", b"Q {~a =b}", Format.GIFT),
        ("a.txt", b"Q?\nA. x\nB. y\nANSWER: A", Format.AIKEN),
        ("a.xml", b"<?xml version='1.0'?><quiz>", Format.MOODLE),
        ("a.xml", '<?xml version="1.0"?>\n<quiz/>'.encode("utf-16"), Format.MOODLE),
        ("a.xml", b"<!-- x --><questestinterop xmlns='u'>", Format.CANVAS),
        ("a.xml", b"<qti-assessment-item/>", None),
        ("a.zip", b"PK\x03\x04", None),
        ("a.txt", b"Just a letter.", None),
        ("a.pdf", b"%PDF-1.7", None),
    ],
)
def test_a_format_is_told_by_what_is_in_the_file(
    name: str, data: bytes, expected: Format | None
) -> None:
    assert format_of(name, data) is expected


def test_a_file_is_read_by_its_format() -> None:
    assert [item.title for item in read_file("a.txt", b"Q {~a =b}").items] == ["Q"]
    assert codes(read_file("a.txt", b"Just a letter.")) == ["file_unknown"]
    assert codes(read_file("a.pdf", b"%PDF-1.7")) == ["encoding_refused"]
    assert codes(read_file("a.zip", b"PK\x03\x04")) == ["encoding_refused"]


def test_every_code_has_a_mend_in_one_or_two_sentences() -> None:
    for code, (_, mend) in CODES.items():
        assert mend.endswith("."), code
        assert "please" not in mend.lower(), code
