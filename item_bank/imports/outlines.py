"""The order and the sections of a test in a package: what an exam form is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from item_bank.qti.packages import AssessmentTest
from item_bank.qti.packages.assessment_tests import Section


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A run of items in their order. ``title`` names the sections around it too.

    ``draws`` is how many of ``children``, items and sections directly inside, a candidate gets;
    None: all.
    """

    title: str
    codes: tuple[str, ...]
    children: int
    draws: int | None = None
    shuffled: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """``missing`` is how many items of the test did not come in. ``longest_s`` is in seconds."""

    identifier: str
    title: str
    sections: tuple[OutlineSection, ...]
    missing: int = 0
    longest_s: float | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Of all items, each once, in their order."""
        return tuple(dict.fromkeys(code for one in self.sections for code in one.codes))


def outline_of(test: AssessmentTest) -> Outline:
    sections = tuple(
        run for part in test.parts for section in part.sections for run in _runs(section, "")
    )
    missing = sum(_missing(section) for part in test.parts for section in part.sections)
    return Outline(test.identifier, test.title, sections, missing, test.time_limits.most)


def _runs(section: Section, around: str) -> Iterator[OutlineSection]:
    """A section, parted where another one stands inside it."""
    title = " / ".join(part for part in (around, section.title) if part)
    draws = section.selection.count if section.selection else None

    def run(codes: list[str]) -> OutlineSection:
        return OutlineSection(title, tuple(codes), len(section.children), draws, section.shuffle)

    codes: list[str] = []
    for child in section.children:
        if isinstance(child, Section):
            if codes:
                yield run(codes)
            codes = []
            yield from _runs(child, title)
        elif child.item is not None:
            codes.append(child.item)
    if codes:
        yield run(codes)


def _missing(section: Section) -> int:
    return sum(
        _missing(child) if isinstance(child, Section) else child.item is None
        for child in section.children
    )


def to_json(outline: Outline) -> dict[str, Any]:
    return {
        "identifier": outline.identifier,
        "title": outline.title,
        "missing": outline.missing,
        "longest_s": outline.longest_s,
        "sections": [
            {
                "title": one.title,
                "codes": list(one.codes),
                "children": one.children,
                "draws": one.draws,
                "shuffled": one.shuffled,
            }
            for one in outline.sections
        ],
    }


def from_json(stored: Mapping[str, Any]) -> Outline:
    return Outline(
        stored["identifier"],
        stored["title"],
        tuple(
            OutlineSection(**{**one, "codes": tuple(one["codes"])}) for one in stored["sections"]
        ),
        stored["missing"],
        stored["longest_s"],
    )
