"""Who chooses which option: the share of each score group, the key solid."""

import numpy as np

from exam_engine.analysis.plots.svg import (
    N_SERIES,
    Figure,
    Panel,
    marker,
    nice_ticks,
    path,
    picture,
    text,
)
from psychometrics.classical import OptionTable

WIDTH, HEIGHT = 300.0, 208.0
LEAST_GAP = 13.0
MOST_LINES = 8
LONGEST = 9  # letters that fit beside the lines


def trace_lines(code: str, table: OptionTable, name: str) -> Figure:
    """Trace lines of one item's options over groups of the rest score.

    Parameters
    ----------
    code : str
        The item's.
    table : OptionTable
    name : str
        The figure's id.
    """
    panel = Panel(34, 12, WIDTH - 106, HEIGHT - 48, _range(table), (0.0, 1.0))
    parts = [panel.y_axis(ticks=(0.0, 0.5, 1.0)), panel.x_axis(ticks=nice_ticks(*panel.x_range, 5))]
    others = [k for k in range(len(table.options)) if k != table.key and table.count[k]]
    others = sorted(others, key=lambda k: -table.count[k])[: MOST_LINES - 1]
    order = [*sorted(others), table.key]
    labels = []
    for k in order:
        series = 0 if k == table.key else 1 + sorted(others).index(k) % (N_SERIES - 1)
        x, y = panel.x(table.group_score), panel.y(table.trace[k])
        if len(x):
            parts.append(path(x, y, f"line s{series + 1}"))
            parts += [marker(series, float(a), float(b), 3.0) for a, b in zip(x, y, strict=True)]
            words = _beside(str(table.options[k]), is_key=k == table.key)
            labels.append((float(y[-1]), words, k == table.key))
    parts += _labels(labels, panel.right + 8, panel)
    title = f"Item {code}: options by score group"
    told = [
        f"{table.options[k]} chosen by {table.proportion[k]:.0%}"
        + (" (key)" if k == table.key else "")
        for k in range(len(table.options))
    ]
    description = ", ".join(told) + "."
    rows = tuple(
        (
            str(table.options[k]) + (" (key)" if k == table.key else ""),
            int(table.count[k]),
            float(table.proportion[k]),
            float(table.mean_score[k]),
            float(table.point_biserial[k]),
            *(float(share) for share in table.trace[k]),
        )
        for k in range(len(table.options))
    )
    groups = tuple(f"group {g + 1} (n {size})" for g, size in enumerate(table.group_size.tolist()))
    return Figure(
        name,
        title,
        description,
        picture(name, title, description, WIDTH, HEIGHT, *parts),
        "",
        ("option", "n", "share", "mean score", "point-biserial", *groups),
        rows,
    )


def _beside(option: str, *, is_key: bool) -> str:
    """An option's name as far as it fits; the key's is bold, and says so where there is room."""
    if is_key and len(option) + 4 <= LONGEST:
        return f"{option} key"
    return option if len(option) <= LONGEST else f"{option[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _range(table: OptionTable) -> tuple[float, float]:
    """Mean scores of the groups, rounded outwards to tenths at the left."""
    if len(table.group_score) < 2:
        return (0.0, 1.0)
    low, high = float(table.group_score.min()), float(table.group_score.max())
    return (np.floor(10 * low) / 10, high)


def _labels(labels: list[tuple[float, str, bool]], x: float, panel: Panel) -> list[str]:
    """Names at the ends of the lines, pushed apart so that they do not touch."""
    parts = []
    ordered = sorted(labels)
    places: list[float] = []
    for y, _, _ in ordered:
        places.append(max(y, places[-1] + LEAST_GAP) if places else y)
    lowest = panel.bottom
    for position in reversed(range(len(places))):  # up again from the axis
        places[position] = min(places[position], lowest)
        lowest = places[position] - LEAST_GAP
    for place, (_, words, is_key) in zip(places, ordered, strict=True):
        y = place + 4
        parts.append(text(x, y, words, class_="name key" if is_key else "name"))
    return parts
