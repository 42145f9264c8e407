"""Text and markup of an item as it may be shown: what depends on variables is decided here.

Content is immutable and holds only what is to be seen: feedback and templates that are not shown,
rubrics for scorers and the like never become part of it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.findings import Findings
from item_bank.qti.markup import (
    HTML,
    HTML_ATTRIBUTES,
    MATHML_ATTRIBUTES,
    MATHML_PARTS,
    MATHML_TEXTS,
)
from item_bank.qti.markup import MATHML as MATHML_NAMES
from item_bank.qti.reading import NAMESPACE, Attributes

MATHML = "http://www.w3.org/1998/Math/MathML"
XML = "http://www.w3.org/XML/1998/namespace"

_ON = re.compile(r"on[a-z]+", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*(javascript|vbscript|data:text)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]+")
_NOT_DRAWN = {
    "maction": "its first part stands for it",
    "menclose": "what is inside stays",
    "mlabeledtr": "what is inside stays",
    "maligngroup": "nothing is aligned to it",
    "malignmark": "nothing is aligned to it",
    "mglyph": "write the sign as a character",
}
"""Of MathML: what browsers leave out or would act on, and what becomes of it."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of HTML or MathML. ``name`` has no namespace; ``mathematical`` tells which."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple["Content", ...]
    mathematical: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The parent of what QTI puts into text: interactions, gaps, hot texts."""


Content: TypeAlias = str | Element | Part
Contents: TypeAlias = tuple[Content, ...]


def plain(contents: Contents) -> str:
    """The text of content, for labels and messages; runs of blanks are one space."""

    def texts(of: Contents) -> Iterator[str]:
        for one in of:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Element):
                yield from texts(one.children)

    return _SPACE.sub(" ", "".join(texts(contents))).strip(" ")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is there of the content that depends on variables.

    ``templates`` are the identifiers that template variables hold: content for others is left out.
    ``outcomes`` are the same of outcome variables; None leaves out all that depends on outcomes,
    which is what a candidate sees during a sitting. ``texts`` are printed variables;
    ``mathematical`` names those that stand for themselves inside MathML. With ``everything`` all
    content is read, for checks.
    """

    templates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outcomes: Mapping[str, frozenset[str]] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    mathematical: frozenset[str] = frozenset()
    everything: bool = False

    def shows(self, element: etree._Element, by: str, held: Mapping[str, frozenset[str]]) -> bool:
        if self.everything:
            return True
        is_held = element.get("identifier", "") in held.get(element.get(by, ""), frozenset())
        return is_held == (element.get("show-hide", "show") == "show")

    def shows_template(self, element: etree._Element) -> bool:
        """Also for choices, which are conditional where they name a template variable."""
        if element.get("template-identifier") is None:
            return True
        return self.shows(element, "template-identifier", self.templates)

    def shows_feedback(self, element: etree._Element) -> bool:
        if self.everything:
            return True
        return self.outcomes is not None and self.shows(
            element, "outcome-identifier", self.outcomes
        )


PrintVariable: TypeAlias = Callable[[etree._Element], str]
ReadPart: TypeAlias = Callable[[etree._Element, "ContentReader"], Part]


class ContentReader(Attributes):
    """Reads markup; ``parts`` says how to read the QTI elements that are not markup."""

    def __init__(
        self,
        findings: Findings,
        scope: Scope,
        parts: Mapping[str, ReadPart],
        print_variable: PrintVariable,
    ) -> None:
        super().__init__(findings)
        self.scope = scope
        self.parts = parts
        self._print = print_variable

    def contents(self, parent: etree._Element, without: frozenset[str] = frozenset()) -> Contents:
        """All that is to be seen below ``parent``, but for QTI elements named in ``without``."""
        found: list[Content] = []
        if parent.text:
            found.append(parent.text)
        for one in parent:
            if isinstance(one.tag, str) and _qti_name(one) not in without:
                found.extend(self._read(one))
            if one.tail:
                found.append(one.tail)
        return tuple(_joined(found))

    def prompt(self, interaction: etree._Element) -> Contents:
        found = interaction.find(f"{{{NAMESPACE}}}qti-prompt")
        return () if found is None else self.contents(found)

    def _read(self, one: etree._Element) -> Contents:
        name = local_name(one)
        namespace = etree.QName(one).namespace
        if namespace == MATHML:
            return self._read_math(one, name)
        if namespace != NAMESPACE:
            sentence = f"{name} of the namespace {namespace or 'none'} cannot be shown."
            self.findings.error(one, "element_unknown", sentence)
            return ()
        if name in self.parts:
            return (self.parts[name](one, self),)
        if name in HTML:
            return (Element(name, self._attributes(one), self.contents(one)),)
        return self._read_qti(one, name)

    def _read_qti(self, one: etree._Element, name: str) -> Contents:
        if name in ("qti-template-inline", "qti-template-block"):
            return self.contents(one) if self.scope.shows_template(one) else ()
        if name in ("qti-feedback-inline", "qti-feedback-block"):
            return self.contents(one) if self.scope.shows_feedback(one) else ()
        if name == "qti-printed-variable":
            return (self._print(one),)
        if name == "qti-rubric-block":
            views = one.get("view", "").split()
            shown = self.scope.everything or "candidate" in views
            return (Element("div", (), self.contents(one)),) if shown else ()
        if name in ("qti-content-body", "qti-prompt"):
            return self.contents(one)
        if name in ("qti-stylesheet", "qti-catalog-info"):
            self.findings.warning(one, "part_left_out", f"{name} is not read and is left out.")
            return ()
        self.findings.error(one, "element_unknown", f"{name} does not belong here.")
        return ()

    def _read_math(self, one: etree._Element, name: str) -> Contents:
        variable = (one.text or "").strip()
        if name == "mi" and not len(one) and variable in self.scope.mathematical:
            return (Element("mn", (), (self.scope.texts[variable],), True),)
        if name in ("annotation", "annotation-xml"):
            return ()
        if name == "semantics":
            return self._read_semantics(one)
        if name == "mfenced":
            return (Element("mrow", (), tuple(self._fenced(one)), True),)
        if name in _NOT_DRAWN:
            sentence = f"{name} of a formula is not drawn; {_NOT_DRAWN[name]}."
            self.findings.warning(one, "part_left_out", sentence)
            return self._in_formula(one, name)[: 1 if name == "maction" else None]
        if name not in MATHML_NAMES:
            sentence = f"{name} cannot be shown; write formulas in presentation markup of MathML."
            self.findings.error(one, "element_unknown", sentence)
            return ()
        inside = self._in_formula(one, name)
        parts = MATHML_PARTS.get(name)
        if parts is not None and parts != sum(not isinstance(part, str) for part in inside):
            sentence = f"{name} of a formula has {len(one)} parts; it needs {parts}."
            self.findings.error(one, "formula_unsound", sentence)
        attributes = self._attributes(one)
        if name == "math" and self._stands_for_variables(one):
            # The words are for the variables' names, and their values are shown.
            attributes = tuple(pair for pair in attributes if pair[0] != "alttext")
        return (Element(name, attributes, inside, True),)

    def _in_formula(self, one: etree._Element, name: str) -> Contents:
        """What is inside an element of a formula; only in texts may HTML stand."""
        if name not in MATHML_TEXTS:
            for part in one:
                if _qti_name(part) in HTML:
                    sentence = f"{local_name(part)} does not belong into {name} of a formula."
                    self.findings.error(part, "element_unknown", sentence)
            inside = self.contents(one, HTML)
            return tuple(part for part in inside if not isinstance(part, str) or part.strip())
        return self.contents(one)

    def _read_semantics(self, one: etree._Element) -> Contents:
        """The first of the forms of a formula that is drawn."""
        for form in one:
            if local_name(form) in (*MATHML_NAMES, *_NOT_DRAWN, "mfenced"):
                return self._read(form)
            if "presentation" in form.get("encoding", "").lower():
                return self._in_formula(form, "mrow")
        sentence = "A formula has no presentation markup; it cannot be shown."
        self.findings.error(one, "element_unknown", sentence)
        return ()

    def _fenced(self, one: etree._Element) -> Iterator[Content]:
        """The fences and separators that browsers do not draw by themselves."""

        def sign(text: str, **attributes: str) -> Element:
            return Element("mo", tuple(attributes.items()), (text,), True)

        separators = "".join(one.get("separators", ",").split())
        yield sign(one.get("open", "("), fence="true", form="prefix")
        parts = [part for part in self._in_formula(one, "mfenced") if isinstance(part, Element)]
        for place, part in enumerate(parts):
            if place and separators:
                yield sign(separators[min(place, len(separators)) - 1], separator="true")
            yield part
        yield sign(one.get("close", ")"), fence="true", form="postfix")

    def _stands_for_variables(self, formula: etree._Element) -> bool:
        names = (str(text).strip() for text in formula.itertext())
        return any(name in self.scope.mathematical for name in names)

    def _attributes(self, one: etree._Element) -> tuple[tuple[str, str], ...]:
        is_math = etree.QName(one).namespace == MATHML
        allowed = MATHML_ATTRIBUTES if is_math else HTML_ATTRIBUTES
        kept = []
        for raw, value in one.attrib.items():
            name = str(raw)
            qualified = etree.QName(name)
            if qualified.namespace == XML and qualified.localname == "lang":
                kept.append(("lang", str(value)))
            elif qualified.namespace:
                continue
            elif _ON.fullmatch(name) or _SCRIPT.match(str(value)):
                sentence = f"{local_name(one)} holds a script in {name}; scripts are refused."
                self.findings.error(one, "script_refused", sentence)
            elif name in allowed or name.startswith(("aria-", "data-qti-")):
                kept.append((name, str(value)))
            elif self.scope.everything:
                sentence = f"{local_name(one)}: the attribute {name} is left out."
                self.findings.warning(one, "attribute_left_out", sentence)
        return tuple(kept)


def _qti_name(one: etree._Element) -> str:
    qualified = etree.QName(one)
    return qualified.localname if qualified.namespace == NAMESPACE else ""


def _joined(contents: list[Content]) -> Iterator[Content]:
    """Neighbouring texts as one, empty ones left out."""
    text = ""
    for one in contents:
        if isinstance(one, str):
            text += one
            continue
        if text:
            yield text
            text = ""
        yield one
    if text:
        yield text
