"""A package of one item, with whatever metadata a test gives it."""

from item_bank.framework import bundled_edition
from item_bank.qti.packages import PackageReading, read_zip
from tests.item_bank.qti.packages.zips import (
    a_choice,
    a_manifest,
    a_zip,
    resource,
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
