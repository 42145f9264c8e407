"""Nodes for integrals over the true measure that jump where the true class changes.

Equally spaced nodes converge fast only where nothing jumps; so the range is cut at the jumps and
each piece gets Gauss-Legendre nodes, which never fall on its ends.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_legendre

Floats = NDArray[np.float64]

NODES_A_PANEL = 8


def panels(low: float, high: float, jumps: Floats, widest: float) -> tuple[Floats, Floats]:
    """Nodes and weights of the integral from ``low`` to ``high``, each (Q,).

    Parameters
    ----------
    low, high : float
    jumps : (C,) array
        Where the integrand jumps; those outside the range do not matter.
    widest : float
        No panel is wider; twice the width over which the integrand changes is fine enough.
    """
    inside = jumps[(jumps > low) & (jumps < high)]
    edges = [low]
    for end in (*inside.tolist(), high):
        n_panels = max(1, int(np.ceil((end - edges[-1]) / widest)))
        edges += np.linspace(edges[-1], end, n_panels + 1)[1:].tolist()
    ends = np.array(edges)
    half = np.diff(ends)[:, None] / 2
    x, w = roots_legendre(NODES_A_PANEL)
    return (ends[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def normal_panels(
    mean: float, sd: float, jumps: Floats, information: float
) -> tuple[Floats, Floats]:
    """Nodes and weights of a normal theta, six standard deviations to each side; they sum to 1.

    ``information`` is the largest the test has: errors are at least 1 / sqrt of it.
    """
    widest = min(sd, 2.0 / np.sqrt(information)) if information > 0 else sd
    nodes, weights = panels(mean - 6 * sd, mean + 6 * sd, jumps, widest)
    weights = weights * np.exp(-0.5 * ((nodes - mean) / sd) ** 2)
    return nodes, weights / weights.sum()
