"""Where in the test, and by whom, answers are given too quickly to have been read."""

import numpy as np

from exam_engine.analysis.forensics.event import Event
from exam_engine.analysis.forensics.times import Timed
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

LETTER = 7.3
MOST_NAMES = 12


def rapid_answers(event: Event, found: Timed) -> Figure:
    """Share of rapid answers by item above, persons by effort and score below."""
    guesses, names = found.guesses, event.items.names
    share = 1 - guesses.fidelity
    n_items = len(names)
    highest = max(0.1, float(np.nanmax(share)) * 1.15)
    above = Panel(58, 44, 540, 130, (0.5, n_items + 0.5), (0.0, highest))
    parts = [
        above.y_axis("Rapid answers, share of the item's", nice_ticks(0, highest, 4)),
        above.x_axis("Item, in the order of the file", _positions(n_items)),
    ]
    width = above.width / n_items
    for j, value in enumerate(share.tolist()):
        if np.isfinite(value) and value > 0:
            x, y = above.left + j * width, float(above.y(value))
            parts.append(
                tag(
                    "rect",
                    x=x + 0.1 * width,
                    y=y,
                    width=0.8 * width,
                    height=above.bottom - y,
                    class_="fill s2",
                )
            )
    effort, raw = guesses.effort, event.raw
    low = max(0.0, min(0.85, float(np.nanmin(effort)) - 0.05))
    top = max(1.0, float((event.items.n_categories - 1).sum()))
    below = Panel(58, 270, 540, 190, (low, 1.0), (0.0, top))
    parts += [
        below.y_axis("Points", nice_ticks(0, top, 5)),
        below.x_axis("Effort: share of the person's answers that were not rapid"),
    ]
    if low < 0.9:
        x = float(below.x(0.9))
        parts.append(line(x, below.top, x, below.bottom, "guide"))
    parts += _persons(event, found, below, raw.tolist())
    n_low = int(guesses.unmotivated.sum())
    title = "Rapid answers"
    description = (
        f"{guesses.n_rapid:,} answers were rapid; {n_low} persons have an effort below 0.90."
    )
    return Figure(
        "rapid",
        title,
        description,
        picture("rapid", title, description, 620, below.bottom + 48, *parts),
        "Above: bars that rise towards the end mean that the time was short, a single high bar "
        "that an item was given up or known. Below: each sign is a person; left of the dashed line "
        "more than one answer in ten was too quick to have been read. Low effort with a low score "
        "is giving up; low effort with a high score is worth a look.",
        ("item", "times", "threshold, seconds", "rapid answers", "share"),
        tuple(
            (
                name,
                int(np.isfinite(found.seconds[:, j]).sum()),
                float(guesses.threshold[j]),
                int(guesses.rapid[:, j].sum()),
                float(share[j]),
            )
            for j, name in enumerate(names)
        ),
    )


def _persons(event: Event, found: Timed, panel: Panel, raw: list[int]) -> list[str]:
    effort = found.guesses.effort
    parts: list[str] = []
    names: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for i in np.argsort(np.nan_to_num(effort, nan=2.0), kind="stable").tolist():
        if not np.isfinite(effort[i]):
            continue
        x, y = float(panel.x(effort[i])), float(panel.y(raw[i]))
        low = bool(found.guesses.unmotivated[i])
        parts.append(marker(2 if low else 0, x, y, 4.2 if low else 2.8))
        name = event.responses.persons[i][:16]
        start = x + 8
        end = start + len(name) * LETTER
        clear = all(abs(y - oy) > 13 or start > oend or end < ostart for ostart, oend, oy in taken)
        if low and len(names) < MOST_NAMES and clear and end < panel.right:
            taken.append((start, end, y))
            names.append(text(start, y + 4, name, class_="name"))
    return [*parts[::-1], *names]


def _positions(n_items: int) -> list[float]:
    return [1.0, *(tick for tick in nice_ticks(0, n_items, 8) if 1 < tick <= n_items)]
