"""QTI 2.0, 2.1 and 2.2 as QTI 3: other names and another namespace for the same things.

The tree is changed where it stands, so every element keeps the line it came from.
"""

import re

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.reading import NAMESPACE, names

_VERSION2 = re.compile(r"http://www\.imsglobal\.org/xsd/\S*imsqti(_item)?_?v2p[012](_html5_v1p0)?")
_INNER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEVERAL_WORDS = re.compile(r"[a-z]+[A-Z]\w*")

ONE_WORD = names(
    """
    and contains correct default delete divide equal gap gcd gt gte hottext index inside lcm
    lt lte mapping match max member min multiple not null or ordered power product prompt
    random record repeat round stylesheet substring subtract sum truncate value variable
    """
)
"""QTI's own elements with names of one word; those of several words are all QTI's."""


def is_version2(root: etree._Element) -> bool:
    return bool(_VERSION2.fullmatch(etree.QName(root).namespace or ""))


def to_version3(root: etree._Element) -> None:
    """Change a tree of QTI 2 into one of QTI 3, in place."""
    for element in root.iter():
        if not _VERSION2.fullmatch(etree.QName(element).namespace or ""):
            continue
        name = local_name(element)
        is_own = name in ONE_WORD or bool(_SEVERAL_WORDS.fullmatch(name))
        element.tag = f"{{{NAMESPACE}}}{'qti-' + _kebab(name) if is_own else name}"
        if not is_own:
            continue
        for attribute, value in element.items():
            if isinstance(attribute, str) and _SEVERAL_WORDS.fullmatch(attribute):
                del element.attrib[attribute]
                element.set(_kebab(attribute), value)


def _kebab(name: str) -> str:
    return _INNER.sub("-", name).lower()
