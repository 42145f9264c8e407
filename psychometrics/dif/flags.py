"""What a person should know before figures on differential functioning are used."""

from dataclasses import dataclass
from typing import Literal

DifFlagCode = Literal[
    "incomplete_left_out",
    "matched_by_form",
    "not_calibrated",
    "not_converged",
    "not_purified",
    "one_anchor",
    "separated",
    "small_group",
    "too_few_anchors",
    "undefined",
]


@dataclass(frozen=True, slots=True)
class DifFlag:
    """Something to know about an analysis, or about one of its items.

    Attributes
    ----------
    code : str
        Stable, for machines; see `DifFlagCode`.
    sentence : str
        For people.
    item : int or None
        The column it is about; None for the analysis as a whole.
    """

    code: DifFlagCode
    sentence: str
    item: int | None = None
