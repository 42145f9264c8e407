"""The texts and metadata of one item of QTI 1.2."""

import html
from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from item_bank.formats.markup import HtmlReader
from item_bank.items import plain_text
from item_bank.qti.documents import local_name
from item_bank.qti.questions import Text

_RESPONSES = frozenset(
    ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
)


class Texts:
    def __init__(self, item: etree._Element, place: str, reader: HtmlReader) -> None:
        self._item = item
        self._place = place
        self.html = reader
        self.lists = [one for one in item.iter("{*}response_lid") if _inside(one, "presentation")]
        self.fields = [
            one
            for one in item.iter("{*}response_str", "{*}response_num")
            if _inside(one, "presentation")
        ]

    def metadata(self, label: str) -> str:
        """The entry of a field of metadata; empty where it is missing."""
        for field in self._item.iter("{*}qtimetadatafield"):
            if (field.findtext("{*}fieldlabel") or "").strip() == label:
                return plain_text(field.findtext("{*}fieldentry") or "")
        return ""

    def asks_number(self, field: etree._Element) -> bool:
        kinds = {one.get("fibtype", "String") for one in field.iter("{*}render_fib")}
        return local_name(field) == "response_num" or bool(kinds & {"Decimal", "Integer"})

    def source(self) -> str:
        """The question's text as HTML, before anything is done to it."""
        return "".join(self._sources({}))

    def blocks(
        self,
        change: Callable[[str], str] = lambda text: text,
        marks: Mapping[str, str] | None = None,
    ) -> tuple[Text, ...]:
        """The paragraphs of the question. Marks go where the fields of these identifiers stand."""
        return self.html.blocks(change("".join(self._sources(marks or {}))), self._place)

    def _sources(self, marks: Mapping[str, str]) -> Iterator[str]:
        presentation = self._item.find("{*}presentation")
        if presentation is not None:
            yield from self._walk(presentation, marks)

    def _walk(self, parent: etree._Element, marks: Mapping[str, str]) -> Iterator[str]:
        for child in parent:
            name = local_name(child)
            if name == "material":
                yield self._material(child)
            elif name in _RESPONSES:
                yield marks.get(child.get("ident", ""), "")
            else:
                yield from self._walk(child, marks)

    def html_of(self, element: etree._Element) -> str:
        """All material inside as HTML."""
        return "".join(self._material(one) for one in element.iter("{*}material"))

    def of(self, element: etree._Element) -> Text:
        """All material inside as one text."""
        return self.html.text(self.html_of(element), self._place)

    def words(self, element: etree._Element) -> str:
        return self.html.words(self.html_of(element), self._place)

    def own(self, group: etree._Element) -> Text:
        """The text beside a list, without its options."""
        sources = [self._material(one) for one in group.iterchildren("{*}material")]
        return self.html.text("".join(sources), self._place)

    def feedback(self, ident: str) -> etree._Element | None:
        """A feedback that holds something."""
        for one in self._item.iterchildren("{*}itemfeedback"):
            if one.get("ident") == ident and self.html_of(one).strip():
                return one
        return None

    def _material(self, material: etree._Element) -> str:
        found = []
        for one in material:
            name = local_name(one)
            if name in ("mattext", "matemtext"):
                text = one.text or ""
                is_html = one.get("texttype", "text/plain").lower() == "text/html"
                found.append(text if is_html else html.escape(text))
            elif name == "matimage":
                source = html.escape(one.get("uri", ""))
                found.append(f'<img src="{source}" alt="{html.escape(one.get("label", ""))}">')
            elif name == "matbreak":
                found.append("<br>")
        return "".join(found)


def _inside(element: etree._Element, name: str) -> bool:
    return any(local_name(parent) == name for parent in element.iterancestors())
