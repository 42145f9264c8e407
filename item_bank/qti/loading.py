"""From a file to an item: parsed, converted, checked, compiled.

``check_item`` tells all that is wrong; ``read_item`` refuses an item with errors.
"""

import functools
from collections.abc import Iterable, Mapping

from lxml import etree

from item_bank.errors import QtiError
from item_bank.qti.checking import check_interactions, check_references
from item_bank.qti.contents import ContentReader, Part, ReadPart, Scope
from item_bank.qti.conversion.version2 import is_version2, to_version3
from item_bank.qti.declarations import Variable, read_declarations
from item_bank.qti.documents import XML_LANG, local_name, parse
from item_bank.qti.expressions import OPERATORS, REFUSED, Compiler
from item_bank.qti.findings import Finding, Findings, Severity, line_of
from item_bank.qti.interactions import PARTS, Interaction
from item_bank.qti.items import CandidateItem, Item
from item_bank.qti.processing import OUTCOMES, RESPONSES, TEMPLATES, Rule, RuleReader
from item_bank.qti.reading import NAMESPACE, Attributes, child, children, names
from item_bank.qti.templates import standard_rules

CACHED_ITEMS = 256
LARGEST_CACHED = 100_000
"""In bytes; larger files are read each time, so that the cache stays small."""

MOST_ELEMENTS = 40_000
"""Of one item; the largest of real ones have a few thousand."""

_CHILDREN = names(
    """
    qti-context-declaration qti-response-declaration qti-outcome-declaration
    qti-template-declaration qti-template-processing qti-item-body qti-response-processing
    qti-outcome-processing qti-modal-feedback
    """
)
_LEFT_OUT = names(
    """
    qti-assessment-stimulus-ref qti-companion-materials-info qti-stylesheet qti-catalog-info
    qti-apip-accessibility qti-accessibility-info
    """
)
_CONDITIONAL = tuple(
    f"{{{NAMESPACE}}}{name}"
    for name in ("qti-template-inline", "qti-template-block", "qti-printed-variable")
)


def read_item(xml: bytes) -> Item:
    """The item in a file of QTI 2.0 to 3.0; equal bytes give the same item, from a cache.

    Raises QtiError, with a line and a sentence, for the first of its errors.
    """
    return _read_cached(xml) if len(xml) <= LARGEST_CACHED else _read(xml)


@functools.lru_cache(maxsize=CACHED_ITEMS)
def _read_cached(xml: bytes) -> Item:
    return _read(xml)


def _read(xml: bytes) -> Item:
    findings = Findings()
    item = _load(parse(xml), findings)
    findings.refuse_errors()
    return item


def check_item(xml: bytes) -> tuple[Finding, ...]:
    """All that is wrong or unusual in a file, in the order of its lines. Never raises."""
    try:
        return check_tree(parse(xml))
    except QtiError as error:
        return (Finding(Severity.ERROR, "file_refused", error.line, error.sentence),)


def check_tree(root: etree._Element) -> tuple[Finding, ...]:
    """``check_item`` for a parsed file; a tree of QTI 2 becomes one of QTI 3 where it stands."""
    findings = Findings()
    try:
        _load(root, findings)
    except QtiError as error:
        refused = Finding(Severity.ERROR, "file_refused", error.line, error.sentence)
        return (*findings.all(), refused)
    return findings.all()


def _load(root: etree._Element, findings: Findings) -> Item:
    if is_version2(root):
        to_version3(root)
    if root.tag != f"{{{NAMESPACE}}}qti-assessment-item":
        raise QtiError(f"The root {str(root.tag)[:200]} is no item of QTI 2 or 3.", line_of(root))
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise QtiError(f"The item has over {MOST_ELEMENTS} elements.", line_of(root))
    attributes = Attributes(findings)
    _check_children(root, findings)
    variables = read_declarations(root, attributes)
    check_references(root, variables, findings)
    interactions = _interactions(root, variables, findings)
    rules = _RulesOf(root, attributes, variables)
    template_rules = rules.template()
    processing = tuple(rules.processing())
    is_external = any(variable.is_external for variable in variables.values())
    if not processing and not is_external:
        sentence = "The item has no response processing: it is not scored."
        findings.warning(root, "unscored", sentence)
    language = root.get(XML_LANG, "")
    return Item(
        identifier=attributes.identifier(root),
        title=root.get("title", ""),
        language=language,
        is_adaptive=attributes.boolean(root, "adaptive"),
        is_time_dependent=attributes.boolean(root, "time-dependent"),
        is_scored=bool(processing),
        is_external=is_external,
        variables=variables,
        interactions=interactions,
        findings=findings.all(),
        _root=root,
        _template_rules=template_rules,
        _rules=processing,
        _plain=_plain_view(root, language),
    )


def _check_children(root: etree._Element, findings: Findings) -> None:
    for element in root:
        name = local_name(element)
        if name in _LEFT_OUT:
            findings.warning(element, "part_left_out", f"{name} is not read and is left out.")
        elif etree.QName(element).namespace != NAMESPACE or name not in _CHILDREN:
            findings.error(element, "element_unknown", f"{name} does not belong in an item.")
    for name in ("qti-item-body", "qti-response-processing", "qti-template-processing"):
        for element in children(root, name)[1:]:
            findings.error(element, "element_twice", f"{name} is there twice.")


def _interactions(
    root: etree._Element, variables: Mapping[str, Variable], findings: Findings
) -> tuple[Interaction, ...]:
    """All of them, checked; reading everything also finds the faults of the body."""
    placed: list[tuple[Interaction, etree._Element]] = []

    def noting(read: ReadPart) -> ReadPart:
        def read_and_note(element: etree._Element, reader: ContentReader) -> Part:
            part = read(element, reader)
            if isinstance(part, Interaction):
                placed.append((part, element))
            return part

        return read_and_note

    everything = {name: noting(read) for name, read in PARTS.items()}
    reader = ContentReader(findings, Scope(everything=True), everything, lambda element: "")
    body = child(root, "qti-item-body")
    if body is not None:
        reader.contents(body)
    for feedback in children(root, "qti-modal-feedback"):
        reader.contents(feedback)
    check_interactions(placed, variables, findings)
    return tuple(interaction for interaction, _ in placed)


def _plain_view(root: etree._Element, language: str) -> CandidateItem | None:
    """The candidate's view, if it does not depend on variables."""
    body = child(root, "qti-item-body")
    if body is None:
        return CandidateItem(language, ())
    conditional = next(body.iter(*_CONDITIONAL), None)
    by_template = body.find(".//*[@template-identifier]")
    mathematical = root.find(f"{{{NAMESPACE}}}qti-template-declaration[@math-variable='true']")
    if conditional is not None or by_template is not None or mathematical is not None:
        return None
    reader = ContentReader(Findings(), Scope(), PARTS, lambda element: "")
    return CandidateItem(language, reader.contents(body))


class _RulesOf:
    """The compiled rules of one item."""

    def __init__(
        self, root: etree._Element, attributes: Attributes, variables: Mapping[str, Variable]
    ) -> None:
        self._root = root
        self._findings = attributes.findings
        keyed = root.iter(f"{{{NAMESPACE}}}qti-set-correct-response")
        self._compiler = Compiler(
            variables,
            OPERATORS,
            REFUSED,
            attributes,
            frozenset(element.get("identifier", "").strip() for element in keyed),
        )

    def template(self) -> Rule | None:
        element = child(self._root, "qti-template-processing")
        return None if element is None else RuleReader(self._compiler, TEMPLATES).rules(element)

    def processing(self) -> Iterable[Rule]:
        element = child(self._root, "qti-response-processing")
        if element is not None:
            rules = self._response_rules(element)
            if rules is not None:
                yield rules
        after = child(self._root, "qti-outcome-processing")
        if after is not None:
            sentence = "Outcome processing belongs to tests; here it follows response processing."
            self._findings.warning(after, "not_standard", sentence)
            yield RuleReader(self._compiler, OUTCOMES).rules(after)

    def _response_rules(self, element: etree._Element) -> Rule | None:
        """Those of a template known here, else those in the file; None for neither."""
        address = element.get("template") or element.get("template-location")
        reader = RuleReader(self._compiler, RESPONSES)
        if address is None:
            return reader.rules(element) if len(element) else None
        standard = standard_rules(address, self._compiler.variables)
        if standard is None:
            if len(element):
                sentence = f"The template {address[:200]} is not known; the rules given are used."
                self._findings.warning(element, "template_unknown", sentence)
                return reader.rules(element)
            sentence = f"The response processing template {address[:200]} is not known."
            self._findings.error(element, "template_unknown", sentence)
            return None
        if len(element):
            sentence = "The template is used and the rules beside it are left out."
            self._findings.warning(element, "part_left_out", sentence)
        for one in standard.iter():
            one.sourceline = element.sourceline
        return reader.rules(standard)
