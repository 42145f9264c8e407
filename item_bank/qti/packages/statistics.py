"""Statistics of items as QTI's usage data: difficulty, discrimination, parameters by calibration.

Source: 1EdTech QTI 3.0, Usage Data and Item Statistics 1.0. An ordinary statistic is one number;
a categorised one is a number for each of several keys, the choices of an item for example.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from item_bank.errors import ContentUnsound, QtiError
from item_bank.items import plain_text
from item_bank.qti.documents import local_name, new_element, parse, render
from item_bank.qti.findings import line_of
from item_bank.qti.reading import float_of, integer_of

NAMESPACE: Final = "http://www.imsglobal.org/xsd/imsqti_usagedata_v3p0"
RESOURCE_TYPE: Final = "qtiusagedata/xml"
MAX_BYTES: Final = 20_000_000
MOST_STATISTICS: Final = 200_000
LONGEST_TEXT: Final = 500

Note = Callable[[str, int | None, str], None]
"""Takes a finding: its code, the line, a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a statistic is about: an item by its code, or a part of it."""

    item: str
    part: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """``context`` is an address that names the group of candidates and the calibration.

    Either ``value`` or ``values`` is given. ``last_updated`` is an ISO date or time as written;
    ``standard_error`` and ``standard_deviation`` are in the statistic's own unit.
    """

    name: str
    targets: tuple[Target, ...]
    context: str
    value: float | None = None
    values: tuple[tuple[str, float], ...] = ()
    cases: int | None = None
    standard_error: float | None = None
    standard_deviation: float | None = None
    last_updated: str = ""
    glossary: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.targets or (self.value is None) == (not self.values):
            raise ContentUnsound("A statistic has a name, an item, and a number or several.")
        numbers = (
            self.value,
            self.standard_error,
            self.standard_deviation,
            *dict(self.values).values(),
        )
        if any(number is not None and float_of(repr(float(number))) is None for number in numbers):
            raise ContentUnsound(f"The statistic {self.name[:60]!r} has a number that is none.")


def write_statistics(statistics: Iterable[Statistic]) -> bytes:
    """Usage data as a file. The same statistics give the same bytes in whatever order they come."""
    ordered = sorted(statistics, key=lambda one: (one.targets[0].item, repr(one)))
    return render(_data("usageData", *map(_element, ordered)))


def _data(name: str, *parts: str | dict[str, str] | etree._Element) -> etree._Element:
    return new_element(NAMESPACE, name, *parts)


def _element(statistic: Statistic) -> etree._Element:
    texts = {
        "name": statistic.name,
        "glossary": statistic.glossary,
        "context": statistic.context,
        "caseCount": "" if statistic.cases is None else str(statistic.cases),
        "stdError": _text(statistic.standard_error),
        "stdDeviation": _text(statistic.standard_deviation),
        "lastUpdated": statistic.last_updated,
    }
    attributes = {name: text for name, text in texts.items() if text or name == "context"}
    targets = [
        _data("targetObject", {name: text for name, text in named.items() if text})
        for one in statistic.targets
        for named in [{"identifier": one.item, "partIdentifier": one.part, "objectType": one.kind}]
    ]
    if statistic.value is not None:
        value = _data("value", _text(statistic.value), {"baseType": "float"})
        return _data("ordinaryStatistic", *targets, value, attributes)
    entries = [
        _data("mapEntry", {"mapKey": key, "mappedValue": _text(number)})
        for key, number in statistic.values
    ]
    mapping = _data("mapping", *entries, {"defaultValue": "0"})
    return _data("categorizedStatistic", *targets, mapping, attributes)


def _text(number: float | None) -> str:
    return "" if number is None else repr(float(number))


def read_statistics(xml: bytes, note: Note) -> tuple[Statistic, ...]:
    """Usage data of QTI 2.1 to 3.0; what cannot be read is a finding, and the rest is read."""
    try:
        root = parse(xml, MAX_BYTES)
    except QtiError as error:
        note("statistic_wrong", error.line, error.sentence)
        return ()
    if _name(root) != "usagedata":
        note("statistic_wrong", line_of(root), f"The root {str(root.tag)[:120]} is no usage data.")
        return ()
    found: list[Statistic] = []
    for element in root:
        if len(found) >= MOST_STATISTICS:
            sentence = f"The file has over {MOST_STATISTICS:,} statistics."
            note("statistic_wrong", line_of(element), sentence)
            break
        try:
            found.append(_statistic(element, root.get("glossary", "")))
        except ValueError as error:
            sentence = f"A statistic is left out: {error}."
            note("statistic_wrong", line_of(element), sentence)
        except ContentUnsound as error:
            note("statistic_wrong", line_of(element), f"A statistic is left out. {error}")
    return tuple(found)


def _name(element: etree._Element) -> str:
    """Without what tells the versions apart."""
    return local_name(element).removeprefix("qti-").replace("-", "").lower()


def _statistic(element: etree._Element, glossary: str) -> Statistic:
    kind = _name(element)
    if kind not in ("ordinarystatistic", "categorizedstatistic"):
        raise ValueError(f"{local_name(element)[:60]} is no statistic")
    parts: dict[str, list[etree._Element]] = {}
    for part in element:
        parts.setdefault(_name(part), []).append(part)
    attributes = {
        str(name).replace("-", "").lower(): plain_text(str(text))[:LONGEST_TEXT]
        for name, text in element.attrib.items()
    }
    value: float | None = None
    values: tuple[tuple[str, float], ...] = ()
    if kind == "ordinarystatistic":
        value = _number(_only(parts, "value").text or "")
    else:
        values = tuple(
            (_attribute(entry, "mapkey"), _number(_attribute(entry, "mappedvalue")))
            for entry in _only(parts, "mapping")
        )
    cases = attributes.get("casecount")
    return Statistic(
        name=attributes.get("name", ""),
        targets=tuple(
            Target(
                _attribute(one, "identifier"),
                _attribute(one, "partidentifier"),
                _attribute(one, "objecttype"),
            )
            for one in parts.get("targetobject", [])
        ),
        context=attributes.get("context", ""),
        value=value,
        values=values,
        cases=None if cases is None else _count(cases),
        standard_error=_optional(attributes.get("stderror")),
        standard_deviation=_optional(attributes.get("stddeviation")),
        last_updated=attributes.get("lastupdated", ""),
        glossary=attributes.get("glossary", glossary),
    )


def _only(parts: dict[str, list[etree._Element]], name: str) -> etree._Element:
    found = parts.get(name, [])
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} parts named {name}")
    return found[0]


def _attribute(element: etree._Element, name: str) -> str:
    for key, text in element.attrib.items():
        if str(key).replace("-", "").lower() == name:
            return plain_text(str(text))[:LONGEST_TEXT]
    return ""


def _optional(text: str | None) -> float | None:
    return None if text is None else _number(text)


def _number(text: str) -> float:
    number = float_of(text)
    if number is None:
        raise ValueError(f"{text[:40]!r} is no number")
    return number


def _count(text: str) -> int:
    number = integer_of(text)
    if number is None or number < 0:
        raise ValueError(f"{text[:40]!r} is no number of cases")
    return number
