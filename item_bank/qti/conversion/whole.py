"""A tree of QTI, as it stands in memory, written as a file of QTI 3."""

import re
from typing import cast

from lxml import etree

from item_bank.qti.choice import SCHEMA_LOCATION
from item_bank.qti.reading import NAMESPACE, children

_TEMPLATE = re.compile(
    r"https?://www\.imsglobal\.org/question/qti_v2p[0-2]/rptemplates/"
    r"(match_correct|map_response|map_response_point)(?:\.xml)?"
)
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def version3_root(root: etree._Element) -> etree._Element:
    """The tree with QTI 3 as its default namespace, and without what points to schemas of QTI 2.

    ``root`` is a tree that ``to_version3`` changed; it still declares the old namespace.
    """
    spaces: dict[str | None, str] = {
        prefix: uri
        for prefix, uri in root.nsmap.items()
        if prefix is not None and uri != _XSI and uri != NAMESPACE
    }
    made = etree.Element(root.tag, nsmap=_declared({None: NAMESPACE, **spaces}))
    _copy(root, made)
    made.attrib.pop(SCHEMA_LOCATION, "")
    for rules in children(made, "qti-response-processing"):
        found = _TEMPLATE.fullmatch(rules.get("template", "").strip())
        if found:
            rules.set(
                "template", f"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{found[1]}.xml"
            )
            rules.attrib.pop("template-location", "")
    etree.cleanup_namespaces(made)
    return made


def _copy(source: etree._Element, target: etree._Element) -> None:
    target.text = source.text
    for name, value in source.attrib.items():
        target.set(name, value)
    for one in source:
        made = etree.SubElement(target, one.tag, nsmap=_inner_spaces(one))
        _copy(one, made)
        made.tail = one.tail


def _inner_spaces(one: etree._Element) -> dict[str, str]:
    """A prefix or default that begins here, as MathML's mostly does."""
    uri = etree.QName(one).namespace
    is_new = one.prefix is None and uri and uri != NAMESPACE
    return _declared({None: uri} if is_new and uri else {})


def _declared(spaces: dict[str | None, str]) -> dict[str, str]:
    """The stub forgets that the default namespace has the prefix None."""
    return cast("dict[str, str]", spaces)


def written(root: etree._Element) -> bytes:
    """The tree as a file in UTF-8; a file that was written so is written the same again."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
