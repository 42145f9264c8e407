"""What there is to say about a file, each with the line it is about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from lxml import etree

from item_bank.errors import QtiError

MOST_FINDINGS = 200
"""Of one severity; a file with more is as broken as it can be told."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """An error keeps the item from being used; a warning says what is unusual or left out.

    ``code`` is stable and for machines. ``line`` counts from 1; None where no line is to blame.
    """

    severity: Severity
    code: str
    line: int | None
    sentence: str


def line_of(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


class Findings:
    """Findings as they are made, each once, up to ``MOST_FINDINGS`` errors and as many warnings."""

    def __init__(self) -> None:
        self._found: dict[Severity, dict[Finding, None]] = {each: {} for each in Severity}

    def error(self, at: etree._Element, code: str, sentence: str) -> None:
        self._add(Severity.ERROR, at, code, sentence)

    def warning(self, at: etree._Element, code: str, sentence: str) -> None:
        self._add(Severity.WARNING, at, code, sentence)

    def _add(self, severity: Severity, at: etree._Element, code: str, sentence: str) -> None:
        counts = self._found[severity]
        if len(counts) < MOST_FINDINGS:
            counts.setdefault(Finding(severity, code, line_of(at), sentence))

    def all(self) -> tuple[Finding, ...]:
        """In order of their lines."""
        found = [finding for severity in Severity for finding in self._found[severity]]
        return tuple(sorted(found, key=lambda finding: finding.line or 0))

    def refuse_errors(self) -> None:
        """Raises QtiError for the first error in the order of lines, with the count of others."""
        errors = [found for found in self.all() if found.severity is Severity.ERROR]
        if errors:
            more = f" ({len(errors) - 1} more.)" if len(errors) > 1 else ""
            raise QtiError(errors[0].sentence + more, errors[0].line)
