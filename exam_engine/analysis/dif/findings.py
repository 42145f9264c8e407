"""What the methods found, in one shape, and which items are to be reviewed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.dif.groups import TwoGroups
from exam_engine.analysis.dif.scales import SCALES, Scale
from psychometrics.dif import DifFlag

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Direction = Literal["focal", "reference"]

COLUMNS = ("item", "method", "n_reference", "n_focal")
LAST_COLUMNS = ("p", "class", "flagged", "anchor", "flags")
CROSSING = ("lord", "raju")  # their sign is of b, or of an area that may cancel
LEADING_ITEM = re.compile(r"^Item \d+\b")


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One method over all items; arrays are (n_items,), NaN where a flag says why.

    Attributes
    ----------
    method : str
        One of `METHODS`.
    statistics : mapping of name to array
        The columns of its `Scale`.
    p : array or None
        None where the method has no test.
    classes : tuple of "A", "B", "C" or None
        Empty where the method has none.
    flagged, anchors : array of bool
        Items that it flags; items that persons were matched on, or the scale was taken from.
    rounds : int
        Of purification.
    n_reference, n_focal : array of int
        Persons it rests on.
    flags : tuple of DifFlag
        Sentences name items by their code.
    figures : mapping
        What else the method gives.
    """

    method: str
    statistics: Mapping[str, Any]
    p: Floats | None
    classes: tuple[str | None, ...]
    flagged: Booleans
    anchors: Booleans
    rounds: int
    n_reference: NDArray[np.int64]
    n_focal: NDArray[np.int64]
    flags: tuple[DifFlag, ...]
    figures: Mapping[str, Any]

    @property
    def scale(self) -> Scale:
        return SCALES[self.method]

    @property
    def effect(self) -> Floats:
        return np.asarray(self.statistics[self.scale.effect])

    @property
    def error(self) -> Floats | None:
        name = self.scale.error
        return None if name is None else np.asarray(self.statistics[name])

    def grade(self, item: int) -> str:
        """A, B or C; "flagged" or "" for a method without classes; "–" where undefined."""
        if not np.isfinite(self.effect[item]) and not self.flagged[item]:
            return "–"
        if self.classes:
            return self.classes[item] or "–"
        return "flagged" if self.flagged[item] else ""

    def marks(self, item: int) -> bool:
        """Whether the item should be reviewed by this method alone."""
        return self.grade(item) in {"B", "C", "flagged"}

    def words(self, item: int) -> list[str]:
        """The codes of what is to know about an item."""
        return [flag.code for flag in self.flags if flag.item == item]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All methods on two groups.

    Attributes
    ----------
    groups : TwoGroups
    findings : tuple of Finding
        In the order they were asked for.
    not_done : mapping of method to sentence
    level : float
    by_hand : tuple of str or None
        Anchors that were given.
    """

    groups: TwoGroups
    findings: tuple[Finding, ...]
    not_done: Mapping[str, str]
    level: float
    purified: bool
    by_hand: tuple[str, ...] | None

    @property
    def items(self) -> tuple[str, ...]:
        return self.groups.responses.items

    def to_review(self) -> list[int]:
        """Items that a method puts in class B or C, or flags if it has no classes, worst first."""
        kept = [j for j in range(len(self.items)) if any(f.marks(j) for f in self.findings)]
        return sorted(kept, key=lambda j: (not self.is_large(j), -self._n_marks(j), j))

    def is_large(self, item: int) -> bool:
        """Whether a method puts it in class C."""
        return any(finding.grade(item) == "C" for finding in self.findings)

    def direction(self, item: int) -> Direction | None:
        """For which group the item is harder, by the first method of signed effects that marks it.

        None where only methods mark it that also find curves that cross.
        """
        for finding in self.findings:
            sign = finding.scale.harder
            if sign and finding.method not in CROSSING and finding.marks(item):
                return "focal" if sign * finding.effect[item] > 0 else "reference"
        return None

    def compared(self) -> bool:
        """Whether any item got a statistic by any method."""
        return any(np.isfinite(finding.effect).any() for finding in self.findings)

    def left_out(self, finding: Finding) -> list[str]:
        """Items that purification took out of the matching score."""
        if self.by_hand is not None or not finding.anchors.any():
            return []
        return [self.items[j] for j in np.flatnonzero(~finding.anchors)]

    def _n_marks(self, item: int) -> int:
        return sum(finding.marks(item) for finding in self.findings)


def named(flags: Sequence[DifFlag], items: Sequence[str]) -> tuple[DifFlag, ...]:
    """The library's flags with items by their code instead of their position."""
    return tuple(
        flag
        if flag.item is None
        else DifFlag(
            flag.code, LEADING_ITEM.sub(f"Item {items[flag.item]}", flag.sentence), flag.item
        )
        for flag in flags
    )


def table(found: Comparison) -> tuple[list[str], list[dict[str, Any]]]:
    """``dif.csv``: one row an item and method."""
    own = dict.fromkeys(name for one in found.findings for name in one.statistics)
    columns = [*COLUMNS, *own, *LAST_COLUMNS]
    rows = []
    for j, item in enumerate(found.items):
        for one in found.findings:
            row: dict[str, Any] = {
                "item": item,
                "method": one.method,
                "n_reference": int(one.n_reference[j]),
                "n_focal": int(one.n_focal[j]),
                "p": None if one.p is None else float(one.p[j]),
                "class": one.classes[j] if one.classes else None,
                "flagged": bool(one.flagged[j]),
                "anchor": bool(one.anchors[j]),
                "flags": one.words(j),
            }
            for name, values in one.statistics.items():
                row[name] = values[j] if np.ndim(values) else values
            rows.append(row)
    return columns, rows


def document(found: Comparison) -> dict[str, Any]:
    """What ``report.json`` says; ``dif.csv`` has the statistics."""
    groups, items = found.groups, found.items
    return {
        "responses": groups.responses.path,
        "group_column": groups.column,
        "reference": groups.reference,
        "focal": groups.focal_label,
        "n_reference": groups.n_reference,
        "n_focal": groups.n_focal,
        "n_items": len(items),
        "level": found.level,
        "purified": found.purified and found.by_hand is None,
        "anchors_given": None if found.by_hand is None else list(found.by_hand),
        "to_review": [
            {
                "item": items[j],
                "harder_for": found.direction(j),
                "classes": {one.method: one.grade(j) for one in found.findings},
            }
            for j in found.to_review()
        ],
        "methods": [
            {
                "method": one.method,
                "flagged": [items[j] for j in np.flatnonzero(one.flagged)],
                "rounds": one.rounds,
                "left_the_matching_score": found.left_out(one),
                **one.figures,
                "flags": [
                    {
                        "code": flag.code,
                        "sentence": flag.sentence,
                        "item": None if flag.item is None else items[flag.item],
                    }
                    for flag in one.flags
                ],
            }
            for one in found.findings
        ],
        "not_done": dict(found.not_done),
        "undefined": {
            "to_review[].harder_for": "null where the methods asked for have no direction",
            "anchors_given": "null unless given by --anchors",
        },
    }
