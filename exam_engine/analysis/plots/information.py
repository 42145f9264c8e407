"""How precisely the test measures along theta: information above, standard error below."""

import numpy as np
from numpy.typing import NDArray

from exam_engine.analysis.plots.svg import Figure, Panel, line, marker, path, picture, tag, text
from psychometrics import Items

THETA = np.linspace(-4.0, 4.0, 161)
LARGEST_ERROR = 1.5


def information(
    items: Items,
    theta: NDArray[np.float64],
    *,
    cut: tuple[float, str] | None = None,
    name: str = "information",
) -> Figure:
    """Test information and the standard error that follows from it.

    Parameters
    ----------
    items : Items
    theta : array
        Abilities of the persons, to show where they are; may be empty or hold NaN.
    cut : (float, str), optional
        Theta at the passing score, and its name.
    name : str
        The figure's id.
    """
    total = items.information(THETA).sum(axis=0)
    error = 1.0 / np.sqrt(np.maximum(total, 1e-9))
    best = int(total.argmax())
    top = float(total.max()) * 1.12
    above = Panel(58, 44, 540, 170, (-4.0, 4.0), (0.0, top))
    below = Panel(58, 258, 540, 130, (-4.0, 4.0), (0.0, LARGEST_ERROR))
    ticks = tuple(float(t) for t in range(-4, 5))
    parts = [_persons(theta, above, below)]
    parts += [above.y_axis("Information (1 / logit²)"), above.x_axis(ticks=ticks, numbers=False)]
    parts += [below.y_axis("Standard error (logits)", (0.0, 0.5, 1.0, 1.5))]
    parts += [below.x_axis("Ability θ (logits)", ticks)]
    x = above.x(THETA)
    parts.append(path([x[0], *x, x[-1]], [above.bottom, *above.y(total), above.bottom], "area s2"))
    parts.append(path(x, above.y(total), "line s1"))
    within = error <= LARGEST_ERROR
    parts.append(path(x[within], below.y(error[within]), "line s1"))
    peak_x = float(above.x(THETA[best]))
    for panel, value, words in (
        (above, total[best], f"{total[best]:.1f} at θ = {_signed(THETA[best])}"),
        (below, error[best], f"{error[best]:.2f}"),
    ):
        y = float(panel.y(value))
        parts.append(marker(0, peak_x, y))
        after = peak_x < panel.right - 130
        parts.append(
            text(
                peak_x + (9 if after else -9),
                y - 8,
                words,
                text_anchor="start" if after else "end",
                class_="name",
            )
        )
    parts += [] if cut is None else _cut(items, *cut, above, below)
    title = "Test information and standard error"
    description = (
        f"Information is largest, {total[best]:.1f}, at theta {THETA[best]:.2f}, where the "
        f"standard error is {error[best]:.2f} logits."
    )
    rows = tuple(
        (float(t), float(total[i]), float(error[i])) for i, t in enumerate(THETA) if i % 10 == 0
    )
    return Figure(
        name,
        title,
        description,
        picture(name, title, description, 620, 436, *parts),
        "The higher the upper line and the lower the lower one, the more precisely the test "
        "measures persons of that ability. The shaded band holds 9 of 10 persons. A passing score "
        "far from the peak is a worry.",
        ("theta", "information", "standard error"),
        rows,
    )


def _cut(items: Items, theta: float, words: str, above: Panel, below: Panel) -> list[str]:
    """The passing score across both panels, with what the form tells there."""
    x = float(above.x(theta))
    told = float(items.information(np.array([theta])).sum())
    parts = [line(x, above.top, x, below.bottom, "cut")]
    for panel, value in ((above, f"{words}: {told:.1f}"), (below, f"{told**-0.5:.2f}")):
        after = x < panel.right - 200
        parts.append(
            text(
                x + (6 if after else -6),
                panel.bottom - 8,
                value,
                text_anchor="start" if after else "end",
                class_="name",
            )
        )
    return parts


def _persons(theta: NDArray[np.float64], above: Panel, below: Panel) -> str:
    known = theta[np.isfinite(theta)]
    if len(known) < 2:
        return ""
    low, high = (float(above.x(v)) for v in np.quantile(known, [0.05, 0.95]))
    band = tag(
        "rect",
        x=low,
        y=above.top,
        width=max(high - low, 1.0),
        height=below.bottom - above.top,
        class_="band",
    )
    edges = "".join(line(x, above.top, x, below.bottom, "edge") for x in (low, high))
    middle = float(np.clip((low + high) / 2, above.left + 45, above.right - 45))
    return band + edges + text(middle, above.top - 5, "9 of 10 persons", text_anchor="middle")


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
