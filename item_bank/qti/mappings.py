"""Numbers for values: mappings of responses, areas of an image, lookup tables of outcomes."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from item_bank.qti.documents import local_name
from item_bank.qti.interactions.images import Area, read_area
from item_bank.qti.reading import Attributes, children
from item_bank.qti.values import TEXTUAL, BaseType, Scalar, scalar_of

MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Bounds:
    lower: float | None = None
    upper: float | None = None

    def hold(self, number: float) -> float:
        if self.lower is not None and number < self.lower:
            return self.lower
        if self.upper is not None and number > self.upper:
            return self.upper
        return number

    @classmethod
    def read(cls, element: etree._Element, reader: Attributes) -> "Bounds":
        found = cls(reader.number(element, "lower-bound"), reader.number(element, "upper-bound"))
        if found.lower is not None and found.upper is not None and found.lower > found.upper:
            sentence = f"The lower bound {found.lower:g} is above the upper {found.upper:g}."
            reader.findings.error(element, "limits_unsound", sentence)
        return found


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """``folded`` holds the entries that disregard case, by their text in lower case."""

    exact: Mapping[Scalar, float]
    folded: Mapping[str, float]
    default: float
    bounds: Bounds

    def total(self, values: Iterable[Scalar]) -> float:
        """The sum over different values, within the bounds: a value that is there twice counts
        once."""
        return self.bounds.hold(sum(map(self._of, dict.fromkeys(values))))

    def _of(self, value: Scalar) -> float:
        found = self.exact.get(value)
        if found is None and isinstance(value, str):
            found = self.folded.get(value.casefold())
        return self.default if found is None else found

    @classmethod
    def read(
        cls, element: etree._Element, base: BaseType | None, reader: Attributes
    ) -> "ValueMapping":
        exact: dict[Scalar, float] = {}
        folded: dict[str, float] = {}
        is_exact = reader.boolean(element, "case-sensitive", default=True)
        for entry in _entries(element, "qti-map-entry", reader):
            number = reader.needed_number(entry, "mapped-value")
            key = read_scalar(entry, entry.get("map-key"), base, reader)
            if key is None:
                continue
            if key in exact or (isinstance(key, str) and key.casefold() in folded):
                sentence = f"The value {entry.get('map-key', '')[:60]!r} is mapped twice."
                reader.findings.warning(entry, "mapped_twice", sentence)
            elif reader.boolean(entry, "case-sensitive", is_exact) or base not in TEXTUAL:
                exact[key] = number
            else:
                folded[str(key).casefold()] = number
        default = reader.number(element, "default-value", 0.0) or 0.0
        return cls(exact, folded, default, Bounds.read(element, reader))


def _entries(element: etree._Element, name: str, reader: Attributes) -> list[etree._Element]:
    found = children(element, name)
    for one in element:
        if one not in found:
            sentence = f"{local_name(one)} does not belong in {local_name(element)}."
            reader.findings.error(one, "element_unknown", sentence)
    if not found:
        sentence = f"{local_name(element)} has no {name}."
        reader.findings.warning(element, "mapping_empty", sentence)
    if len(found) > MOST_ENTRIES:
        sentence = f"{local_name(element)} has over {MOST_ENTRIES} entries."
        reader.findings.error(element, "mapping_too_large", sentence)
    return found[:MOST_ENTRIES]


def read_scalar(
    element: etree._Element, text: str | None, base: BaseType | None, reader: Attributes
) -> Scalar | None:
    """A value of the type written in a file; None with an error noted where there is none."""
    try:
        if text is not None:
            return scalar_of(text, base or BaseType.STRING)
        sentence = f"{local_name(element)} has no value."
    except ValueError as error:
        sentence = f"{local_name(element)}: {error}."
    reader.findings.error(element, "value_unsound", sentence)
    return None


@dataclass(frozen=True, slots=True)
class AreaMapping:
    """``areas`` are tried in their order."""

    areas: tuple[tuple[Area, float], ...]
    default: float
    bounds: Bounds

    @property
    def size(self) -> int:
        """How much work one point is at most, in numbers to look at."""
        return sum(1 + len(area.coordinates) for area, _ in self.areas)

    def total(self, points: Iterable[tuple[int, int]]) -> float:
        """The sum within the bounds: an area counts once, each point in no area the default."""
        total = 0.0
        used: set[int] = set()
        for x, y in points:
            hit = next((i for i, (area, _) in enumerate(self.areas) if area.holds(x, y)), None)
            if hit is None:
                total += self.default
            elif hit not in used:
                used.add(hit)
                total += self.areas[hit][1]
        return self.bounds.hold(total)

    @classmethod
    def read(cls, element: etree._Element, reader: Attributes) -> "AreaMapping":
        return cls(
            tuple(
                (read_area(entry, reader), reader.needed_number(entry, "mapped-value"))
                for entry in _entries(element, "qti-area-map-entry", reader)
            ),
            reader.number(element, "default-value", 0.0) or 0.0,
            Bounds.read(element, reader),
        )


@dataclass(frozen=True, slots=True)
class MatchTable:
    """Values for whole numbers."""

    entries: Mapping[int, Scalar]
    default: Scalar | None

    def of(self, number: float) -> Scalar | None:
        whole = int(number) if number == int(number) else None
        return self.default if whole is None else self.entries.get(whole, self.default)


@dataclass(frozen=True, slots=True)
class InterpolationTable:
    """Values for numbers from a source value up, in the writer's order: the first that fits holds.

    ``entries`` are source, whether the source itself is included, and target. With ``is_linear``,
    which is no part of QTI, numbers between two entries get a number between their targets, and
    numbers beyond the ends the target at the end.
    """

    entries: tuple[tuple[float, bool, Scalar], ...]
    default: Scalar | None
    is_linear: bool = False

    def of(self, number: float) -> Scalar | None:
        if self.is_linear:
            return self._between(number)
        for source, is_included, target in self.entries:
            if source < number or (is_included and source == number):
                return target
        return self.default

    def _between(self, number: float) -> Scalar | None:
        points = sorted((source, float(_number(target))) for source, _, target in self.entries)
        if not points:
            return self.default
        if number <= points[0][0]:
            return points[0][1]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            if number <= x2:
                return y1 + (y2 - y1) * (number - x1) / (x2 - x1) if x2 > x1 else y2
        return points[-1][1]


def _number(value: Scalar) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def read_table(
    element: etree._Element, base: BaseType | None, reader: Attributes
) -> MatchTable | InterpolationTable:
    """A ``qti-match-table`` or ``qti-interpolation-table`` with targets of the type ``base``."""
    text = element.get("default-value")
    default = None if text is None else read_scalar(element, text, base, reader)
    if local_name(element) == "qti-match-table":
        matches: dict[int, Scalar] = {}
        for entry in _entries(element, "qti-match-table-entry", reader):
            source = read_scalar(entry, entry.get("source-value"), BaseType.INTEGER, reader)
            target = read_scalar(entry, entry.get("target-value"), base, reader)
            if isinstance(source, int) and target is not None:
                matches.setdefault(source, target)
        return MatchTable(matches, default)
    method = reader.word(element, "interpolation-method", ("step", "linear"), "step")
    steps = []
    for entry in _entries(element, "qti-interpolation-table-entry", reader):
        source_value = reader.needed_number(entry, "source-value")
        target = read_scalar(entry, entry.get("target-value"), base, reader)
        if target is not None:
            is_included = reader.boolean(entry, "include-boundary", default=True)
            steps.append((source_value, is_included, target))
    if method == "linear" and base not in (BaseType.FLOAT, BaseType.INTEGER):
        sentence = "Between two targets there is a number only if the targets are numbers."
        reader.findings.error(element, "type_unsound", sentence)
    return InterpolationTable(tuple(steps), default, method == "linear")


def points_of(values: Sequence[Scalar]) -> list[tuple[int, int]]:
    """The points among values, which all of them are where the type says so."""
    return [
        (value[0], value[1])
        for value in values
        if isinstance(value, tuple) and isinstance(value[0], int) and isinstance(value[1], int)
    ]
