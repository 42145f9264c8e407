"""The manifest of a package, of QTI 3, QTI 2 or Canvas: which files are there and what they are."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

from lxml import etree

from item_bank.errors import QtiError
from item_bank.formats.reading import refused
from item_bank.items import plain_text
from item_bank.qti.documents import local_name, parse
from item_bank.qti.findings import line_of

MANIFEST: Final = "imsmanifest.xml"
MAX_MANIFEST_BYTES: Final = 20_000_000
MOST_RESOURCES: Final = 40_000

_NAMESPACE = re.compile(r"https?://www\.ims(?:global|project)\.org/\S*imscp\S*")


class Kind(StrEnum):
    ITEM = "item"
    TEST = "test"
    SECTION = "section"
    STIMULUS = "stimulus"
    STATISTICS = "statistics"
    CANVAS = "canvas"
    OTHER = "other"


_KINDS = (
    (re.compile(r"imsqti_(?:apip)?item_xmlv\d.*"), Kind.ITEM),
    (re.compile(r"imsqti_(?:apip)?test_xmlv\d.*|imsqti_assessment_xmlv\d.*"), Kind.TEST),
    (re.compile(r"imsqti_(?:apip)?section_xmlv\d.*"), Kind.SECTION),
    (re.compile(r"imsqti_stimulus_xmlv\d.*"), Kind.STIMULUS),
    (re.compile(r"qtiusagedata/xml|imsqti_usagedata\w*"), Kind.STATISTICS),
    (re.compile(r"imsqti_xmlv1p\d.*"), Kind.CANVAS),
)


@dataclass(frozen=True, slots=True)
class Resource:
    """``href`` and ``files`` are paths inside the archive, or None where they lead out of it."""

    identifier: str
    kind: Kind
    type: str
    href: str | None
    files: tuple[tuple[str, str | None], ...]
    """What the manifest says, and the path that it means."""
    dependencies: tuple[str, ...]
    line: int | None
    element: etree._Element


@dataclass(frozen=True, slots=True)
class Manifest:
    identifier: str
    title: str
    description: str
    resources: tuple[Resource, ...]


def resolve(base: str, href: str) -> str | None:
    """The path that ``href`` means in a file at the path ``base``; None where it leads out."""
    path = unquote(href.strip().partition("#")[0].partition("?")[0])
    if (
        not path
        or path.startswith("/")
        or "\\" in path
        or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path)
    ):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
    return None if joined.startswith("../") or joined in ("..", ".") else joined


def read_manifest(xml: bytes, path: str) -> Manifest:
    """Raises Refused for what is no manifest."""
    try:
        root = parse(xml, MAX_MANIFEST_BYTES)
    except QtiError as error:
        raise refused("xml_refused", place_of(path, error.line), error.sentence) from error
    namespace = etree.QName(root).namespace or ""
    if local_name(root) != "manifest" or (namespace and not _NAMESPACE.fullmatch(namespace)):
        sentence = f"The root {str(root.tag)[:120]} is no manifest of a package."
        raise refused("manifest_wrong", place_of(path, line_of(root)), sentence)
    elements = root.findall("{*}resources/{*}resource")
    if len(elements) > MOST_RESOURCES:
        sentence = f"The manifest has over {MOST_RESOURCES:,} resources."
        raise refused("manifest_wrong", path, sentence)
    bases = (root, *root.findall("{*}resources"))
    return Manifest(
        identifier=root.get("identifier", ""),
        title=_general(root, "title"),
        description=_general(root, "description"),
        resources=tuple(_resource(element, path, bases) for element in elements),
    )


def place_of(path: str, line: int | None = None) -> str:
    return f"{path}, line {line}" if line else path


def _general(root: etree._Element, name: str) -> str:
    found = root.find(f"{{*}}metadata/{{*}}lom/{{*}}general/{{*}}{name}")
    return "" if found is None else plain_text(" ".join(_texts(found)))


def _texts(element: etree._Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())


_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def _resource(element: etree._Element, path: str, bases: tuple[etree._Element, ...]) -> Resource:
    base = posixpath.join(path, "..", *(one.get(_BASE, "") for one in (*bases, element)), "x")
    base = posixpath.normpath(base)

    def meant(href: str | None) -> str | None:
        return None if href is None else resolve(base, href)

    given = element.get("type", "").strip()
    kind = next((kind for pattern, kind in _KINDS if pattern.fullmatch(given)), Kind.OTHER)
    hrefs = [file.get("href", "") for file in element.iterfind("{*}file")]
    href = element.get("href")
    if href is None and kind is not Kind.OTHER and hrefs:
        href = hrefs[0]
    return Resource(
        identifier=element.get("identifier", ""),
        kind=kind,
        type=given,
        href=meant(href),
        files=tuple(
            (one, meant(one)) for one in dict.fromkeys((*([href] if href else []), *hrefs))
        ),
        dependencies=tuple(
            one.get("identifierref", "") for one in element.iterfind("{*}dependency")
        ),
        line=line_of(element),
        element=element,
    )
