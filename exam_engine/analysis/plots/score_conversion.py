"""What a score of one form is worth on the other, as the difference it makes."""

import numpy as np

from exam_engine.analysis.plots.svg import Figure, Panel, line, marker, nice_ticks, path, picture
from psychometrics.equating import Conversion

WIDTH, HEIGHT = 560.0, 292.0
Z = 1.96
MOST_DOTS = 80


def score_conversion(table: Conversion, top: int) -> Figure:
    """Equivalent less score, against the score.

    Parameters
    ----------
    table : Conversion
    top : int
        The best score of the form that is converted.
    """
    gap = table.equivalent - table.score
    error = table.standard_error if table.standard_error is not None else np.zeros_like(gap)
    low = min(float((gap - Z * error).min()), 0.0)
    high = max(float((gap + Z * error).max()), 0.0)
    room = max(0.06 * (high - low), 0.1)
    panel = Panel(
        52, 40, WIDTH - 74, HEIGHT - 90, (0.0, float(max(top, 1))), (low - room, high + room)
    )
    parts = [
        panel.y_axis("Equivalent less score (points)", nice_ticks(*panel.y_range)),
        panel.x_axis("Number right on the from-form", nice_ticks(*panel.x_range, 9)),
        line(panel.left, float(panel.y(0)), panel.right, float(panel.y(0)), "axis"),
    ]
    x = panel.x(table.score)
    if table.standard_error is not None:
        band = [*panel.y(gap + Z * error), *panel.y(gap - Z * error)[::-1]]
        parts.append(path([*x, *x[::-1]], band, "band", closed=True))
    parts.append(path(x, panel.y(gap), "line s1"))
    if len(gap) <= MOST_DOTS:
        parts += [marker(0, float(a), float(b), 2.6) for a, b in zip(x, panel.y(gap), strict=True)]
    title = "Conversion of number-right scores"
    description = f"Scores change by {gap.min():.2f} to {gap.max():.2f} points.".replace(
        "-", "\N{MINUS SIGN}"
    )
    rows = tuple(
        (
            int(score),
            float(table.equivalent[k]),
            None if table.standard_error is None else float(error[k]),
        )
        for k, score in enumerate(table.score.tolist())
    )
    return Figure(
        "conversion",
        title,
        description,
        picture("conversion", title, description, WIDTH, HEIGHT, *parts),
        "Above zero the from-form is the harder one: its scores are worth more on the to-form. "
        "Band: 95 % intervals, where the files have standard errors. True-score equating; "
        "equating.csv has the figures unrounded.",
        ("score", "equivalent", "standard error"),
        rows,
    )
