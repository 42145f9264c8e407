"""What a person should know before a forensic figure is used against anybody."""

from dataclasses import dataclass
from typing import Literal

ForensicFlagCode = Literal[
    "at_bound",
    "few_shared_items",
    "few_times",
    "no_time",
    "no_value",
    "not_converged",
    "screen_binds",
    "zero_time",
]


@dataclass(frozen=True, slots=True)
class ForensicFlag:
    """Something to know about an analysis.

    Attributes
    ----------
    code : str
        Stable, for machines; see `ForensicFlagCode`.
    sentence : str
        For people.
    where : tuple of int
        Positions of what it is about (pairs, persons or items, as the sentence says), the first
        hundred; empty for the analysis as a whole.
    """

    code: ForensicFlagCode
    sentence: str
    where: tuple[int, ...] = ()


SHOWN = 100
