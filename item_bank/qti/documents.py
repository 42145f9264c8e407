"""XML from outside, read so that it does no harm; XML of ours, written so that it never varies.

Refused: document types (and with them every entity), anything fetched from elsewhere, files above
a size, trees above a depth.
"""

import hashlib
from collections.abc import Mapping
from typing import cast

from lxml import etree

from item_bank.errors import QtiError
from item_bank.items import plain_text

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(xml: bytes, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root element; comments and processing instructions are left out.

    Raises QtiError where the text is not well formed or is refused as unsafe.
    """
    if len(xml) > max_bytes:
        raise QtiError(f"The file has {len(xml)} bytes; {max_bytes} are allowed.")
    # Before the parser sees it: a document type can make a small file large while it is parsed.
    head, doctype, _ = xml.partition(b"<!DOCTYPE")
    if doctype:
        raise _doctype(head.count(b"\n") + 1)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise QtiError(f"The file is not well-formed XML: {error.msg}.", error.lineno) from error
    except ValueError as error:
        raise QtiError(f"The file cannot be read as XML: {error}.") from error
    # In another encoding the marker above has other bytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(1)
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise refusal(element, f"Elements are nested deeper than {MAX_DEPTH}.")
    return root


def _doctype(line: int) -> QtiError:
    return QtiError("The file has a document type; those are not accepted.", line)


def refusal(element: etree._Element, sentence: str) -> QtiError:
    """The error that blames the line of ``element``."""
    return QtiError(sentence, cast("int | None", element.sourceline))


Part = str | Mapping[str, str] | etree._Element


def new_element(
    namespace: str, name: str, *parts: Part, prefix: str | None = None
) -> etree._Element:
    """Among ``parts`` a string is the text, a mapping attributes, an element a child."""
    # The stub forgets that the default namespace has the prefix None.
    nsmap = cast("dict[str, str]", {prefix: namespace})
    made = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap)
    for part in parts:
        if isinstance(part, str):
            made.text = part
        elif isinstance(part, etree._Element):
            made.append(part)
        else:
            for attribute_name, value in part.items():
                made.set(attribute_name, value)
    return made


def render(root: etree._Element) -> bytes:
    """The element as an indented UTF-8 file; the same tree gives the same bytes."""
    etree.indent(root, space="  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def canonical_hash(root: etree._Element) -> str:
    """SHA-256 in hex of the canonical form (C14N 1.0, no comments)."""
    return hashlib.sha256(etree.tostring(root, method="c14n", with_comments=False)).hexdigest()


def local_name(of: etree._Element) -> str:
    return etree.QName(of).localname


def text_of(element: etree._Element) -> str:
    """The plain text of an element; raises QtiError where it holds other elements."""
    for child in element:
        sentence = f"{local_name(element)} holds {local_name(child)}; plain text is expected."
        raise refusal(child, sentence)
    return plain_text(element.text or "")


def attribute(element: etree._Element, name: str) -> str:
    """Raises QtiError where it is missing."""
    value = element.get(name)
    if value is None:
        raise refusal(element, f"{local_name(element)} has no {name}.")
    return value
