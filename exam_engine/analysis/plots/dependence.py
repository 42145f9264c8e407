"""Which pairs of items have more in common than ability explains: Q3 as a triangle of squares."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.fit import LARGE_Q3, dependent_pairs, q3_excess
from exam_engine.analysis.plots.svg import Figure, picture, tag, text
from psychometrics.fit import ResidualCorrelations

MOST = 60
CHANCE = 2.0  # over the root of n: what chance alone draws is left white
LEFT, TOP, SIDE = 96.0, 24.0, 460.0
LEVELS = (0.05, 0.1, LARGE_Q3, 0.3)
SHARE = (0.0, 0.35, 0.5, 0.7, 0.9)  # of a cell's side, by level
WIDEST = 18.0


def dependence(names: tuple[str, ...], pairs: ResidualCorrelations) -> Figure:
    """Q3 less its mean, item by item; the 60 items with the strongest pairs if there are more.

    Parameters
    ----------
    names : tuple of J str
    pairs : ResidualCorrelations
    """
    upper = np.triu(pairs.defined, 1)
    excess = q3_excess(pairs)
    told = np.where(np.abs(excess) > CHANCE / np.sqrt(np.maximum(pairs.n, 1)), excess, 0.0)
    which = np.arange(len(names))
    if len(names) > MOST:
        which = np.sort(np.argsort(-np.abs(told).max(axis=1), kind="stable")[:MOST])
    size = SIDE / len(which)
    parts = [_cells(told[np.ix_(which, which)], size)]
    every = int(np.ceil(14 / size))
    for position, j in enumerate(which.tolist()):
        if position % every == 0:
            y = TOP + (position + 0.5) * size + 4
            parts.append(text(LEFT - 6, y, names[j][:12], text_anchor="end"))
            # the column ends at the diagonal, where its name stands once more
            parts.append(text(LEFT + (position + 1) * size + 5, y, names[j][:12]))
    parts.append(_legend(min(size, WIDEST)))
    first, second = np.nonzero(upper)
    order = np.argsort(-np.abs(told[first, second]), kind="stable")[:100]
    rows = tuple(
        (
            names[first[i]],
            names[second[i]],
            float(pairs.q3[first[i], second[i]]),
            float(excess[first[i], second[i]]),
            int(pairs.n[first[i], second[i]]),
        )
        for i in order
    )
    strong = len(dependent_pairs(pairs))
    title = "Local dependence: residual correlations (Q3) of pairs of items"
    description = (
        f"{strong} of {int(upper.sum()):,} pairs correlate far above the mean of all pairs."
    )
    some = f" The {MOST} items with the strongest pairs are drawn." if len(names) > MOST else ""
    return Figure(
        "dependence",
        title,
        description,
        picture("dependence", title, description, 640, TOP + SIDE + 14, *parts),
        "A filled square is a pair whose residuals correlate above the mean of all pairs, a hollow "
        f"one below. Over {LARGE_Q3} the two may share a text, a clue or an answer: read them side "
        f"by side.{some} The table lists the 100 strongest pairs.",
        ("item", "and item", "Q3", "over the mean", "n"),
        rows,
    )


def _cells(excess: NDArray[np.float64], size: float) -> str:
    """Squares below the diagonal: filled above the mean, hollow below."""
    parts = [
        tag(
            "path",
            d=f"M{LEFT} {TOP}V{TOP + SIDE}H{LEFT + SIDE}Z",
            class_="frame",
        )
    ]
    for row, column in zip(*np.nonzero(np.tril(np.abs(excess) >= LEVELS[0], -1)), strict=True):
        value = float(excess[row, column])
        level = int(np.searchsorted(LEVELS, abs(value), side="right"))
        side = min(size, WIDEST) * SHARE[level]
        inset = (size - side) / 2
        parts.append(
            tag(
                "rect",
                x=float(LEFT + column * size + inset),
                y=float(TOP + row * size + inset),
                width=float(side),
                height=float(side),
                class_=("fill s3" if value > 0 else "hollow s2"),
            )
        )
    return "".join(parts)


def _legend(widest: float) -> str:
    parts = [text(LEFT + SIDE, TOP + 4, "Q3 over the mean", text_anchor="end", class_="label")]
    for k, low in enumerate(reversed(LEVELS)):
        level = len(LEVELS) - k
        side = widest * SHARE[level]
        y = TOP + 28 + 22 * k
        x = LEFT + SIDE - 122
        for offset, class_ in ((-4, "fill s3"), (18, "hollow s2")):
            parts.append(
                tag(
                    "rect",
                    x=float(x + offset - side / 2),
                    y=float(y - 4 - side / 2),
                    width=float(side),
                    height=float(side),
                    class_=class_,
                )
            )
        parts.append(text(LEFT + SIDE, y, f"{low:.2f} and over", text_anchor="end"))
    return "".join(parts)
