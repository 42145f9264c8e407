"""The cuts that judges recommend, round by round."""

import numpy as np

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    picture,
    tag,
    text,
)
from exam_engine.analysis.standards.standard import Standard

ROW = 84.0
DOT = 9.5  # between the middles of dots that would cover each other
LETTER = 7.3


def judges_by_round(found: Standard) -> Figure:
    """A dot a judge, a row a round, with the panel's cut and the 95 % interval of the last."""
    cuts = found.judge_cuts
    n_rounds = len(found.rounds)
    low = float(min(cuts.min(), found.lower)) - 1e-9
    high = float(max(cuts.max(), found.upper)) + 1e-9
    pad = max(0.08 * (high - low), 0.5)
    bounds = (max(0.0, low - pad), min(found.highest, high + pad))
    panel = Panel(76, 34, 522, ROW * n_rounds, bounds, (0.0, 1.0))
    x = [[float(panel.x(cut)) for cut in row] for row in cuts]
    y = [_swarm(row, panel.top + (k + 0.5) * ROW) for k, row in enumerate(x)]
    parts = [panel.x_axis("Cut, points", nice_ticks(*bounds, 8))]
    if np.isfinite([found.lower, found.upper]).all():
        parts.append(_band(found, panel))
    for k in range(n_rounds - 1):
        parts += [
            line(x[k][j], y[k][j], x[k + 1][j], y[k + 1][j], "grid") for j in range(cuts.shape[1])
        ]
    outlying = {one.judge for one in found.told if one.code == "outlying_judge"}
    for k, name in enumerate(found.rounds):
        middle = panel.top + (k + 0.5) * ROW
        words = f"Round {name}" if n_rounds > 1 else "Judges"
        parts.append(text(panel.left - 12, middle + 4, words, text_anchor="end", class_="label"))
        mark = float(panel.x(found.round_cuts[k]))
        parts.append(line(mark, middle - ROW * 0.36, mark, middle + ROW * 0.36, "mark"))
        for j, judge in enumerate(found.judges):
            is_far = judge in outlying and k == n_rounds - 1
            parts.append(marker(2 if is_far else 0, x[k][j], y[k][j], 4.6 if is_far else 4.0))
            if is_far:
                parts.append(_name(panel, x[k][j], y[k][j], judge))
        parts.append(
            text(
                mark,
                middle - ROW * 0.36 - 4,
                f"{found.round_cuts[k]:.1f}",
                text_anchor="middle",
                class_="name key",
            )
        )
    title = "The judges' cuts" + (" by round" if n_rounds > 1 else "")
    spread = cuts.std(axis=1, ddof=1)
    description = (
        f"{len(found.judges)} judges; the last round runs from {cuts[-1].min():.1f} to "
        f"{cuts[-1].max():.1f} points, standard deviation {spread[-1]:.2f}."
    )
    several = " Lines join the same judge." if n_rounds > 1 else ""
    return Figure(
        "judges",
        title,
        description,
        picture("judges", title, description, 620, panel.bottom + 48, *parts),
        f"Each dot is a judge, the thick mark the panel's cut.{several} The shaded band is where "
        "the cut of another panel like this one would be found 95 times in 100. A triangle is a "
        "judge far from the others: hear the reasons before the cut is adopted.",
        ("judge", *(f"round {name}" if n_rounds > 1 else "cut" for name in found.rounds)),
        tuple((judge, *(float(cut) for cut in cuts[:, j])) for j, judge in enumerate(found.judges)),
    )


def _band(found: Standard, panel: Panel) -> str:
    low, high = float(panel.x(found.lower)), float(panel.x(found.upper))
    top = panel.bottom - ROW
    return tag(
        "rect", x=low, y=top, width=max(high - low, 1.0), height=ROW, class_="band"
    ) + "".join(line(at, top, at, panel.bottom, "edge") for at in (low, high))


def _name(panel: Panel, x: float, y: float, judge: str) -> str:
    after = x + 10 + len(judge[:18]) * LETTER < panel.right
    return text(
        x + (10 if after else -10),
        y + 4,
        judge[:18],
        text_anchor="start" if after else "end",
        class_="name",
    )


def _swarm(x: list[float], middle: float) -> list[float]:
    """Heights such that no dot covers another: the nearest free one to the middle."""
    heights = [0.0] * len(x)
    taken: list[tuple[float, float]] = []
    for j in np.argsort(x, kind="stable").tolist():
        level = 0
        while True:
            height = middle + DOT * ((level + 1) // 2) * (1 if level % 2 else -1)
            if all(abs(x[j] - ox) >= DOT or abs(height - oy) >= DOT for ox, oy in taken):
                break
            level += 1
        taken.append((x[j], height))
        heights[j] = height
    return heights
