"""Number-right scoring and the summary by category: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from exam_engine.exams.conversion import Conversion


@dataclass(frozen=True, slots=True)
class Marked:
    """One scored position: its blueprint node's code and whether the answer was right (1 or 0)."""

    node: str
    right: int


@dataclass(frozen=True, slots=True)
class Scored:
    raw: int
    raw_max: int
    scaled: float
    reported: int
    passed: bool
    by_node: dict[str, tuple[int, int]]


def number_right(marked: Iterable[Marked], conversion: Conversion) -> Scored:
    """Every scored question counts one; no answer counts as a wrong one.

    Pass or fail is decided on the unrounded scale value.  Where fewer questions are marked than
    the table is for (some are not scored), the share of right answers counts: `Conversion.at`.
    """
    by_node: dict[str, tuple[int, int]] = {}
    for one in marked:
        right, total = by_node.get(one.node, (0, 0))
        by_node[one.node] = (right + one.right, total + 1)
    raw = sum(right for right, _ in by_node.values())
    raw_max = sum(total for _, total in by_node.values())
    scaled = conversion.at(raw, raw_max)
    return Scored(
        raw=raw,
        raw_max=raw_max,
        scaled=scaled,
        reported=conversion.printed(scaled),
        passed=conversion.decides(scaled),
        by_node=by_node,
    )


class Standing(StrEnum):
    BELOW = "below"
    NEAR = "near"
    ABOVE = "above"


def standing(right: int, total: int, passing_share: float) -> Standing:
    """Where a category lies against the share of right answers that passes the whole exam.

    *Near* is within one binomial standard error of that share, sqrt(p(1-p)/n): with a dozen or
    two of questions anything finer would claim more than they can tell.
    """
    error = sqrt(passing_share * (1 - passing_share) / total)
    difference = right / total - passing_share
    if abs(difference) <= error:
        return Standing.NEAR
    return Standing.ABOVE if difference > 0 else Standing.BELOW


def passing_raw(conversion: Conversion) -> int:
    """The lowest raw score that passes."""
    return next(raw for raw in range(len(conversion.scaled)) if conversion.passes(raw))


def totals(
    by_node: Mapping[str, Sequence[int]], parents: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Right and total per parent of the nodes, for example per category of the skill areas."""
    summed: dict[str, tuple[int, int]] = {}
    for node, (right, total) in by_node.items():
        before = summed.get(parents[node], (0, 0))
        summed[parents[node]] = (before[0] + right, before[1] + total)
    return summed


def likely_range(raw: float, conversion: Conversion) -> tuple[int, int]:
    """Scale scores one conditional standard error of measurement below and above ``raw``, which
    need not be whole (see `Conversion.at`).

    The binomial error model of Lord (1955): SEM(x) = sqrt(x (n - x) / (n - 1)) raw points; no
    calibration is needed, and it errs on the wide side.
    """
    raw_max = len(conversion.scaled) - 1
    error = sqrt(raw * (raw_max - raw) / (raw_max - 1)) if raw_max > 1 else 0.0
    low, high = max(raw - error, 0.0), min(raw + error, float(raw_max))
    return _between(low, conversion), _between(high, conversion)


def _between(raw: float, conversion: Conversion) -> int:
    floor = int(raw)
    share = raw - floor
    following = conversion.scaled[min(floor + 1, len(conversion.scaled) - 1)]
    return round(conversion.scaled[floor] * (1 - share) + following * share)
