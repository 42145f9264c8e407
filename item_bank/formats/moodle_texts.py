"""The texts of one question in Moodle XML, each in the format that its element names."""

from lxml import etree

from item_bank.formats.markup import HtmlReader
from item_bank.formats.reading import Readings
from item_bank.items import plain_text
from item_bank.qti.questions import Text


class Texts:
    def __init__(
        self, readings: Readings, question: etree._Element, place: str, html: HtmlReader
    ) -> None:
        self.readings = readings
        self.question = question
        self.place = place
        self.html = html

    def plain(self, name: str) -> str:
        """The text of a child in one line; empty where it is missing."""
        found = self.question.find(f"{{*}}{name}")
        return "" if found is None else plain_text(_source(found))

    def yes(self, name: str, usual: bool) -> bool:
        text = self.plain(name).lower()
        return text in ("true", "1", "yes") if text else usual

    def blocks(self, name: str) -> tuple[Text, ...]:
        """The paragraphs of a child."""
        found = self.question.find(f"{{*}}{name}")
        return () if found is None else self.blocks_from(_source(found), _format(found))

    def blocks_from(self, source: str, text_format: str) -> tuple[Text, ...]:
        if self._is_html(text_format):
            return self.html.blocks(source, self.place)
        return self.html.plain_blocks(source, self.place)

    def text_of(self, element: etree._Element) -> Text:
        """The text of an element as one."""
        if self._is_html(_format(element)):
            return self.html.text(_source(element), self.place)
        return self.html.plain(_source(element), self.place)

    def text_in(self, element: etree._Element, name: str) -> Text:
        found = element.find(f"{{*}}{name}")
        if found is None:
            return ""
        # A partner in matching has no format of its own and is plain.
        if found.get("format"):
            return self.text_of(found)
        return self.html.plain(_source(found), self.place)

    def typed(self, element: etree._Element) -> str:
        """What a candidate would type: never HTML."""
        return plain_text(_source(element))

    def words(self, name: str) -> str:
        """The text of a child without its markup."""
        found = self.question.find(f"{{*}}{name}")
        if found is None:
            return ""
        if self._is_html(_format(found)):
            return self.html.words(_source(found), self.place)
        return plain_text(_source(found))

    def source(self, name: str) -> tuple[str, str]:
        """The text of a child as it stands in the file, and its format."""
        found = self.question.find(f"{{*}}{name}")
        return ("", "html") if found is None else (_source(found), _format(found))

    def _is_html(self, text_format: str) -> bool:
        if text_format == "markdown":
            sentence = "Markdown is kept as it was typed."
            self.readings.tally("markup_changed", self.place, sentence)
        return text_format in ("html", "moodle_auto_format", "")


def _source(element: etree._Element) -> str:
    """The text inside ``text``, or of the element itself where it has none."""
    inner = element.find("{*}text")
    return (element if inner is None else inner).text or ""


def _format(element: etree._Element) -> str:
    return element.get("format", "html").lower()
