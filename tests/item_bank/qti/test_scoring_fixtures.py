"""Cases made elsewhere, beside the project: QTI 2.2 items, responses and expected outcomes."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from item_bank.errors import ItemBankError
from item_bank.qti import Severity, check_item, score_item
from tests.conftest import SHARED

CASES = [
    pytest.param(folder.name, case, cases.get("seed", 0), id=f"{folder.name}-{number}")
    for folder in sorted((SHARED / "fixtures" / "qti" / "scoring").glob("*"))
    for cases in [json.loads((folder / "cases.json").read_text("utf-8"))]
    for number, case in enumerate(cases["cases"])
] or [pytest.param("none", {}, 0)]


@pytest.mark.parametrize(("folder", "case", "seed"), CASES)
def test_a_case_scores_as_expected(
    shared: Path, folder: str, case: dict[str, Any], seed: int
) -> None:
    xml = (shared / "fixtures" / "qti" / "scoring" / folder / "item.xml").read_bytes()
    if case.get("xfail"):
        with pytest.raises(ItemBankError):
            score_item(xml, case["responses"], seed=seed)
        return
    outcomes = score_item(xml, case["responses"], seed=seed)
    expected = case["expect"]
    assert {name: outcomes[name] for name in expected.get("outcomes", {})} == expected.get(
        "outcomes", {}
    )
    if "score" in expected:
        assert (outcomes["SCORE"] or 0) == expected["score"]
    if "maxScore" in expected:
        assert outcomes["MAXSCORE"] == expected["maxScore"]


@pytest.mark.parametrize("version", ["items_2.1", "items_2.2"])
def test_single_items_are_read_and_only_the_broken_one_is_refused(
    shared: Path, version: str
) -> None:
    refused = {
        path.name
        for path in sorted((shared / "fixtures" / "qti" / version).glob("*.xml"))
        for finding in check_item(path.read_bytes())
        if finding.severity is Severity.ERROR
    }
    # An attribute of this one has no value: it is not well-formed XML.
    assert refused == ({"audio-video.xml"} if version == "items_2.2" else set())


@pytest.mark.parametrize(
    ("package", "items", "refused"),
    [
        ("valid-package", 47, 0),
        ("no-metadata", 46, 0),
        ("no-max-score-all-items", 10, 0),
        ("no-response-processing", 1, 0),
        # 13 compare with a key that is not there and put text into an identifier; one has two keys.
        ("invalid-response-processing", 20, 14),
    ],
)
def test_the_items_of_packages_are_sound_or_refused_by_line(
    shared: Path, package: str, items: int, refused: int
) -> None:
    found = []
    with ZipFile(shared / "fixtures" / "qti" / "packages" / f"{package}.zip") as archive:
        for member in archive.namelist():
            xml = archive.read(member) if member.endswith(".xml") else b""
            if b"<qti-assessment-item" in xml and b"<qti-assessment-test" not in xml:
                errors = [one for one in check_item(xml) if one.severity is Severity.ERROR]
                assert all(error.line for error in errors)
                found.append(bool(errors))
    assert (len(found), sum(found)) == (items, refused)
