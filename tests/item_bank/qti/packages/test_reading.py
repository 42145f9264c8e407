import hashlib
from pathlib import Path

import pytest

from item_bank.formats.findings import Severity
from item_bank.qti import score_item
from item_bank.qti.choice import write_choice
from item_bank.qti.packages import PackageReading, read_zip
from tests.item_bank.examples import a_content
from tests.item_bank.qti.packages.one_item import EDITION
from tests.item_bank.qti.packages.zips import (
    a_choice,
    a_manifest,
    a_package,
    a_zip,
    codes,
    resource,
    the,
)

# ---- packages made elsewhere


def fixture(shared: Path, name: str) -> PackageReading:
    data = (shared / "fixtures" / "qti" / "packages" / f"{name}.zip").read_bytes()
    return read_zip(data, EDITION)


def test_the_valid_package_comes_in_whole(shared: Path) -> None:
    reading = fixture(shared, "valid-package")
    assert len(reading.items) == 47
    assert reading.reading.errors == ()
    (test,) = reading.tests
    assert test.items() == tuple(f"QUE_{number}_1" for number in range(1, 48))
    assert test.title == "Oefentoets biologie"
    assert [item.code for item in reading.items if len(item.media) == 4] == ["QUE_32_1"]


def test_the_package_without_metadata_comes_in_with_warnings(shared: Path) -> None:
    reading = fixture(shared, "no-metadata")
    assert len(reading.items) == 46
    assert reading.reading.errors == ()
    assert the(reading, "metadata_missing").severity is Severity.WARNING
    assert "46 places" in the(reading, "tag_missing").sentence
    assert sum(len(item.media) for item in reading.items) == 35


def test_the_package_without_highest_scores_comes_in_with_warnings(shared: Path) -> None:
    reading = fixture(shared, "no-max-score-all-items")
    assert len(reading.items) == 10
    assert reading.reading.errors == ()
    places = [one.place for one in reading.findings if one.code == "max_score_missing"]
    assert places == ["QUE_3_1.xml, line 11", "QUE_4_1.xml, line 24"]
    # Three of its files have the identifier QUE_1_1; two of the items are named by the manifest.
    assert {"QUE_1_1", "QUE_5_1", "QUE_6_1"} <= {item.code for item in reading.items}


def test_the_package_without_response_processing_comes_in_unscored_and_says_so(
    shared: Path,
) -> None:
    reading = fixture(shared, "no-response-processing")
    assert len(reading.items) == 1
    assert the(reading, "item_unscored").place == "QUE_1_1.xml, line 2"


def test_of_the_package_with_bad_response_processing_bad_items_are_refused_by_line(
    shared: Path,
) -> None:
    reading = fixture(shared, "invalid-response-processing")
    assert len(reading.items) == 6
    places = {finding.place for finding in reading.reading.errors}
    assert {"QUE_1_1.xml, line 37", "QUE_1_1.xml, line 44", "QUE_16_5.xml, line 4"} <= places
    assert len({place.partition(",")[0] for place in places}) == 14
    assert codes(reading).count("reference_missing") == 14
    assert len(reading.tests[0].items()) == 6


def test_a_package_of_qti_2_comes_out_as_qti_3(shared: Path) -> None:
    folder = shared / "fixtures" / "qti" / "package_2.2"
    names = ("imsmanifest.xml", "choice.xml", "images/sign.png")
    reading = read_zip(a_zip({name: (folder / name).read_bytes() for name in names}), EDITION)
    (item,) = reading.items
    assert (item.code, item.title, reading.title) == (
        "choice",
        "Unattended Luggage",
        "Example Package",
    )
    assert item.xml.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>\n"
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" '
    )
    assert b"rptemplates/match_correct.xml" in item.xml
    assert score_item(item.xml, {"RESPONSE": "ChoiceA"})["SCORE"] == 1
    (media,) = item.media
    assert media.data is not None
    assert media.path == f"media/{hashlib.sha256(media.data).hexdigest()}.png"
    assert f'src="{media.path}"'.encode() in item.xml


# ---- items


def test_a_plain_single_choice_item_is_the_kind_that_exams_deliver() -> None:
    xml = write_choice("T-01", a_content())
    reading = read_zip(a_package({"T-01": xml}), EDITION)
    (item,) = reading.items
    assert (item.xml, item.content) == (xml, a_content())


def test_any_other_item_is_kept_as_qti() -> None:
    (item,) = read_zip(a_package({"one": a_choice("one")})).items
    assert item.content is None
    assert score_item(item.xml, {"RESPONSE": "A"})["SCORE"] == 1


def test_an_item_that_is_broken_is_told_by_line_and_the_others_come_in() -> None:
    broken = a_choice("bad").replace(b"RESPONSE", b"ANSWER", 1)
    reading = read_zip(a_package({"good": a_choice("good"), "bad": broken}))
    assert [item.code for item in reading.items] == ["good"]
    assert "items/bad.xml, line 4" in [one.place for one in reading.reading.errors]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<broken", "xml_refused"),
        (b"", "xml_refused"),
        (b"<html/>", "question_wrong"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "xml_refused"),
        (b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "xml_refused"),
        (a_choice("one").replace(b"v3p0", b"v9p9"), "question_wrong"),
        (a_choice("one").decode().encode("utf-16") + b"\xd8", "xml_refused"),
    ],
)
def test_a_file_that_is_no_item_is_refused(xml: bytes, code: str) -> None:
    reading = read_zip(a_package({"one": xml}))
    assert reading.items == ()
    finding = the(reading, code)
    assert finding.severity is Severity.ERROR
    assert finding.place.startswith("items/one.xml")


def test_an_item_in_utf16_is_kept_in_utf8() -> None:
    text = a_choice("one", "<p>Größe</p>").decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    (item,) = read_zip(a_package({"one": text.encode("utf-16")})).items
    assert "Größe".encode() in item.xml


def test_instructions_and_schema_addresses_fetch_nothing_and_are_left_out() -> None:
    xml = a_choice("one").replace(
        b"?>", b'?><?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><!-- remark -->', 1
    )
    (item,) = read_zip(a_package({"one": xml})).items
    assert b"127.0.0.1" not in item.xml


def test_an_identifier_that_no_item_can_have_is_changed_the_same_way_each_time() -> None:
    data = a_package({"one": a_choice("item-1-ä")})
    first, second = read_zip(data), read_zip(data)
    (item,) = first.items
    assert item.code == second.items[0].code
    assert item.code.startswith("item-1-")
    assert f'identifier="{item.code}"'.encode() in item.xml
    assert the(first, "code_changed").item == item.code


def test_items_of_one_identifier_are_named_by_the_manifest() -> None:
    reading = read_zip(a_package({"first": a_choice("same"), "second": a_choice("same")}))
    assert [item.code for item in reading.items] == ["first", "second"]
    assert codes(reading).count("code_changed") == 2


def test_two_items_that_the_manifest_does_not_tell_apart_are_not_both_taken() -> None:
    manifest = a_manifest(resource("same", "a.xml"), resource("same", "b.xml"))
    files = {"imsmanifest.xml": manifest, "a.xml": a_choice("x"), "b.xml": a_choice("x")}
    reading = read_zip(a_zip(files))
    assert [item.place for item in reading.items] == ["a.xml"]
    assert the(reading, "code_repeated").place.startswith("b.xml")
    assert "resource_repeated" in codes(reading)


# ---- the manifest


@pytest.mark.parametrize(
    ("files", "code", "place"),
    [
        ({"items/one.xml": a_choice("one")}, "manifest_missing", ""),
        ({"imsmanifest.xml": "<manifest"}, "xml_refused", "imsmanifest.xml, line 1"),
        ({"imsmanifest.xml": "<list/>"}, "manifest_wrong", "imsmanifest.xml, line 1"),
        (
            {"imsmanifest.xml": a_manifest(namespace="urn:other")},
            "manifest_wrong",
            "imsmanifest.xml, line 2",
        ),
        ({"imsmanifest.xml": "<!DOCTYPE a []><a/>"}, "xml_refused", "imsmanifest.xml, line 1"),
    ],
)
def test_a_package_without_a_sound_manifest_is_refused(
    files: dict[str, bytes | str], code: str, place: str
) -> None:
    reading = read_zip(a_zip(files))
    assert reading.items == ()
    assert (the(reading, code).place, the(reading, code).severity) == (place, Severity.ERROR)


def test_a_folder_around_the_package_is_seen_through() -> None:
    manifest = a_manifest(resource("one"))
    files = {"all/imsmanifest.xml": manifest, "all/items/one.xml": a_choice("one")}
    reading = read_zip(a_zip(files))
    assert [item.code for item in reading.items] == ["one"]
    assert "folder_around" in codes(reading)


def test_what_is_missing_there_twice_or_unused_is_told() -> None:
    manifest = a_manifest(
        resource("one", files=["gone.png"], needs=["nothing"]),
        resource("two", "items/one.xml"),
        resource("three", "../../etc/passwd"),
        resource("four"),
    )
    files = {"imsmanifest.xml": manifest, "items/one.xml": a_choice("one"), "left.txt": b"x"}
    reading = read_zip(a_zip(files), EDITION)
    assert [item.code for item in reading.items] == ["one"]
    told = {
        (one.code, one.place, one.sentence.partition(" ")[0])
        for one in reading.findings
        if one.severity is not Severity.NOTE
    }
    assert ("file_missing", "imsmanifest.xml, line 6", "The") in told
    assert ("resource_missing", "imsmanifest.xml, line 6", "one") in told
    assert ("item_missing", "imsmanifest.xml, line 8", "The") in told
    assert ("item_missing", "imsmanifest.xml, line 9", "The") in told
    assert the(reading, "file_repeated").place == "imsmanifest.xml, line 7"
    assert the(reading, "file_unused").place == "left.txt"
