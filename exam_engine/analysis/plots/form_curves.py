"""Expected scores on the anchors by both forms' parameters, before and after linking."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import Figure, Panel, line, path, picture, text

WIDTH, HEIGHT = 560.0, 452.0
THETA = np.linspace(-4.0, 4.0, 81)
Floats = NDArray[np.float64]


def form_curves(goal: Floats, before: Floats, after: Floats, points: float) -> Figure:
    """Three curves above, what is left of the difference below.

    Parameters
    ----------
    goal, before, after : (81,) arrays
        Expected scores on the anchors at ``THETA``: by the to-form, by the from-form as it came,
        and by the from-form linked.
    points : float
        The best score on the anchors.
    """
    panel = Panel(52, 62, WIDTH - 74, 206, (-4.0, 4.0), (0.0, points))
    parts = [
        panel.y_axis("Expected score on the anchors"),
        panel.x_axis("", range(-4, 5), numbers=False),
    ]
    for series, (values, words, x) in enumerate(
        ((goal, "to-form", 52.0), (before, "from, before", 176.0), (after, "from, linked", 328.0)),
        1,
    ):
        parts.append(path(panel.x(THETA), panel.y(values), f"line s{series}"))
        parts.append(path((x, x + 28), (18.0, 18.0), f"line s{series}"))
        parts.append(text(x + 34, 22, words, class_="key"))
    gaps = before - goal, after - goal
    reach = max(float(np.abs(gaps).max()), 0.02)
    below = Panel(52, 316, WIDTH - 74, 88, (-4.0, 4.0), (-1.1 * reach, 1.1 * reach))
    parts += [
        below.y_axis("Difference from the to-form (points)", _three(reach)),
        below.x_axis("θ on the to-scale (logits)", range(-4, 5)),
        line(below.left, float(below.y(0)), below.right, float(below.y(0)), "axis"),
    ]
    for series, gap in enumerate(gaps, 2):
        parts.append(path(below.x(THETA), below.y(gap), f"line s{series}"))
    title = "Test characteristic curves of the anchors"
    description = (
        f"Before linking the curves differ by up to {np.abs(gaps[0]).max():.2f} points of "
        f"{points:g}, after it by up to {np.abs(gaps[1]).max():.2f}."
    )
    rows = tuple(
        (float(THETA[k]), float(goal[k]), float(before[k]), float(after[k]), float(gaps[1][k]))
        for k in range(0, len(THETA), 5)
    )
    return Figure(
        "curves",
        title,
        description,
        picture("curves", title, description, WIDTH, HEIGHT, *parts),
        "What a person of each ability is expected to score on the anchors. After a good link the "
        "dotted curve lies on the solid one; what remains is estimation error and drift.",
        ("θ", "to", "from, before", "from, linked", "difference"),
        rows,
    )


def _three(reach: float) -> tuple[float, float, float]:
    size = float(f"{reach:.1g}")
    size = size if size <= 1.1 * reach else size / 2
    return -size, 0.0, size
