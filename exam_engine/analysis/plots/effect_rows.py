"""Effects in rows, one an item: a dot, its interval, and the zones that the sizes fall into."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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

WIDTH, RIGHT, TOP = 500.0, 24.0, 64.0
ROW = 18.0
MOST_ROWS = 60
LONGEST = 16  # letters of a name
LETTER = 7.6
LONGEST_SIDE = 27  # letters of what lies on a side
Z = 1.96
FEWEST_ROWS = 4  # the height of so many, so that the words of the zones fit


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture.

    Attributes
    ----------
    name : str
    value : float
    error : float or None
        Standard error; None or NaN draws no interval.
    marked : bool
        Drawn in another shape.
    """

    name: str
    value: float
    error: float | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Zones:
    """Bands of sizes about zero.

    Attributes
    ----------
    bounds : tuple of float
        Where the first zone ends, and the second; ascending; may be empty.
    names : tuple of str
        Of the zones from zero outwards, one more than bounds.
    signed : bool
        Whether values lie on both sides of zero.
    left, right : str
        What lies on either side.
    """

    bounds: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    signed: bool = True
    left: str = ""
    right: str = ""


def effect_rows(
    name: str,
    title: str,
    rows: Sequence[Row],
    zones: Zones,
    *,
    axis: str,
    caption: str,
    columns: tuple[str, ...],
    table: tuple[tuple[object, ...], ...],
) -> Figure:
    """Rows sorted by value, the greatest above; of very many those furthest from zero.

    Parameters
    ----------
    name, title, axis, caption : str
    rows : sequence of Row
        Those without a finite value are left out of the picture.
    zones : Zones
    columns, table
        The table behind it.
    """
    known = [row for row in rows if np.isfinite(row.value)]
    shown = sorted(known, key=lambda row: -abs(row.value))[:MOST_ROWS]
    shown = sorted(shown, key=lambda row: -row.value)
    height = ROW * max(len(shown), FEWEST_ROWS)
    longest = min(max((len(row.name) for row in shown), default=0), LONGEST)
    left = max(44.0, 16 + LETTER * longest)
    panel = Panel(left, TOP, WIDTH - left - RIGHT, height, _range(shown, zones), (0.0, 1.0))
    parts = [_zones(panel, zones), panel.x_axis(axis, nice_ticks(*panel.x_range, 8))]
    zero = float(panel.x(0.0))
    parts.append(line(zero, panel.top, zero, panel.bottom, "axis"))
    for number, row in enumerate(shown):
        y = TOP + (number + 0.5) * ROW
        parts.append(_row(panel, row, y))
    n_marked = sum(row.marked for row in known)
    description = f"{len(known)} items, {n_marked} marked."
    if known:
        values = [row.value for row in known]
        description += f" Values from {min(values):.2f} to {max(values):.2f}."
    if len(known) > len(shown):
        caption += f" Drawn: the {len(shown)} furthest from zero; the table has all."
    drawn = picture(name, title, description, WIDTH, panel.bottom + 48, *parts)
    return Figure(name, title, description, drawn, caption, columns, table)


def _range(rows: Sequence[Row], zones: Zones) -> tuple[float, float]:
    ends = [abs(row.value) + Z * (_error(row) or 0.0) for row in rows]
    furthest = max((abs(row.value) for row in rows), default=0.0)
    far = max([min(max(ends, default=0.0), 2 * furthest + 1e-9), *(1.6 * b for b in zones.bounds)])
    far = 1.04 * far if far > 0 else 1.0
    return (-far if zones.signed else 0.0), far


def _error(row: Row) -> float | None:
    return row.error if row.error is not None and np.isfinite(row.error) else None


def _zones(panel: Panel, zones: Zones) -> str:
    """Tinted bands, their names above, and which side is which."""
    far = panel.x_range[1]
    edges = [0.0, *[bound for bound in zones.bounds if bound < far], far]
    parts = []
    for sign in (-1, 1) if zones.signed else (1,):
        for level, (low, high) in enumerate(pairwise(edges)):
            if not zones.names:
                continue
            left, right = sorted((float(panel.x(sign * low)), float(panel.x(sign * high))))
            if level:
                parts.append(
                    tag(
                        "rect",
                        x=left,
                        y=panel.top,
                        width=right - left,
                        height=panel.height,
                        class_=f"zone z{level}",
                    )
                )
                x = float(panel.x(sign * low))
                parts.append(line(x, panel.top, x, panel.bottom, "guide"))
            middle = float(panel.x(0.0)) if level == 0 and zones.signed else (left + right) / 2
            if level or sign == 1:
                label = zones.names[level]
                parts.append(text(middle, panel.top - 8, label, text_anchor="middle", class_="key"))
    if zones.left:
        parts.append(
            text(panel.left, panel.top - 34, f"← {_cut(zones.left, LONGEST_SIDE)}", class_="label")
        )
    if zones.right:
        words = f"{_cut(zones.right, LONGEST_SIDE)} →"
        parts.append(text(panel.right, panel.top - 34, words, text_anchor="end", class_="label"))
    return "".join(parts)


def _row(panel: Panel, row: Row, y: float) -> str:
    name = _cut(row.name, LONGEST)
    parts = [
        text(
            panel.left - 8,
            y + 4,
            name,
            text_anchor="end",
            class_="flagged" if row.marked else None,
        )
    ]
    error = _error(row)
    if error is not None:
        low, high = row.value - Z * error, row.value + Z * error
        ends = float(panel.x(low)), float(panel.x(high))
        parts.append(line(ends[0], y, ends[1], y, f"bar s{3 if row.marked else 1}"))
    x = float(panel.x(row.value))
    parts.append(marker(2 if row.marked else 0, x, y, 4.2 if row.marked else 3.4))
    return "".join(parts)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"
