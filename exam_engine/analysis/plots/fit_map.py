"""Infit and outfit of items against their difficulty, with the bounds that chance allows."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.fit import Fit, guide
from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    picture,
    text,
)

TICKS = (0.5, 0.7, 1.0, 1.4, 2.0)
MOST_NAMES = 14
LETTER = 7.3


def fit_map(fit: Fit) -> Figure:
    """Mean squares of items on a logarithmic axis, infit above outfit.

    Parameters
    ----------
    fit : Fit
        With mean squares.
    """
    squares = fit.mean_squares
    if squares is None:
        raise ValueError("a fit map needs mean squares")
    steps = fit.items.metric.b
    b = np.array([float(np.nanmean(row)) for row in steps])
    low, high = np.floor(max(b.min(), -5.0)), np.ceil(min(b.max(), 5.0))
    low, high = (low, high) if high > low else (low - 1, high + 1)
    ticks = nice_ticks(float(low), float(high), 8)
    parts = []
    for values, words, top, is_outfit in (
        (squares.infit, "Infit mean square", 40.0, False),
        (squares.outfit, "Outfit mean square", 262.0, True),
    ):
        panel = Panel(58, top, 516, 160, (float(low), float(high)), (0.45, 2.2), log_y=True)
        parts.append(panel.y_axis(words, TICKS))
        parts.append(panel.x_axis("Difficulty b (logits)" if is_outfit else "", ticks))
        parts.append(_guides(panel, fit.n, outfit=is_outfit))
        parts.append(_points(panel, fit, b, values, "outfit" if is_outfit else "infit"))
    n_far = sum(any(word[:3] in {"inf", "out"} for word in words) for words in fit.flags)
    title = "Item fit: infit and outfit by difficulty"
    description = (
        f"{n_far} of {len(fit.items)} items have a mean square outside what chance allows."
    )
    rows = tuple(
        (
            fit.items.names[j],
            float(b[j]),
            float(squares.infit[j]),
            float(squares.z_infit[j]),
            float(squares.outfit[j]),
            float(squares.z_outfit[j]),
            int(squares.n[j]),
        )
        for j in np.argsort(-np.nan_to_num(squares.outfit))
    )
    return Figure(
        "fitmap",
        title,
        description,
        picture("fitmap", title, description, 620, 474, *parts),
        "Each dot is an item; 1 is as expected. Dashed lines: what chance allows for this number "
        "of responses, and never less than 0.8 to 1.2. Above: noisier than the model, often a "
        "second right answer, guessing or a wrong key. Below: more predictable than the model.",
        ("item", "b", "infit", "z", "outfit", "z ", "n"),
        rows,
    )


def _guides(panel: Panel, n: NDArray[np.intp], *, outfit: bool) -> str:
    middle = float(np.median(n))
    far = float(guide(middle, outfit=outfit))
    lines = [line(panel.left, float(panel.y(1)), panel.right, float(panel.y(1)), "axis")]
    for value in (1 + far, 1 - far):
        if panel.y_range[0] < value < panel.y_range[1]:
            y = float(panel.y(value))
            lines.append(line(panel.left, y, panel.right, y, "guide"))
            shown = text(panel.right + 4, y + 4, f"{value:.2f}", class_="tiny")
            lines.append(shown)
    return "".join(lines)


def _points(
    panel: Panel, fit: Fit, b: NDArray[np.float64], values: NDArray[np.float64], word: str
) -> str:
    parts: list[str] = []
    names: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for j in np.argsort(-np.abs(np.log(np.where(values > 0, values, 1.0)))).tolist():
        if not np.isfinite(values[j]):
            continue
        x, y = float(panel.x(b[j])), float(panel.y(values[j]))
        far = any(flag.startswith(word) for flag in fit.flags[j])
        parts.append(marker(2 if far else 0, x, y, 4.0 if far else 3.0))
        if far and len(names) < MOST_NAMES:
            name = fit.items.names[j][:18]
            after = x + 8 + len(name) * LETTER < panel.right
            start = x + 8 if after else x - 8 - len(name) * LETTER
            clear = all(
                abs(y - other_y) > 13 or start > other_end or start + len(name) * LETTER < other
                for other, other_end, other_y in taken
            )
            if clear:
                taken.append((start, start + len(name) * LETTER, y))
                names.append(text(start, y + 4, name, class_="name"))
    return "".join(parts + names)
