"""How likely a candidate of each score was judged qualified."""

import numpy as np
from scipy.special import expit

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    path,
    picture,
    text,
)
from exam_engine.analysis.standards.standard import Standard

MOST_GROUPS = 10
FEWEST = 8  # candidates in a group


def qualified_curve(found: Standard) -> Figure:
    """The regression that gives the cut, with the shares judged qualified by groups of score.

    Parameters
    ----------
    found : Standard
        Of contrasting groups that overlap.
    """
    scores, qualified, slope = found.scores, found.qualified, found.details["slope"]
    if scores is None or qualified is None or slope is None:
        raise ValueError("there is no curve to draw")
    low, high = float(min(scores.min(), found.cut)), float(max(scores.max(), found.cut))
    panel = Panel(58, 40, 540, 230, (low, high), (0.0, 1.0))
    cost = float(found.details["cost"])
    wanted = cost / (1 + cost)
    grid = np.linspace(low, high, 121)
    curve = expit(slope * (grid - found.cut) + np.log(cost))
    x, y = float(panel.x(found.cut)), float(panel.y(wanted))
    parts = [
        panel.y_axis("Share judged qualified", (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        panel.x_axis("Score, points", nice_ticks(low, high, 8)),
        line(panel.left, y, x, y, "guide"),
        line(x, y, x, panel.bottom, "guide"),
        path(panel.x(grid), panel.y(curve), "line s1"),
    ]
    rows = []
    n_groups = int(np.clip(len(scores) // FEWEST, 1, MOST_GROUPS))
    for part in np.array_split(np.argsort(scores, kind="stable"), n_groups):
        middle, share = float(scores[part].mean()), float(qualified[part].mean())
        rows.append((middle, len(part), share))
        parts.append(marker(1, float(panel.x(middle)), float(panel.y(share)), 4.0))
    parts.append(marker(3, x, y, 6.0))
    after = x < panel.right - 120
    parts.append(
        text(
            x + (12 if after else -12),
            y + 16,
            f"cut {found.cut:.1f}",
            text_anchor="start" if after else "end",
            class_="name key",
        )
    )
    title = "Judged qualified, by score"
    description = (
        f"The share judged qualified reaches {wanted:.0%} at {found.cut:.2f} points; one point "
        f"more raises the log odds by {slope:.3f}."
    )
    return Figure(
        "qualified",
        title,
        description,
        picture("qualified", title, description, 620, panel.bottom + 48, *parts),
        "Line: the chance of being judged qualified, by logistic regression. Squares: what was "
        "said of groups of candidates of like score. The cut is where the chance is even, or as "
        "the costs of the two errors demand. A flat line means that scores and judgements hardly "
        "agree.",
        ("mean score", "candidates", "share judged qualified"),
        tuple(rows),
    )
