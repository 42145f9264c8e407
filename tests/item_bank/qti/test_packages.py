import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from item_bank.errors import NodeNotFound, QtiError
from item_bank.framework import bundled_edition
from item_bank.items import CognitiveLevel
from item_bank.qti.packages import MANIFEST, Package, PackagedItem, read_package, write_package
from tests.item_bank.examples import a_content, some_facts

EDITION = bundled_edition()


def a_package() -> Package:
    bare = replace(
        some_facts(),
        code="T-02",
        skill_area="III.D",
        task=None,
        cognitive_level=CognitiveLevel.RECALL,
        estimated_difficulty=None,
        source="",
        as_of=None,
        review_by=None,
    )
    return Package(
        identifier="two-items",
        title="Two items",
        description="Two items & nothing else.",
        items=(
            PackagedItem(a_content(), some_facts(enemies=("T-02",))),
            PackagedItem(a_content(key="C"), bare),
        ),
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_package(tmp_path, a_package(), EDITION)
    return tmp_path


def test_reading_gives_back_exactly_what_was_written(directory: Path) -> None:
    assert read_package(directory, EDITION) == a_package()


def test_the_same_package_gives_the_same_bytes_in_whatever_order_its_items_came(
    directory: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    package = a_package()
    write_package(other, replace(package, items=package.items[::-1]), EDITION)
    for name in (MANIFEST, "items/T-01.xml", "items/T-02.xml"):
        assert (other / name).read_bytes() == (directory / name).read_bytes()


def test_writing_again_removes_the_files_of_items_that_are_gone(directory: Path) -> None:
    package = a_package()
    write_package(directory, replace(package, items=package.items[:1]), EDITION)
    assert [path.name for path in (directory / "items").iterdir()] == ["T-01.xml"]


def test_the_manifest_tags_items_the_standard_way(directory: Path) -> None:
    space = {
        "cp": "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "csm": "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1",
    }
    manifest = ET.parse(directory / MANIFEST).getroot()  # noqa: S314
    assert manifest.findtext("cp:metadata/cp:schema", None, space) == "QTI Package"
    assert manifest.findtext("cp:metadata/cp:schemaversion", None, space) == "3.0.0"
    resource = manifest.find("cp:resources/cp:resource", space)
    assert resource.attrib == {
        "identifier": "T-01",
        "type": "imsqti_item_xmlv3p0",
        "href": "items/T-01.xml",
    }
    tags = resource.findall(
        "cp:metadata/csm:curriculumStandardsMetadataSet/csm:curriculumStandardsMetadata"
        "/csm:setOfGUIDs/csm:labelledGUID/csm:caseItemURI",
        space,
    )
    assert [tag.text for tag in tags] == [
        EDITION.node("I.B").case_identifier,
        EDITION.node("I.B.11").case_identifier,
    ]


def test_an_item_tagged_to_what_the_edition_lacks_is_not_written(tmp_path: Path) -> None:
    item = PackagedItem(a_content(), some_facts(skill_area="IV.A", task=None))
    with pytest.raises(NodeNotFound, match=r"IV\.A"):
        write_package(tmp_path, replace(a_package(), items=(item,)), EDITION)


AREA = EDITION.node("I.B").case_identifier.removeprefix("urn:uuid:")
TASK = EDITION.node("I.B.11").case_identifier.removeprefix("urn:uuid:")
OTHER_TASK = EDITION.node("I.A.1").case_identifier.removeprefix("urn:uuid:")
CATEGORY = EDITION.node("I").case_identifier.removeprefix("urn:uuid:")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("items/T-01.xml", "items/T-03.xml", "not in the package"),
        ("items/T-01.xml", "../../../../../../etc/passwd", "not in the package"),
        ("items/T-01.xml", "/etc/passwd", "not in the package"),
        ("items/T-01.xml", "items", "not in the package"),
        ("items/T-01.xml", "x" * 5000, "not in the package"),
        ("items/T-01.xml", "items/T-02.xml", "holds the item T-02"),
        ("imsqti_item_xmlv3p0", "imsqti_test_xmlv3p0", "type imsqti_test_xmlv3p0"),
        (f"<csm:GUID>{AREA}", "<csm:GUID>0", "no node with the identifier urn:uuid:0"),
        (f"<csm:GUID>{AREA}", f"<csm:GUID>{TASK}", "one skill area and one task"),
        (f"<csm:GUID>{TASK}", f"<csm:GUID>{AREA}", "one skill area and one task"),
        (f"<csm:GUID>{TASK}", f"<csm:GUID>{OTHER_TASK}", r"I\.A\.1 is not one of I\.B"),
        (f"<csm:GUID>{TASK}", f"<csm:GUID>{CATEGORY}", "not to I"),
        (">apply<", ">guess<", "facts of T-01"),
        (">0.7<", ">7<", "not between 0 and 1"),
        (">0.7<", ">many<", "facts of T-01"),
        (">2026-11-01<", ">2026-13-01<", "facts of T-01"),
        ("<manifest ", "<manifest2 ", "not well-formed"),
        ("imscp_v1p1", "imscp_v1p2", "no QTI 3 manifest"),
        ("lom:description", "lom:remark", "has no .*description"),
    ],
)
def test_a_package_that_is_not_as_it_should_be_is_refused(
    directory: Path, before: str, after: str, sentence: str
) -> None:
    path = directory / MANIFEST
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(QtiError, match=sentence):
        read_package(directory, EDITION)


def test_an_item_that_is_there_twice_is_refused(directory: Path) -> None:
    path = directory / MANIFEST
    text = path.read_text("utf-8")
    first = text[text.index("    <resource ") : text.index("</resource>") + len("</resource>")]
    path.write_text(text.replace("</resources>", f"{first}</resources>"), "utf-8")
    with pytest.raises(QtiError, match="T-01 is there twice"):
        read_package(directory, EDITION)


def test_a_link_that_leads_out_of_the_package_is_refused(directory: Path) -> None:
    outside = directory.parent / "outside.xml"
    outside.write_bytes((directory / "items/T-01.xml").read_bytes())
    (directory / "items/T-01.xml").unlink()
    (directory / "items/T-01.xml").symlink_to(outside)
    with pytest.raises(QtiError, match="not in the package"):
        read_package(directory, EDITION)


def test_an_error_in_an_items_file_names_that_file_and_its_line(directory: Path) -> None:
    path = directory / "items/T-02.xml"
    before, prompt, after = path.read_bytes().partition(b"<qti-prompt>")
    path.write_bytes(before + prompt + b"<b/>" + after)
    with pytest.raises(QtiError) as caught:
        read_package(directory, EDITION)
    assert (caught.value.path, caught.value.line) == ("items/T-02.xml", before.count(b"\n") + 1)


def test_a_directory_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QtiError, match=r"imsmanifest\.xml: The file is not in the package"):
        read_package(tmp_path, EDITION)
