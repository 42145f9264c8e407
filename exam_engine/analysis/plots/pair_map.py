"""The most alike pairs of an event beside what chance alone would bring."""

import numpy as np
from scipy.special import betaincinv

from exam_engine.analysis.forensics.event import Event
from exam_engine.analysis.forensics.pairs import TestedPairs
from exam_engine.analysis.plots.svg import (
    Figure,
    Panel,
    marker,
    nice_ticks,
    path,
    picture,
    text,
)

MOST_DRAWN = 2_000
MOST_NAMES = 10
LETTER = 7.3


def pair_map(event: Event, found: TestedPairs) -> Figure:
    """How improbable each of the most alike pairs is, against how improbable it would be by chance.

    With n pairs, the k-th smallest p of honest ones lies near k / n.
    """
    tests, names = found.similar.found, event.responses.persons
    n = max(found.similar.n_tested, 1)
    p = np.maximum(tests.p[:MOST_DRAWN], 1e-300)
    rank = np.arange(1, len(p) + 1)
    seen, chance = -np.log10(p), -np.log10((rank - 0.5) / n)
    top = max(float(seen.max(initial=1.0)), float(chance.max(initial=1.0))) * 1.1
    low, right = float(chance.min(initial=2.0)) - 0.1, float(chance.max(initial=3.0)) + 0.2
    least = min(low, float(np.floor(2 * seen.min(initial=2.0)) / 2))
    panel = Panel(58, 44, 540, 320, (low, right), (least, top))
    parts = [
        panel.y_axis("Improbability found, −log10 of p", nice_ticks(least, top, 6)),
        panel.x_axis("Improbability that chance alone would bring", nice_ticks(low, right, 7)),
        _chance(panel, n, len(p)),
    ]
    dots, labels = [], []
    taken: list[tuple[float, float, float]] = []
    for k in range(len(p) - 1, -1, -1):
        x, y = float(panel.x(chance[k])), float(panel.y(seen[k]))
        flagged = bool(tests.flagged[k])
        dots.append(marker(2 if flagged else 0, x, y, 4.6 if flagged else 3.0))
    for k in range(min(len(p), MOST_NAMES)):
        if not tests.flagged[k]:
            break
        x, y = float(panel.x(chance[k])), float(panel.y(seen[k]))
        i, j = tests.pairs[k].tolist()
        name = f"{names[i][:14]} and {names[j][:14]}"
        end = x - 10
        start = end - len(name) * LETTER
        if start > panel.left and all(
            abs(y - oy) > 13 or start > oend or end < ostart for ostart, oend, oy in taken
        ):
            taken.append((start, end, y))
            labels.append(text(end, y + 4, name, text_anchor="end", class_="name"))
    title = "Pairs of the event against chance"
    n_flagged = int(tests.flagged.sum())
    description = (
        f"{n:,} pairs were tested; {n_flagged} agree more than the control of false alarms allows."
    )
    return Figure(
        "pairmap",
        title,
        description,
        picture("pairmap", title, description, 620, panel.bottom + 48, *parts, *dots, *labels),
        "Each sign is a pair, the most alike at the right; one step up is ten times less probable. "
        "Honest pairs lie in the shaded band or below it, since the test is careful: abilities are "
        "estimated from the same answers. A pair above the band agrees more than chance brings "
        "even among so many. Triangles are flagged.",
        ("pair", "matches", "expected", "−log10 p", "by chance"),
        tuple(
            (
                f"{names[i]} and {names[j]}",
                int(tests.matches[k]),
                float(tests.expected[k]),
                float(seen[k]),
                float(chance[k]),
            )
            for k, (i, j) in enumerate(tests.pairs[: min(len(p), 200)].tolist())
        ),
    )


def _chance(panel: Panel, n: int, shown: int) -> str:
    """Where the k-th smallest of n uniform numbers lies: its middle and its 95 % band."""
    if not shown:
        return ""
    rank = np.unique(np.round(np.geomspace(1, shown, 60)))
    x = panel.x(-np.log10((rank - 0.5) / n))
    low, high = (betaincinv(rank, n - rank + 1, share) for share in (0.975, 0.025))
    below, above = (panel.y(-np.log10(np.maximum(side, 1e-300))) for side in (low, high))
    band = path([*x, *x[::-1]], [*below, *above[::-1]], "band", closed=True)
    middle = betaincinv(rank, n - rank + 1, 0.5)
    return band + path(x, panel.y(-np.log10(middle)), "guide")
