"""Banks and sessions that the tests of adaptive choice share."""

from typing import Any

import numpy as np

from psychometrics.models import Items
from psychometrics.selection import Sessions, next_item
from psychometrics.simulation import draw_items
from tests.psychometrics.figures import OWN, read_figures


def bank(n_items: int = 60, model: str = "3PL", seed: int = 1) -> Items:
    return draw_items(n_items, model, rng=np.random.default_rng(seed))


def catr_bank() -> Items:
    """The fitted 3PL parameters that catR was given, to six decimals."""
    rows = read_figures(OWN / "mirt" / "threepl_3PL_logitnormal_g.json")["coef_irt"]
    a, b, g = (np.round([row[key] for row in rows], 6) for key in "abg")
    return Items.from_irt("3PL", a, b, g)


def mixed() -> Items:
    """Two, three and four categories: 3PL, graded, partial credit."""
    rng = np.random.default_rng(5)
    models = ["3PL"] * 12 + ["GRM"] * 6 + ["GPCM"] * 6
    b = np.full((24, 3), np.nan)
    b[:12, 0] = rng.normal(size=12)
    b[12:18, :2] = np.sort(rng.normal(size=(6, 2)), axis=1) + np.array([0.0, 0.3])
    b[18:] = rng.normal(size=(6, 3))
    c = np.where(np.arange(24) < 12, 0.2, np.nan)
    return Items.from_irt(models, rng.uniform(0.7, 1.8, 24), b, c)


def lived(
    items: Items, found: Sessions, rngs: list[np.random.Generator] | None = None, **options: Any
) -> None:
    """Every choice of the simulated sessions is that of a live session with the same answers."""
    for session in range(len(found.theta)):
        aside: list[int] = []
        for step in range(found.n_given[session]):
            given, answers = found.given[session, :step], found.answers[session, :step]
            rng = None if rngs is None else rngs[session]
            choice = next_item(items, given, answers, rng=rng, unavailable=aside, **options)
            assert choice.item == found.given[session, step], (session, step)
            aside.extend(choice.set_aside)
