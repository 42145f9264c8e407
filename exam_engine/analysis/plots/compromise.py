"""What judges would accept of cut and pass rate, and the curve of what would happen."""

import numpy as np

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    path,
    picture,
    tag,
    text,
)
from exam_engine.analysis.standards.standard import Standard


def compromise_map(found: Standard) -> Figure:
    """Pass rate against the cut: the curve of the candidates, the judges, and where they meet.

    Parameters
    ----------
    found : Standard
        Of Beuk's or Hofstee's method, with scores.
    """
    scores = found.scores
    if scores is None:
        raise ValueError("there are no scores to draw")
    low, high = _range(found)
    panel = Panel(58, 40, 540, 320, (low, high), (0.0, 1.0))
    grid = np.arange(np.floor(low), np.ceil(high) + 1)
    rates = np.array([(scores >= cut).mean() for cut in grid])
    parts = [
        panel.y_axis("Share that passes", (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        panel.x_axis("Cut, points", nice_ticks(low, high, 8)),
    ]
    parts += _judges(found, panel)
    parts.append(_line(found, panel, low, high))
    parts.append(path(panel.x(grid), panel.y(rates), "line s1"))
    rate = float(found.details["pass_rate_on_the_line"])
    x, y = float(panel.x(found.cut)), float(panel.y(rate))
    parts.append(line(x, y, x, panel.bottom, "guide"))
    parts.append(line(panel.left, y, x, y, "guide"))
    parts.append(marker(3, x, y, 6.0))
    after = x < panel.right - 150
    parts.append(
        text(
            x + (12 if after else -12),
            y - 10,
            f"cut {found.cut:.1f}, {rate:.0%} pass",
            text_anchor="start" if after else "end",
            class_="name key",
        )
    )
    title = "Where the judges' wishes meet the candidates"
    description = (
        f"The curve of candidates and the judges' line meet at a cut of {found.cut:.2f} points, "
        f"where {rate:.1%} pass."
    )
    return Figure(
        "compromise",
        title,
        description,
        picture("compromise", title, description, 620, panel.bottom + 48, *parts),
        _caption(found.method),
        ("cut", "share that passes"),
        tuple((float(cut), float(one)) for cut, one in zip(grid, rates, strict=True)),
    )


def _range(found: Standard) -> tuple[float, float]:
    cuts = np.concatenate([found.judge_cuts[-1], [found.cut]])
    if found.method == "hofstee":
        cuts = np.concatenate(
            [cuts, *([row["lowest_cut"], row["highest_cut"]] for row in found.rows)]
        )
    pad = max(4.0, 0.5 * float(np.ptp(cuts)))
    return max(0.0, np.floor(cuts.min() - pad)), min(found.highest, np.ceil(cuts.max() + pad))


def _judges(found: Standard, panel: Panel) -> list[str]:
    if found.method == "beuk":
        return [
            marker(0, float(panel.x(row["cut"])), float(panel.y(row["pass_rate"])), 4.0)
            for row in found.rows
        ]
    parts = []
    for row in found.rows:
        left, right = float(panel.x(row["lowest_cut"])), float(panel.x(row["highest_cut"]))
        top = float(panel.y(1 - row["lowest_fail_rate"]))
        bottom = float(panel.y(1 - row["highest_fail_rate"]))
        parts.append(
            tag("rect", x=left, y=top, width=right - left, height=bottom - top, class_="hollow")
        )
    return parts


def _line(found: Standard, panel: Panel, low: float, high: float) -> str:
    slope, cut = found.details["slope"], float(found.details["wanted_cut"])
    rate = float(found.details["wanted_pass_rate"])
    if slope is None:
        x = float(panel.x(cut))
        return line(x, panel.top, x, panel.bottom, "line s3")
    ends = [low, high]
    if found.method == "hofstee":
        ends = [
            float(np.mean([row[name] for row in found.rows]))
            for name in ("lowest_cut", "highest_cut")
        ]
    elif slope > 0:
        ends = [max(low, cut - rate / slope), min(high, cut + (1 - rate) / slope)]
    values = [rate + slope * (end - cut) for end in ends]
    return path(panel.x(ends), panel.y(values), "line s3")


def _caption(method: str) -> str:
    if method == "beuk":
        return (
            "Solid: the share that passes at each cut. Dots: the cut and the share each judge "
            "wants. Dotted: what the panel would trade, steeper the more the judges agree on the "
            "cut. The diamond is where the two meet."
        )
    return (
        "Solid: the share that passes at each cut. Boxes: the cuts and shares each judge would "
        "accept. Dotted: from the mean lowest cut with the highest fail rate to the mean highest "
        "cut with the lowest. The diamond is where the two meet."
    )
