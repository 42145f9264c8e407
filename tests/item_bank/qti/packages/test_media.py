import base64

import pytest

from item_bank.qti.packages import read_zip
from tests.item_bank.qti.packages.zips import (
    a_choice,
    a_package,
    a_picture,
    codes,
    the,
)


def test_pictures_are_cleaned_and_named_by_their_hash_wherever_they_stand() -> None:
    plain = a_picture()
    item = a_choice("one", '<p><img src="../img/a%20b.png" alt="x"/><img src="own.PNG"/></p>')
    reading = read_zip(a_package({"one": item}, {"img/a b.png": plain, "items/own.png": plain}))
    (read,) = reading.items
    (media,) = read.media
    assert media.data == plain
    assert read.xml.count(media.path.encode()) == 2


def test_a_picture_inside_an_address_becomes_a_file() -> None:
    address = "data:image/png;base64," + base64.b64encode(a_picture()).decode()
    (read,) = read_zip(a_package({"one": a_choice("one", f'<p><img src="{address}"/></p>')})).items
    assert read.media[0].data == a_picture()
    assert b"base64" not in read.xml


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        a_picture() + b"PK\x03\x04 and a zip",
        a_picture()[:-9],
        b"",
    ],
    ids=["svg", "pdf", "polyglot", "cut off", "empty"],
)
def test_an_item_that_shows_a_file_that_is_refused_is_refused(data: bytes) -> None:
    item = a_choice("one", '<p>\n<img src="a.png"/></p>')
    reading = read_zip(a_package({"one": item, "two": a_choice("two")}, {"items/a.png": data}))
    assert [read.code for read in reading.items] == ["two"]
    assert the(reading, "media_refused").place == "items/one.xml, line 5"


def test_what_is_on_the_web_is_told_and_not_fetched() -> None:
    item = a_choice("one", '<p><img src="http://127.0.0.1:9/a.png"/></p>')
    reading = read_zip(a_package({"one": item}))
    assert the(reading, "media_external").place == "items/one.xml, line 4"
    assert len(reading.items) == 1


def test_an_item_that_only_leads_to_a_file_that_is_refused_comes_in() -> None:
    item = a_choice("one", '<p><a href="page.html">More</a></p>')
    reading = read_zip(a_package({"one": item}, {"items/page.html": b"<html><p>More</p></html>"}))
    assert [read.code for read in reading.items] == ["one"]
    assert "web page" in the(reading, "media_unfit").sentence


def test_a_picture_that_is_missing_is_told() -> None:
    item = a_choice("one", '<p><img src="gone.png"/><img src="../../../etc/hostname"/></p>')
    reading = read_zip(a_package({"one": item}))
    assert codes(reading).count("media_missing") == 2
    assert reading.items[0].media == ()
