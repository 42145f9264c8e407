"""What a person should know about a choice, or about simulated sessions."""

from dataclasses import dataclass
from typing import Literal

SelectionFlagCode = Literal[
    "constraint_dropped",
    "everything_set_aside",
    "over_exposed",
    "pool_exhausted",
]


@dataclass(frozen=True, slots=True)
class SelectionFlag:
    """Something to know about a choice or a simulation.

    Attributes
    ----------
    code : str
        Stable, for machines; see `SelectionFlagCode`.
    sentence : str
        For people.
    """

    code: SelectionFlagCode
    sentence: str
