"""What a panel and its chair should know before a standard is adopted."""

from dataclasses import dataclass
from typing import Literal

StandardFlagCode = Literal[
    "constant_judge",
    "few_judges",
    "incomplete",
    "no_error",
    "no_intersection",
    "no_variance",
    "one_cut",
    "outlying_judge",
    "separated",
    "small_group",
    "theta_undefined",
]

FEW_JUDGES = 5  # a panel below it says little of its own error


@dataclass(frozen=True, slots=True)
class StandardFlag:
    """Something to know about a standard, or about one judge's part in it.

    Attributes
    ----------
    code : str
        Stable, for machines; see `StandardFlagCode`.
    sentence : str
        For people.
    judge : int or None
        The judge it is about, counted from 0; None for the standard as a whole.
    """

    code: StandardFlagCode
    sentence: str
    judge: int | None = None


def few_judges(n_judges: int) -> tuple[StandardFlag, ...]:
    """A flag where the panel is too small for its standard errors to mean much."""
    if n_judges >= FEW_JUDGES:
        return ()
    sentence = (
        f"{n_judges} judges are few: their spread, and with it the standard error of the cut, is "
        "itself uncertain."
    )
    return (StandardFlag("few_judges", sentence),)
