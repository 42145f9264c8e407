"""HTML and MathML of an item, written anew from its content by what is allowed here.

Reading already refuses other elements; this is the second fence, and it also keeps the item from
reaching into the page: its ids get a prefix, its classes are QTI's only, its links lead nowhere
(an examination has no way out), its files come from where the caller says.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from item_bank.qti.contents import Content, Contents, Element, Part
from item_bank.qti.formulas import words
from item_bank.qti.markup import HTML, MATHML, MATHML_ATTRIBUTES
from item_bank.qti.reading import names

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_VOID = names("br col hr img source track wbr")
_WRITTEN_AS = {
    # Controls and links that would act on the page, and what HTML has dropped.
    "a": "span",
    "label": "span",
    "object": "span",
    "big": "span",
    "tt": "code",
    "acronym": "abbr",
    "main": "div",
    "header": "div",
    "footer": "div",
    "nav": "div",
    "aside": "div",
    "section": "div",
    "article": "div",
    "rb": "span",
    "rbc": "span",
    "rtc": "span",
}
"""Elements that another one stands for; landmarks too, which belong to the page alone."""

_KEPT = names(
    "abbr class colspan datetime dir headers id kind lang reversed rowspan scope span start title"
    " value"
)
_DIGITS = names("colspan rowspan span start value width height")
_REFERENCES = names("id headers aria-labelledby aria-describedby")
_LABELS = names("aria-label aria-labelledby aria-describedby")
_ROLES = names("img math note presentation none list listitem group")
_MATHML_LEFT_OUT = MATHML_ATTRIBUTES & names("id class href encoding mathcolor alttext")
"""Colours too: they would not hold on a page whose colours the reader has turned."""
_SAFE = re.compile(r"[\w ./:;,%#()+-]*")


@dataclass(frozen=True, slots=True)
class Written:
    """``headings`` says for each heading of the item which one it becomes here."""

    address: Callable[[str], str | None]
    prefix: str
    headings: Mapping[str, str]
    write_part: Callable[[Part], str]


def write(contents: Contents, by: Written) -> str:
    return "".join([_one(content, by) for content in contents])


def _one(content: Content, by: Written) -> str:
    if isinstance(content, str):
        return escape(content, quote=False)
    if isinstance(content, Part):
        return by.write_part(content)
    return _math(content, by) if content.mathematical else _html(content, by)


def _html(element: Element, by: Written) -> str:
    name = element.name
    if name not in HTML:
        return ""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(element, by)
    name = by.headings.get(name) or _WRITTEN_AS.get(name, name)
    start = f"<{name}{_attributes(element, by)}>"
    return start if name in _VOID else f"{start}{write(element.children, by)}</{name}>"


def _attributes(element: Element, by: Written, kept: frozenset[str] = _KEPT) -> str:
    written = []
    for name, value in element.attributes:
        if name == "class":
            value = " ".join(word for word in value.split() if word.startswith("qti-"))
        elif name in _REFERENCES:
            value = " ".join(f"{by.prefix}-own-{word}" for word in value.split())
        elif name in _DIGITS and not (value.isascii() and value.isdigit()):
            continue
        elif name == "role" and value in _ROLES:
            written.append(f' role="{value}"')
            continue
        if value and (name in kept or name in _LABELS):
            written.append(f' {name}="{escape(value)}"')
    return "".join(written)


# ---- files


def _image(element: Element, by: Written) -> str:
    facts = dict(element.attributes)
    source = facts.get("src", "")
    alternative = facts.get("alt", "")
    return image(source, alternative, by, _attributes(element, by, _KEPT | {"width", "height"}))


def image(source: str, alternative: str, by: Written, attributes: str = "") -> str:
    """An image, or in its place the words for it where its file is not there."""
    address = address_of(source, by)
    if address is None:
        words = alternative or "without a description"
        return f'<span class="absent" role="note">Picture not here: {escape(words)}</span>'
    return f'<img src="{escape(address)}" alt="{escape(alternative)}"{attributes}>'


def address_of(source: str, by: Written) -> str | None:
    """Where a file is served; anything but a path of ours is dropped."""
    address = by.address(source) if source else None
    if address is None:
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc and address.startswith("/") else None


def _object(element: Element, by: Written) -> str:
    facts = dict(element.attributes)
    kind = facts.get("type", "")
    source = facts.get("data", "")
    sized = _attributes(element, by, frozenset({"width", "height"}))
    if kind.startswith(("audio/", "video/")):
        return _player(kind[:5], source, "", write(element.children, by), by, sized)
    if kind.startswith("image/") or source.lower().endswith(
        (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
    ):
        return image(source, plain_words(element.children), by, sized)
    return f"<span>{write(element.children, by)}</span>"


def _media(element: Element, by: Written) -> str:
    facts = dict(element.attributes)
    sized = _attributes(element, by, frozenset({"width", "height", "lang", "dir", "title"}))
    sources = [one for one in element.children if isinstance(one, Element)]
    files = "".join(_file(one, by) for one in sources if one.name in ("source", "track"))
    words = write(tuple(one for one in element.children if one not in sources), by).strip()
    return _player(element.name, facts.get("src", ""), files, words, by, sized)


def _player(name: str, source: str, files: str, words: str, by: Written, attributes: str) -> str:
    """It never starts by itself, whatever the item asks: sound that nobody called for drowns a
    screen reader."""
    address = address_of(source, by)
    if address is None and "<source" not in files:
        what = "Sound" if name == "audio" else "Film"
        return f'<span class="absent" role="note">{what} not here. {words}</span>'
    at = f' src="{escape(address)}"' if address else ""
    return f'<{name} controls preload="metadata"{at}{attributes}>{files}{words}</{name}>'


def _file(element: Element, by: Written) -> str:
    facts = dict(element.attributes)
    address = address_of(facts.get("src", ""), by)
    if address is None:
        return ""
    kept = {"type": facts.get("type", "")}
    if element.name == "track":
        kept = {name: facts.get(name, "") for name in ("kind", "srclang", "label")}
    written = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
    return f'<{element.name} src="{escape(address)}"{written}>'


def _picture(element: Element, by: Written) -> str:
    """The image that stands for all of them."""
    images = [one for one in element.children if isinstance(one, Element) and one.name == "img"]
    return "".join(_image(one, by) for one in images)


def _nothing(_element: Element, _by: Written) -> str:
    return ""


def _table(element: Element, by: Written) -> str:
    """A wide table scrolls in a region of its own, which the keyboard can reach."""
    inside = f"<table{_attributes(element, by)}>{write(element.children, by)}</table>"
    return f'<div class="wide" role="region" aria-label="Table" tabindex="0">{inside}</div>'


_SPECIAL: Mapping[str, Callable[[Element, Written], str]] = {
    "img": _image,
    "object": _object,
    "audio": _media,
    "video": _media,
    "picture": _picture,
    "param": _nothing,
    "source": _nothing,
    "track": _nothing,
    "table": _table,
}


# ---- formulas


def _math(element: Element, by: Written) -> str:
    name = element.name
    if name in ("annotation", "annotation-xml"):
        return ""
    if name not in MATHML:
        return write(element.children, by)
    written = "".join(
        f' {key}="{escape(value)}"'
        for key, value in element.attributes
        if key in MATHML_ATTRIBUTES and key not in _MATHML_LEFT_OUT and _SAFE.fullmatch(value)
    )
    if name == "math":
        # The names of options and groups are made of what is inside them, and of a formula
        # browsers take the signs alone: a half would be "1 2". They do not look at alttext.
        said = escape(words(element))
        written += f' alttext="{said}" aria-label="{said}"'
    formula = f"<{name}{written}>{write(element.children, by)}</{name}>"
    if name != "math" or dict(element.attributes).get("display") != "block":
        return formula
    # A wide one scrolls in a place of its own, as tables do.
    place = 'class="wide formula" role="group" aria-label="Formula" tabindex="0"'
    return f"<span {place}>{formula}</span>"


# ---- words for where markup cannot be


def plain_words(contents: Contents) -> str:
    """The words of content with those of its images: for menus, labels and messages."""
    return " ".join("".join(_words(contents)).split())


def _words(contents: Contents) -> Iterator[str]:
    for one in contents:
        if isinstance(one, str):
            yield one
        elif isinstance(one, Element):
            if one.name == "img":
                yield f" {dict(one.attributes).get('alt', '')} "
            elif one.mathematical:
                yield f" {words(one)} "
            else:
                yield from _words(one.children)
                # Words of two blocks or lines are not one word.
                yield "" if one.name in _INLINE else " "


_INLINE = names(
    "a abbr b bdi bdo cite code em i kbd mark q ruby s samp small span strong sub sup u var"
)


def headings_of(contents: Contents, first: int) -> Mapping[str, str]:
    """Which heading each heading of an item becomes, so that they go on from the page's without a
    gap: the highest that is there becomes ``h<first>``, the next one follows."""
    found: set[str] = set()
    _collect_headings(contents, found)
    return {
        name: HEADINGS[min(first - 1 + place, len(HEADINGS) - 1)]
        for place, name in enumerate(sorted(found))
    }


def _collect_headings(contents: Contents, found: set[str]) -> None:
    for one in contents:
        if isinstance(one, Element):
            if one.name in HEADINGS:
                found.add(one.name)
            _collect_headings(one.children, found)
