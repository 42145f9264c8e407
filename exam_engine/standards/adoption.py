"""From a panel's recommendation to the table of its form."""

import math

from exam_engine.exams.conversion import Conversion, ConversionUnsound
from exam_engine.standards.errors import AdoptionUnsound

TABLE = "standard-linear-1"
"""Two straight lines that meet at the passing score; the name that a table made here carries."""
NEAR = 1e-9


def passing(cut: float) -> int:
    """The lowest whole raw score at or above a cut."""
    return math.ceil(cut - NEAR)


def check_cut(cut: int, recommended: float, raw_max: int, reason: str) -> None:
    """Refuse a cut that decides nothing, or departs from the recommendation without a reason.

    Raises `AdoptionUnsound`.
    """
    if not 1 <= cut <= raw_max:
        raise AdoptionUnsound(
            f"The lowest passing raw score lies from 1 to {raw_max}: with 0 everybody would pass."
        )
    if cut != passing(recommended) and not reason.strip():
        raise AdoptionUnsound(
            f"The panel recommends {recommended:.2f}, so {passing(recommended)} passes. Write why "
            f"{cut} is adopted instead.",
            "reason",
        )


def conversion_at(cut: int, before: Conversion) -> Conversion:
    """The form's table with the adopted raw score exactly at the passing score.

    ``before`` is the provisional one, whose scale it keeps.  Loads numpy.
    """
    from psychometrics.scales import conversion_table

    if len(before.scaled) < 2:
        raise ConversionUnsound("A form without scored items has no conversion.")
    table = conversion_table(
        range(len(before.scaled)), cut, low=before.low, high=before.high, cut=before.cut
    )
    return Conversion(TABLE, tuple(table.scaled.tolist()), before.low, before.high, before.cut)
