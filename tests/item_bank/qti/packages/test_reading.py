import base64
import hashlib
from pathlib import Path

import pytest

from item_bank.formats.findings import Severity
from item_bank.framework import bundled_edition
from item_bank.items import CognitiveLevel
from item_bank.qti import score_item
from item_bank.qti.choice import write_choice
from item_bank.qti.packages import PackageReading, Target, read_zip
from tests.item_bank.examples import a_content
from tests.item_bank.qti.files import an_item
from tests.item_bank.qti.packages.zips import (
    a_choice,
    a_manifest,
    a_package,
    a_picture,
    a_zip,
    codes,
    resource,
    the,
)

EDITION = bundled_edition()
AREA = EDITION.node("I.B").case_identifier.removeprefix("urn:uuid:")
TASK = EDITION.node("I.B.11").case_identifier.removeprefix("urn:uuid:")
CATEGORY = EDITION.node("I").case_identifier.removeprefix("urn:uuid:")
CSM = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
FACTS = "urn:exam-engine:item-facts:1"


def tagged(*guids: str) -> str:
    inside = "".join(f"<labelledGUID><GUID>{guid}</GUID></labelledGUID>" for guid in guids)
    return (
        f'<curriculumStandardsMetadataSet xmlns="{CSM}"><curriculumStandardsMetadata>'
        f"<setOfGUIDs>{inside}</setOfGUIDs></curriculumStandardsMetadata>"
        "</curriculumStandardsMetadataSet>"
    )


def facts(**known: str) -> str:
    inside = "".join(
        f"<{name.replace('_', '-')}>{text}</{name.replace('_', '-')}>"
        for name, text in known.items()
    )
    return f'<facts xmlns="{FACTS}">{inside}</facts>'


def one(metadata: str, files: dict[str, bytes] | None = None) -> PackageReading:
    """A package of one item with this metadata."""
    manifest = a_manifest(resource("one", metadata=metadata))
    return read_zip(
        a_zip({"imsmanifest.xml": manifest, "items/one.xml": a_choice("one")} | (files or {})),
        EDITION,
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


# ---- facts


def test_tags_and_facts_are_read() -> None:
    known = facts(
        cognitive_level="recall",
        estimated_difficulty="0.4",
        source="RFC 2119",
        as_of="2026-01-31",
        review_by="2027-01-31",
        enemy="other",
    )
    (item,) = one(tagged(AREA, TASK) + known).items
    assert (item.facts.skill_area, item.facts.task) == ("I.B", "I.B.11")
    assert item.facts.cognitive_level is CognitiveLevel.RECALL
    assert (item.facts.estimated_difficulty, item.facts.source) == (0.4, "RFC 2119")
    assert str(item.facts.as_of) + str(item.facts.review_by) == "2026-01-312027-01-31"
    assert item.facts.enemies == ("other",)


def test_a_task_alone_tells_its_area() -> None:
    (item,) = one(tagged(TASK)).items
    assert (item.facts.skill_area, item.facts.task) == ("I.B", "I.B.11")


def test_a_taxon_of_lom_by_case_identifier_is_understood() -> None:
    metadata = (
        f'<lom xmlns="{LOM}"><classification><taxonPath><source><string>CASE</string></source>'
        f"<taxon><id>{AREA}</id></taxon></taxonPath></classification>"
        "<educational><difficulty/></educational></lom>"
    )
    reading = one(metadata)
    assert reading.items[0].facts.skill_area == "I.B"
    assert "(educational)" in the(reading, "metadata_dropped").sentence


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("", "tag_missing"),
        (tagged("0"), "tag_unknown"),
        (tagged(CATEGORY), "tag_unknown"),
        (tagged(AREA, EDITION.node("I.A").case_identifier), "tag_ambiguous"),
        (tagged(EDITION.node("I.A").case_identifier, TASK), "tag_ambiguous"),
        (facts(cognitive_level="guess"), "fact_wrong"),
        (facts(estimated_difficulty="7"), "fact_wrong"),
        (facts(estimated_difficulty="nan"), "fact_wrong"),
        (facts(estimated_difficulty="1e309"), "fact_wrong"),
        (facts(as_of="yesterday"), "fact_wrong"),
        (facts(enemy="not a code"), "fact_wrong"),
        (facts(colour="blue"), "fact_wrong"),
    ],
)
def test_facts_that_cannot_be_understood_are_told_and_the_item_comes_in(
    metadata: str, code: str
) -> None:
    reading = one(metadata)
    assert [item.code for item in reading.items] == ["one"]
    assert the(reading, code).place.startswith("imsmanifest.xml, line ")


# ---- media


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


# ---- shared texts, tests, statistics, QTI 1.2


STIMULUS = (
    '<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" '
    'identifier="S1" title="A plan"><qti-stimulus-body><p>The plan.</p>{}</qti-stimulus-body>'
    "</qti-assessment-stimulus>"
)
REF = '<qti-assessment-stimulus-ref identifier="S1" href="../texts/s1.xml"/>'
PLACE = '<div class="qti-shared-stimulus" data-stimulus-idref="S1"></div>'


def test_a_shared_text_is_put_into_every_item_that_names_it() -> None:
    items = {
        "one": a_choice("one", f"<h1>Read</h1>{PLACE}", REF),
        "two": a_choice("two", "<h1>Read</h1>", REF),
    }
    text = STIMULUS.format('<p><img src="a.png" alt="x"/></p>')
    others = {"texts/s1.xml": text, "texts/a.png": a_picture()}
    reading = read_zip(a_package(items, others))
    assert reading.reading.errors == ()
    first, second = reading.items
    path = first.media[0].path.encode()
    inside = b'<p>The plan.</p><p><img src="' + path + b'" alt="x"/></p></div>'
    div = b'<div class="qti-shared-stimulus" data-stimulus-idref="S1">'
    assert b"<h1>Read</h1>" + div + inside in first.xml
    assert div + inside + b"<h1>Read</h1>" in second.xml
    assert b"stimulus-ref" not in first.xml
    assert [(one.identifier, one.title, one.items) for one in reading.stimuli] == [
        ("S1", "A plan", ("one", "two"))
    ]


@pytest.mark.parametrize(
    "text", [None, "<broken", "<p/>", STIMULUS.format("<script>x</script>")], ids=str
)
def test_an_item_whose_shared_text_cannot_be_shown_is_refused(text: str | None) -> None:
    others = {} if text is None else {"texts/s1.xml": text}
    reading = read_zip(a_package({"one": a_choice("one", "", REF)}, others))
    assert reading.items == ()
    assert reading.reading.errors


TEST = """<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
 identifier="T" title="A test">
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-time-limits max-time="7200" allow-late-submission="true"/>
<qti-test-part identifier="P1" navigation-mode="linear" submission-mode="simultaneous">
<qti-item-session-control max-attempts="1"/>
<qti-assessment-section identifier="S1" title="First" visible="false" keep-together="false">
<qti-selection select="1"/><qti-ordering shuffle="true"/>
<qti-assessment-item-ref identifier="i1" href="../items/one.xml" category="a b" fixed="true">
<qti-pre-condition/><qti-weight identifier="W" value="2.5"/><qti-time-limits min-time="5"/>
</qti-assessment-item-ref>
<qti-assessment-section identifier="S2" title="Inner" visible="true" required="true">
<qti-assessment-item-ref identifier="i2" href="../items/gone.xml"/>
</qti-assessment-section>
<qti-assessment-section-ref identifier="S3" href="sections/s3.xml"/>
</qti-assessment-section>
</qti-test-part>
</qti-assessment-test>"""
SECTION = """<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
 identifier="S3" title="Outer" visible="true">
<qti-assessment-item-ref identifier="i3" href="../../items/one.xml"/>
</qti-assessment-section>"""


def with_test(test: str) -> PackageReading:
    others = {"tests/t.xml": test, "tests/sections/s3.xml": SECTION}
    resources = resource("T", "tests/t.xml", kind="imsqti_test_xmlv3p0")
    return read_zip(a_package({"one": a_choice("one")}, others, resources))


def test_a_test_is_read_into_the_structure_of_an_exam() -> None:
    reading = with_test(TEST)
    (test,) = reading.tests
    assert (test.identifier, test.title, test.time_limits.most) == ("T", "A test", 7200)
    assert test.time_limits.allow_late
    (part,) = test.parts
    assert part.linear
    assert part.simultaneous
    (section,) = part.sections
    assert (section.title, section.visible, section.keep_together) == ("First", False, False)
    assert section.selection is not None
    assert (section.selection.count, section.shuffle) == (1, True)
    first, inner, outer = section.children
    assert (first.item, first.categories, first.weights, first.fixed) == (
        *("one", ("a", "b"), (("W", 2.5),), True),
    )
    assert first.time_limits.least == 5
    assert (inner.title, inner.required, inner.children[0].item) == ("Inner", True, None)
    assert (outer.title, outer.children[0].item) == ("Outer", "one")
    assert test.items() == ("one", "one")


def test_what_a_test_holds_that_is_not_carried_is_told() -> None:
    reading = with_test(TEST)
    dropped = [one.sentence for one in reading.findings if one.code == "test_dropped"]
    assert len(dropped) == 3
    assert any("conditions for what is shown" in sentence for sentence in dropped)
    assert the(reading, "reference_missing").place == "tests/t.xml, line 13"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("qti-assessment-test", "qti-assessment-tost", "test_wrong"),
        ('select="1"', 'select="many"', "test_changed"),
        ('"7200"', '"NaN"', "test_changed"),
        ('value="2.5"', 'value="1e400"', "test_changed"),
        ('"linear"', '"spiral"', "test_changed"),
        ('identifier="i2"', 'identifier="i1"', "test_changed"),
        ("sections/s3.xml", "sections/s4.xml", "file_missing"),
        ("qti-test-part", "qti-part", "test_wrong"),
    ],
)
def test_faults_of_a_test_are_told_and_the_items_come_in(
    before: str, after: str, code: str
) -> None:
    reading = with_test(TEST.replace(before, after))
    assert [item.code for item in reading.items] == ["one"]
    assert code in codes(reading)


def test_sections_that_name_themselves_end() -> None:
    loop = SECTION.replace(
        '<qti-assessment-item-ref identifier="i3" href="../../items/one.xml"/>',
        '<qti-assessment-section-ref identifier="again" href="s3.xml"/>' * 3,
    )
    others = {"tests/t.xml": TEST, "tests/sections/s3.xml": loop}
    resources = resource("T", "tests/t.xml", kind="imsqti_test_xmlv3p0")
    reading = read_zip(a_package({"one": a_choice("one")}, others, resources))
    assert "test_wrong" in codes(reading)


USAGE = """<usageData xmlns="http://www.imsglobal.org/xsd/imsqti_usagedata_v3p0" glossary="urn:g">
<ordinaryStatistic name="P-value" context="urn:run-1" caseCount="120" stdError="0.02"
 lastUpdated="2026-06-13"><targetObject identifier="one"/><value>0.647</value></ordinaryStatistic>
<categorizedStatistic name="Chosen" context="urn:run-1">
<targetObject identifier="one" partIdentifier="A" objectType="choice"/>
<mapping defaultValue="0"><mapEntry mapKey="low" mappedValue="0.25"/></mapping>
</categorizedStatistic>
<ordinaryStatistic name="P-value" context="c"><targetObject identifier="gone"/><value>1</value>
</ordinaryStatistic>
<ordinaryStatistic name="bad" context="c"><targetObject identifier="one"/><value>NaN</value>
</ordinaryStatistic>
<other/>
</usageData>"""


def test_statistics_of_items_are_read() -> None:
    resources = resource("U", "u.xml", kind="qtiusagedata/xml")
    reading = read_zip(a_package({"one": a_choice("one")}, {"u.xml": USAGE}, resources))
    difficulty, chosen = reading.statistics
    assert (difficulty.name, difficulty.value, difficulty.cases) == ("P-value", 0.647, 120)
    assert (difficulty.standard_error, difficulty.last_updated) == (0.02, "2026-06-13")
    assert (difficulty.context, difficulty.glossary) == ("urn:run-1", "urn:g")
    assert chosen.targets == (Target("one", "A", "choice"),)
    assert (chosen.value, chosen.values) == (None, (("low", 0.25),))
    wrong = [one.place for one in reading.findings if one.code == "statistic_wrong"]
    assert wrong == ["u.xml, line 10", "u.xml, line 12"]
    assert "statistic_unknown" in codes(reading)


CANVAS = """<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">
<assessment ident="a" title="Quiz"><section ident="s"><item ident="q1" title="Colours">
<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>
<fieldentry>multiple_choice_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">
&lt;p&gt;Which? &lt;img src="$IMS-CC-FILEBASE$/a.png" alt="x"&gt;&lt;/p&gt;</mattext></material>
<response_lid ident="response1" rcardinality="Single"><render_choice>
<response_label ident="1"><material><mattext>Red</mattext></material></response_label>
<response_label ident="2"><material><mattext>Blue</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE"/></outcomes>
<respcondition continue="No"><conditionvar><varequal respident="response1">2</varequal>
</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>
</item></section></assessment></questestinterop>"""


def test_a_quiz_that_canvas_exported_is_read() -> None:
    manifest = a_manifest(
        '<resource identifier="g1" type="imsqti_xmlv1p2"><file href="g1/g1.xml"/></resource>',
        namespace="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
    )
    files = {"imsmanifest.xml": manifest, "g1/g1.xml": CANVAS, "web_resources/a.png": a_picture()}
    reading = read_zip(a_zip(files), EDITION)
    (item,) = reading.items
    assert (item.code, item.title, item.place) == ("q1", "Colours", "g1/g1.xml, line 2")
    assert item.media[0].data == a_picture()
    assert item.media[0].path.encode() in item.xml
    assert "file_unused" not in codes(reading)


def test_an_item_without_interactions_and_with_200_errors_is_told_in_brief() -> None:
    body = "".join(f"<unknown{number}/>" for number in range(200))
    reading = read_zip(a_package({"one": an_item(body=body)}))
    assert len(reading.reading.errors) == 21
    assert "errors more" in reading.reading.errors[-1].sentence
