"""Anchors' difficulties on the two forms, after linking, against the line of no change."""

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


def anchor_scatter(
    names: Sequence[str],
    moved: NDArray[np.float64],
    there: NDArray[np.float64],
    kept: Sequence[bool],
    over: Sequence[bool],
) -> Figure:
    """Linked difficulty across, the other form's upwards.

    Parameters
    ----------
    names : J names
    moved, there : (J,) arrays
        Difficulties in logits of the to-scale.
    kept, over : J flags
        Whether the link rests on the anchor; whether it is beyond the limit.
    """
    low = float(np.floor(min(moved.min(), there.min()) - 0.2))
    high = float(np.ceil(max(moved.max(), there.max()) + 0.2))
    panel = Panel(52, 36, SIDE - 70, SIDE - 86, (low, high), (low, high))
    ticks = nice_ticks(low, high, 7)
    parts = [
        panel.y_axis("b on the to-form (logits)", ticks),
        panel.x_axis("b on the from-form, linked (logits)", ticks),
        path(panel.x([low, high]), panel.y([low, high]), "guide"),
    ]
    told: list[str] = []
    for j in np.argsort(-np.abs(there - moved)).tolist():
        x, y = float(panel.x(moved[j])), float(panel.y(there[j]))
        series = 4 if not kept[j] else 2 if over[j] else 0
        parts.append(marker(series, x, y, 4.0 if series else 3.2))
        if series and len(told) < MOST_NAMES:
            name = names[j][:SHOWN]
            after = x + 8 + len(name) * LETTER < panel.right
            start = x + 8 if after else x - 8 - len(name) * LETTER
            told.append(text(start, y + 4, name, class_="name"))
    title = "Anchors on both forms"
    gap = np.abs(there - moved)
    description = (
        f"{len(names)} anchors; the largest difference after linking is {gap.max():.2f} logits."
    )
    rows = tuple(
        (names[j], float(moved[j]), float(there[j]), float(there[j] - moved[j]), bool(kept[j]))
        for j in np.argsort(-gap).tolist()
    )
    return Figure(
        "anchors",
        title,
        description,
        picture("anchors", title, description, SIDE, SIDE, *parts, *told),
        "Each dot is an anchor; on the dashed line it is as hard as before. Triangles: beyond the "
        "limit. Crosses: left out of the link.",
        ("item", "b linked", "b to", "difference", "kept"),
        rows,
    )
