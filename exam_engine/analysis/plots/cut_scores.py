"""The candidates' scores with the cut through them."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    nice_ticks,
    picture,
    tag,
    text,
)
from exam_engine.analysis.standards.standard import Standard

Floats = NDArray[np.float64]

MOST_BARS = 62


def cut_on_scores(found: Standard) -> Figure:
    """How many candidates have each score, those below the cut in another colour.

    Parameters
    ----------
    found : Standard
        With scores; with judgements too, qualified candidates stand above the line and the others
        below it.
    """
    scores = found.scores
    if scores is None:
        raise ValueError("there are no scores to draw")
    edges = _edges(scores, found)
    qualified = found.qualified
    groups = [scores] if qualified is None else [scores[qualified], scores[~qualified]]
    counts = [np.histogram(group, edges)[0] for group in groups]
    top = max(1, *(int(count.max(initial=0)) for count in counts)) * 1.18
    bounds = (float(edges[0]), float(edges[-1]))
    if qualified is None:
        panels = [Panel(58, 56, 540, 220, bounds, (0.0, top))]
    else:
        panels = [
            Panel(58, 56, 540, 130, bounds, (0.0, top)),
            Panel(58, 186, 540, 130, bounds, (top, 0.0)),
        ]
    last = panels[-1]
    whole = [tick for tick in nice_ticks(0, top, 4) if tick == int(tick)]
    parts = [panels[0].y_axis("Candidates" if qualified is None else "", whole)]
    parts += [panel.y_axis("", whole[1:]) for panel in panels[1:]]
    parts.append(_band(found, panels))
    for panel, count in zip(panels, counts, strict=True):
        parts += _bars(panel, count, edges, found.cut)
    parts.append(_axis(last, panels[0], bounds))
    if qualified is not None:
        parts.append(text(64, 72, "Judged qualified", class_="name key"))
        parts.append(text(64, 308, "Judged not qualified", class_="name key"))
    parts.append(_cut(found, panels))
    rate = float((scores >= found.cut - 1e-9).mean())
    title = "Scores and the recommended cut"
    description = (
        f"{len(scores)} candidates; {rate:.1%} are at or above the cut of {found.cut:.2f} points."
    )
    return Figure(
        "cut",
        title,
        description,
        picture("cut", title, description, 620, last.bottom + 48, *parts),
        _caption(found),
        ("from", "to", *(("candidates",) if qualified is None else ("qualified", "not"))),
        tuple(
            (_whole(edges[i]), _whole(edges[i + 1]), *(int(count[i]) for count in counts))
            for i in range(len(edges) - 1)
        ),
    )


def _edges(scores: Floats, found: Standard) -> Floats:
    """Bins that begin half a point below whole scores, and never straddle the cut needlessly."""
    is_whole = bool((scores == np.round(scores)).all())
    low, high = float(min(scores.min(), found.cut)), float(max(scores.max(), found.cut))
    if not is_whole:
        return np.linspace(low, max(high, low + 1e-6), 31)
    width = max(1, int(np.ceil((high - low + 1) / MOST_BARS)))
    first = int(np.ceil(found.cut - 1e-9))  # the lowest score that passes begins a bar
    below = int(np.ceil((first - low) / width)) if first > low else 0
    above = int(np.ceil((high + 1 - first) / width))
    return np.asarray(first - 0.5 + width * np.arange(-below, max(above, 1) + 1), dtype=np.float64)


def _bars(panel: Panel, counts: NDArray[np.intp], edges: Floats, cut: float) -> list[str]:
    zero = float(panel.y(0))
    parts = []
    for k, count in enumerate(counts.tolist()):
        if not count:
            continue
        left, right = float(panel.x(edges[k])), float(panel.x(edges[k + 1]))
        end = float(panel.y(count))
        gap = 1.0 if right - left > 4 else 0.2
        parts.append(
            tag(
                "rect",
                x=left + gap / 2,
                y=min(zero, end),
                width=max(right - left - gap, 0.5),
                height=abs(zero - end),
                class_="fill s2" if (edges[k] + edges[k + 1]) / 2 >= cut else "fill s5",
            )
        )
    return parts


def _axis(last: Panel, first: Panel, bounds: tuple[float, float]) -> str:
    ticks = [tick for tick in nice_ticks(*bounds, 8) if bounds[0] <= tick <= bounds[1]]
    middle = (
        "" if last is first else line(first.left, first.bottom, first.right, first.bottom, "axis")
    )
    return middle + last.x_axis("Score, points", ticks)


def _band(found: Standard, panels: list[Panel]) -> str:
    if not np.isfinite([found.lower, found.upper]).all():
        return ""
    low, high = (float(panels[0].x(value)) for value in (found.lower, found.upper))
    top, bottom = panels[0].top, panels[-1].bottom
    return tag(
        "rect", x=low, y=top, width=max(high - low, 1.0), height=bottom - top, class_="band"
    ) + "".join(line(x, top, x, bottom, "edge") for x in (low, high))


def _cut(found: Standard, panels: list[Panel]) -> str:
    x = float(panels[0].x(found.cut))
    after = x < panels[0].left + 0.6 * panels[0].width
    scaled = found.scaled(found.cut)
    words = f"cut {found.cut:.1f}" + ("" if scaled is None else f" ({scaled:.0f} on the scale)")
    anchor = "start" if after else "end"
    legend = "".join(
        [
            tag("rect", x=58.0, y=12.0, width=12.0, height=12.0, class_="fill s5"),
            text(76, 22, "below the cut"),
            tag("rect", x=178.0, y=12.0, width=12.0, height=12.0, class_="fill s2"),
            text(196, 22, "at or above it"),
        ]
    )
    return (
        legend
        + line(x, panels[0].top - 10, x, panels[-1].bottom, "mark")
        + text(
            x + (7 if after else -7),
            panels[0].top - 1,
            words,
            text_anchor=anchor,
            class_="name key",
        )
    )


def _caption(found: Standard) -> str:
    if found.qualified is not None:
        return (
            "A good cut leaves few qualified candidates (above the line) to its left and few "
            "others (below the line) to its right. Where the two overlap, any cut decides some of "
            "them wrongly."
        )
    return (
        "The shaded band is the 95 % interval of the cut. Many candidates inside it means that "
        "their result hangs on the panel that happened to sit: look at the impact at either end."
    )


def _whole(value: float) -> float | int:
    """Half a point below a whole score as that score."""
    return int(value + 0.5) if (value + 0.5) == int(value + 0.5) else float(value)
