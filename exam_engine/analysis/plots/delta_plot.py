"""Anchors' difficulties for two groups, as deltas, against the line that most of them follow."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    marker,
    nice_ticks,
    path,
    picture,
    text,
)

SIDE = 430.0
LETTER = 7.3
MOST_NAMES = 12
SHOWN = 18


def delta_plot(
    names: Sequence[str],
    there: NDArray[np.float64],
    here: NDArray[np.float64],
    off: NDArray[np.float64],
    axis: tuple[float, float],
    kept: Sequence[bool],
    over: Sequence[bool],
) -> Figure:
    """The base form's group across, the form's upwards.

    Parameters
    ----------
    names : J names
    there, here : (J,) arrays
        Deltas, 13 + 4 z of the share wrong.
    off : (J,) array
        Distance from the line, in delta points; above 0 where an anchor became harder.
    axis : (float, float)
        Slope and intercept of the line.
    kept, over : J flags
        Whether the equating rests on the anchor; whether it is beyond the limit.
    """
    low = float(np.floor(min(there.min(), here.min()) - 0.5))
    high = float(np.ceil(max(there.max(), here.max()) + 0.5))
    panel = Panel(52, 36, SIDE - 70, SIDE - 86, (low, high), (low, high))
    ticks = nice_ticks(low, high, 7)
    parts = [
        panel.y_axis("Delta for the form's group", ticks),
        panel.x_axis("Delta for the base form's group", ticks),
        _line(panel, axis, low, high),
    ]
    told: list[str] = []
    order = np.argsort(-np.abs(off)).tolist()
    for j in order:
        x, y = float(panel.x(there[j])), float(panel.y(here[j]))
        series = 4 if not kept[j] else 2 if over[j] else 0
        parts.append(marker(series, x, y, 4.0 if series else 3.2))
        if series and len(told) < MOST_NAMES:
            name = names[j][:SHOWN]
            after = x + 8 + len(name) * LETTER < panel.right
            start = x + 8 if after else x - 8 - len(name) * LETTER
            told.append(text(start, y + 4, name, class_="name"))
    title = "Anchors in both groups"
    furthest = float(np.abs(off).max())
    description = (
        f"{len(names)} anchors; the largest distance from the line that most follow is "
        f"{furthest:.2f} delta points."
    )
    rows = tuple(
        (names[j], float(there[j]), float(here[j]), float(off[j]), bool(kept[j])) for j in order
    )
    return Figure(
        "anchors",
        title,
        description,
        picture("anchors", title, description, SIDE, SIDE, *parts, *told),
        "Each dot is an anchor; harder questions have larger deltas. The dashed line is what the "
        "anchors kept follow together: an abler group shifts all of them, a question that changed "
        "leaves the line. Triangles: beyond the limit. Crosses: left out.",
        ("item", "delta, base", "delta, form", "distance", "kept"),
        rows,
    )


def _line(panel: Panel, axis: tuple[float, float], low: float, high: float) -> str:
    """As far as it is in the picture."""
    slope, intercept = axis
    ends = sorted((end - intercept) / slope for end in (low, high)) if slope else [low, high]
    x = np.array([max(low, ends[0]), min(high, ends[1])])
    return path(panel.x(x), panel.y(intercept + slope * x), "guide")
