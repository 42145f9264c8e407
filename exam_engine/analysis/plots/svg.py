"""What every picture is drawn with: elements, axes, markers, and the figure around it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

MARKERS = ("circle", "square", "triangle", "diamond", "cross")
N_SERIES = len(MARKERS)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its words and the same numbers as a table.

    Attributes
    ----------
    name : str
        Unique on the page; an id.
    title, description : str
        Of the picture for those who do not see it.
    svg : str
    caption : str
        What is drawn and how to read it.
    columns : tuple of str
    rows : tuple of tuples
        The table behind the picture.
    """

    name: str
    title: str
    description: str
    svg: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def number(value: float) -> str:
    """A coordinate, to a tenth of a unit."""
    text = f"{value:.1f}"
    return "0" if text in {"-0.0", "0.0"} else text.removesuffix(".0")


def tag(name: str, *children: str, **attributes: Any) -> str:
    """An element; ``class_`` is class, underscores are hyphens, floats are coordinates."""
    written = []
    for key, value in attributes.items():
        if value is None:
            continue
        shown = (
            number(float(value)) if isinstance(value, float | np.floating) else escape(str(value))
        )
        written.append(f' {key.rstrip("_").replace("_", "-")}="{shown}"')
    inside = "".join(children)
    return (
        f"<{name}{''.join(written)}>{inside}</{name}>" if inside else f"<{name}{''.join(written)}/>"
    )


def text(x: float, y: float, words: str, **attributes: Any) -> str:
    """Words at a place."""
    return tag("text", escape(words), x=float(x), y=float(y), **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return tag("path", d=f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}", class_=class_)


def path(x: Iterable[float], y: Iterable[float], class_: str, *, closed: bool = False) -> str:
    """A line through points."""
    points = [f"{number(a)} {number(b)}" for a, b in zip(x, y, strict=True)]
    return tag("path", d="M" + "L".join(points) + ("Z" if closed else ""), class_=class_)


def marker(series: int, x: float, y: float, size: float = 3.5) -> str:
    """The sign of a series, 0 to 4 and round again."""
    kind, s, class_ = MARKERS[series % N_SERIES], size, f"m s{series % N_SERIES + 1}"
    if kind == "circle":
        return tag("circle", cx=float(x), cy=float(y), r=float(s), class_=class_)
    shapes = {
        "square": f"M{number(x - s)} {number(y - s)}h{number(2 * s)}v{number(2 * s)}"
        f"h{number(-2 * s)}Z",
        "triangle": f"M{number(x)} {number(y - 1.2 * s)}l{number(1.2 * s)} {number(2.1 * s)}"
        f"h{number(-2.4 * s)}Z",
        "diamond": f"M{number(x)} {number(y - 1.35 * s)}l{number(1.35 * s)} {number(1.35 * s)}"
        f"l{number(-1.35 * s)} {number(1.35 * s)}l{number(-1.35 * s)} {number(-1.35 * s)}Z",
        "cross": f"M{number(x - s)} {number(y - s)}l{number(2 * s)} {number(2 * s)}"
        f"m0 {number(-2 * s)}l{number(-2 * s)} {number(2 * s)}",
    }
    return tag("path", d=shapes[kind], class_=class_ + (" x" if kind == "cross" else ""))


def picture(
    name: str, title: str, description: str, width: float, height: float, *parts: str
) -> str:
    """The svg element with its title and description."""
    return tag(
        "svg",
        tag("title", escape(title), id=f"{name}-t"),
        tag("desc", escape(description), id=f"{name}-d"),
        *parts,
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=number(width),
        height=number(height),
        class_="plot",
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with a horizontal and a vertical scale.

    Attributes
    ----------
    left, top, width, height : float
        In units of the picture.
    x_range, y_range : (float, float)
        Values at the left and right, at the bottom and top edge.
    log_y : bool
    """

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log_y: bool = False

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def right(self) -> float:
        return self.left + self.width

    def x(self, value: Any) -> Any:
        low, high = self.x_range
        share = (np.asarray(value, dtype=float) - low) / (high - low)
        return self.left + np.clip(share, 0.0, 1.0) * self.width

    def y(self, value: Any) -> Any:
        low, high = self.y_range
        values = np.asarray(value, dtype=float)
        if self.log_y:
            low, high = math.log(low), math.log(high)
            values = np.log(np.maximum(values, 1e-9))
        return self.bottom - np.clip((values - low) / (high - low), 0.0, 1.0) * self.height

    def x_axis(self, label: str = "", ticks: Sequence[float] = (), *, numbers: bool = True) -> str:
        """The lower edge with its ticks."""
        at = list(ticks) or nice_ticks(*self.x_range)
        parts = [line(self.left, self.bottom, self.right, self.bottom, "axis")]
        for value in at:
            x = float(self.x(value))
            parts.append(line(x, self.bottom, x, self.bottom + 4, "axis"))
            if numbers:
                parts.append(text(x, self.bottom + 17, shown(value, at), text_anchor="middle"))
        if label:
            middle = self.left + self.width / 2
            parts.append(
                text(middle, self.bottom + 36, label, text_anchor="middle", class_="label")
            )
        return "".join(parts)

    def y_axis(self, label: str = "", ticks: Sequence[float] = (), *, grid: bool = True) -> str:
        """Ticks on the left edge, with faint lines across; the label stands above, level."""
        at = list(ticks) or nice_ticks(*self.y_range)
        parts = []
        for value in at:
            y = float(self.y(value))
            if grid:
                parts.append(line(self.left, y, self.right, y, "grid"))
            parts.append(text(self.left - 7, y + 4, shown(value, at), text_anchor="end"))
        if label:
            parts.append(text(self.left - 30, self.top - 12, label, class_="label"))
        return "".join(parts)


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from low to high, at most so many."""
    span = high - low
    if not span > 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(f * power for f in (1, 2, 2.5, 5, 10, 20) if span / (f * power) <= most - 1 + 1e-9)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def shown(value: float, among: Sequence[float]) -> str:
    """A tick's number, all with the decimals that the finest needs, with a true minus sign."""
    decimals = max((_decimals(one) for one in among), default=0)
    return f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _decimals(value: float) -> int:
    return next((d for d in range(4) if abs(round(value, d) - value) < 1e-9), 4)
