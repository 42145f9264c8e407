"""Equivalents on the base form, on the scale that its table gives: values in, a table out."""

from collections.abc import Sequence
from itertools import pairwise

from exam_engine.equating.errors import EquatingUnsound
from exam_engine.exams.conversion import Conversion

ROUNDING = 1e-7
"""Points; an equivalent no further from a whole score is that score: arithmetic fails nobody."""


def placed(equivalents: Sequence[float], base: Conversion, method: str) -> Conversion:
    """The table of a form whose raw scores 0, 1, ... have these equivalents on the base form.

    Between two raw scores of the base form its unrounded table is read on a straight line, and
    beyond its ends the end of the scale stands.  Raises `EquatingUnsound` where a higher score
    would be worth less, or where none or all would pass.
    """
    for raw, (one, following) in enumerate(pairwise(equivalents)):
        if following < one - ROUNDING:
            raise EquatingUnsound(
                f"Score {raw + 1} would be worth less than score {raw}, so this is no table. "
                "Choose another method, or look at the anchors.",
                "method",
            )
    scaled: list[float] = []
    for one in equivalents:
        value = _read(base, one)
        scaled.append(max(value, scaled[-1]) if scaled else value)
    table = Conversion(f"equated-{method}-1", tuple(scaled), base.low, base.high, base.cut)
    if table.passes(0) or not table.passes(len(scaled) - 1):
        who = "Every" if table.passes(0) else "No"
        raise EquatingUnsound(
            f"{who} score of the form would pass, so this is no table to decide by. Choose "
            "another method, or look at the anchors.",
            "method",
        )
    return table


def _read(base: Conversion, equivalent: float) -> float:
    top = len(base.scaled) - 1
    at = min(max(equivalent, 0.0), float(top))
    if abs(at - round(at)) < ROUNDING:
        return base.scaled[round(at)]
    below = int(at)
    share = at - below
    value = base.scaled[below] * (1 - share) + base.scaled[below + 1] * share
    return float(base.cut) if abs(value - base.cut) < ROUNDING else value
