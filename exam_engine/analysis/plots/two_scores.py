"""Each person's score in two places: secure and compromised items, or before and after."""

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

Floats = NDArray[np.float64]

LETTER = 7.3
MOST_NAMES = 14


def two_scores(
    name: str,
    title: str,
    caption: str,
    axes: tuple[str, str],
    scores: tuple[Floats, Floats],
    persons: Sequence[str],
    flagged: NDArray[np.bool_],
    shift: float = 0.0,
) -> Figure:
    """The second score against the first, in logits, with the line of equal ones.

    Parameters
    ----------
    name, title, caption : str
    axes : (str, str)
        What lies along and what up.
    scores : pair of (n,) arrays
        NaN is left out.
    persons : sequence of n str
    flagged : (n,) array of bool
        Drawn in another shape, and named.
    shift : float
        How far the line stands above that of equal scores.
    """
    first, second = scores
    known = np.isfinite(first) & np.isfinite(second)
    both = np.concatenate([first[known], second[known]]) if known.any() else np.zeros(1)
    low, high = float(np.floor(both.min() - 0.2)), float(np.ceil(both.max() + 0.2))
    panel = Panel(58, 40, 420, 380, (low, high), (low, high))
    ticks = nice_ticks(low, high, 9)
    a, b = max(low, low - shift), min(high, high - shift)
    x, y = panel.x([a, b]), panel.y([a + shift, b + shift])
    parts = [
        panel.y_axis(axes[1], ticks),
        panel.x_axis(axes[0], ticks),
        path(x, y, "guide"),
    ]
    signs: list[str] = []
    names: list[str] = []
    taken: list[tuple[float, float, float]] = []
    order = np.flatnonzero(known)[np.argsort(flagged[known], kind="stable")]
    for i in order.tolist():
        at, up = float(panel.x(first[i])), float(panel.y(second[i]))
        signs.append(marker(2 if flagged[i] else 0, at, up, 4.6 if flagged[i] else 3.0))
        end = at + 9 + len(persons[i][:16]) * LETTER
        clear = all(
            abs(up - oy) > 13 or at + 9 > oend or end < ostart for ostart, oend, oy in taken
        )
        if flagged[i] and len(names) < MOST_NAMES and clear and end < 612:
            taken.append((at + 9, end, up))
            names.append(text(at + 9, up + 4, persons[i][:16], class_="name"))
    n_flagged = int((flagged & known).sum())
    description = f"{int(known.sum())} persons, of whom {n_flagged} are flagged."
    listed = [*reversed(order.tolist())][:200]
    return Figure(
        name,
        title,
        description,
        picture(name, title, description, 620, panel.bottom + 48, *parts, *signs, *names),
        caption,
        ("person", axes[0], axes[1], "flagged"),
        tuple((persons[i], float(first[i]), float(second[i]), bool(flagged[i])) for i in listed),
    )
