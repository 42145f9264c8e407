"""Where an item's XML names files, found and renamed."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.reading import NAMESPACE

_ATTRIBUTES = {
    "img": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src",),
    "track": ("src",),
    "object": ("data",),
    "a": ("href",),
}
_ELEMENTS = tuple(f"{{{NAMESPACE}}}{name}" for name in _ATTRIBUTES)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_DATA = re.compile(r"data:[^,;]*(?:;[^,;]*)*?(?P<base64>;base64)?,(?P<body>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    element: etree._Element
    attribute: str

    @property
    def target(self) -> str:
        return self.element.get(self.attribute, "").strip()

    @property
    def is_external(self) -> bool:
        """On the web, by e-mail and so on."""
        return _SCHEME.match(self.target) is not None and not self.is_embedded

    @property
    def is_embedded(self) -> bool:
        return self.target[:5].lower() == "data:"

    @property
    def embedded(self) -> bytes | None:
        """What a ``data:`` address holds; None where it cannot be read."""
        found = _DATA.fullmatch(self.target)
        if found is None:
            return None
        body = unquote_to_bytes(found["body"])
        if not found["base64"]:
            return body
        try:
            return base64.b64decode(b"".join(body.split()), validate=True)
        except binascii.Error:
            return None

    @property
    def is_link(self) -> bool:
        """It leads to the file and does not show it."""
        return local_name(self.element) == "a"

    def rename(self, path: str) -> None:
        self.element.set(self.attribute, path)


def references(root: etree._Element) -> Iterator[Reference]:
    """Those to files, in the order of the document; links within the item are none."""
    for element in root.iter(*_ELEMENTS):
        for attribute in _ATTRIBUTES[local_name(element)]:
            reference = Reference(element, attribute)
            if reference.target and not reference.target.startswith("#"):
                yield reference
