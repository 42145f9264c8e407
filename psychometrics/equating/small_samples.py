"""For samples too small to estimate a line: the identity, and an arc with one estimated point."""

import numpy as np

from psychometrics.equating.conversion import Conversion, converted, linear
from psychometrics.equating.counts import read_highest
from psychometrics.errors import BadOption


def equate_identity(highest_from: int, highest_to: int) -> Conversion:
    """Each score as it is.

    Parameters
    ----------
    highest_from, highest_to : int
        The best score of each form.

    Returns
    -------
    Conversion

    Raises
    ------
    BadOption
        If a highest score is not a whole number from 1.

    Notes
    -----
    Skaggs (2005) finds it no worse than equating with 25 persons a form.
    """
    top, top_to = read_highest(highest_from, "from"), read_highest(highest_to, "to")
    return linear("identity", 1.0, 0.0, top, top_to)


def equate_circle_arc(
    middle: tuple[float, float],
    highest_from: int,
    highest_to: int,
    *,
    lowest: tuple[float, float] = (0.0, 0.0),
) -> Conversion:
    """An arc through the ends of both scales and one point that the data give.

    Parameters
    ----------
    middle : (float, float)
        A score of the from-form and its equivalent: the two means of random groups, say, or a
        mean and its Tucker equivalent.
    highest_from, highest_to : int
        The best score of each form.
    lowest : (float, float)
        The low end on each form: 0, or the score by guessing alone.  Scores below it follow the
        straight line from (0, 0).

    Returns
    -------
    Conversion

    Raises
    ------
    BadOption
        If a highest score is not a whole number from 1, or the three points do not rise in both
        scores or lie on no common arc.

    Notes
    -----
    The simplified circle-arc of Livingston & Kim (2009): the line through the ends, plus an arc
    of a circle for the distance from it.
    """
    top, top_to = read_highest(highest_from, "from"), read_highest(highest_to, "to")
    (x1, y1), (x2, y2) = lowest, middle
    if not (0 <= x1 < x2 < top and 0 <= y1 < y2 < top_to):
        raise BadOption(
            f"the points {lowest}, {middle} and {(top, top_to)} do not rise from the low end to "
            "the high end on both forms"
        )
    slope = (top_to - y1) / (top - x1)
    score = np.arange(top + 1.0)
    line = y1 + slope * (score - x1)
    height = y2 - (y1 + slope * (x2 - x1))
    centre, half = (x1 + top) / 2.0, (top - x1) / 2.0
    arc = np.zeros_like(score)
    if abs(height) > 1e-12 * top_to:
        # (x1, 0), (x2, height) and (top, 0) are equally far from (centre, depth)
        depth = ((x2 - centre) ** 2 + height**2 - half**2) / (2.0 * height)
        if depth * height >= 0:
            raise BadOption(
                f"the point {middle} is so far from the line between the ends that no arc joins "
                "them"
            )
        root = np.sqrt(np.maximum(half**2 + depth**2 - (score - centre) ** 2, 0.0))
        arc = depth + np.sign(height) * root
    equivalent = np.where(score < x1, score * (y1 / x1 if x1 > 0 else 1.0), line + arc)
    return converted("circle-arc", score, equivalent, top_to)
