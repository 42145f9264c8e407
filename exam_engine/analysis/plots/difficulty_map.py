"""Classical items at a glance: how hard, and how well each tells persons apart."""

import numpy as np

from exam_engine.analysis.plots.svg import Figure, Panel, line, marker, picture, text
from psychometrics.classical import ItemAnalysis

LETTER = 7.3
MOST_NAMES = 16


def difficulty_map(
    names: tuple[str, ...], items: ItemAnalysis, words: tuple[tuple[str, ...], ...]
) -> Figure:
    """Point-biserial against difficulty.

    Parameters
    ----------
    names : tuple of J str
    items : ItemAnalysis
    words : tuple of J tuples of str
        Flags; flagged items are drawn in another shape and named.
    """
    known = np.isfinite(items.point_biserial) & np.isfinite(items.difficulty)
    low = min(-0.2, float(np.floor(10 * items.point_biserial[known].min(initial=0.0)) / 10))
    high = max(0.8, float(np.ceil(10 * items.point_biserial[known].max(initial=0.0)) / 10))
    panel = Panel(58, 44, 540, 300, (0.0, 1.0), (low, high))
    ticks = [round(0.2 * k, 1) for k in range(round(low / 0.2), round(high / 0.2) + 1)]
    ticks = [tick for tick in ticks if low <= tick <= high]
    parts = [
        panel.y_axis("Corrected point-biserial", ticks),
        panel.x_axis("Difficulty p (share of the points earned)", (0, 0.2, 0.4, 0.6, 0.8, 1)),
        line(panel.left, float(panel.y(0)), panel.right, float(panel.y(0)), "axis"),
        line(panel.left, float(panel.y(0.1)), panel.right, float(panel.y(0.1)), "guide"),
    ]
    taken: list[tuple[float, float, float]] = []
    told: list[str] = []
    for j in np.argsort(np.where(known, items.point_biserial, 9.0)).tolist():
        if not known[j]:
            continue
        x, y = float(panel.x(items.difficulty[j])), float(panel.y(items.point_biserial[j]))
        flagged = bool(words[j])
        parts.append(marker(2 if flagged else 0, x, y, 4.0 if flagged else 3.0))
        if flagged and len(told) < MOST_NAMES:
            name = names[j][:18]
            long = len(name) * LETTER
            start = x + 8 if x + 8 + long < panel.right else x - 8 - long
            if all(abs(y - oy) > 13 or start > end or start + long < s for s, end, oy in taken):
                taken.append((start, start + long, y))
                told.append(text(start, y + 4, name, class_="name"))
    title = "Items by difficulty and discrimination"
    description = (
        f"{int(known.sum())} items; {sum(bool(w) for w in words)} have a remark. Point-biserials "
        f"from {items.point_biserial[known].min(initial=np.inf):.2f} to "
        f"{items.point_biserial[known].max(initial=-np.inf):.2f}."
        if known.any()
        else "No item has a defined correlation."
    )
    rows = tuple(
        (names[j], float(items.difficulty[j]), float(items.point_biserial[j]), " ".join(words[j]))
        for j in range(len(names))
    )
    return Figure(
        "difficulty",
        title,
        description,
        picture("difficulty", title, description, 620, 392, *parts, *told),
        "Each dot is an item; triangles have a remark. Under the dashed line (0.1) an item hardly "
        "tells strong from weak persons; under 0 the key may be wrong.",
        ("item", "p", "point-biserial", "flags"),
        rows,
    )
