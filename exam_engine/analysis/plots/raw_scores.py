"""The distribution of persons' shares of the points."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import Figure, Panel, line, nice_ticks, picture, tag, text

BINS = 20


def raw_scores(share: NDArray[np.float64]) -> Figure:
    """How many persons earned which share of the points they could earn.

    Parameters
    ----------
    share : array
        From 0 to 1; NaN is left out.
    """
    known = share[np.isfinite(share)]
    counts, edges = np.histogram(known, bins=BINS, range=(0.0, 1.0))
    top = max(int(counts.max(initial=0)), 1) * 1.15
    panel = Panel(58, 44, 540, 220, (0.0, 100.0), (0.0, float(top)))
    ticks = [tick for tick in nice_ticks(0, top, 5) if tick == int(tick)]
    parts = [
        panel.y_axis("Persons", ticks),
        panel.x_axis("Score, % of the points", (0, 20, 40, 60, 80, 100)),
    ]
    for count, low in zip(counts.tolist(), (edges[:-1] * 100).tolist(), strict=True):
        if count:
            x, y = float(panel.x(low)), float(panel.y(count))
            width = panel.width / BINS - 2
            parts.append(
                tag("rect", x=x + 1, y=y, width=width, height=panel.bottom - y, class_="fill s2")
            )
    mean = float(known.mean()) if len(known) else 0.0
    if len(known):
        x = float(panel.x(100 * mean))
        parts.append(line(x, panel.top, x, panel.bottom, "mark"))
        after = mean < 0.7
        parts.append(
            text(
                x + (6 if after else -6),
                panel.top + 4,
                f"mean {100 * mean:.1f} %",
                text_anchor="start" if after else "end",
                class_="name",
            )
        )
    title = "Scores"
    description = f"{len(known)} persons; mean {100 * mean:.1f} % of the points."
    return Figure(
        "scores",
        title,
        description,
        picture("scores", title, description, 620, 312, *parts),
        "Each bar is five hundredths of the points wide. A heap at either end means that the test "
        "is too easy or too hard to tell those persons apart.",
        ("from %", "to %", "persons"),
        tuple(
            (round(100 * edges[i]), round(100 * edges[i + 1]), int(counts[i])) for i in range(BINS)
        ),
    )
