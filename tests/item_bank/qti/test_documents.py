"""Files from outside that are meant to do harm, and what is said of them."""

import pytest

from item_bank.errors import QtiError
from item_bank.qti.documents import MAX_BYTES, MAX_DEPTH, parse

XXE = b"""<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<a>&secret;</a>"""

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE a [
<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
]>
<a>&d;</a>"""

FETCHED = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'


@pytest.mark.parametrize("xml", [XXE, BOMB, FETCHED])
def test_a_document_type_is_refused_whatever_is_in_it(xml: bytes) -> None:
    with pytest.raises(QtiError, match="document type") as caught:
        parse(xml)
    assert caught.value.line == xml[: xml.index(b"<!DOCTYPE")].count(b"\n") + 1
    assert "root:" not in str(caught.value)


def test_a_document_type_in_another_encoding_is_refused_too() -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(QtiError, match="document type"):
        parse(xml.encode("utf-16"))


def test_an_entity_that_nothing_declares_is_refused_with_its_line() -> None:
    with pytest.raises(QtiError, match="not well-formed") as caught:
        parse(b"<a>\n\n&secret;</a>")
    assert caught.value.line == 3


def test_deep_nesting_is_refused_and_the_depth_allowed_is_not() -> None:
    parse(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)
    with pytest.raises(QtiError, match="nested deeper"):
        parse(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1))
    with pytest.raises(QtiError):
        parse(b"<a>" * 100_000 + b"</a>" * 100_000)


def test_a_file_above_the_size_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(QtiError, match="bytes"):
        parse(b"<a>" + b" " * MAX_BYTES)
    with pytest.raises(QtiError, match="11 bytes; 10 are allowed"):
        parse(b"<a>1234</a>", max_bytes=10)


@pytest.mark.parametrize(
    "xml", [b"", b"no xml", b"<a>", b"<a/><b/>", b"\xff\xfe\x00", b"<a>\x00</a>"]
)
def test_what_is_no_xml_is_refused(xml: bytes) -> None:
    with pytest.raises(QtiError):
        parse(xml)


def test_comments_and_processing_instructions_are_left_out() -> None:
    root = parse(b"<?php boo ?><a>one<!-- two --> three<?four?></a>")
    assert (root.text, len(root)) == ("one three", 0)


def test_an_error_names_file_line_and_what_is_so() -> None:
    assert str(QtiError("It is so.", 3, "items/a.xml")) == "items/a.xml, line 3: It is so."
    assert str(QtiError("It is so.", 3)) == "line 3: It is so."
    assert str(QtiError("It is so.")) == "It is so."
