"""How the scores of a form lie about its passing score."""

from collections.abc import Sequence

import numpy as np

from exam_engine.analysis.plots.svg import Figure, Panel, line, nice_ticks, picture, tag, text

BINS = 20


def scaled_scores(scaled: Sequence[float], low: float, high: float, cut: float) -> Figure:
    """Bars of unrounded scale scores, with the passing score across them.

    Bars begin at the cut and go both ways from it, so that none holds both passed and not passed.
    """
    width = (high - low) / BINS
    below = int(np.ceil((cut - low) / width - 1e-9))
    above = max(int(np.ceil((high - cut) / width - 1e-9)), 1)
    edges = cut + width * np.arange(-below, above + 1)
    place = np.clip(
        np.floor((np.asarray(scaled, dtype=float) - cut) / width).astype(int) + below,
        0,
        len(edges) - 2,
    )
    counts = np.bincount(place, minlength=len(edges) - 1)
    top = max(int(counts.max(initial=0)), 1) * 1.25
    panel = Panel(58, 44, 540, 220, (low, high), (0.0, float(top)))
    ticks = [tick for tick in nice_ticks(0, top, 5) if tick == int(tick)]
    parts = [panel.y_axis("Candidates", ticks), panel.x_axis("Score on the scale")]
    for n, (count, left) in enumerate(zip(counts.tolist(), edges.tolist(), strict=False)):
        if count:
            x, end = float(panel.x(left)), float(panel.x(left + width))
            y = float(panel.y(count))
            series = "s2" if n >= below else "s5"
            parts.append(
                tag(
                    "rect",
                    x=x + 1,
                    y=y,
                    width=max(end - x - 2, 1.0),
                    height=panel.bottom - y,
                    class_=f"fill {series}",
                )
            )
    x = float(panel.x(cut))
    right = cut < low + 0.7 * (high - low)
    parts += [
        line(x, panel.top - 6, x, panel.bottom, "mark"),
        text(
            x + (6 if right else -6),
            panel.top + 2,
            f"passing score {cut:g}",
            text_anchor="start" if right else "end",
            class_="name",
        ),
    ]
    passed = sum(one >= cut for one in scaled)
    title = "Scores against the passing score"
    description = f"{len(scaled)} candidates; {passed} at {cut:g} or above."
    return Figure(
        "scaled",
        title,
        description,
        picture("scaled", title, description, 620, 312, *parts),
        "Unrounded scores by the table in force. Bars end at the passing score: those right of it "
        "pass.",
        ("from", "to below", "candidates"),
        tuple(
            (round(max(edges[i], low), 1), round(min(edges[i + 1], high), 1), int(counts[i]))
            for i in range(len(counts))
        ),
    )
