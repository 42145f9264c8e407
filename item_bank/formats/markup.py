"""HTML of other systems, reduced to what an item may hold.

nh3 takes out what is dangerous or unknown; what is left is rewritten as XHTML. A paragraph without
markup in it becomes plain text. Whatever is taken out is a finding.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from urllib.parse import unquote

import nh3
from lxml import etree

from item_bank.formats import formulas
from item_bank.formats.formulas import MATH, FormulaReader, has_tex
from item_bank.formats.reading import Media, Readings, Refused, plain_paragraphs, refused
from item_bank.items import plain_text
from item_bank.qti.questions import Markup, Text

MAX_HTML = 500_000
MAX_NESTING = 30
"""Elements inside one another; the item around them adds some more."""

MOST_OPEN = 500
"""Tags without an end before the cleaner is not asked: its time grows with their square."""


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_INLINE = _set(
    "abbr b bdi bdo br cite code dfn em i img kbd q ruby rt rp s samp small span strong sub sup "
    "u var"
)
_BLOCKS = _set(
    "blockquote caption col colgroup dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td "
    "tfoot th thead tr ul"
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "img": {"src", "alt", "width", "height", "data-equation-content"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    **{name: set(formulas.ATTRIBUTES) for name in formulas.ELEMENTS},
}
_CLEANER = nh3.Cleaner(
    tags=set(_INLINE | _BLOCKS | formulas.ELEMENTS),
    attributes=_ATTRIBUTES,
    clean_content_tags={"script", "style", *formulas.ANNOTATIONS},
    link_rel=None,
    url_schemes={"http", "https", "data"},
)
# What looks different without them and says the same.
_HARMLESS_TAGS = _set("article body center figure font footer header html section")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})([^<>]*)")
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([a-zA-Z][\w:.-]{0,40})\s{0,5}=")
_DATA_URI = re.compile(r"data:image/(png|jpeg|gif|webp);base64,", re.IGNORECASE)
_NOT_IN_XML = re.compile("[^\t\r\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MATH_PREFIX = re.compile(r"(?i)<(/?)(?:m|mml|mathml):(?=[a-z])")
_KNOWN = _INLINE | _BLOCKS | formulas.ELEMENTS
_KNOWN_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(_KNOWN | _HARMLESS_TAGS | {'script', 'style'}))})"
    r"(?:\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#[0-9]{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)

FindMedia = Callable[[str], Media | None]
"""From what ``src`` says to the file, or None where it did not come along."""


def looks_like_html(text: str) -> bool:
    """Whether tags or entities stand in a text that is not marked as HTML or plain."""
    return _KNOWN_TAG.search(text) is not None


def media_of(name: str, data: bytes) -> Media:
    """A file that came along, named for its content and by its extension."""
    extension = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())[:5] or "bin"
    return Media(f"media/{hashlib.sha256(data).hexdigest()}.{extension}", data)


class HtmlReader:
    """Reads the texts of one file; ``media`` collects the files that the last question shows."""

    def __init__(self, readings: Readings, find_media: FindMedia) -> None:
        self._readings = readings
        self._find_media = find_media
        self._media: dict[str, Media] = {}
        self._formulas = FormulaReader(readings)

    def media(self) -> tuple[Media, ...]:
        """The files that were met since the last call."""
        media, self._media = tuple(self._media.values()), {}
        return media

    def blocks(self, html: str, place: str) -> tuple[Text, ...]:
        """The paragraphs, lists, tables ... of a text, those without anything in them left out.

        Raises Refused for markup that is too long or nested too deeply.
        """
        if "<" not in html and "&" not in html and not has_tex(html):
            text = plain_text(html)
            return (text,) if text else ()
        if len(html) > MAX_HTML:
            sentence = f"A text has over {MAX_HTML:,} characters of HTML."
            raise refused("markup_refused", place, sentence)
        html = _MATH_PREFIX.sub(r"<\1", html)
        survey = _Survey(html)
        if survey.deepest > MOST_OPEN:
            raise _too_deep(place)
        self._report(survey, place)
        clean = _CLEANER.clean(html)
        if _NOT_IN_XML.search(clean):
            raise refused("markup_refused", place, "A text holds a control character.")
        root = etree.fromstring(f"<div>{clean}</div>", etree.HTMLParser())
        body = root.find("body/div")
        if body is None:
            return ()
        if _depth(body) > MAX_NESTING:
            raise _too_deep(place)
        self._formulas.read(body, place)
        self._pictures(body, place)
        return tuple(_texts(body))

    def plain_blocks(self, text: str, place: str) -> tuple[Text, ...]:
        """The paragraphs of a text without markup, in which formulas may stand."""
        lines = plain_paragraphs(text)
        return tuple(
            block
            for line in lines
            for block in (self.blocks(escape(line), place) if has_tex(line) else (line,))
        )

    def plain(self, text: str, place: str) -> Text:
        """The same as one text in one line."""
        line = plain_text(text)
        return self.text(escape(line), place) if has_tex(line) else line

    def text(self, html: str, place: str) -> Text:
        """A text as one: plain where it is a single plain paragraph; empty where there is none."""
        blocks = self.blocks(html, place)
        if len(blocks) == 1:
            only = blocks[0]
            # One paragraph of an option needs no element of its own.
            return only if isinstance(only, str) else Markup(_without_p(only.xhtml))
        return Markup("".join(_as_xhtml(block) for block in blocks)) if blocks else ""

    def words(self, html: str, place: str) -> str:
        """A text as plain text, its markup taken out with a finding."""
        blocks = self.blocks(html, place)
        if any(isinstance(block, Markup) for block in blocks):
            sentence = "Markup is left out where only plain text can stand."
            self._readings.note("markup_changed", place, sentence)
        return plain_text(" ".join(_words(_as_xhtml(block)) for block in blocks))

    def _report(self, survey: "_Survey", place: str) -> None:
        if survey.dangerous:
            listed = ", ".join(sorted(survey.dangerous))
            self._readings.note("markup_changed", place, f"Taken out of the HTML: {listed}.")
        if survey.harmless:
            listed = ", ".join(sorted(survey.harmless))
            self._readings.tally("setting_dropped", place, f"Looks left out of the HTML: {listed}.")

    def _pictures(self, body: etree._Element, place: str) -> None:
        for image in list(body.iter("img")):
            media = self._picture(image.get("src", ""), place)
            if media is None:
                _put_text(image, image.get("alt", ""))
                continue
            self._media[media.path] = media
            image.set("src", media.path)
            if not image.get("alt"):
                sentence = "A picture has no text for those who cannot see it."
                mend = "Add the text to the item."
                self._readings.note("markup_changed", place, sentence, mend)
                image.set("alt", "")

    def _picture(self, source: str, place: str) -> Media | None:
        inline = _DATA_URI.match(source)
        if inline:
            try:
                data = base64.b64decode(source[inline.end() :], validate=True)
            except (binascii.Error, ValueError):
                sentence = "A picture inside the text is damaged."
                self._readings.note("media_missing", place, sentence)
                return None
            return media_of(f"picture.{inline[1].lower()}", data)
        media = None if re.match(r"(?i)[a-z]+:|//", source) else self._find_media(source)
        if media is None:
            sentence = f"The picture {source[:80]!r} did not come with the file."
            self._readings.note("media_missing", place, sentence)
        return media


class _Survey:
    """What of a text will be taken out, and how many elements are open at once at most.

    It looks at tags one by one and in linear time; what it says is for people, and what is left
    out is decided by nh3 alone.
    """

    def __init__(self, html: str) -> None:
        self.dangerous: set[str] = set()
        self.harmless: set[str] = set()
        self.deepest = 0
        opened = 0
        for closing, tag, attributes in _ANY_TAG.findall(html):
            if closing:
                opened -= 1
                continue
            opened += 1
            self.deepest = max(self.deepest, opened)
            self._look(tag.lower(), attributes)

    def _look(self, tag: str, attributes: str) -> None:
        if tag in formulas.ANNOTATIONS:
            return
        if tag not in _KNOWN:
            kind = self.harmless if tag in _HARMLESS_TAGS else self.dangerous
            kind.add(f"<{tag[:20]}>")
        kept = _ATTRIBUTES["*"] | _ATTRIBUTES.get(tag, set())
        for name in _ATTRIBUTE.findall(_VALUE.sub("=", attributes)):
            if name.lower().startswith("on"):
                self.dangerous.add(f"{name[:20]}=")
            elif name.lower() not in kept and not (tag == "math" and name.startswith("xmlns")):
                self.harmless.add(f"{name[:20]}=")


def _too_deep(place: str) -> Refused:
    return refused("markup_refused", place, f"HTML is nested deeper than {MAX_NESTING}.")


def _depth(root: etree._Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _texts(parent: etree._Element) -> Iterator[Text]:
    """The blocks below ``parent``; runs of text between them are paragraphs."""
    run = etree.Element("p")
    run.text = parent.text
    for child in list(parent):
        tail, child.tail = child.tail, None
        if child.tag in _INLINE or child.tag == MATH:
            run.append(child)
            child.tail = tail
            continue
        yield from _paragraph(run)
        if child.tag == "div":
            yield from _texts(child)
        elif child.tag == "p":
            yield from _paragraph(child)
        elif _has_content(child):
            yield Markup(_xhtml(child))
        run = etree.Element("p")
        run.text = tail
    yield from _paragraph(run)


def _paragraph(paragraph: etree._Element) -> Iterator[Text]:
    """A paragraph as plain text where it holds no markup that says something."""
    etree.strip_tags(paragraph, "span")
    while len(paragraph) and paragraph[-1].tag == "br" and not (paragraph[-1].tail or "").strip():
        paragraph.remove(paragraph[-1])
    if not _has_content(paragraph):
        return
    if len(paragraph):
        yield Markup(_xhtml(paragraph))
    else:
        # Editors leave no-break spaces at the ends.
        yield plain_text((paragraph.text or "").strip(" \t\r\n\u00a0"))


def _has_content(element: etree._Element) -> bool:
    """Whether there is anything to see: a character other than blanks, a picture, a rule."""
    if element.tag in ("hr", "img") or element.find(".//img") is not None:
        return True
    if element.find(f".//{MATH}") is not None:
        return True
    return bool(_all_text(element).strip(" \t\r\n\u00a0"))


def _xhtml(element: etree._Element) -> str:
    for one in element.iter():
        for name in one.keys():  # noqa: SIM118 (an element is no mapping)
            one.set(name, re.sub("[\ue000\ue001]", "", one.get(name, "")))
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _as_xhtml(text: Text) -> str:
    if isinstance(text, Markup):
        return text.xhtml
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{escaped}</p>"


def _without_p(xhtml: str) -> str:
    whole = re.fullmatch(r"<p>(.*)</p>", xhtml, re.DOTALL)
    return whole[1] if whole and "<p>" not in whole[1] else xhtml


def _words(xhtml: str) -> str:
    """The words of a text; a formula has its own."""
    root = etree.fromstring(f"<span>{xhtml}</span>")
    for math in list(root.iter(MATH)):
        _put_text(math, f" {math.get('alttext', '')} ")
    return _all_text(root)


def _all_text(element: etree._Element) -> str:
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def _put_text(element: etree._Element, text: str) -> None:
    """Put a text where the element stands."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    text += element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(element)


def split_prompt(blocks: tuple[Text, ...]) -> tuple[tuple[Text, ...], Text]:
    """The situation and the prompt: the last paragraph asks, all before it tells.

    Where the last block is a list or a table, there is no paragraph to be the prompt: it is part of
    the prompt together with the paragraph before it.
    """
    if not blocks:
        return (), ""
    last = blocks[-1]
    if isinstance(last, str):
        return blocks[:-1], last
    if last.xhtml.startswith("<p>"):
        return blocks[:-1], Markup(_without_p(last.xhtml))
    together = blocks[-2:]
    return blocks[:-2], Markup("".join(_as_xhtml(block) for block in together))


def finder(files: Mapping[str, Media]) -> FindMedia:
    """Looks names up, as they stand or with their percent signs resolved."""
    return lambda name: files.get(name) or files.get(unquote(name))
