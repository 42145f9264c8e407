"""The default programme: the policy of the exam that the sample bank is made for."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Programme:
    """Policy of an exam; ``provisional_raw_cut`` serves until a standard has been set."""

    code: str
    title: str
    question_count: int
    allowance_s: int
    scale_low: int
    scale_high: int
    cut: int
    release: str
    provisional_raw_cut: int


PRACTICE = Programme(
    code="CTO-PRACTICE",
    title="K-12 Technology Leader Practice Exam",
    question_count=100,
    allowance_s=7200,
    scale_low=0,
    scale_high=800,
    cut=600,
    release="at_end",
    provisional_raw_cut=68,
)


def item_counts(weights: Iterable[tuple[str, int]], question_count: int) -> dict[str, int]:
    """How many questions each area gets: its weight's share, rounded by largest remainders.

    The counts always add up to ``question_count``.  Weights are positive, in any unit.
    """
    rows = list(weights)
    total = sum(weight for _, weight in rows)
    counts = {code: question_count * weight // total for code, weight in rows}
    by_remainder = sorted(rows, key=lambda row: -(question_count * row[1] % total))
    for code, _ in by_remainder[: question_count - sum(counts.values())]:
        counts[code] += 1
    return counts
