"""Two groups whose truth is known."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Scored = NDArray[np.int8]
Group = NDArray[np.int64]


def two_groups(
    seed: int,
    *,
    n: tuple[int, int] = (500, 500),
    n_items: int = 20,
    impact: float = -0.4,
    harder: dict[int, float] | None = None,
    flatter: dict[int, float] | None = None,
) -> tuple[Scored, Group]:
    """2PL answers 0 and 1; ``harder`` adds to b, ``flatter`` multiplies a, in the focal group."""
    rng = np.random.default_rng([seed, *n, n_items])
    a = np.tile(rng.lognormal(0, 0.25, n_items), (2, 1))
    b = np.tile(rng.uniform(-1.5, 1.5, n_items), (2, 1))
    for item, shift in (harder or {}).items():
        b[1, item] += shift
    for item, factor in (flatter or {}).items():
        a[1, item] *= factor
    group = np.repeat([0, 1], n)
    theta = rng.normal(np.where(group == 1, impact, 0.0))
    p = expit(a[group] * (theta[:, None] - b[group]))
    return (rng.random(p.shape) < p).astype(np.int8), group
