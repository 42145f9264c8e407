"""What a package holds beside items: shared texts, tests, statistics; and a Canvas quiz."""

import pytest

from item_bank.qti.packages import PackageReading, Target, read_zip
from tests.item_bank.qti.files import an_item
from tests.item_bank.qti.packages.one_item import EDITION
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
