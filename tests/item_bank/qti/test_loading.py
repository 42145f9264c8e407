"""Files as they come: sound, faulty, hostile."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from item_bank.errors import ItemBankError, QtiError, ScoringRefused
from item_bank.qti import Severity, check_item, read_item, score_item
from item_bank.qti.choice import write_choice
from item_bank.qti.expressions import OPERATORS
from item_bank.qti.interactions import PARTS
from tests.item_bank.examples import SAMPLE, a_content
from tests.item_bank.qti.files import (
    CHOICES,
    QTI3,
    RIGHT_IS_A,
    SCORE,
    an_item,
    declared,
    keyed,
    q,
    real,
    set_outcome,
    variable,
)

RULES = set_outcome("SCORE", real(1))
SOUND = an_item(declarations=RIGHT_IS_A + SCORE, body=CHOICES, rules=RULES)


def codes(xml: bytes, severity: Severity = Severity.ERROR) -> set[tuple[str, int | None]]:
    return {(one.code, one.line) for one in check_item(xml) if one.severity is severity}


def test_the_sample_bank_is_sound_and_scores_as_its_own_code_scores_it() -> None:
    for path in sorted((SAMPLE / "items").glob("*.xml")):
        xml = path.read_bytes()
        assert check_item(xml) == ()
        item = read_item(xml)
        key = item.correct_responses()["RESPONSE"]
        [interaction] = item.present().interactions
        for choice in interaction.identifiers:
            outcomes = score_item(xml, {"RESPONSE": choice})
            assert outcomes == {"SCORE": float(choice == key), "FEEDBACK": choice}


def test_what_write_choice_writes_is_read_with_its_feedback() -> None:
    content = a_content()
    item = read_item(write_choice("T-01", content))
    assert (item.identifier, item.title, item.language) == ("T-01", content.title, "en-US")
    assert item.is_scored
    outcomes = item.score({"RESPONSE": "A"})
    [feedback] = item.feedback(outcomes)
    assert feedback.identifier == "A"
    assert content.choices[0].rationale in str(feedback.content)


def test_equal_bytes_give_the_same_item() -> None:
    assert read_item(SOUND) is read_item(bytes(bytearray(SOUND)))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('identifier="RESPONSE" cardinality="single"', 'identifier="RESPONSE"',
         "attribute_missing", 3),
        ('cardinality="single" base-type="identifier"', 'cardinality="one" base-type="identifier"',
         "attribute_unsound", 3),
        ('base-type="identifier"', 'base-type="number"', "attribute_unsound", 3),
        ("<qti-value>A</qti-value>", "<qti-value>A</qti-value><qti-value>B</qti-value>",
         "values_unsound", 3),
        ("<qti-value>A</qti-value>", "<qti-value>Z</qti-value>", "key_impossible", 4),
        ('identifier="SCORE" card', 'identifier="SC ORE" card', "identifier_unsound", 3),
        ('<qti-set-outcome-value identifier="SCORE">', '<qti-set-outcome-value identifier="S">',
         "variable_unknown", 5),
        ('<qti-set-outcome-value identifier="SCORE">',
         '<qti-set-outcome-value identifier="RESPONSE">', "variable_unknown", 5),
        (">1</qti-base-value>", ">1e309</qti-base-value>", "value_unsound", 5),
        (">1</qti-base-value>", ">NaN</qti-base-value>", "value_unsound", 5),
        (">1</qti-base-value>", ">inf</qti-base-value>", "value_unsound", 5),
        (">1</qti-base-value>", ">1,5</qti-base-value>", "value_unsound", 5),
        (">1</qti-base-value>", ">" + "9" * 400 + "</qti-base-value>", "value_unsound", 5),
        ("qti-base-value", "qti-eval", "element_unknown", 5),
        ("qti-set-outcome-value", "qti-set-outcome", "element_unknown", 5),
        ("<qti-item-body>", "<qti-item-bodies/><qti-item-body>", "element_unknown", 4),
        ("<qti-item-body>", "<qti-item-body/><qti-item-body>", "element_twice", 4),
        ("<qti-item-body>", "<qti-item-body><script>x()</script>", "element_unknown", 4),
        ("<qti-item-body>", "<qti-item-body><p onclick='x()'>x</p>", "script_refused", 4),
        ("<qti-item-body>", "<qti-item-body><a href=' javascript:x()'>x</a>", "script_refused", 4),
        ("<qti-item-body>", "<qti-item-body><p xmlns='http://x'>x</p>", "element_unknown", 4),
        ("<qti-item-body>",
         "<qti-item-body><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='x'/>",
         "element_unknown", 4),
        ("<qti-response-processing>",
         "<qti-response-processing>"
         "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='x'/>",
         "include_refused", 5),
        ("<qti-item-body>", "<qti-item-body><qti-feedback-block outcome-identifier='F' "
         "identifier='x' show-hide='show'/>", "variable_unknown", 4),
        ("<qti-item-body>", "<qti-item-body><p><qti-printed-variable identifier='V'/></p>",
         "variable_unknown", 4),
        ("<qti-item-body>", "<qti-item-body><qti-template-block template-identifier='SCORE' "
         "identifier='x' show-hide='show'/>", "variable_unknown", 4),
        ("identifier=\"made\"", "", "attribute_missing", 2),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old: str, new: str, code: str, line: int) -> None:
    assert codes(SOUND) == set()
    assert old in SOUND.decode()
    faulty = SOUND.decode().replace(old, new).encode()
    assert (code, line) in codes(faulty)
    with pytest.raises(QtiError) as refused:
        score_item(faulty, {"RESPONSE": "A"})
    assert refused.value.line is not None


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (q("sum"), "operands_unsound"),
        (q("not", q("is-null", real(1)), q("is-null", real(1))), "operands_unsound"),
        (q("sum", variable("RESPONSE")), "type_unsound"),
        (q("match", variable("RESPONSE"), real(1)), "type_unsound"),
        (q("correct", identifier="SCORE"), "variable_unknown"),
        (q("map-response", identifier="RESPONSE"), "mapping_missing"),
        (q("map-response-point", identifier="RESPONSE"), "mapping_missing"),
        (q("variable", identifier="ITEM1.SCORE"), "variable_unknown"),
        (q("equal", real(1), real(1), tolerance_mode="absolute"), "attribute_unsound"),
        (q("any-n", q("is-null", real(1)), min="two", max=3), "attribute_unsound"),
        (q("math-operator", real(1), name="eval"), "attribute_unsound"),
        (q("math-operator", real(1), name="atan2"), "operands_unsound"),
        (q("pattern-match", variable("RESPONSE"), pattern="("), "pattern_unsound"),
        (q("number-correct"), "expression_refused"),
        (q("lookup-table", real(1)), "operands_unsound"),
        (q("index", q("multiple", real(1)), n=1), "type_unsound"),
        (q("multiple", real(1), variable("RESPONSE")), "type_unsound"),
    ],
)
def test_faults_of_expressions_are_found_before_anything_is_scored(
    expression: str, code: str
) -> None:
    xml = an_item(
        declarations=RIGHT_IS_A + SCORE, rules=RULES + "\n" + set_outcome("SCORE", expression)
    )
    assert (code, 6) in codes(xml)


def test_all_faults_of_a_file_are_told_and_the_first_is_raised_with_their_count() -> None:
    declarations = declared("outcome", "A", "what") + "\n" + declared("outcome", "A", "float")
    xml = an_item(declarations=declarations, rules=set_outcome("B", real("x")))
    assert codes(xml) == {
        ("attribute_unsound", 3),
        ("identifier_twice", 4),
        ("variable_unknown", 6),
        ("value_unsound", 6),
    }
    with pytest.raises(QtiError, match=r"line 3: .*\(3 more\.\)"):
        read_item(xml)


def test_many_warnings_do_not_hide_an_error() -> None:
    left_out = "<qti-stylesheet href='x.css' type='text/css'/>\n" * 500
    xml = an_item(declarations=left_out, rules=set_outcome("NONE", real(1)))
    assert {code for code, _ in codes(xml)} == {"variable_unknown"}


def test_a_key_that_nobody_gave_is_an_error_where_rules_compare_with_it() -> None:
    rules = q("match", variable("RESPONSE"), q("correct", identifier="RESPONSE"))
    condition = q("response-condition", q("response-if", rules, RULES))
    keyless = an_item(declarations=declared("response", "RESPONSE") + SCORE, rules=condition)
    assert ("key_missing", 5) in codes(keyless)
    with_key = declared("response", "RESPONSE", inside=keyed("A"))
    assert codes(an_item(declarations=with_key + SCORE, rules=condition)) == set()


def test_an_item_without_rules_is_read_as_not_scored_and_says_so() -> None:
    item = read_item(an_item(declarations=RIGHT_IS_A + SCORE, body=CHOICES))
    assert not item.is_scored
    assert [finding.code for finding in item.findings] == ["unscored"]
    assert item.score({"RESPONSE": "A"}) == {"SCORE": 0.0}


# ---- hostile files


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<",
        b"<item/>",
        b"no XML",
        SOUND[:-10],
        SOUND.replace(QTI3.encode(), b"http://example.org/qti"),
        SOUND.replace(QTI3.encode(), b"http://www.imsglobal.org/xsd/imsqtiasi_v4p0"),
        SOUND.replace(b"qti-assessment-item", b"qti-assessment-test"),
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hosts">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        SOUND.replace(b"UTF-8", b"UTF-16"),
        SOUND.replace(b"Apple", b"\xff\xfe"),
        SOUND.replace(b"Apple", b"\x00"),
        SOUND.replace(b"Apple", b"&#xD800;"),
        SOUND.replace(b"Apple", b"<b>" * 100 + b"</b>" * 100),
        b"<x>" + b" " * 1_000_001 + b"</x>",
    ],
)
def test_a_hostile_or_broken_file_is_refused_in_a_sentence(xml: bytes) -> None:
    [finding] = [one for one in check_item(xml) if one.severity is Severity.ERROR]
    assert finding.code == "file_refused"
    assert len(finding.sentence) < 400
    with pytest.raises(QtiError):
        read_item(xml)


def test_a_file_that_asks_for_too_much_is_refused() -> None:
    crowded = an_item(body="<b/>" * 40_001)
    assert {code for code, _ in codes(crowded)} == {"file_refused"}
    asked = "".join(
        set_outcome("SCORE", q("pattern-match", variable("RESPONSE"), pattern=f"a{n}"))
        for n in range(101)
    )
    told = codes(an_item(declarations=RIGHT_IS_A + SCORE, rules=asked))
    assert "pattern_unsound" in {code for code, _ in told}
    corners = ",".join("0" for _ in range(1000))
    area = q("area-map-entry", shape="poly", coords=corners, mapped_value=1)
    mapping = q("area-mapping", area * 200)
    response = declared("response", "RESPONSE", "point", "multiple", inside=mapping)
    rules = set_outcome("SCORE", q("map-response-point", identifier="RESPONSE"))
    item = read_item(an_item(declarations=response + SCORE, rules=rules))
    with pytest.raises(ScoringRefused):
        item.score({"RESPONSE": [(n, n) for n in range(1, 1000)]})


def test_utf_16_and_a_byte_order_mark_are_read() -> None:
    text = SOUND.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').replace("Apple", "Äpfel")
    for xml in (text.encode("utf-16"), b"\xef\xbb\xbf" + SOUND):
        assert score_item(xml, {"RESPONSE": "A"})["SCORE"] == 1


def test_nothing_beside_the_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET", "utf-8")
    monkeypatch.chdir(tmp_path)
    stylesheet = b'<?xml-stylesheet href="secret.txt"?>'
    location = (
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xsi:schemaLocation="x secret.txt" title='
    )
    xml = SOUND.replace(b"<qti-assessment-item", stylesheet + b"<qti-assessment-item", 1)
    item = read_item(xml.replace(b"title=", location, 1))
    assert "SECRET" not in repr(item.present())


MUTATED = st.builds(
    lambda at, length, put: SOUND[:at] + put + SOUND[at + length :],
    st.integers(0, len(SOUND)),
    st.integers(0, 20),
    st.binary(max_size=8) | st.sampled_from([b"<qti-sum/>", b'"', b"</p>", b"&amp;", b"-1"]),
)
ELEMENTS = sorted({str(etree.QName(one).localname) for one in etree.fromstring(SOUND).iter()})


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(MUTATED)
def test_a_damaged_file_is_read_or_refused(xml: bytes) -> None:
    check_item(xml)
    try:
        read_item(xml).present()
        score_item(xml, {"RESPONSE": "A"})
    except ItemBankError:
        pass


@st.composite
def rearranged(draw: st.DrawFn) -> bytes:
    """The item with elements renamed, moved and given other attributes."""
    root = etree.fromstring(SOUND)
    elements = list(root.iter())
    known = sorted({*ELEMENTS, *OPERATORS, *PARTS, "qti-gap-text", "qti-map-entry", "p", "img"})
    for _ in range(draw(st.integers(1, 4))):
        one = draw(st.sampled_from(elements[1:]))
        match draw(st.integers(0, 3)):
            case 0:
                one.tag = f"{{{QTI3}}}{draw(st.sampled_from(known))}"
            case 1:
                target = draw(st.sampled_from(elements))
                if one not in list(target.iterancestors()) and target is not one:
                    target.append(one)
            case 2:
                name = draw(st.sampled_from(["identifier", "base-type", "n", "shape", "coords"]))
                one.set(name, draw(st.sampled_from(["A", "RESPONSE", "float", "1", "", "rect"])))
            case _:
                etree.SubElement(one, f"{{{QTI3}}}{draw(st.sampled_from(known))}")
    return etree.tostring(root)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(rearranged())
def test_a_rearranged_item_is_read_or_refused(xml: bytes) -> None:
    check_item(xml)
    try:
        read_item(xml).present()
        score_item(xml, {"RESPONSE": "A"})
    except ItemBankError:
        pass
