import pytest
from lxml import etree

from item_bank.errors import QtiError
from item_bank.qti import Severity, check_item, read_item, score_item
from item_bank.qti.conversion.version2 import is_version2, to_version3
from item_bank.qti.documents import local_name, parse
from item_bank.qti.expressions import OPERATORS, REFUSED
from item_bank.qti.interactions import KINDS

ITEM = """<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="i" title="t"
    adaptive="false" timeDependent="false" xml:lang="en">
  <responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
    <correctResponse><value>A</value></correctResponse>
    <mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="2"/></mapping>
  </responseDeclaration>
  <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
  <itemBody>
    <p class="camelCase" id="theP">Sum <math xmlns="http://www.w3.org/1998/Math/MathML">
      <mi mathVariant="bold">x</mi></math></p>
    <choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">
      <simpleChoice identifier="A">Apple</simpleChoice>
      <simpleChoice identifier="B">Banana</simpleChoice>
    </choiceInteraction>
  </itemBody>
  <responseProcessing>
    <setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>
  </responseProcessing>
</assessmentItem>
"""


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.imsglobal.org/xsd/imsqti_v2p0",
        "http://www.imsglobal.org/xsd/imsqti_v2p1",
        "http://www.imsglobal.org/xsd/imsqti_v2p2",
        "http://www.imsglobal.org/xsd/apip/apipv1p0/qtiitem/imsqti_v2p1",
    ],
)
def test_items_of_version_2_are_read(namespace: str) -> None:
    xml = ITEM.replace("http://www.imsglobal.org/xsd/imsqti_v2p2", namespace).encode()
    assert [score_item(xml, {"RESPONSE": given})["SCORE"] for given in "AB"] == [2, 0]
    [interaction] = read_item(xml).present().interactions
    assert interaction.identifiers == {"A", "B"}


def test_other_versions_are_refused() -> None:
    for namespace in ("http://www.imsglobal.org/xsd/ims_qtiasiv1p2", "http://example.org"):
        xml = ITEM.replace("http://www.imsglobal.org/xsd/imsqti_v2p2", namespace).encode()
        with pytest.raises(QtiError, match="no item of QTI 2 or 3"):
            read_item(xml)


def test_names_become_those_of_version_3_and_lines_stay() -> None:
    root = parse(ITEM.encode())
    lines = [one.sourceline for one in root.iter()]
    assert is_version2(root)
    to_version3(root)
    assert not is_version2(root)
    assert [one.sourceline for one in root.iter()] == lines
    assert [local_name(one) for one in root.iter()] == [
        "qti-assessment-item",
        "qti-response-declaration",
        "qti-correct-response",
        "qti-value",
        "qti-mapping",
        "qti-map-entry",
        "qti-outcome-declaration",
        "qti-item-body",
        "p",
        "math",
        "mi",
        "qti-choice-interaction",
        "qti-simple-choice",
        "qti-simple-choice",
        "qti-response-processing",
        "qti-set-outcome-value",
        "qti-map-response",
    ]
    interaction = root.find(".//{*}qti-choice-interaction")
    assert dict(interaction.attrib) == {
        "response-identifier": "RESPONSE",
        "shuffle": "false",
        "max-choices": "1",
    }
    assert dict(root.find(".//{*}p").attrib) == {"class": "camelCase", "id": "theP"}
    assert dict(root.find(".//{*}mi").attrib) == {"mathVariant": "bold"}
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def camel(name: str) -> str:
    """As version 2 writes the name of version 3."""
    first, *others = name.removeprefix("qti-").split("-")
    return first + "".join(one.upper() if len(one) <= 2 and one in ("lt",) else one.capitalize()
                           for one in others)  # fmt: skip


@pytest.mark.parametrize("name", sorted({*OPERATORS, *REFUSED, *KINDS}))
def test_every_operator_and_interaction_has_its_name_in_version_2(name: str) -> None:
    old = {"qti-duration-gte": "durationGTE"}.get(name, camel(name))
    root = parse(f'<{old} xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>'.encode())
    to_version3(root)
    assert local_name(root) == name


def test_findings_of_a_converted_item_have_its_own_lines() -> None:
    found = check_item(ITEM.replace("<mapResponse", "<mapResponses").encode())
    [error] = [finding for finding in found if finding.severity is Severity.ERROR]
    assert (error.code, error.line) == ("element_unknown", 18)
    assert etree.fromstring(ITEM.encode()).find(".//{*}mapResponse").sourceline == 18
