"""Shares right of two groups along the matching score, with intervals."""

import numpy as np

from exam_engine.analysis.dif.along_score import AlongScore
from exam_engine.analysis.plots.svg import Figure, Panel, line, marker, path, picture, text

WIDTH, HEIGHT = 300.0, 224.0
ASIDE = 2.0  # points between the two groups' intervals, so that neither hides the other


def group_lines(name: str, code: str, found: AlongScore, reference: str, focal: str) -> Figure:
    """One item: the reference group solid with circles, the focal group dashed with squares."""
    panel = Panel(34, 44, WIDTH - 54, HEIGHT - 90, (0.0, 1.0), (0.0, 1.0))
    parts = [
        panel.y_axis("", (0, 0.5, 1)),
        panel.x_axis("Share of the matching points", (0, 0.25, 0.5, 0.75, 1.0)),
        _key(reference, focal),
    ]
    middle = (found.low + found.high) / 2
    for group in (1, 0):
        there = found.n[group] > 0
        x = panel.x(middle[there]) + (ASIDE if group else -ASIDE)
        y = panel.y(found.mean[group][there])
        ends = panel.y(found.lower[group][there]), panel.y(found.upper[group][there])
        parts += [
            line(float(a), float(b), float(a), float(c), f"bar s{group + 1}")
            for a, b, c in zip(x, *ends, strict=True)
        ]
        if there.sum() > 1:
            parts.append(path(x, y, f"line s{group + 1}"))
        parts += [marker(group, float(a), float(b), 3.2) for a, b in zip(x, y, strict=True)]
    title = f"{code}: share right at equal scores"
    gap = found.difference
    description = (
        f"At equal scores the focal group gets {abs(100 * gap):.0f} points of 100 "
        f"{'less' if gap < 0 else 'more'} than the reference group."
        if np.isfinite(gap)
        else "Too few persons: no score is held by both groups."
    )
    rows = tuple(
        (
            f"{found.low[k]:.2f} to {found.high[k]:.2f}",
            int(found.n[0, k]),
            float(found.mean[0, k]),
            int(found.n[1, k]),
            float(found.mean[1, k]),
        )
        for k in range(len(found.low))
    )
    columns = ("score", "n reference", "share", "n focal", "share ")
    drawn = picture(name, title, description, WIDTH, HEIGHT, *parts)
    return Figure(name, title, description, drawn, "", columns, rows)


def _key(reference: str, focal: str) -> str:
    """Which line is whose, above the picture."""
    parts = []
    for group, (label, x) in enumerate(((reference, 34.0), (focal, 168.0))):
        shown = label if len(label) <= 15 else label[:14] + "…"
        parts.append(path((x, x + 22), (18.0, 18.0), f"line s{group + 1}"))
        parts.append(marker(group, x + 11, 18.0, 3.4))
        parts.append(text(x + 28, 22, shown, class_="key"))
    return "".join(parts)
