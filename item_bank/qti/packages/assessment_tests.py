"""Tests in a package, read into the structure of an exam.

Carried: parts, sections, which items in which order, how many are drawn, what is shuffled, time
limits, weights, categories. Everything else that a test can hold decides while candidates sit
(branching, adaptive selection, feedback, outcome rules): each is a finding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from lxml import etree

from item_bank.errors import QtiError
from item_bank.items import plain_text
from item_bank.qti.conversion.version2 import is_version2, to_version3
from item_bank.qti.documents import local_name, parse
from item_bank.qti.findings import line_of
from item_bank.qti.packages.manifest import resolve
from item_bank.qti.reading import NAMESPACE, child, children, float_of, integer_of

MAX_TEST_BYTES: Final = 5_000_000
MOST_REFERENCES: Final = 20_000
MOST_SECTION_FILES: Final = 200
DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """In seconds; None where there is none."""

    least: float | None = None
    most: float | None = None
    allow_late: bool = False


NO_LIMITS = TimeLimits()


@dataclass(frozen=True, slots=True)
class ItemReference:
    """``item`` is the code of an item of the package; None where that is not there or refused.

    ``weights`` multiply scores, by name.
    """

    identifier: str
    item: str | None
    categories: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    required: bool = False
    fixed: bool = False
    time_limits: TimeLimits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class Selection:
    """How many of a section's children are drawn at random."""

    count: int
    with_replacement: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    identifier: str
    title: str
    visible: bool
    selection: Selection | None
    shuffle: bool
    required: bool
    fixed: bool
    keep_together: bool
    time_limits: TimeLimits
    children: "tuple[Section | ItemReference, ...]"


@dataclass(frozen=True, slots=True)
class TestPart:
    """``linear``: no way back; ``simultaneous``: all answers are handed in at the end."""

    identifier: str
    linear: bool
    simultaneous: bool
    time_limits: TimeLimits
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class AssessmentTest:
    identifier: str
    title: str
    time_limits: TimeLimits
    parts: tuple[TestPart, ...]

    def items(self) -> tuple[str, ...]:
        """The codes of all items named, in their order."""
        return tuple(code for part in self.parts for one in part.sections for code in _codes(one))


def _codes(section: Section) -> tuple[str, ...]:
    found: list[str] = []
    for one in section.children:
        if isinstance(one, Section):
            found.extend(_codes(one))
        elif one.item is not None:
            found.append(one.item)
    return tuple(found)


ReadFile: TypeAlias = Callable[[str], bytes | None]
FindItem: TypeAlias = Callable[[str], str | None]
Note: TypeAlias = Callable[[str, str, int | None, str], None]
"""Takes a finding: its code, the path of the file, the line, a sentence."""

_DROPPED = {
    "qti-outcome-processing": "rules for the outcomes of the whole test",
    "qti-outcome-declaration": "outcomes of the whole test",
    "qti-context-declaration": "context variables of the test",
    "qti-test-feedback": "feedback for the whole test",
    "qti-pre-condition": "conditions for what is shown",
    "qti-branch-rule": "rules for what comes next",
    "qti-adaptive-selection": "adaptive selection",
    "qti-item-session-control": "settings of tries, review and feedback",
    "qti-rubric-block": "texts for candidates or scorers in the test",
    "qti-template-default": "values for the templates of items",
    "qti-variable-mapping": "names for the outcomes of items",
    "qti-stylesheet": "style sheets",
}
_ATTRIBUTES = {
    "qti-assessment-test": ("identifier", "title"),
    "qti-test-part": ("identifier", "title", "navigation-mode", "submission-mode"),
    "qti-assessment-section": (
        *("identifier", "title", "visible", "required", "fixed", "keep-together"),
    ),
    "qti-assessment-item-ref": ("identifier", "href", "category", "required", "fixed"),
}


class TestReader:
    """Reads one test; ``read_file`` fetches sections that are files of their own, ``find_item``
    the code of the item in a file.
    """

    __test__ = False  # it is no test of pytest's

    def __init__(self, read_file: ReadFile, find_item: FindItem, note: Note) -> None:
        self._read_file = read_file
        self._find_item = find_item
        self._note = note
        self._left = MOST_REFERENCES
        self._identifiers: set[str] = set()
        self._sections_read = 0

    def read(self, xml: bytes, path: str) -> AssessmentTest | None:
        """None, with a finding, for what is no test."""
        root = self._parse(xml, path, "qti-assessment-test")
        if root is None:
            return None
        self._report(root, path, {"qti-test-part", "qti-time-limits"})
        parts = children(root, "qti-test-part")
        if not parts:
            self._note("test_wrong", path, line_of(root), "The test has no part.")
            return None
        return AssessmentTest(
            root.get("identifier", ""),
            plain_text(root.get("title", "")),
            self._limits(root, path),
            tuple(self._part(part, path) for part in parts),
        )

    def _parse(self, xml: bytes, path: str, name: str) -> etree._Element | None:
        try:
            root = parse(xml, MAX_TEST_BYTES)
        except QtiError as error:
            self._note("test_wrong", path, error.line, error.sentence)
            return None
        if is_version2(root):
            to_version3(root)
        if root.tag != f"{{{NAMESPACE}}}{name}":
            sentence = f"The root {str(root.tag)[:120]} is no {name}."
            self._note("test_wrong", path, line_of(root), sentence)
            return None
        return root

    def _part(self, part: etree._Element, path: str) -> TestPart:
        known = {"qti-assessment-section", "qti-assessment-section-ref", "qti-time-limits"}
        self._report(part, path, known)
        return TestPart(
            self._identifier(part, path),
            self._mode(part, path, "navigation-mode", "linear", "nonlinear"),
            self._mode(part, path, "submission-mode", "simultaneous", "individual"),
            self._limits(part, path),
            tuple(one for one in self._children(part, path, path, 0) if isinstance(one, Section)),
        )

    def _mode(self, part: etree._Element, path: str, name: str, yes: str, no: str) -> bool:
        value = part.get(name, no)
        if value not in (yes, no):
            sentence = f"{name} is {value[:40]!r}; it is read as {no}."
            self._note("test_changed", path, line_of(part), sentence)
        return value == yes

    def _children(
        self, parent: etree._Element, path: str, file: str, depth: int
    ) -> list["Section | ItemReference"]:
        found: list[Section | ItemReference] = []
        names = (
            *("qti-assessment-section", "qti-assessment-section-ref", "qti-assessment-item-ref"),
        )
        for one in children(parent, *names):
            self._left -= 1
            if self._left < 0:
                if self._left == -1:
                    sentence = f"The test names over {MOST_REFERENCES:,} items and sections."
                    self._note("test_wrong", file, line_of(one), sentence)
                break
            name = local_name(one)
            if name == "qti-assessment-item-ref":
                found.append(self._item(one, file))
            elif depth > DEEPEST:
                sentence = f"Sections are nested deeper than {DEEPEST}."
                self._note("test_wrong", file, line_of(one), sentence)
            elif name == "qti-assessment-section":
                found.append(self._section(one, file, depth))
            else:
                found.extend(self._section_file(one, file, depth))
        return found

    def _section_file(self, one: etree._Element, file: str, depth: int) -> list[Section]:
        target = resolve(file, one.get("href", ""))
        xml = None if target is None else self._read_file(target)
        if target is None or xml is None:
            sentence = f"The section {one.get('href', '')[:120]!r} is not in the package."
            self._note("file_missing", file, line_of(one), sentence)
            return []
        self._sections_read += 1
        if self._sections_read > MOST_SECTION_FILES:
            if self._sections_read == MOST_SECTION_FILES + 1:
                sentence = f"The test is put together from over {MOST_SECTION_FILES} sections."
                self._note("test_wrong", file, line_of(one), sentence)
            return []
        root = self._parse(xml, target, "qti-assessment-section")
        return [] if root is None else [self._section(root, target, depth + 1)]

    def _section(self, one: etree._Element, file: str, depth: int) -> Section:
        known = {
            *("qti-assessment-section", "qti-assessment-section-ref", "qti-assessment-item-ref"),
            *("qti-time-limits", "qti-selection", "qti-ordering"),
        }
        self._report(one, file, known)
        ordering = child(one, "qti-ordering")
        return Section(
            identifier=self._identifier(one, file),
            title=plain_text(one.get("title", "")),
            visible=one.get("visible", "true") == "true",
            selection=self._selection(one, file),
            shuffle=ordering is not None and ordering.get("shuffle", "false") == "true",
            required=one.get("required") == "true",
            fixed=one.get("fixed") == "true",
            keep_together=one.get("keep-together", "true") == "true",
            time_limits=self._limits(one, file),
            children=tuple(self._children(one, file, file, depth + 1)),
        )

    def _selection(self, one: etree._Element, file: str) -> Selection | None:
        element = child(one, "qti-selection")
        if element is None:
            return None
        count = integer_of(element.get("select", ""))
        if count is None or count < 0:
            sentence = f"The section draws {element.get('select', '')[:40]!r} items; it draws all."
            self._note("test_changed", file, line_of(element), sentence)
            return None
        return Selection(count, element.get("with-replacement") == "true")

    def _item(self, one: etree._Element, file: str) -> ItemReference:
        self._report(one, file, {"qti-weight", "qti-time-limits"})
        target = resolve(file, one.get("href", ""))
        item = None if target is None else self._find_item(target)
        if item is None:
            sentence = f"The item {one.get('href', '')[:120]!r} of the test did not come in."
            self._note("reference_missing", file, line_of(one), sentence)
        weights = []
        for weight in children(one, "qti-weight"):
            value = float_of(weight.get("value", ""))
            if value is None:
                sentence = f"The weight {weight.get('value', '')[:40]!r} is no number."
                self._note("test_changed", file, line_of(weight), sentence)
            else:
                weights.append((weight.get("identifier", ""), value))
        return ItemReference(
            identifier=self._identifier(one, file),
            item=item,
            categories=tuple(one.get("category", "").split()),
            weights=tuple(weights),
            required=one.get("required") == "true",
            fixed=one.get("fixed") == "true",
            time_limits=self._limits(one, file),
        )

    def _limits(self, parent: etree._Element, file: str) -> TimeLimits:
        element = child(parent, "qti-time-limits")
        if element is None:
            return NO_LIMITS
        times = []
        for name in ("min-time", "max-time"):
            text = element.get(name)
            time = None if text is None else float_of(text)
            if text is not None and (time is None or time < 0):
                sentence = f"The time limit {text[:40]!r} is no number of seconds."
                self._note("test_changed", file, line_of(element), sentence)
                time = None
            times.append(time)
        allow_late = element.get("allow-late-submission") == "true"
        return TimeLimits(times[0], times[1], allow_late)

    def _identifier(self, one: etree._Element, file: str) -> str:
        identifier = one.get("identifier", "")
        if not identifier or identifier in self._identifiers:
            sentence = f"The identifier {identifier[:60]!r} is missing or there twice in the test."
            self._note("test_changed", file, line_of(one), sentence)
        self._identifiers.add(identifier)
        return identifier

    def _report(self, one: etree._Element, file: str, known: set[str]) -> None:
        """Note what stands in an element and is not carried."""
        for part in one:
            name = local_name(part)
            if name not in known:
                what = _DROPPED.get(name, f"the part {name}")
                sentence = f"What the test holds besides its items is left out: {what}."
                self._note("test_dropped", file, line_of(part), sentence)
        allowed = _ATTRIBUTES[local_name(one)]
        for name in map(str, one.attrib):
            if name not in allowed and not name.startswith(("{", "tool-", "class")):
                sentence = f"What the test says as {name[:60]} is left out."
                self._note("test_dropped", file, line_of(one), sentence)
