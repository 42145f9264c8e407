"""Items of QTI 2 written as files of QTI 3: other text, the same item."""

import json
from pathlib import Path

import pytest

from item_bank.errors import ItemBankError, QtiError
from item_bank.qti import check_item, score_item
from item_bank.qti.conversion.version2 import to_version3
from item_bank.qti.conversion.whole import version3_root, written
from item_bank.qti.documents import parse
from item_bank.qti.reading import NAMESPACE
from item_bank.qti.values import Json


def as_version3(xml: bytes) -> bytes:
    root = parse(xml)
    to_version3(root)
    return written(version3_root(root))


def outcome(xml: bytes, responses: dict[str, Json], seed: int) -> object:
    try:
        return score_item(xml, responses, seed=seed)
    except ItemBankError as error:
        return type(error)


def test_every_item_scores_the_same_as_before(shared: Path) -> None:
    folders = sorted((shared / "fixtures" / "qti" / "scoring").glob("*"))
    assert folders
    for folder in folders:
        xml = (folder / "item.xml").read_bytes()
        converted = as_version3(xml)
        assert b"ns0" not in converted
        assert b"v2p" not in converted
        assert written(parse(converted)) == converted
        cases = json.loads((folder / "cases.json").read_text("utf-8"))
        for case in cases["cases"]:
            before = outcome(xml, case["responses"], cases.get("seed", 0))
            assert outcome(converted, case["responses"], cases.get("seed", 0)) == before


@pytest.mark.parametrize("version", ["items_2.1", "items_2.2"])
def test_every_item_has_the_same_findings_as_before(shared: Path, version: str) -> None:
    checked = 0
    for path in sorted((shared / "fixtures" / "qti" / version).glob("*.xml")):
        xml = path.read_bytes()
        try:
            converted = as_version3(xml)
        except QtiError:
            continue
        checked += 1
        before = sorted(finding.code for finding in check_item(xml))
        assert sorted(finding.code for finding in check_item(converted)) == before, path.name
    assert checked


def test_the_file_is_as_other_systems_write_it() -> None:
    xml = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="i" title="T" adaptive="false"
 xsi:schemaLocation="http://www.imsglobal.org/xsd/imsqti_v2p1 imsqti_v2p1.xsd"
 timeDependent="false"><itemBody><p>See <math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi>
</math> there.</p></itemBody><responseProcessing
 template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/></assessmentItem>"""
    assert as_version3(xml.encode()).decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<qti-assessment-item xmlns="{NAMESPACE}" identifier="i" title="T" adaptive="false" '
        'time-dependent="false"><qti-item-body><p>See '
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi>\n</math> there.</p>'
        "</qti-item-body><qti-response-processing "
        'template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>'
        "</qti-assessment-item>\n"
    )
