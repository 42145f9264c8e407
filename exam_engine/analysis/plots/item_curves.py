"""An item's curves with what was observed: the chance of success, or of each category."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.curves import Observed
from exam_engine.analysis.plots.svg import (
    N_SERIES,
    Figure,
    Panel,
    line,
    marker,
    path,
    picture,
    text,
)
from psychometrics import Items

THETA = np.linspace(-4.0, 4.0, 61)
WIDTH, HEIGHT = 300.0, 208.0


def item_curves(items: Items, item: int, observed: Observed, name: str) -> Figure:
    """Model curves with the shares of groups of persons and their 95 % intervals.

    Parameters
    ----------
    items : Items
    item : int
    observed : Observed
        Of that item.
    name : str
        The figure's id.
    """
    curves = items.select([item]).probabilities(THETA)[0, : items.n_categories[item]]
    panel = Panel(34, 12, WIDTH - 52, HEIGHT - 48, (-4.0, 4.0), (0.0, 1.0))
    parts = [
        panel.y_axis(ticks=(0.0, 0.5, 1.0)),
        panel.x_axis(ticks=(-4.0, -2.0, 0.0, 2.0, 4.0)),
    ]
    two = len(curves) == 2
    drawn = [1] if two else list(range(len(curves)))
    parts += _difficulty(panel, items, item)
    for k in drawn:
        series = 0 if two else k % N_SERIES
        parts.append(path(panel.x(THETA), panel.y(curves[k]), f"line s{series + 1}"))
    for k in drawn:
        series = 0 if two else k % N_SERIES
        for g, theta in enumerate(observed.theta.tolist()):
            x = float(panel.x(theta))
            if two:
                low, high = panel.y(observed.lower[k, g]), panel.y(observed.upper[k, g])
                parts.append(line(x, float(low), x, float(high), f"bar s{series + 1}"))
            size = 3.2 if two else 2.6
            parts.append(marker(series, x, float(panel.y(observed.share[k, g])), size))
    if not two:
        parts += _category_labels(panel, curves)
    if not len(observed.theta):
        words = f"{observed.n_responses} responses: too few to compare"
        parts.append(
            text(panel.left + panel.width / 2, panel.top + 14, words, text_anchor="middle")
        )
    code = items.names[item]
    title = f"Item {code}: {items.models[item].name} curve and observed proportions"
    return Figure(
        name,
        title,
        _description(items, item, observed),
        picture(name, title, _description(items, item, observed), WIDTH, HEIGHT, *parts),
        "",
        *_table(observed, two=two),
    )


def _difficulty(panel: Panel, items: Items, item: int) -> list[str]:
    """A mark on the axis where each b is."""
    steps = items.metric.b[item]
    inside = steps[np.isfinite(steps) & (np.abs(steps) <= 4.0)]
    return [
        line(float(x), panel.bottom, float(x), panel.bottom - 7, "mark") for x in panel.x(inside)
    ]


def _category_labels(panel: Panel, curves: NDArray[np.float64]) -> list[str]:
    """The category's number where its curve is highest, inside the frame."""
    peaks = [(k, int(curve.argmax())) for k, curve in enumerate(curves)]
    return [
        text(
            float(np.clip(panel.x(THETA[at]), panel.left + 6, panel.right - 6)),
            float(max(panel.y(curves[k, at]) - 5, panel.top + 9)),
            str(k),
            text_anchor="middle",
            class_="name",
        )
        for k, at in peaks
    ]


def _description(items: Items, item: int, observed: Observed) -> str:
    b = items.metric.b[item]
    steps = ", ".join(f"{value:.2f}" for value in b[np.isfinite(b)])
    told = f"b {steps}" if steps else "nominal categories"
    if not len(observed.theta):
        return f"{told}; {observed.n_responses} responses are too few for observed points."
    worst = float(np.abs(observed.z).max())
    return (
        f"{told}; {len(observed.theta)} groups of persons, n {observed.n_responses}; the group "
        f"farthest from the curve is {worst:.1f} standard errors away."
    )


def _table(
    observed: Observed, *, two: bool
) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    columns = ("theta", "category", "n", "observed", "95 % from", "to", "expected", "z of score")
    categories = [1] if two else range(observed.share.shape[0])
    rows = tuple(
        (
            float(observed.theta[g]),
            int(k),
            int(observed.n[g]),
            float(observed.share[k, g]),
            float(observed.lower[k, g]),
            float(observed.upper[k, g]),
            float(observed.expected[k, g]),
            float(observed.z[g]),
        )
        for g in range(len(observed.theta))
        for k in categories
    )
    if two:
        keep = [0, *range(2, 8)]
        return tuple(columns[c] for c in keep), tuple(tuple(row[c] for c in keep) for row in rows)
    return columns, rows
