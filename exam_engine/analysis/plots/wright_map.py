"""The Wright map: persons and items on one ruler."""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    nice_ticks,
    picture,
    shown,
    tag,
    text,
)
from psychometrics import Items

BIN = 0.25  # logits
ROW = 17.0  # units a bin
AXIS = 232.0
LEFT, TOP = 24.0, 46.0
WIDTH = 640.0
LETTER = 7.3  # width of a letter at 12 px, roughly
FARTHEST = 5.0


def wright_map(
    items: Items, theta: NDArray[np.float64], flagged: Collection[str], name: str = "wright"
) -> Figure:
    """Persons' abilities at the left, items by difficulty at the right.

    Items of more than two categories stand at the mean of their b; nominal items are left out.

    Parameters
    ----------
    items : Items
    theta : array
        NaN is left out.
    flagged : collection of str
        Items to mark with "!".
    """
    known = theta[np.isfinite(theta)]
    steps = items.metric.b
    ordered = [j for j in range(len(items)) if np.isfinite(steps[j]).any()]
    places = {j: float(np.nanmean(steps[j])) for j in ordered}
    low, high = _range([*np.quantile(known, [0.005, 0.995])] if len(known) else [], places.values())
    n_bins = round((high - low) / BIN)
    height = n_bins * ROW
    ruler = Panel(AXIS, TOP, 1, height, (0, 1), (low, high))
    members: list[list[int]] = [[] for _ in range(n_bins)]
    for j in sorted(ordered, key=lambda j: (items.names[j] not in flagged, places[j])):
        members[int(np.clip((places[j] - low) // BIN, 0, n_bins - 1))].append(j)
    counts, _ = np.histogram(np.clip(known, low, high - 1e-9), bins=n_bins, range=(low, high))
    parts = [
        text(
            AXIS - 50, TOP - 26, f"Persons (n = {len(known):,})", text_anchor="end", class_="label"
        ),
        text(AXIS + 34, TOP - 26, f"Items ({len(ordered)})", class_="label"),
        text(AXIS - 8, TOP - 10, "logits", text_anchor="middle"),
        line(AXIS - 42, TOP, AXIS - 42, TOP + height, "axis"),
        line(AXIS + 26, TOP, AXIS + 26, TOP + height, "axis"),
    ]
    ticks = nice_ticks(low, high, 12)
    for value in ticks:
        y = float(ruler.y(value))
        parts.append(line(LEFT, y, WIDTH - 8, y, "grid"))
        parts.append(text(AXIS - 8, y + 4, shown(value, ticks), text_anchor="middle"))
    widest = max(int(counts.max(initial=0)), 1)
    for b, count in enumerate(counts.tolist()):
        if count:
            long = max(count / widest * (AXIS - 70 - LEFT), 1.0)
            y = TOP + height - (b + 1) * ROW + 1.5
            parts.append(
                tag("rect", x=AXIS - 43 - long, y=y, width=long, height=ROW - 3, class_="fill s2")
            )
    for b, those in enumerate(members):
        parts.append(_names(items, those, flagged, TOP + height - b * ROW - 5))
    parts += _moments(ruler, known, AXIS - 42, -1)
    parts += _moments(ruler, np.array(list(places.values())), AXIS + 26, 1)
    title = "Wright map: persons and items on one scale"
    description = _description(known, np.array(list(places.values())))
    rows = tuple(
        (items.names[j], places[j], "yes" if items.names[j] in flagged else "")
        for j in sorted(ordered, key=lambda j: -places[j])
    )
    return Figure(
        name,
        title,
        description,
        picture(name, title, description, WIDTH, TOP + height + 14, *parts),
        "Persons as able as an item is hard have an even chance on it (more with guessing). "
        "M, S and T mark the mean, one and two standard deviations. Gaps at the right where "
        "many persons stand are levels at which the test says little. Items marked ! have a "
        "remark below.",
        ("item", "b (mean)", "flagged"),
        rows,
    )


def _range(persons: list[float], places: Collection[float]) -> tuple[float, float]:
    """Whole logits around both, at most 5 to each side."""
    values = np.clip([*persons, *places, -1.0, 1.0], -FARTHEST, FARTHEST)
    return float(math.floor(values.min())), float(math.ceil(values.max() + 1e-9))


def _names(items: Items, those: list[int], flagged: Collection[str], y: float) -> str:
    """Names of the items of one bin side by side; what has no room is a number."""
    x, parts = AXIS + 34, []
    for position, j in enumerate(those):
        name = items.names[j]
        marked = name in flagged
        words = f"!{name}" if marked else name
        words = words if len(words) <= 18 else words[:17] + "…"
        left = len(those) - position
        room = WIDTH - 8 - (64 if left > 1 else 0)
        if x + len(words) * LETTER > room:
            parts.append(text(x, y, f"+{left} more"))
            break
        parts.append(text(x, y, words, class_="name flagged" if marked else "name"))
        x += len(words) * LETTER + 9
    return "".join(parts)


def _moments(ruler: Panel, values: NDArray[np.float64], x: float, side: int) -> list[str]:
    """M, S and T beside the ruler."""
    if len(values) < 2:
        return []
    mean, sd = float(values.mean()), float(values.std())
    parts = []
    for sign, k in (("M", 0), ("S", 1), ("S", -1), ("T", 2), ("T", -2)):
        at = mean + k * sd
        if not ruler.y_range[0] <= at <= ruler.y_range[1]:
            continue
        y = float(ruler.y(at))
        parts.append(line(x, y, x - side * 6, y, "axis"))
        parts.append(text(x - side * 11, y + 4, sign, text_anchor="middle", class_="tiny"))
    return parts


def _description(persons: NDArray[np.float64], places: NDArray[np.float64]) -> str:
    told = []
    if len(persons):
        told.append(f"Persons: mean {persons.mean():.2f}, standard deviation {persons.std():.2f}.")
    if len(places):
        told.append(
            f"Items: mean {places.mean():.2f}, standard deviation {places.std():.2f}, from "
            f"{places.min():.2f} to {places.max():.2f} logits."
        )
    return " ".join(told)
