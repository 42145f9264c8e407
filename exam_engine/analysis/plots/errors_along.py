"""How sharply scores are measured along the scale, and how surely decisions are right."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.decision_rows import error_rows
from exam_engine.analysis.decisions import CALLED, Judged
from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    line,
    marker,
    nice_ticks,
    path,
    picture,
    text,
)
from psychometrics.scales import true_score

Floats = NDArray[np.float64]


def errors_along(found: Judged) -> Figure:
    """Conditional standard error of the score above, chance of a right decision below."""
    x, error, words, at_cuts = _curve(found)
    bounds = (float(x.min()), float(x.max()))
    above = Panel(58, 50, 540, 170, bounds, (0.0, float(error.max()) * 1.15))
    below = Panel(58, 272, 540, 150, bounds, (0.4, 1.0))
    ticks = nice_ticks(*bounds, 8)
    parts = [
        above.y_axis(f"Standard error, {words}", nice_ticks(0, float(error.max()) * 1.15, 5)),
        above.x_axis(ticks=ticks, numbers=False),
        below.y_axis("Chance of a right decision", (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        below.x_axis(f"True score, {words}", ticks),
    ]
    for place, value in at_cuts:
        at = float(above.x(place))
        parts.append(line(at, above.top, at, below.bottom, "guide"))
        parts.append(marker(3, at, float(above.y(value)), 5.0))
    parts.append(path(above.x(x), above.y(error), "line s1"))
    parts += _labels(above, at_cuts)
    drawn = []
    for series, (method, points, right) in enumerate(_rights(found)):
        order = np.argsort(points)
        inside = order[(points[order] >= bounds[0]) & (points[order] <= bounds[1])]
        parts.append(path(below.x(points[inside]), below.y(right[inside]), f"line s{series + 1}"))
        drawn.append((method, points, right))
    parts.append(_legend([method for method, _, _ in drawn]))
    title = "Errors of measurement along the scale"
    told = ", ".join(f"{value:.2f} at {place:.4g}" for place, value in at_cuts)
    description = f"Standard error of the score at the cut, {words}: {told}."
    _, rows = error_rows(found)
    columns = ("true score", "standard error")
    return Figure(
        "errors",
        title,
        description,
        picture("errors", title, description, 620, below.bottom + 48, *parts),
        "Above: how far a score strays from the true one by chance, one standard error. Dashed: "
        "the cut. Below: how likely a candidate of each true score is decided rightly; at the cut "
        "it is a coin's toss for any test, and the narrower the dip the better.",
        columns,
        tuple((float(x[k]), float(error[k])) for k in range(0, len(x), max(1, len(rows) // 40))),
    )


def _curve(found: Judged) -> tuple[Floats, Floats, str, list[tuple[float, float]]]:
    """True score, its standard error, the measure, and where the cuts are."""
    errors, basis = found.errors, found.basis
    if errors is None:
        _, rows = error_rows(found)
        x = np.array([row["score"] for row in rows])
        error = np.array([row["raw_error"] for row in rows])
        return x, error, "points", _at([cut.points for cut in found.cuts], x, error)
    x, error = errors.expected, errors.raw_error
    words, cuts = "points", [cut.points for cut in found.cuts]
    if errors.scaled_expected is not None and errors.scaled_error is not None:
        x, error, words = errors.scaled_expected, errors.scaled_error, "reported scale"
        cuts = [basis.conversion.at(cut) for cut in cuts] if basis.conversion is not None else cuts
    return x, error, words, _at(cuts, x, error)


def _at(cuts: Sequence[float], x: Floats, error: Floats) -> list[tuple[float, float]]:
    return [(float(cut), float(np.interp(cut, x, error))) for cut in cuts]


def _rights(found: Judged) -> list[tuple[str, Floats, Floats]]:
    """Of each method: true scores in the measure drawn, and the chance of a right decision."""
    basis, rows = found.basis, []
    for method, decisions in found.by.items():
        points = decisions.conditional.points
        if method == "livingston-lewis":
            score = basis.lowest + points * (basis.highest - basis.lowest)
        elif basis.items is not None:
            score = true_score(basis.items, points)
        else:
            continue
        if found.errors is not None and basis.conversion is not None:
            raw = np.arange(len(basis.conversion.scaled))
            score = np.interp(score, raw, basis.conversion.scaled)
        rows.append((method, np.asarray(score), decisions.conditional.accuracy[:, -1]))
    return rows


def _labels(above: Panel, at_cuts: list[tuple[float, float]]) -> list[str]:
    parts = []
    for place, value in at_cuts:
        x, y = float(above.x(place)), float(above.y(value))
        after = x < above.right - 110
        parts.append(
            text(
                x + (10 if after else -10),
                y - 10,
                f"{value:.2f} at the cut",
                text_anchor="start" if after else "end",
                class_="name key",
            )
        )
    return parts


def _legend(methods: list[str]) -> str:
    parts = []
    x = 598.0 - sum(44 + 6.8 * len(CALLED[method]) for method in methods)
    for series, method in enumerate(methods):
        parts.append(line(x, 256, x + 26, 256, f"line s{series + 1}"))
        parts.append(text(x + 32, 260, CALLED[method]))
        x += 44 + 6.8 * len(CALLED[method])
    return "".join(parts)
