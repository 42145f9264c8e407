"""A and B of each method side by side, with 95 % intervals."""

from collections.abc import Mapping

import numpy as np

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    picture,
    text,
)
from psychometrics.linking import Link

WIDTH, TOP, LEFT, ROW = 560.0, 40.0, 156.0, 26.0
GAP, RIGHT = 36.0, 14.0
Z = 1.96


def link_constants(links: Mapping[str, Link]) -> Figure:
    """One row a method by its title, the one in use first and marked."""
    wide = (WIDTH - LEFT - GAP - RIGHT) / 2
    parts = []
    for k, (method, _) in enumerate(links.items()):
        y = TOP + (k + 0.5) * ROW
        class_ = "key" if k == 0 else None
        parts.append(text(LEFT - 12, y + 4, method, text_anchor="end", class_=class_))
    for letter, left in (("A", LEFT), ("B", LEFT + wide + GAP)):
        values = np.array([getattr(one, letter) for one in links.values()])
        given = [getattr(one, f"se_{letter}") for one in links.values()]
        errors = np.array([0.0 if one is None else one for one in given])
        low, high = (values - Z * errors).min(), (values + Z * errors).max()
        room = max(0.08 * (high - low), 0.01)
        panel = Panel(
            left, TOP, wide, ROW * len(links), (float(low - room), float(high + room)), (0.0, 1.0)
        )
        words = "A (slope)" if letter == "A" else "B (logits)"
        parts.append(panel.x_axis(words, nice_ticks(*panel.x_range, 4)))
        same = 1.0 if letter == "A" else 0.0
        if panel.x_range[0] < same < panel.x_range[1]:
            x = float(panel.x(same))
            parts.append(line(x, TOP, x, panel.bottom, "guide"))
        for k, (value, error) in enumerate(zip(values, errors, strict=True)):
            y = TOP + (k + 0.5) * ROW
            ends = panel.x(value - Z * error), panel.x(value + Z * error)
            parts.append(line(float(ends[0]), y, float(ends[1]), y, f"bar s{1 if k == 0 else 2}"))
            parts.append(marker(0 if k == 0 else 1, float(panel.x(value)), y, 4.0))
    used = next(iter(links))
    first = links[used]
    title = "Linking constants by method"
    return Figure(
        "constants",
        title,
        f"By {used} A is {first.A:.3f} and B is {first.B:.3f}.",
        picture(
            "constants", title, f"{len(links)} methods.", WIDTH, TOP + ROW * len(links) + 48, *parts
        ),
        "Circle: the method in use. Squares: the others. Lines: 95 % intervals, where the files "
        "have standard errors. Dashed: A = 1 and B = 0, no change. Methods that agree within their "
        "errors are a good sign; a moment method apart from the curves, often one odd anchor.",
        ("method", "A", "se A", "B", "se B", "criterion"),
        tuple(
            (
                method,
                f"{one.A:.4f}",
                "–" if one.se_A is None else f"{one.se_A:.4f}",
                f"{one.B:.4f}".replace("-", "\N{MINUS SIGN}"),
                "–" if one.se_B is None else f"{one.se_B:.4f}",
                "–" if one.criterion is None else f"{one.criterion:.3g}",
            )
            for method, one in links.items()
        ),
    )
