"""The typed attributes of elements.

A reader never stops at the first fault: it notes a finding and goes on with the default, so that
all faults of a file are told at once.
"""

import math
import re
from collections.abc import Iterable, Sequence

from lxml import etree

from item_bank.items import IDENTIFIER
from item_bank.qti.documents import local_name
from item_bank.qti.findings import Findings
from item_bank.qti.patterns import Pattern, PatternUnsound

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
LARGEST_INTEGER = 2**31 - 1
"""Of an integer in a file or in a response; results of calculations may reach 2**53."""
LARGEST_FLOAT = 1e300
MOST_PATTERNS = 100
"""Different ones in one item."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,11}")
_FLOAT = re.compile(r"[+-]?([0-9]{1,340}\.?[0-9]{0,340}|\.[0-9]{1,340})([eE][+-]?[0-9]{1,4})?")
# QTI takes identifiers from XML's names without the colon; the length is ours.
_NAME = re.compile(r"[^\W\d][\w.\-]{0,127}")


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def integer_of(text: str) -> int | None:
    """The integer in a text of a file or a candidate, or None where there is none or it is beyond
    32 bits, as QTI has them."""
    text = text.strip()
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -LARGEST_INTEGER - 1 <= number <= LARGEST_INTEGER else None


def float_of(text: str) -> float | None:
    """The finite number in a text, or None: for NaN and infinity, and above 1e300 too."""
    text = text.strip()
    if not _FLOAT.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) and abs(number) <= LARGEST_FLOAT else None


def is_identifier(text: str) -> bool:
    return bool(IDENTIFIER.fullmatch(text) or _NAME.fullmatch(text))


def children(parent: etree._Element, *names: str) -> list[etree._Element]:
    """The QTI elements of these names directly below."""
    wanted = {f"{{{NAMESPACE}}}{name}" for name in names}
    return [child for child in parent if child.tag in wanted]


def child(parent: etree._Element, name: str) -> etree._Element | None:
    return parent.find(f"{{{NAMESPACE}}}{name}")


class Attributes:
    """Typed access to attributes; each fault becomes a finding."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self._patterns: set[str] = set()

    def identifier(self, of: etree._Element, name: str = "identifier") -> str:
        """The identifier, or an empty text with an error noted."""
        value = of.get(name)
        if value is None:
            self.findings.error(of, "attribute_missing", f"{local_name(of)} has no {name}.")
            return ""
        value = value.strip()
        if not is_identifier(value):
            sentence = f"{name} is {value[:60]!r}, which is no identifier."
            self.findings.error(of, "identifier_unsound", sentence)
        return value

    def integer(
        self,
        of: etree._Element,
        name: str,
        default: int,
        *,
        least: int = 0,
        most: int = LARGEST_INTEGER,
    ) -> int:
        value = of.get(name)
        if value is None or not value.strip():
            return default
        number = integer_of(value)
        if number is None or not least <= number <= most:
            self._unsound(of, name, value, f"a whole number from {least} to {most}")
            return default
        return number

    def number(self, of: etree._Element, name: str, default: float | None = None) -> float | None:
        value = of.get(name)
        if value is None:
            return default
        number = float_of(value)
        if number is None:
            self._unsound(of, name, value, "a finite number")
            return default
        return number

    def needed_number(self, of: etree._Element, name: str) -> float:
        if of.get(name) is None:
            self.findings.error(of, "attribute_missing", f"{local_name(of)} has no {name}.")
        return self.number(of, name) or 0.0

    def boolean(self, of: etree._Element, name: str, default: bool = False) -> bool:
        value = of.get(name)
        if value is None:
            return default
        truth = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
        if truth is None:
            self._unsound(of, name, value, "true or false")
            return default
        if value != value.lower():
            sentence = (
                f"{local_name(of)} has {name}={value[:60]!r}; QTI writes it in small letters."
            )
            self.findings.warning(of, "not_standard", sentence)
        return truth

    def word(
        self, of: etree._Element, name: str, allowed: Sequence[str], default: str | None = None
    ) -> str:
        """One of ``allowed``; without a default the attribute must be there."""
        value = of.get(name)
        if value is None and default is not None:
            return default
        if value is None or value.strip() not in allowed:
            if value is None:
                self.findings.error(of, "attribute_missing", f"{local_name(of)} has no {name}.")
            else:
                self._unsound(of, name, value, f"one of: {', '.join(allowed)}")
            return default if default is not None else allowed[0]
        return value.strip()

    def pattern(self, of: etree._Element, name: str) -> Pattern | None:
        """A pattern of XML Schema; None with an error noted for what is none."""
        text = of.get(name, "")
        self._patterns.add(text)
        try:
            if len(self._patterns) > MOST_PATTERNS:
                raise PatternUnsound(f"the item has over {MOST_PATTERNS} patterns")
            return Pattern.read(text)
        except PatternUnsound as error:
            sentence = f"{local_name(of)} has a {name} that cannot be used: {error}."
            self.findings.error(of, "pattern_unsound", sentence)
        return None

    def integers(self, of: etree._Element, name: str) -> tuple[int, ...]:
        """Comma-separated, as coordinates are; whole parts are taken of numbers with decimals."""
        texts = [text for text in re.split(r"[,\s]+", of.get(name, "").strip()) if text]
        numbers = [float_of(text) for text in texts[:1000]]
        found = [math.floor(number) for number in numbers if number is not None]
        if len(found) < len(numbers) or len(texts) > 1000:
            self._unsound(of, name, of.get(name, ""), "numbers with commas between them")
        return tuple(found)

    def _unsound(self, of: etree._Element, name: str, value: str, expected: str) -> None:
        sentence = f"{local_name(of)} has {name}={value[:60]!r}; expected is {expected}."
        self.findings.error(of, "attribute_unsound", sentence)

    def unique(self, of: Iterable[tuple[str, etree._Element]]) -> None:
        """Notes an error for every identifier that is there before."""
        seen: set[str] = set()
        for identifier, element in of:
            if identifier in seen:
                sentence = f"The identifier {identifier} is there twice."
                self.findings.error(element, "identifier_twice", sentence)
            seen.add(identifier)
