"""Small made-up administrations."""

import numpy as np
from numpy.typing import NDArray

from psychometrics import Items

Responses = NDArray[np.float64]


def answers(items: Items, theta: NDArray[np.float64], rng: np.random.Generator) -> Responses:
    """One answer a person and item, drawn by the items' probabilities."""
    above = 1 - items.probabilities(theta)[:, :-1].cumsum(axis=1)
    draws = rng.random((len(items), 1, len(theta)))
    return (draws < above).sum(axis=1).T.astype(float)


def spread(model: str, n_items: int, **more: float) -> Items:
    """Slopes from 0.7 to 1.8 and difficulties from -1.5 to 1.5; steps about them if graded."""
    b = np.linspace(-1.5, 1.5, n_items)[:, None]
    if model in {"GRM", "GPCM", "PCM"}:
        b = b * 0.5 + np.array([-0.8, 0.0, 0.8])
    a = np.ones(n_items) if model in {"Rasch", "PCM"} else np.linspace(0.7, 1.8, n_items)[::-1]
    asymptotes = {name: np.full(n_items, value) for name, value in more.items()}
    return Items.from_irt(model, a, b, **asymptotes)


def sat(model: str, n_persons: int, n_items: int, seed: int = 1, **more: float) -> Responses:
    rng = np.random.default_rng(seed)
    return answers(spread(model, n_items, **more), rng.standard_normal(n_persons), rng)
