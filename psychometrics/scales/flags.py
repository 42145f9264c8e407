"""What a person should know before a conversion table is used."""

from dataclasses import dataclass
from typing import Literal

ScaleFlagCode = Literal["flat", "truncated"]


@dataclass(frozen=True, slots=True)
class ScaleFlag:
    """Something to know about a table.

    Attributes
    ----------
    code : str
        Stable, for machines; see `ScaleFlagCode`.
    sentence : str
        For people.
    """

    code: ScaleFlagCode
    sentence: str
