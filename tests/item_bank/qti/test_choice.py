import hashlib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.errors import ContentUnsound, QtiError
from item_bank.items import Choice, ItemContent, plain_text
from item_bank.qti.choice import content_hash, read_choice, write_choice
from tests.item_bank.examples import a_content, choices

QTI = {"q": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"}


def parsed_elsewhere(xml: bytes) -> ET.Element:
    """What the standard library's parser sees in a file of ours."""
    return ET.fromstring(xml)  # noqa: S314


def test_the_file_is_a_qti_3_item_that_another_parser_reads() -> None:
    content = a_content(situation=("Fire & water.", "Then <this>."), shuffle=False)
    root = parsed_elsewhere(write_choice("T-01", content))
    assert root.tag == "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}qti-assessment-item"
    assert (root.get("identifier"), root.get("title")) == ("T-01", content.title)
    declaration = root.find("q:qti-response-declaration", QTI)
    assert (declaration.get("cardinality"), declaration.get("base-type")) == (
        "single",
        "identifier",
    )
    assert declaration.findtext("q:qti-correct-response/q:qti-value", None, QTI) == "B"
    outcomes = [e.get("identifier") for e in root.findall("q:qti-outcome-declaration", QTI)]
    assert outcomes == ["SCORE", "FEEDBACK"]
    paragraphs = [e.text for e in root.findall("q:qti-item-body/q:p", QTI)]
    assert paragraphs == ["Fire & water.", "Then <this>."]
    interaction = root.find("q:qti-item-body/q:qti-choice-interaction", QTI)
    assert (interaction.get("shuffle"), interaction.get("max-choices")) == ("false", "1")
    assert interaction.findtext("q:qti-prompt", None, QTI) == content.question
    assert [e.get("identifier") for e in interaction.findall("q:qti-simple-choice", QTI)] == [
        "A",
        "B",
        "C",
        "D",
    ]


def test_response_processing_scores_the_key_and_feeds_back_the_response() -> None:
    root = parsed_elsewhere(write_choice("T-01", a_content()))
    condition = root.find("q:qti-response-processing/q:qti-response-condition", QTI)
    match = condition.find("q:qti-response-if/q:qti-match", QTI)
    assert [e.tag.partition("}")[2] for e in match] == ["qti-variable", "qti-correct"]
    score = condition.find("q:qti-response-if/q:qti-set-outcome-value", QTI)
    assert score.get("identifier") == "SCORE"
    assert score.findtext("q:qti-base-value", None, QTI) == "1"
    feedback = root.find("q:qti-response-processing/q:qti-set-outcome-value", QTI)
    assert feedback.get("identifier") == "FEEDBACK"
    assert feedback.find("q:qti-variable", QTI).get("identifier") == "RESPONSE"


def test_each_choice_has_feedback_and_the_keys_ends_with_what_to_remember() -> None:
    content = a_content(key="C", remember="Remember this.")
    root = parsed_elsewhere(write_choice("T-01", content))
    feedbacks = {
        e.get("identifier"): [
            (p.get("class"), p.text) for p in e.findall("q:qti-content-body/q:p", QTI)
        ]
        for e in root.findall("q:qti-modal-feedback", QTI)
    }
    expected = {c.identifier: [(None, c.rationale)] for c in content.choices}
    expected["C"].append(("remember", "Remember this."))
    assert feedbacks == expected


# What XML 1.0 can carry in one line of text, control characters of C1 included.
texts = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
    max_size=40,
).map(plain_text)
some_text = texts.filter(bool)


@st.composite
def contents(draw: st.DrawFn) -> ItemContent:
    names = draw(
        st.lists(
            st.from_regex(r"[A-Za-z_][A-Za-z0-9_.\-]{0,6}", fullmatch=True),
            min_size=2,
            max_size=6,
            unique=True,
        )
    )
    return ItemContent(
        title=draw(some_text),
        situation=tuple(draw(st.lists(some_text, max_size=3))),
        question=draw(some_text),
        choices=tuple(Choice(name, draw(some_text), draw(texts)) for name in names),
        key=draw(st.sampled_from(names)),
        shuffle=draw(st.booleans()),
        remember=draw(texts),
    )


@settings(deadline=None)
@given(contents())
def test_reading_gives_back_exactly_what_was_written(content: ItemContent) -> None:
    assert read_choice(write_choice("T-01", content)) == ("T-01", content)


def test_equal_content_gives_equal_bytes_and_the_hash_is_that_of_the_canonical_xml() -> None:
    written = write_choice("T-01", a_content())
    assert written == write_choice("T-01", a_content())
    canonical = ET.canonicalize(written.decode())
    assert content_hash(written) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_hash_ignores_how_the_xml_is_spelled_and_sees_every_change_of_content() -> None:
    written = write_choice("T-01", a_content())
    respelled = written.replace(b'adaptive="false" time-dependent="false"', b"").replace(
        b"<qti-assessment-item ",
        b"<qti-assessment-item time-dependent='false'  adaptive='false' ",
    )
    assert respelled != written
    assert content_hash(respelled) == content_hash(written)
    assert content_hash(write_choice("T-01", a_content(key="A"))) != content_hash(written)
    assert content_hash(write_choice("T-02", a_content())) != content_hash(written)


def test_a_comment_in_the_text_is_left_out_and_loses_nothing() -> None:
    written = write_choice("T-01", a_content(question="What next?"))
    commented = written.replace(b"What next?", b"What <!-- a note -->next?")
    assert read_choice(commented).content.question == "What next?"


def test_an_identifier_that_qti_does_not_allow_is_not_written() -> None:
    with pytest.raises(ContentUnsound):
        write_choice("1st item", a_content())


@pytest.mark.parametrize(
    ("before", "after", "blamed", "sentence"),
    [
        ("qti-assessment-item", "qti-assessment-test", "<qti-assessment-test", "no QTI 3 item"),
        ("imsqtiasi_v3p0", "imsqti_v2p1", "<qti-assessment-item", "no QTI 3 item"),
        ('max-choices="1"', 'max-choices="2"', "max-choices", "This qti-choice-interaction"),
        ('"single"', '"multiple"', "multiple", "This qti-response-declaration"),
        ('base-type="float">1<', 'base-type="float">2<', ">2<", "This qti-base-value"),
        ("<qti-match>", "<qti-match><qti-null/>", "<qti-match>", "This qti-null"),
        (">What now?<", "><b>What</b> now?<", "<b>What", "holds b; plain text"),
        ("<p>First.</p>", "<p>First.</p><img/>", "<img/>", "This img"),
        ("<p>First.</p>", "<p>First.</p>loose words", "loose", "This p"),
        ("<p>First.</p>", '<p onclick="x">First.</p>', "onclick", "This p"),
        ("<p>First.</p>", "<script>x</script>", "<script>", "This script"),
        ("value>A</", "value>Z</", "<qti-item-body", "none of the choices"),
        ("<qti-value>A</qti-value>", "", "<qti-assessment-item", "has no qti-response-decl"),
        ('-choice identifier="B"', '-choice identifier="A"', "<qti-item-body", "the same ident"),
        ('-choice identifier="B"', '-choice identifier="C"', '-choice identifier="C"', "C has no"),
        ('-choice identifier="B"', "-choice", "<qti-simple-choice>", "no identifier"),
        (' shuffle="true"', "", "<qti-choice-interaction", "has no shuffle"),
        (' shuffle="true"', ' shuffle="perhaps"', "perhaps", "This qti-choice-interaction"),
        (' title="', ' label="', "label", "has no title"),
        ('"T-01"', '"1 2"', "<qti-item-body", "identifier '1 2'"),
        ("en-US", "fr", '"fr"', "This qti-assessment-item"),
        ("</qti-assessment-item>", "<x/></qti-assessment-item>", "<x/>", "one x too many"),
    ],
)
def test_an_item_that_would_come_out_changed_is_refused_with_the_line(
    before: str, after: str, blamed: str, sentence: str
) -> None:
    content = a_content(
        situation=("First.",), question="What now?", choices=choices("p", "q"), key="A", remember=""
    )
    written = write_choice("T-01", content).decode()
    assert before in written
    changed = written.replace(before, after)
    with pytest.raises(QtiError, match=sentence) as caught:
        read_choice(changed.encode())
    assert caught.value.line == changed[: changed.index(blamed)].count("\n") + 1


def test_an_item_whose_feedback_is_missing_is_refused() -> None:
    written = write_choice("T-01", a_content()).decode()
    cut = written[: written.index("  <qti-modal-feedback")] + "</qti-assessment-item>"
    with pytest.raises(QtiError, match="A has no rationale"):
        read_choice(cut.encode())


def test_an_item_without_response_processing_is_refused() -> None:
    written = write_choice("T-01", a_content()).decode()
    start = written.index("  <qti-response-processing")
    end = written.index("</qti-response-processing>") + len("</qti-response-processing>")
    with pytest.raises(QtiError):
        read_choice((written[:start] + written[end:]).encode())


def test_a_schema_location_is_no_content() -> None:
    written = write_choice("T-01", a_content())
    located = written.replace(
        b"<qti-assessment-item ",
        b'<qti-assessment-item xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xsi:schemaLocation="http://www.imsglobal.org/xsd/imsqtiasi_v3p0 x.xsd" ',
    )
    assert read_choice(located).content == a_content()


def test_the_reader_is_hardened() -> None:
    written = write_choice("T-01", a_content())
    xxe = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(QtiError, match="document type"):
        read_choice(written.replace(b"<qti-assessment-item", xxe + b"<qti-assessment-item", 1))
