"""Texts that several items share.

In a package a shared text is a file of its own, and an item names it and, mostly, the place where
it belongs: ``<div class="qti-shared-stimulus" data-stimulus-idref="...">``. In the bank an item is
whole: the text stands at that place. Taking texts in and out are inverse, so content hashes hold.
"""

import copy
import hashlib
from dataclasses import dataclass

from lxml import etree

from item_bank.media.store import type_of_path
from item_bank.qti.conversion.whole import written
from item_bank.qti.documents import canonical_hash, new_element
from item_bank.qti.packages.references import references
from item_bank.qti.reading import NAMESPACE, child, children

PLACE = "data-stimulus-idref"
PLACE_CLASS = "qti-shared-stimulus"
_DIV = f"{{{NAMESPACE}}}div"
_REF = f"{{{NAMESPACE}}}qti-assessment-stimulus-ref"


@dataclass(frozen=True, slots=True)
class Stimulus:
    """``content_hash`` is SHA-256 of the canonical text; ``items`` are the codes that show it."""

    identifier: str
    title: str
    content_hash: str
    items: tuple[str, ...]


def stimulus_references(item: etree._Element) -> list[tuple[str, str, etree._Element]]:
    """Identifier, address and element of each."""
    return [
        (one.get("identifier", ""), one.get("href", ""), one)
        for one in children(item, "qti-assessment-stimulus-ref")
    ]


def place_in(item: etree._Element, identifier: str, body: etree._Element) -> None:
    """Put what is in a ``qti-stimulus-body`` into its place, else at the start of the item."""
    target = next((one for one in item.iter(_DIV) if one.get(PLACE) == identifier), None)
    if target is None:
        holder = child(item, "qti-item-body")
        if holder is None:
            return
        target = etree.Element(_DIV, {"class": PLACE_CLASS, PLACE: identifier})
        target.tail, holder.text = holder.text, None
        holder.insert(0, target)
    for one in list(target):
        target.remove(one)
    target.text = body.text
    target.extend(copy.deepcopy(one) for one in body)


@dataclass(frozen=True, slots=True)
class _SharedText:
    content_hash: str
    original: bytes
    """As it stood in the items."""
    outside: bytes
    """As a file in a folder of its own."""
    media: tuple[str, ...]


class SharedTexts:
    """Takes texts out of items on their way into a package, each text once.

    A text under the identifier of another text stays in its item.
    """

    def __init__(self) -> None:
        self._texts: dict[str, _SharedText] = {}

    def take_out(self, item: etree._Element, folder: str) -> list[str]:
        """Change the tree of an item; returns the identifiers of the texts that it names now."""
        taken: list[str] = []
        body = child(item, "qti-item-body")
        for place in list(item.iter(_DIV)):
            identifier = place.get(PLACE, "")
            if body is None or not identifier or identifier in taken or not _has_content(place):
                continue
            text = _text_of(identifier, place)
            if self._texts.setdefault(identifier, text) != text:
                continue
            taken.append(identifier)
            place.text = None
            for one in list(place):
                place.remove(one)
            href = f"{folder}/{file_name(identifier)}"
            body.addprevious(etree.Element(_REF, {"identifier": identifier, "href": href}))
        return taken

    def files(self) -> dict[str, bytes]:
        """XML by identifier."""
        return {identifier: text.outside for identifier, text in sorted(self._texts.items())}

    def original(self, identifier: str) -> bytes:
        return self._texts[identifier].original

    def media(self, identifier: str) -> tuple[str, ...]:
        """The paths of the files that a text shows, as items name them."""
        return self._texts[identifier].media


def file_name(identifier: str) -> str:
    """Safe in a zip whatever the identifier is."""
    plain = "".join(one for one in identifier if one.isascii() and (one.isalnum() or one in "-_"))
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:8]
    return f"{plain[:40] or 'text'}-{digest}.xml"


def _has_content(place: etree._Element) -> bool:
    return len(place) > 0 or bool((place.text or "").strip())


def _text_of(identifier: str, place: etree._Element) -> _SharedText:
    body = new_element(NAMESPACE, "qti-stimulus-body")
    body.text = place.text
    body.extend(copy.deepcopy(one) for one in place)
    root = new_element(NAMESPACE, "qti-assessment-stimulus", {"identifier": identifier})
    root.set("title", identifier)
    root.append(body)
    original = written(root)
    shown = [one for one in references(root) if type_of_path(one.target) is not None]
    media = tuple(sorted({one.target for one in shown}))
    for one in shown:
        one.rename(f"../{one.target}")
    return _SharedText(canonical_hash(root), original, written(root), media)
