"""Zip files put together from parts, sound ones and others."""

import io
import zipfile
from collections.abc import Iterable, Mapping

from PIL import Image

from item_bank.formats.findings import Finding
from item_bank.qti.packages import PackageReading
from tests.item_bank.qti.files import CHOICES, RIGHT_IS_A, SCORE, an_item

CP = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"


def a_zip(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def resource(
    identifier: str,
    href: str = "",
    *,
    kind: str = "imsqti_item_xmlv3p0",
    files: Iterable[str] = (),
    needs: Iterable[str] = (),
    metadata: str = "",
) -> str:
    href = href or f"items/{identifier}.xml"
    inside = "".join(f'<file href="{one}"/>' for one in (href, *files))
    inside += "".join(f'<dependency identifierref="{one}"/>' for one in needs)
    return (
        f'<resource identifier="{identifier}" type="{kind}" href="{href}">'
        f"<metadata>{metadata}</metadata>{inside}</resource>"
    )


def a_manifest(*resources: str, title: str = "Ours", namespace: str = CP) -> str:
    lom = "http://ltsc.ieee.org/xsd/LOM"
    general = f"<title><string>{title}</string></title>" if title else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{namespace}" identifier="M">\n'
        "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion>"
        f'<lom xmlns="{lom}"><general>{general}</general></lom></metadata>\n<organizations/>\n'
        "<resources>\n" + "\n".join(resources) + "\n</resources>\n</manifest>"
    )


RULES = '<qti-response-processing template="match_correct"/>'


def a_choice(identifier: str = "made", body: str = "", before: str = "") -> bytes:
    """A single choice with markup, which is not of the kind that exams deliver today."""
    xml = an_item(declarations=RIGHT_IS_A + SCORE, body=body + CHOICES, after="")
    xml = xml.replace(b'identifier="made"', f'identifier="{identifier}"'.encode(), 1)
    xml = xml.replace(b"<qti-item-body>", f"{before}<qti-item-body>".encode(), 1)
    return xml.replace(b"</qti-item-body>", b"</qti-item-body>" + RULES.encode())


def a_package(
    items: Mapping[str, bytes], others: Mapping[str, bytes | str] | None = None, *resources: str
) -> bytes:
    """Items by identifier, other files by path."""
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": a_manifest(*(resource(name) for name in items), *resources)
    }
    files |= {f"items/{name}.xml": xml for name, xml in items.items()}
    return a_zip(files | dict(others or {}))


def a_picture(
    kind: str = "PNG", size: tuple[int, int] = (8, 6), colour: str = "navy", **settings: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **settings)  # type: ignore[arg-type]
    return out.getvalue()


def codes(reading: PackageReading) -> list[str]:
    return [finding.code for finding in reading.findings]


def the(reading: PackageReading, code: str) -> Finding:
    """The one finding of that code."""
    (found,) = [finding for finding in reading.findings if finding.code == code]
    return found
