import codecs

import pytest

from item_bank.formats.comma_separated import read_csv
from tests.item_bank.formats.expected import codes, located, only

TEXT = "question,option_a,option_b,key\nWo liegt Zürich?,Hügel,Überall,A\n"


@pytest.mark.parametrize(
    ("data", "guessed"),
    [
        (TEXT.encode("utf-8"), False),
        (codecs.BOM_UTF8 + TEXT.encode("utf-8"), False),
        (TEXT.encode("utf-16"), False),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), False),
        (TEXT.encode("utf-16-le"), True),
        (TEXT.encode("utf-16-be"), True),
        (TEXT.encode("cp1252"), True),
    ],
)
def test_a_text_is_decoded_and_a_guess_is_told(data: bytes, guessed: bool) -> None:
    reading = read_csv(data)
    content = only(reading).content
    assert content is not None
    assert content.question == "Wo liegt Zürich?"
    assert codes(reading) == (["encoding_guessed"] if guessed else [])


def test_the_guess_names_the_line() -> None:
    assert located(read_csv(TEXT.encode("cp1252"))) == [("encoding_guessed", "line 2")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\n", "file_empty"),
        (codecs.BOM_UTF8, "file_empty"),
        (b"\0" * 40, "file_empty"),
        (TEXT.encode("cp1252") + b"\x81", "encoding_refused"),
        (codecs.BOM_UTF8 + TEXT.encode("cp1252"), "encoding_refused"),
        (TEXT.encode("utf-16")[:-1], "encoding_refused"),
        (TEXT.encode("utf-32"), "encoding_refused"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "encoding_refused"),
        (b"PK\x03\x04zip", "encoding_refused"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encoding_refused"),
    ],
)
def test_what_is_no_text_is_refused_with_a_hint(data: bytes, code: str) -> None:
    reading = read_csv(data)
    assert reading.items == ()
    assert codes(reading) == [code]
    assert reading.findings[0].mend
