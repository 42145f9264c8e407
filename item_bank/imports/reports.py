"""A report: findings gathered by what they are about, the gravest first."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from item_bank.checks import Finding as CheckFinding
from item_bank.formats import findings as formats
from item_bank.item_rules import Level

MOST_KEPT = 500
"""Places of one group that a stored report names; all are counted."""


class Severity(StrEnum):
    """An error keeps a question, or the whole file, out. A warning: it comes in, and something was
    lost or guessed, or looks like another item. A check: what the rules for items say; it comes in
    as a draft and the writer mends it. A note asks for nothing.
    """

    ERROR = "error"
    WARNING = "warning"
    CHECK = "check"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is as the reader names it ("line 7", "cell B7"), empty for the whole file; ``item``
    is the code of the item that is meant, or empty.
    """

    severity: Severity
    code: str
    place: str
    sentence: str
    mend: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    place: str
    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code with one way to mend them. ``total`` may be more than ``found`` has."""

    severity: Severity
    code: str
    mend: str
    total: int
    found: tuple[Found, ...]


def of_reader(finding: formats.Finding) -> Finding:
    return Finding(
        Severity(finding.severity),
        finding.code,
        finding.place,
        finding.sentence,
        finding.mend,
        finding.item,
    )


def of_check(finding: CheckFinding, place: str) -> Finding:
    error = finding.level is Level.ERROR
    mend = "Mend it before the item goes to review." if error else "Weigh it in review."
    text = f" ({finding.text[:120]})" if finding.text else ""
    sentence = f"{finding.sentence}{text}"
    return Finding(Severity.CHECK, finding.rule, place, sentence, mend, finding.code_of_item)


def grouped(findings: Iterable[Finding], most: int | None = None) -> tuple[Group, ...]:
    """By severity, then in the order of the first place; ``most`` places are named in a group."""
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.code, finding.mend), []).append(finding)
    order = list(Severity)
    return tuple(
        Group(
            severity,
            code,
            mend,
            len(found),
            tuple(Found(one.place, one.item, one.sentence) for one in found[:most]),
        )
        for (severity, code, mend), found in sorted(
            groups.items(), key=lambda group: order.index(group[0][0])
        )
    )


def refused_questions(findings: Iterable[Finding]) -> int:
    """How many questions the errors keep out; an error of the whole file counts as one."""
    return len({_question_of(one) for one in findings if one.severity is Severity.ERROR})


def _question_of(finding: Finding) -> str:
    """A row by its number, an item of a package by its path."""
    if "/" in finding.place or ".xml" in finding.place:
        return re.sub(r",? line \d+.*", "", finding.place)
    number = re.search(r"\d+", finding.place)
    return number[0] if number else finding.place or finding.item


def to_json(group: Group) -> dict[str, Any]:
    return {
        "severity": str(group.severity),
        "code": group.code,
        "mend": group.mend,
        "total": group.total,
        "found": [[one.place, one.item, one.sentence] for one in group.found],
    }


def from_json(group: Mapping[str, Any]) -> Group:
    return Group(
        Severity(group["severity"]),
        group["code"],
        group["mend"],
        group["total"],
        tuple(Found(*one) for one in group["found"]),
    )
